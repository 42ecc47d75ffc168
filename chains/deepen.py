"""The question-deepening chain: a seed question becomes questions that ask further, beside the seed itself.

A line counts only if it states a premise and asks about it (``chains.text.deep_question``). A child is refused if it
leaves the seed's topic, says nearly the same as the seed or an earlier child, is vaguer than the seed, or takes for
granted what no passage supports. Each refusal is kept with its reason. Knows nothing of runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import Runnable, RunnableConfig
from numpy.typing import NDArray

from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.completion import completion_chain
from chains.generation.contract import WordLimits
from chains.runnable import Chain, QuestionInput
from chains.schemas import Completion, Question, Refusal, RefusedQuestion, as_question, chunk_from_document
from chains.text.content import content_words
from chains.text.deep_question import is_hypothetical, parse_questions, premise_of
from chains.text.support.entities import names
from chains.text.support.grounding import ground
from chains.text.support.numbers import claimed_numbers
from prompts import RenderedPrompt, load_prompt
from vectorstore import PovVectorStore
from vectorstore.runtime.arguments import checked

__all__ = ["deepening_chain", "parse_questions"]

_WORDS_PER_QUESTION = 45
_SPARE = 2  # questions asked for beyond those wanted, since some fail the checks
_OFF_TOPIC = 0.4  # cosine of all-MiniLM-L6-v2 to the seed; small models drift into the prompt's example
_NEAR_DUPLICATE = 0.92  # cosine of all-MiniLM-L6-v2; paraphrases lie above, a new angle on a topic below
_READ = 5  # passages a premise is held against
_GIVEN = re.compile(r"^(?:given that|given|considering that|since|because|as|now that)\s+", re.IGNORECASE)

BearsOut = Callable[[str, Question], bool]


@checked(ChainError)
def deepening_chain(
    llm: LanguageModel,
    embeddings: Embeddings,
    *,
    store: PovVectorStore | None = None,
    count: int = 3,
    replace_seeds: bool = False,
    seed: int = 0,
) -> Runnable[Question | str | Mapping[str, Any], tuple[Question, ...]]:
    """Return a Runnable that asks up to ``count`` deeper questions about a seed question.

    Output: a tuple of ``Question``, the seed first. Deeper questions have their parent's id and text; their ids derive
    from the parent's, so a repeated run gives the same ids. Refused questions are in ``refused`` of the first one.

    Args:
        llm: any LangChain language model.
        embeddings: used to compare questions with the seed.
        store: checks whether a passage supports each question's premise; without it premises are not checked.
        count: the most deeper questions.
        replace_seeds: leave the seed out if it has deeper questions.
        seed: seed of retries.

    Raises:
        ChainError: an argument of a wrong type, or ``count`` below 0.
        GenerationError (when run): the prompt does not fit the context window, or the model returned no text.
    """
    if count < 0:
        raise ChainError(f"count = {count} is not a number of questions from 0 up")
    limits = WordLimits(maximum=_WORDS_PER_QUESTION * (count + _SPARE))
    template = load_prompt("deepen")
    complete = completion_chain(llm, limits, seed, prose=False)
    bears_out = None if store is None else _borne_out_by(store, embeddings)

    def render(seed_question: Question) -> RenderedPrompt:
        return template.render(question=seed_question.text, about=seed_question.about, count=count + _SPARE)

    def deepen(asked: Question | str | Mapping[str, Any], config: RunnableConfig) -> tuple[Question, ...]:
        seed_question = as_question(asked)
        prompt = render(seed_question)
        completion: Completion = complete.invoke(prompt, config)
        texts = parse_questions(_in_its_own_form(prompt.opening, completion.text))
        kept, refused = _sifted(seed_question, texts, embeddings, bears_out)
        return _with_children(seed_question, kept[:count], refused, count, replace_seeds)

    return Chain(deepen, "deepen", QuestionInput, "Ask deeper questions about a question; returns it and them.")


def _in_its_own_form(opening: str, answer: str) -> str:
    """Take the given opening off an answer whose first line is a whole question without it."""
    rest = answer.removeprefix(opening).lstrip()
    return rest if rest != answer and parse_questions(rest.partition("\n")[0]) else answer


def _sifted(
    seed: Question, texts: Sequence[str], embeddings: Embeddings, bears_out: BearsOut | None
) -> tuple[list[str], tuple[RefusedQuestion, ...]]:
    """The texts that ask further, in order, and the others with the reason against each."""
    if not texts:
        return [], ()
    vectors = np.asarray(embeddings.embed_documents([seed.text, *texts]), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept, refused = [0], []
    for row, text in enumerate(texts, 1):
        reason = _reason_against(seed, text, vectors[kept] @ vectors[row], bears_out)
        if reason is None:
            kept.append(row)
        else:
            refused.append(RefusedQuestion(text, reason))
    return [texts[row - 1] for row in kept[1:]], tuple(refused)


def _reason_against(seed: Question, text: str, likeness: NDArray[Any], bears_out: BearsOut | None) -> Refusal | None:
    """Judge a child by its cosines to the seed (first) and to the children kept so far, and by what it says."""
    if likeness[0] < _OFF_TOPIC:
        return Refusal.OFF_TOPIC
    if likeness.max() >= _NEAR_DUPLICATE:
        return Refusal.SAID_ALREADY
    if _is_vaguer(text, seed.text):
        return Refusal.VAGUER
    return Refusal.PREMISE if bears_out and not bears_out(text, seed) else None


def _is_vaguer(text: str, seed: str) -> bool:
    """Whether a question has no name or number where its seed has one, or no more words that say something."""
    specific = bool(claimed_numbers(text) or names(text))
    was_specific = bool(claimed_numbers(seed) or names(seed))
    return (was_specific and not specific) or len(content_words(text) - content_words(seed)) < 2


def _borne_out_by(store: PovVectorStore, embeddings: Embeddings) -> BearsOut:
    def embed(texts: list[str]) -> NDArray[Any]:
        return np.asarray(embeddings.embed_documents(texts), dtype=np.float32)

    def bears_out(text: str, seed: Question) -> bool:
        """Whether a passage near the premise, or the text about the seed, supports it."""
        premise = _GIVEN.sub("", premise_of(text))
        if is_hypothetical(premise_of(text)) or not premise:
            return True
        found = store.pov_search([premise], [()], pov_weight=0, k=_READ)[0]
        chunks = [chunk_from_document(document, rank) for rank, document in enumerate(found, 1)]
        if seed.about and chunks:
            chunks.append(replace(chunks[0], id="about", text=seed.about))
        return bool(ground(premise, chunks, embed, question=seed.text).coverage)

    return bears_out


def _with_children(
    seed: Question, texts: Sequence[str], refused: tuple[RefusedQuestion, ...], count: int, replace_seeds: bool
) -> tuple[Question, ...]:
    """The seed with what was refused, and its children; without the seed where its children replace it."""
    short = "" if len(texts) >= count else f"{len(texts)} of {count} follow-up questions could be used"
    children = tuple(
        Question(f"{seed.id}.{n}", text, seed.about, parent_id=seed.id, parent_text=seed.text)
        for n, text in enumerate(texts, 1)
    )
    if replace_seeds and children:
        return (replace(children[0], note=short, refused=refused), *children[1:])
    return (replace(seed, note=short, refused=refused), *children)
