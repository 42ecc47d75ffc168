"""Plan an answer first: a line on what each passage shows, then the draft from these lines.

The lines come from one batch with one passage per prompt. A passage that shows nothing is left out and listed. If the
draft is too short, it continues with passages that it does not use yet.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import shown_passage
from chains.errors import GenerationError
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.generation.ladder import Check
from chains.schemas import Chunk, Completion
from chains.text.drafting.draft import full_sentences
from chains.text.refusal import is_abstention
from chains.writing.draft import Draft
from prompts import RenderedPrompt, load_prompt
from vectorstore.text.sentences import word_count

_LINE = WordLimits(maximum=45)


def write_from_plan(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    chunks: Sequence[Chunk],
    limits: WordLimits,
    check: Check,
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> Draft:
    """Plan an answer of ``limits`` words and write it.

    Where the model finds that no passage shows anything, the answer is what it said: "I don't know".

    Raises:
        GenerationError: no passage or plan fits the model's window, or the model returned no text.
    """
    prompts = {chunk.id: _line_prompt(voice, question, chunk) for chunk in chunks}
    shown = tuple(chunk for chunk in chunks if fits_window(llm, prompts[chunk.id], _LINE))
    dropped = tuple(chunk.id for chunk in chunks if chunk not in shown)
    if not shown:
        raise GenerationError("no passage fits the model's window; use a longer window or smaller chunks")
    limit = [_LINE] * len(shown)
    asked = [prompts[chunk.id] for chunk in shown]
    written = complete_all(llm, asked, limit, seed, config, check=check, may_be_empty=True)
    lines = {chunk.id: _line(one.text, chunk) for chunk, one in zip(shown, written, strict=True)}
    telling = [chunk for chunk in shown if lines[chunk.id]]
    if not telling:
        return Draft(_together(written, Completion(written[0].text)), shown, dropped)
    prompt = load_prompt("draft").render(
        voice=voice,
        question=question,
        lines=[lines[chunk.id] for chunk in telling],
        passages=[shown_passage(chunk) for chunk in telling],
        min_words=limits.minimum,
        max_words=limits.maximum,
    )
    if not fits_window(llm, prompt, limits):
        raise GenerationError("the plan does not fit the model's window; use a longer window or fewer passages")
    [draft] = complete_all(llm, [prompt], [limits], seed, config, check=check)
    notes = tuple(f"shows nothing for the question: {chunk.id}" for chunk in shown if not lines[chunk.id])
    return Draft(_together(written, draft), shown, dropped, notes)


def _line_prompt(voice: str, question: str, chunk: Chunk) -> RenderedPrompt:
    return load_prompt("plan").render(
        voice=voice, question=question, passage=shown_passage(chunk), max_words=_LINE.maximum - 5
    )


def _line(text: str, chunk: Chunk) -> str:
    """Return what the model says of a passage, its own first sentence instead, or "" if it shows nothing."""
    if is_abstention(text):
        return ""
    sentences = full_sentences(text) if word_count(text) else []
    return sentences[0] if sentences else full_sentences(chunk.text)[0]


def _together(lines: Sequence[Completion], draft: Completion) -> Completion:
    parts = [*lines, draft]
    return replace(
        draft,
        tokens_in=sum(part.tokens_in for part in parts),
        tokens_out=sum(part.tokens_out for part in parts),
        attempts=tuple(attempt for part in parts for attempt in part.attempts),
    )
