"""One turn of a debate: its prompt, and what is known of the text that came back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import fit_chunks
from chains.debating.record import DebateRecord
from chains.generation.completion import completion_chain, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Completion, Turn
from chains.text.entities import unsupported_entities
from chains.text.sentences import word_count
from prompts import Persona, RenderedPrompt, load_prompt


def speak(
    llm: BaseLanguageModel[Any],
    persona: Persona,
    record: DebateRecord,
    number: int,
    rounds: int,
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
) -> Turn:
    """Let a persona speak once, in round ``number``.

    Raises:
        GenerationError: the debate so far leaves no room for a single passage.
    """

    def render(passages: Sequence[str]) -> RenderedPrompt:
        return load_prompt("statement").render(
            voice=persona.voice,
            views=[pov.text for pov in persona.povs if pov.weight > 0],
            question=record.question,
            passages=passages,
            opinion=record.opinion,
            turns=record.turns,
            round=number,
            rounds=rounds,
            max_words=limits.maximum,
        )

    fitted = fit_chunks(render, record.passages_of(persona.id), lambda prompt: fits_window(llm, prompt, limits))
    written = completion_chain(llm, limits, seed).invoke(fitted.prompt, config)
    completion = in_own_name(written, [persona.name, *(turn.speaker for turn in record.turns)])
    turn = Turn(
        round=number,
        persona_id=persona.id,
        speaker=persona.name,
        text=completion.text,
        words=word_count(completion.text),
        chunk_ids=tuple(chunk.id for chunk in fitted.chunks),
        dropped=fitted.dropped,
        loop=completion.loop,
        notes=completion.notes,
        tokens=completion.tokens_out,
    )
    return with_unsupported(turn, record, persona.voice)


def with_unsupported(turn: Turn, record: DebateRecord, voice: str = "") -> Turn:
    """Say which names and numbers of a turn are in no passage that was read until then."""
    spoken = replace(record, turns=(*record.turns, turn))
    known = [record.question, voice, *(one.speaker for one in spoken.turns), *spoken.texts_read()]
    found = unsupported_entities(turn.text, known)
    notes = (f"in no passage: {', '.join(found)}",) if found else ()
    return replace(turn, unsupported=found, notes=(*turn.notes, *notes))


def in_own_name(completion: Completion, speakers: Sequence[str]) -> Completion:
    """Take a name or a passage's number from before a turn, and end it where it begins to speak as another."""
    label = rf"(?P<name>{'|'.join(map(re.escape, speakers))})(?: \(\d+\))?:"
    text = re.sub(rf"^(?:\W*{label})?\s*(?:\[\d+\]\s*)?", "", completion.text)
    other = re.search(rf"\n[ \t]*(?:\[\d+\][ \t]*)?{label}", text)
    if other is None or not text[: other.start()].strip():
        return replace(completion, text=text)
    note = f"ended where it began to speak as {other['name']}"
    return replace(completion, text=text[: other.start()].rstrip(), notes=(*completion.notes, note))
