"""The debate chain: personas argue over the raw passages that each of them retrieved for itself.

A debater reads the question, its own passages word for word, the opinion under debate (where there is one)
and what the others really said so far. A slot for a turn that does not exist is never rendered. After the
last round a moderator gives a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableLambda

from chains.context import fit_chunks
from chains.errors import ChainError, GenerationError
from chains.generation.completion import completion_chain, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion, Debate, Question, Turn
from chains.text.entities import unsupported_entities
from chains.text.sentences import word_count
from prompts import Persona, RenderedPrompt, load_prompt

Retrieve = Runnable[Question | str, tuple[Chunk, ...]]
DEFAULT_TURN_LIMITS = WordLimits(30, 120)
DEFAULT_VERDICT_LIMITS = WordLimits(30, 100)
MODERATOR = "moderator"


@dataclass(frozen=True)
class DebateRequest:
    """What is debated: a question and, unless it is switched off, the opinion that was given on it."""

    question: Question | str
    opinion: str = ""


@dataclass(frozen=True)
class TurnRequest:
    """One debater's move: the debate so far, and which round it is (from 1)."""

    debate: DebateRequest
    turns: tuple[Turn, ...] = ()
    round: int = 1
    rounds: int = 2


def check_debate(personas: Sequence[Persona], rounds: int) -> None:
    """Raise ChainError where there are fewer than two debaters or two rounds: that is no debate."""
    if len(personas) < 2:
        raise ChainError(f"a debate needs at least two personas, {len(personas)} given; add one to the personas file")
    if rounds < 2:
        raise ChainError(f"a debate needs at least two rounds, {rounds} given; in one round nobody answers anybody")


def turn_chain(
    llm: BaseLanguageModel[Any],
    persona: Persona,
    retrieve: Retrieve,
    *,
    limits: WordLimits = DEFAULT_TURN_LIMITS,
    seed: int = 0,
) -> Runnable[TurnRequest, Turn]:
    """Return a Runnable in which one persona speaks once.

    Raises (when run):
        GenerationError: the debate so far leaves no room for a single passage.
    """
    complete = completion_chain(llm, limits, seed)

    def speak(request: TurnRequest) -> Turn:
        def render(passages: Sequence[str]) -> RenderedPrompt:
            return statement_prompt(persona, request, passages, limits)

        chunks = _own_chunks(persona, request.turns) or retrieve.invoke(request.debate.question)
        fitted = fit_chunks(render, chunks, lambda prompt: fits_window(llm, prompt, limits))
        speakers = [persona.name, *(turn.speaker for turn in request.turns)]
        completion = in_own_name(complete.invoke(fitted.prompt), speakers)
        turn = _turn(completion, persona.id, persona.name, request.round, fitted.chunks, fitted.dropped)
        return _checked(turn, request, persona.voice)

    return RunnableLambda(speak).with_config(run_name=f"turn:{persona.id}")


def verdict_chain(
    llm: BaseLanguageModel[Any], *, limits: WordLimits = DEFAULT_VERDICT_LIMITS, seed: int = 0
) -> Runnable[TurnRequest, Turn]:
    """Return a Runnable in which the moderator judges the turns spoken so far."""
    complete = completion_chain(llm, limits, seed)

    def judge(request: TurnRequest) -> Turn:
        prompt = load_prompt("verdict").render(
            question=_text(request.debate.question), turns=request.turns, max_words=limits.maximum
        )
        if not fits_window(llm, prompt, limits):
            raise GenerationError("the debate is longer than the model's window; use fewer rounds or shorter turns")
        return _checked(_turn(complete.invoke(prompt), MODERATOR, "Moderator", 0), request)

    return RunnableLambda(judge).with_config(run_name="verdict")


def debate_chain(
    llm: BaseLanguageModel[Any],
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int = 2,
    limits: WordLimits = DEFAULT_TURN_LIMITS,
    seed: int = 0,
) -> Runnable[DebateRequest, Debate]:
    """Return a Runnable that holds a whole debate.

    Args:
        retrievers: for each persona's id, its own retrieval (see ``pov_retrieval_chain``).

    Raises:
        ChainError: fewer than two personas or rounds, or a persona without a retriever.
    """
    check_debate(personas, rounds)
    for persona in personas:
        if persona.id not in retrievers:
            raise ChainError(f"persona {persona.id!r} has no retriever; pass one in retrievers[{persona.id!r}]")
    speakers = [turn_chain(llm, persona, retrievers[persona.id], limits=limits, seed=seed) for persona in personas]
    verdict = verdict_chain(llm, seed=seed)

    def debate(request: DebateRequest) -> Debate:
        turns: tuple[Turn, ...] = ()
        for number in range(1, rounds + 1):
            for speaker in speakers:
                turns += (speaker.invoke(TurnRequest(request, turns, number, rounds)),)
        return Debate(turns, verdict.invoke(TurnRequest(request, turns, rounds, rounds)))

    return RunnableLambda(debate).with_config(run_name="debate")


def statement_prompt(
    persona: Persona, request: TurnRequest, passages: Sequence[str], limits: WordLimits
) -> RenderedPrompt:
    """Fill in the template of one debater's turn."""
    return load_prompt("statement").render(
        voice=persona.voice,
        views=[pov.text for pov in persona.povs if pov.weight > 0],
        question=_text(request.debate.question),
        passages=passages,
        opinion=request.debate.opinion,
        turns=request.turns,
        round=request.round,
        rounds=request.rounds,
        max_words=limits.maximum,
    )


def in_own_name(completion: Completion, speakers: Sequence[str]) -> Completion:
    """Take a name or a passage's number from before a turn, and end it where it begins to speak as another."""
    label = rf"(?P<name>{'|'.join(map(re.escape, speakers))})(?: \(\d+\))?:"
    text = re.sub(rf"^(?:\W*{label})?\s*(?:\[\d+\]\s*)?", "", completion.text)
    other = re.search(rf"\n[ \t]*(?:\[\d+\][ \t]*)?{label}", text)
    if other is None or not text[: other.start()].strip():
        return replace(completion, text=text)
    note = f"ended where it began to speak as {other['name']}"
    return replace(completion, text=text[: other.start()].rstrip(), notes=(*completion.notes, note))


def _checked(turn: Turn, request: TurnRequest, voice: str = "") -> Turn:
    """Say which names and numbers of a turn stand in nothing that was read until then."""
    turns = (*request.turns, turn)
    known = [_text(request.debate.question), voice, *(one.speaker for one in turns)]
    found = unsupported_entities(turn.text, [*known, *(chunk.text for one in turns for chunk in one.chunks)])
    notes = (f"in no passage: {', '.join(found)}",) if found else ()
    return replace(turn, unsupported=found, notes=(*turn.notes, *notes))


def _own_chunks(persona: Persona, turns: Sequence[Turn]) -> tuple[Chunk, ...]:
    """Return what this persona retrieved for an earlier turn: question and points of view have not changed."""
    return next((turn.chunks for turn in turns if turn.persona_id == persona.id), ())


def _text(question: Question | str) -> str:
    return question if isinstance(question, str) else question.text


def _turn(
    completion: Completion,
    persona_id: str,
    speaker: str,
    number: int,
    chunks: tuple[Chunk, ...] = (),
    dropped: tuple[str, ...] = (),
) -> Turn:
    return Turn(
        round=number,
        persona_id=persona_id,
        speaker=speaker,
        text=completion.text,
        words=word_count(completion.text),
        chunks=chunks,
        dropped=dropped,
        loop=completion.loop,
        notes=completion.notes,
        tokens=completion.tokens_out,
    )
