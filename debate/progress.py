"""The protocol for reporting a run's progress, and an implementation that ignores it."""

from __future__ import annotations

import logging
from typing import Protocol

from debate.results import QuestionResult

LINES = logging.getLogger("debate.lines")  # what is logged in place of a bar, for the terminal only


class Progress(Protocol):
    """Receives what happens in a run, from several threads."""

    def preparing(self, what: str) -> None:
        """Something is being loaded or read."""

    def total(self, questions: int, done: int) -> None:
        """So many questions are to be answered, of which some were finished before."""

    def stage(self, question_id: str, stage: str) -> None:
        """A question has come to this stage."""

    def finished(self, result: QuestionResult) -> None:
        """A question is done, or has failed."""

    def workers(self, ready: int, wanted: int) -> None:
        """So many workers on several machines are at work, of those that are wanted."""

    def stopping(self, in_flight: int) -> None:
        """The run was interrupted; so many questions stop after the step that they are at."""


class NullProgress:
    """A ``Progress`` that nobody watches."""

    def preparing(self, what: str) -> None: ...
    def total(self, questions: int, done: int) -> None: ...
    def stage(self, question_id: str, stage: str) -> None: ...
    def finished(self, result: QuestionResult) -> None: ...
    def workers(self, ready: int, wanted: int) -> None: ...
    def stopping(self, in_flight: int) -> None: ...
