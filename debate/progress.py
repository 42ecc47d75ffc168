"""How a run reports its progress: to nobody, or to the log."""

import logging

from debate.results import QuestionResult

LINES = logging.getLogger("debate.lines")  # what is logged in place of a bar, for the terminal only
STOPPING = "interrupted: %d questions stop after the step they are at; Ctrl-C again stops at once"


class Progress:
    """Receives what happens in a run, from several threads, and ignores it; subclasses show or record it."""

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


class LoggedProgress(Progress):
    """Logs every event, and passes it on to another ``Progress``.

    Args:
        log: where to; by default in place of a bar, as with ``--quiet``.
        notice: logged before the first question.
    """

    def __init__(self, other: Progress | None = None, log: logging.Logger = LINES, notice: str = "") -> None:
        self._other = other or Progress()
        self._log = log
        self._notice = notice
        self._questions = self._done = 0

    def preparing(self, what: str) -> None:
        self._log.info("%s", what)
        self._other.preparing(what)

    def total(self, questions: int, done: int) -> None:
        if self._notice:
            self._log.info("%s", self._notice)
        self._questions, self._done = questions, done
        self._log.info("%d questions, %d of them finished before", questions, done)
        self._other.total(questions, done)

    def stage(self, question_id: str, stage: str) -> None:
        self._log.debug("%s: %s", question_id, stage)
        self._other.stage(question_id, stage)

    def finished(self, result: QuestionResult) -> None:
        self._done += 1
        outcome = f"failed: {result.error}" if result.error else f"done in {result.seconds:.0f} s"
        self._log.info("%d/%d %s %s", self._done, self._questions, result.question.id, outcome)
        self._other.finished(result)

    def workers(self, ready: int, wanted: int) -> None:
        self._log.info("%d of %d workers are ready", ready, wanted)
        self._other.workers(ready, wanted)

    def stopping(self, in_flight: int) -> None:
        self._log.info(STOPPING, in_flight)
        self._other.stopping(in_flight)
