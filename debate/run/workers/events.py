"""The messages between a run and its workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple

from chains.schemas import Question
from debate.results import QuestionResult
from debate.run.records.deepened_questions import Deepening


class Work(StrEnum):
    """What a worker does with a question."""

    DEEPEN = "deepen"
    ANSWER = "answer"


@dataclass(frozen=True)
class Task:
    """A question to work on, and the checkpoint from which it continues, if it has one."""

    question: Question
    stood: CheckpointTuple | None = None


@dataclass(frozen=True)
class Preparing:
    """Something is being loaded."""

    what: str


@dataclass(frozen=True)
class Ready:
    """Everything is loaded, and so many tasks can be worked on at the same time.

    Attributes:
        host: the name of the worker's machine.
        skipped_files: documents that could not be read.
    """

    width: int
    host: str
    skipped_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class CannotLoad:
    """The model or the store cannot be loaded there, or can be used no longer."""

    reason: str


@dataclass(frozen=True)
class Reached:
    """A question has come to a stage; so many turns its debate has by then."""

    question_id: str
    stage: str
    turns: int = 0


@dataclass(frozen=True)
class Saved:
    """A step's checkpoint: the arguments of ``BaseCheckpointSaver.put``."""

    config: Mapping[str, Any]
    checkpoint: Any
    metadata: Any
    versions: Mapping[str, Any]


@dataclass(frozen=True)
class SavedWrites:
    """What a step wrote before its checkpoint: the arguments of ``BaseCheckpointSaver.put_writes``."""

    config: Mapping[str, Any]
    writes: Sequence[tuple[str, Any]]
    task_id: str
    task_path: str


@dataclass(frozen=True)
class Traced:
    """Spans that ended, each a line of ``traces.jsonl``."""

    lines: str


@dataclass(frozen=True)
class Noted:
    """A record of the worker's log."""

    logger: str
    level: int
    message: str


@dataclass(frozen=True)
class Finished:
    """A task is done: a row, or what a seed became."""

    question: Question
    outcome: QuestionResult | Deepening


@dataclass(frozen=True)
class Rested:
    """The worker has no task left and knows that none will come; ``figures`` are of the servers that it used."""

    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Lost:
    """The worker's process or machine is gone."""

    reason: str


Event = Preparing | Ready | CannotLoad | Reached | Saved | SavedWrites | Traced | Noted | Finished | Rested | Lost
