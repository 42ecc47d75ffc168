"""The moderator's verdict on the turns of a debate."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.debating.record import DebateRecord
from chains.debating.turns import with_unsupported
from chains.errors import GenerationError
from chains.generation.completion import completion_chain, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Turn
from chains.text.sentences import word_count
from prompts import load_prompt

MODERATOR = "moderator"


def give_verdict(
    llm: BaseLanguageModel[Any], record: DebateRecord, limits: WordLimits, seed: int, config: RunnableConfig | None
) -> Turn:
    """Judge the turns spoken so far.

    Raises:
        GenerationError: the debate does not fit the model's window.
    """
    prompt = load_prompt("verdict").render(question=record.question, turns=record.turns, max_words=limits.maximum)
    if not fits_window(llm, prompt, limits):
        raise GenerationError("the debate is longer than the model's window; use fewer rounds or shorter turns")
    written = completion_chain(llm, limits, seed).invoke(prompt, config)
    verdict = Turn(
        round=0,
        persona_id=MODERATOR,
        speaker="Moderator",
        text=written.text,
        words=word_count(written.text),
        loop=written.loop,
        notes=written.notes,
        tokens=written.tokens_out,
    )
    return with_unsupported(verdict, record)
