"""The debate chain: personas argue over the raw passages that were retrieved for each of them.

``DebateSteps`` holds the steps of a debate. This chain and the graph of ``debate.graph`` drive the same steps: here in
one call, there one checkpoint a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from chains.debating.likeness import Likeness
from chains.debating.positions import all_agree, take_positions
from chains.debating.record import DebateRecord
from chains.debating.turns import Speaker
from chains.debating.verdict import give_verdict
from chains.errors import ChainError
from chains.generation.contract import WordLimits
from chains.schemas import (
    Chunk,
    Debate,
    DebateOutcome,
    Position,
    Question,
    Reading,
    Turn,
    Verdict,
    as_chunks,
    as_question,
    chunk_table,
)
from prompts import Persona

# A pov_retrieval_chain, or any LangChain retriever: a question's text in, passages out.
Retrieve = Runnable[Any, "tuple[Chunk, ...]"] | Runnable[str, list[Document]]
DEFAULT_TURN_LIMITS = WordLimits(30, 120)
DEFAULT_VERDICT_LIMITS = WordLimits(30, 100)
DEFAULT_CANDIDATES = 2


@dataclass(frozen=True)
class DebateRequest:
    """What is debated: a question and, unless it is switched off, the opinion that was given on it."""

    question: Question | str
    opinion: str = ""


class DebateSteps:
    """The steps of a debate between personas. Each takes the record so far and returns what it adds.

    Args:
        limits: words of a turn.
        candidates: turns written for each turn in one batch; the best by their measures is spoken. Where it fails, as
            many again are written.
        embeddings: tell which positions agree, whether a turn keeps to its own, and what its sentences rest on;
            without them only words tell.

    Raises:
        ChainError: fewer than two personas or two rounds: that is no debate.
    """

    def __init__(
        self,
        llm: BaseLanguageModel[Any],
        personas: Sequence[Persona],
        *,
        rounds: int = 2,
        limits: WordLimits = DEFAULT_TURN_LIMITS,
        verdict_limits: WordLimits = DEFAULT_VERDICT_LIMITS,
        candidates: int = DEFAULT_CANDIDATES,
        embeddings: Embeddings | None = None,
        seed: int = 0,
    ) -> None:
        if len(personas) < 2:
            raise ChainError(
                f"a debate needs at least two personas, {len(personas)} given; add one to the personas file"
            )
        if rounds < 2:
            raise ChainError(f"a debate needs at least two rounds, {rounds} given; in one round nobody answers anybody")
        self.personas = tuple(personas)
        self._llm = llm
        self._rounds = rounds
        self._limits = limits
        self._verdict_limits = verdict_limits
        self._candidates = candidates
        self._likeness = Likeness(embeddings) if embeddings is not None else None
        self._seed = seed

    def take_positions(self, record: DebateRecord, config: RunnableConfig | None = None) -> tuple[Position, ...]:
        """Let every persona say what it stands for."""

        def take(so_far: DebateRecord, config: RunnableConfig) -> tuple[Position, ...]:
            return take_positions(self._llm, self.personas, so_far.question, self._likeness, self._seed, config)

        return RunnableLambda(take).with_config(run_name="positions").invoke(record, config)

    def outcome(self, record: DebateRecord, verdict: Verdict | None = None) -> DebateOutcome | None:
        """Say how the debate ended; None while it goes on."""
        if verdict is not None:
            return DebateOutcome.WON if verdict.winner else DebateOutcome.NO_WINNER
        return DebateOutcome.NO_DISAGREEMENT if all_agree(record.positions) else None

    def is_over(self, record: DebateRecord) -> bool:
        """Whether every persona has spoken in every round."""
        return len(record.turns) >= self._rounds * len(self.personas)

    def speak(self, record: DebateRecord, config: RunnableConfig | None = None) -> Turn:
        """Let the next persona speak.

        Raises:
            GenerationError: the debate so far leaves no room for a single passage.
        """
        number, place = divmod(len(record.turns), len(self.personas))
        persona = self.personas[place]

        speaker = Speaker(self._llm, persona, self._limits, self._rounds, self._candidates, self._likeness, self._seed)

        def turn(so_far: DebateRecord, config: RunnableConfig) -> Turn:
            return speaker.speak(so_far, number + 1, config)

        return RunnableLambda(turn).with_config(run_name=f"turn:{persona.id}").invoke(record, config)

    def give_verdict(self, record: DebateRecord, config: RunnableConfig | None = None) -> Verdict:
        """Let the moderator judge.

        Raises:
            GenerationError: the debate does not fit the model's window.
        """

        def judge(so_far: DebateRecord, config: RunnableConfig) -> Verdict:
            return give_verdict(self._llm, so_far, self._verdict_limits, self._seed, config)

        return RunnableLambda(judge).with_config(run_name="verdict").invoke(record, config)


def debate_chain(
    llm: BaseLanguageModel[Any],
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int = 2,
    limits: WordLimits = DEFAULT_TURN_LIMITS,
    candidates: int = DEFAULT_CANDIDATES,
    embeddings: Embeddings | None = None,
    seed: int = 0,
) -> Runnable[DebateRequest | Question | str | Mapping[str, Any], Debate]:
    """Return a Runnable that holds a whole debate. All passages are retrieved before the first turn.

    Input: a question's text, a ``Question``, a ``DebateRequest``, or a mapping with ``question`` and ``opinion``.

    Args:
        retrievers: for each persona's id, its own retrieval (see ``pov_retrieval_chain``).

    Raises:
        ChainError: fewer than two personas or rounds, or a persona without a retriever.
    """
    steps = DebateSteps(
        llm, personas, rounds=rounds, limits=limits, candidates=candidates, embeddings=embeddings, seed=seed
    )
    check_retrievers(personas, retrievers)

    def debate(asked: DebateRequest | Question | str | Mapping[str, Any], config: RunnableConfig) -> Debate:
        request = as_request(asked)
        question = as_question(request.question).text
        chunks, readings = read_all(question, personas, retrievers, config)
        by_persona = {reading.persona_id: reading for reading in readings}
        record = DebateRecord(question, request.opinion, chunk_table(chunks), by_persona)
        record = replace(record, positions=steps.take_positions(record, config))
        if outcome := steps.outcome(record):
            return Debate((), None, outcome, record.positions, chunks, readings)
        while not steps.is_over(record):
            record = replace(record, turns=(*record.turns, steps.speak(record, config)))
        verdict = steps.give_verdict(record, config)
        ended = steps.outcome(record, verdict) or DebateOutcome.NO_WINNER
        return Debate(record.turns, verdict, ended, record.positions, chunks, readings)

    return RunnableLambda(debate).with_config(run_name="debate")


def as_request(asked: DebateRequest | Question | str | Mapping[str, Any]) -> DebateRequest:
    """Accept a question in any form, or a mapping with ``question`` and, where there is one, ``opinion``.

    Raises:
        ChainError: it is none of these.
    """
    if isinstance(asked, DebateRequest):
        return asked
    if isinstance(asked, Mapping) and "question" in asked:
        return DebateRequest(as_question(asked["question"]), str(asked.get("opinion") or ""))
    return DebateRequest(as_question(asked))


def check_retrievers(personas: Sequence[Persona], retrievers: Mapping[str, Retrieve]) -> None:
    """Raise ChainError where a persona has no retriever."""
    for persona in personas:
        if persona.id not in retrievers:
            raise ChainError(f"persona {persona.id!r} has no retriever; pass one in retrievers[{persona.id!r}]")


def read_all(
    question: str,
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    config: RunnableConfig | None = None,
) -> tuple[tuple[Chunk, ...], tuple[Reading, ...]]:
    """Retrieve for every persona by its own retriever: the passages, each once, and who reads which."""
    found = {one.id: as_chunks(retrievers[one.id].invoke(question, config)) for one in personas}
    readings = tuple(Reading.of(persona_id, chunks) for persona_id, chunks in found.items())
    return tuple(chunk_table(*found.values()).values()), readings
