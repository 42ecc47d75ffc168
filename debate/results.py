"""The result of one question."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, computed_field, model_validator
from pydantic.dataclasses import dataclass

from chains.schemas import (
    Baseline,
    Chunk,
    DebateOutcome,
    FailedStep,
    Opinion,
    Poll,
    Position,
    Question,
    Reading,
    RoundQuestion,
    StopReason,
    Tokens,
    Translation,
    Turn,
    Verdict,
    chunk_table,
)
from debate.older_versions import attempts_of_today, row_of_today


class Status(StrEnum):
    """How a question ended."""

    DONE = "done"
    ABSTAINED = "abstained"  # the answer is "I don't know"
    FAILED = "failed"


@dataclass(frozen=True)
class StageTime:
    """How long one stage of a question took: retrieve, opinion, debate or verdict."""

    stage: str
    seconds: float


@dataclass(frozen=True)
class QuestionResult:
    """All that came out of one question, or why it failed; ``stages`` are those that this process finished.

    Attributes:
        chunks: the passages of the opinion, best first.
        debate_chunks: the passages that only debaters read; each text is kept once.
        readings: which passages each debater read, with that debater's scores.
        positions: each debater's position on this question.
        outcome: how the debate ended; None if it did not come to its end.
        round_questions, polls: what a moderator asked in each round, and whose position each debater held after it.
        stopped: why no further turn was spoken.
        attempts: what failed and was tried again.
        tokens: what the debate cost, positions, votes and verdict included.
        baselines: what a single agent answered for about as many, where that was asked for.
    """

    question: Question
    model: str
    seconds: float
    chunks: tuple[Chunk, ...] = ()
    opinion: Opinion | None = None
    turns: tuple[Turn, ...] = ()
    verdict: Verdict | None = None
    translation: Translation | None = None
    error: str = ""
    stages: tuple[StageTime, ...] = ()
    attempts: Annotated[tuple[FailedStep, ...], BeforeValidator(attempts_of_today)] = ()
    debate_chunks: tuple[Chunk, ...] = ()
    readings: tuple[Reading, ...] = ()
    positions: tuple[Position, ...] = ()
    outcome: DebateOutcome | None = None
    round_questions: tuple[RoundQuestion, ...] = ()
    polls: tuple[Poll, ...] = ()
    stopped: StopReason | None = None
    tokens: Tokens | None = None
    baselines: tuple[Baseline, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_today(cls, values: Any) -> Any:
        return row_of_today(values) if isinstance(values, dict) else values

    def answering(self, question: Question) -> QuestionResult:
        """Return the row of another question that asks the same."""
        return replace(self, question=question, seconds=0.0, stages=())

    @property
    def shown(self) -> tuple[Chunk, ...]:
        """Return the opinion's passages that its model was shown: the marker [n] means the n-th of them."""
        dropped = self.opinion.dropped if self.opinion else ()
        return tuple(chunk for chunk in self.chunks if chunk.id not in dropped)

    @property
    def speakers(self) -> dict[str, str]:
        """Return the names of those who took part in the debate, by the ids of their personas."""
        positions = {one.persona_id: one.speaker for one in self.positions}
        return positions | {one.persona_id: one.speaker for one in self.turns}

    @property
    def spoken(self) -> tuple[Turn, ...]:
        """Return the turns of the debate, and its verdict."""
        return (*self.turns, self.verdict) if self.verdict else self.turns

    @property
    def winner(self) -> str:
        """Return the name of the debate's winner; "" if there is none."""
        return self.name_of(self.verdict.winner) if self.verdict else ""

    def name_of(self, persona_id: str) -> str:
        """Return the name of somebody in the debate; the id of anybody else."""
        return self.speakers.get(persona_id, persona_id)

    def chunk_table(self) -> dict[str, Chunk]:
        """Return every passage of the question by its id."""
        return chunk_table(self.chunks, self.debate_chunks)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> Status:
        """Return whether there is an answer, an abstention or an error."""
        if self.error:
            return Status.FAILED
        return Status.ABSTAINED if self.opinion and self.opinion.abstained else Status.DONE
