"""One pass over a list by workers: handle their events and hand out questions."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from chains.schemas import Question
from debate.distributed.checkpoints import keep
from debate.distributed.events import (
    CannotLoad,
    Event,
    Finished,
    Lost,
    Noted,
    Preparing,
    Reached,
    Ready,
    Rested,
    Saved,
    SavedWrites,
    Task,
    Traced,
)
from debate.distributed.pending import Pending
from debate.distributed.roster import Roster, Workers
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.question_worker import thread_of

Checkpoints = BaseCheckpointSaver[Any]


@dataclass
class Learned:
    """What workers reported about themselves.

    Attributes:
        answered: how many questions each of them answered, by its name.
        servers: what each server did that it asked.
        skipped_files: documents that could not be read.
    """

    answered: Counter[str] = field(default_factory=Counter)
    servers: dict[str, str] = field(default_factory=dict)
    skipped_files: tuple[str, ...] = ()


class Phase:
    """The questions of a list on their way through the workers.

    Args:
        checkpoints: where steps are kept, and where questions continue from; None if there are none.
        traced: takes lines of ``traces.jsonl``.
    """

    def __init__(
        self,
        pending: Pending,
        workers: Workers,
        roster: Roster,
        checkpoints: Checkpoints | None,
        progress: Progress,
        traced: Callable[[str], object],
        learned: Learned,
    ) -> None:
        self.stopping = False
        self._pending = pending
        self._workers = workers
        self._roster = roster
        self._checkpoints = checkpoints
        self._progress = progress
        self._traced = traced
        self._learned = learned
        self._given_up: list[Question] = []

    def stop(self) -> None:
        """Give nobody anything more, and have what is in flight stop after its step."""
        self.stopping = True
        self._progress.stopping(self._pending.in_flight)
        self._pending.drop()
        for number in self._roster.busy:
            self._workers.stop(number)

    def given_up(self) -> list[Question]:
        """Return, once, the questions that too many workers were lost with."""
        given_up, self._given_up = self._given_up, []
        return given_up

    def take(self, number: int, event: Event) -> Iterator[Finished]:
        """Handle a worker's event; yield what it finished."""
        match event:
            case Finished():
                self._pending.finish(number, event.question)
                self._learned.answered[self._roster.name(number)] += isinstance(event.outcome, QuestionResult)
                self._give(number)
                yield event
            case Saved() | SavedWrites() if self._checkpoints is not None:
                keep(event, self._checkpoints)
            case Reached():
                self._progress.stage(event.question_id, event.stage)
            case Traced():
                self._traced(event.lines)
            case Noted():
                name = self._roster.name(number)
                logging.getLogger(event.logger).log(event.level, "%s: %s", name, event.message)
            case Preparing():
                self._progress.preparing(f"{self._roster.name(number)}: {event.what}")
            case _:
                self._of_itself(number, event)

    def _of_itself(self, number: int, event: Event) -> None:
        match event:
            case Ready():
                self._learned.skipped_files = event.skipped_files
                is_for_this = self._roster.ready(number, event)
                for _ in range(event.width):
                    self._give(number, nothing=not is_for_this)
            case Rested():
                name = self._roster.name(number)
                self._learned.servers |= {f"{name}: {server}": told for server, told in event.figures}
                self._pending.rest(number)
                self._roster.rested(number, self._pending.waits)
            case CannotLoad():
                self._given_up += self._pending.lose(number)
                self._roster.cannot_load(number, event.reason)
            case Lost():
                self._given_up += self._pending.lose(number)
                if self.stopping:
                    self._pending.drop()
                self._roster.lost(number, event.reason, self._pending.waits)

    def _give(self, number: int, nothing: bool = False) -> None:
        question = None if nothing else self._pending.take(number)
        if question is None:
            self._workers.give(number, None)
            return
        stood = self._checkpoints.get_tuple(thread_of(question)) if self._checkpoints is not None else None
        self._workers.give(number, Task(question, stood))
