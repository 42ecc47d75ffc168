"""The passages that support a debate's turns, word for word for the prompts of moderator and judges."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import FittedPrompt, fit_chunks, word_for_word
from chains.debating.record import DebateRecord
from chains.errors import GenerationError, WindowExceeded
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.generation.ladder import Check, unchecked
from chains.schemas import Chunk, Completion
from prompts import RenderedPrompt


def evidence_of(record: DebateRecord) -> list[Chunk]:
    """Return the passages that support the turns, in the order in which they were used."""
    used = dict.fromkeys(chunk_id for turn in record.turns for chunk_id in turn.used)
    return [record.table[one] for one in used if one in record.table]


def complete_with_evidence(
    llm: BaseLanguageModel[Any],
    renders: Sequence[Callable[[Sequence[str]], RenderedPrompt]],
    chunks: Sequence[Chunk],
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
    *,
    check: Check = unchecked,
) -> list[tuple[Completion, FittedPrompt]]:
    """Complete prompts together, each with as many whole passages as fit, the first ones first; none if none fits.

    Args:
        renders: make each prompt from the passages' texts.
        check: as in ``complete_all``; a prompt that got no text has the text "".

    Raises:
        GenerationError: the debate does not fit the model's window.
    """

    def fits(prompt: RenderedPrompt) -> bool:
        return fits_window(llm, prompt, limits)

    if not all(fits(render(())) for render in renders):
        raise GenerationError("the debate is longer than the model's window; use fewer rounds or shorter turns")
    while True:
        fitted = [fit_chunks(render, chunks, fits, word_for_word, least=0) for render in renders]
        try:
            prompts = [one.prompt for one in fitted]
            all_limits = [limits] * len(fitted)
            written = complete_all(llm, prompts, all_limits, seed, config, check=check, may_be_empty=True)
        except WindowExceeded:  # only the server knew
            if not any(one.chunks for one in fitted):
                raise
            chunks = chunks[: max(len(one.chunks) for one in fitted) - 1]
            continue
        return list(zip(written, fitted, strict=True))
