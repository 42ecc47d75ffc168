"""One pass over a list by workers: handle their events and hand out questions."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from chains.schemas import Question
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.question_worker import thread_of
from debate.run.workers.checkpoints import keep
from debate.run.workers.events import (
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
from debate.run.workers.pending import Pending
from debate.run.workers.roster import Roster, Workers

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


@dataclass
class Phase:
    """The questions of a list on their way through the workers.

    Args:
        checkpoints: where steps are kept, and where questions continue from; None if there are none.
        traced: takes lines of ``traces.jsonl``.
    """

    pending: Pending
    workers: Workers
    roster: Roster
    checkpoints: Checkpoints | None
    progress: Progress
    traced: Callable[[str], object]
    learned: Learned
    stopping: bool = False
    _given_up: list[Question] = field(default_factory=list)

    def stop(self) -> None:
        """Give nobody anything more, and have what is in flight stop."""
        self.stopping = True
        self.progress.stopping(self.pending.in_flight)
        self.pending.drop()
        for number in self.roster.busy:
            self.workers.stop(number)

    def given_up(self) -> list[Question]:
        """Return, once, the questions that too many workers were lost with."""
        given_up, self._given_up = self._given_up, []
        return given_up

    def take(self, number: int, event: Event) -> Iterator[Finished]:
        """Handle a worker's event; yield what it finished."""
        match event:
            case Finished():
                self.pending.finish(number, event.question)
                self.learned.answered[self.roster.name(number)] += isinstance(event.outcome, QuestionResult)
                self._give(number)
                yield event
            case Saved() | SavedWrites() if self.checkpoints is not None:
                keep(event, self.checkpoints)
            case Reached():
                self.progress.stage(event.question_id, event.stage, event.turns)
            case Traced():
                self.traced(event.lines)
            case Noted():
                name = self.roster.name(number)
                logging.getLogger(event.logger).log(event.level, "%s: %s", name, event.message)
            case Preparing():
                self.progress.preparing(f"{self.roster.name(number)}: {event.what}")
            case _:
                self._of_itself(number, event)

    def _of_itself(self, number: int, event: Event) -> None:
        match event:
            case Ready():
                self.learned.skipped_files = event.skipped_files
                is_for_this = self.roster.ready(number, event)
                for _ in range(event.width):
                    self._give(number, nothing=not is_for_this)
            case Rested():
                name = self.roster.name(number)
                self.learned.servers |= {f"{name}: {server}": told for server, told in event.figures}
                self.pending.rest(number)
                self.roster.rested(number, self.pending.waits)
            case CannotLoad():
                self._given_up += self.pending.lose(number)
                self.roster.cannot_load(number, event.reason)
            case Lost():
                self._given_up += self.pending.lose(number)
                if self.stopping:
                    self.pending.drop()
                self.roster.lost(number, event.reason, self.pending.waits)

    def _give(self, number: int, nothing: bool = False) -> None:
        question = None if nothing else self.pending.take(number)
        if question is None:
            self.workers.give(number, None)
            return
        stood = self.checkpoints.get_tuple(thread_of(question)) if self.checkpoints is not None else None
        self.workers.give(number, Task(question, stood))
