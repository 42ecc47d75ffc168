"""The question-deepening chain: a seed question becomes questions that ask further.

Parsing is strict: a line counts only if it is one question, states a premise, and asks why, how, what or at
which cost. What leaves the seed's topic, or says nearly the same as the seed or an earlier one, is dropped, by
embedding. A model that gives nothing usable loses nothing: the seed question goes on, and its note says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableLambda

from chains.generation.completion import completion_chain
from chains.generation.contract import WordLimits
from chains.schemas import Completion, Question
from prompts import RenderedPrompt, load_prompt

_WORDS_PER_QUESTION = 45
_SHORTEST, _LONGEST = 8, 60  # words; shorter states no premise, longer is no longer one question
_SPARE = 2  # questions asked for beyond those wanted, since some fail the checks
_OFF_TOPIC = 0.4  # cosine of all-MiniLM-L6-v2 to the seed; small models drift into the prompt's example
_NEAR_DUPLICATE = 0.92  # cosine of all-MiniLM-L6-v2; paraphrases lie above, a new angle on a topic below
_NUMBERING = re.compile(r"^\s*(?:\(?\d{1,2}[.):]|[-*•])\s*")
_PREMISE = re.compile(
    r"^(?:given|since|because|if|as|while|(?:even )?though|although|considering|assuming|with|after|now that|when)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\b(?:PREMISE|QUESTION|FACT)\b|…|\.\.\.")  # the form copied instead of filled in
_ASKS = re.compile(r"\b(?:why|how|what|which|who|whose|where|whether|at what cost|to what extent)\b", re.IGNORECASE)


def deepening_chain(
    llm: BaseLanguageModel[Any], embeddings: Embeddings, *, count: int = 3, seed: int = 0
) -> Runnable[Question | str, tuple[Question, ...]]:
    """Return a Runnable from a seed question to at most ``count`` deeper ones, or to the seed itself.

    Children keep their parent's id and text; their ids are derived from it, so that a repeated run finds
    the same ones.
    """
    limits = WordLimits(maximum=_WORDS_PER_QUESTION * (count + _SPARE))
    template = load_prompt("deepen")

    def render(seed_question: Question) -> RenderedPrompt:
        return template.render(question=seed_question.text, about=seed_question.about, count=count + _SPARE)

    def deepen(asked: Question | str) -> tuple[Question, ...]:
        seed_question = Question(id="q", text=asked) if isinstance(asked, str) else asked
        prompt = render(seed_question)
        completion: Completion = complete.invoke(prompt)
        texts = _distinct(seed_question.text, parse_questions(completion.text), embeddings)[:count]
        return _children(seed_question, texts, count)

    complete = completion_chain(llm, limits, seed, prose=False)
    return RunnableLambda(deepen).with_config(run_name="deepen")


def parse_questions(answer: str) -> list[str]:
    """Return the lines of an answer that are questions with a premise, without their numbering."""
    lines = (_NUMBERING.sub("", line).strip().strip('"“”') for line in answer.splitlines())
    return [line for line in lines if _is_deep_question(line)]


def _is_deep_question(line: str) -> bool:
    words = len(line.split())
    premise, _, asked = line.partition(",")
    return (
        _PLACEHOLDER.search(line) is None
        and _SHORTEST <= words <= _LONGEST
        and line.endswith("?")
        and line.count("?") == 1
        and _PREMISE.match(premise) is not None
        and _ASKS.search(asked) is not None
    )


def _distinct(seed: str, texts: Sequence[str], embeddings: Embeddings) -> list[str]:
    """Return the texts that stay on the seed's topic, without near-duplicates of it or of each other."""
    if not texts:
        return []
    vectors = np.asarray(embeddings.embed_documents([seed, *texts]), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = [0]
    for row in range(1, len(vectors)):
        likeness = vectors[kept] @ vectors[row]
        if likeness[0] >= _OFF_TOPIC and likeness.max() < _NEAR_DUPLICATE:
            kept.append(row)
    return [texts[row - 1] for row in kept[1:]]


def _children(seed: Question, texts: Sequence[str], count: int) -> tuple[Question, ...]:
    if not texts:
        return (replace(seed, note="deepening gave no usable question; the seed question goes on"),)
    note = "" if len(texts) == count else f"deepening gave {len(texts)} of {count} questions"
    return tuple(
        Question(f"{seed.id}.{n}", text, seed.about, parent_id=seed.id, parent_text=seed.text, note=note)
        for n, text in enumerate(texts, 1)
    )
