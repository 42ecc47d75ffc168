"""How a run reports its progress: to nobody, or to the log."""

import logging
import time
from collections.abc import Callable

from debate.amounts import amount
from debate.in_progress import InProgress, duration
from debate.results import QuestionResult

LINES = logging.getLogger("debate.lines")  # what is logged in place of a bar, for the terminal only
STAGES_EVERY = 30.0
STOPPING = "stopping: waiting for %s; finished rows and steps are kept, Ctrl-C again ends it now"


class Progress:
    """Receives what happens in a run, from several threads, and ignores it; subclasses show or record it."""

    def preparing(self, what: str) -> None:
        """Something is being loaded or read."""

    def warning(self, what: str) -> None:
        """The run can go on, but not do what its user may expect."""

    def total(self, questions: int, done: int) -> None:
        """So many questions are to be answered, of which some were finished before."""

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        """A question begins with this stage, or, told before, has done with it.

        Args:
            turns: so many its debate has by then.
        """

    def finished(self, result: QuestionResult) -> None:
        """A question is done, or has failed."""

    def workers(self, ready: int, wanted: int) -> None:
        """So many workers on several machines are at work, of those that are wanted."""

    def waiting(self) -> None:
        """Nothing has happened for ``STAGES_EVERY`` seconds, and the run goes on."""

    def stopping(self, in_flight: int) -> None:
        """The run was interrupted; so many questions stop, and the step that they are at is done again on resume."""


class LoggedProgress(Progress):
    """Logs every event, and passes it on to another ``Progress``.

    Stages are counted in one line, at the first of them and then about every ``STAGES_EVERY`` seconds: questions that
    run together also finish together, so that a list would say nothing for minutes.

    Args:
        log: where to; by default in place of a bar, as with ``--quiet``.
        notice: logged before the first question.
        turns: of a whole debate; 0 if it is not known.
        clock: tells the seconds.
    """

    def __init__(
        self,
        other: Progress | None = None,
        log: logging.Logger = LINES,
        notice: str = "",
        turns: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._other = other or Progress()
        self._log = log
        self._notice = notice
        self._clock = clock
        self._questions = self._done = 0
        self._at = InProgress(turns, clock)
        self._told_at = -STAGES_EVERY

    def preparing(self, what: str) -> None:
        self._log.info("%s", what)
        self._other.preparing(what)

    def warning(self, what: str) -> None:
        self._log.warning("%s", what)
        self._other.warning(what)

    def total(self, questions: int, done: int) -> None:
        if self._notice:
            self._log.info("%s", self._notice)
        self._questions, self._done = questions, done
        self._at.total(questions - done)
        self._log.info("%s, %d finished before", amount(questions, "question"), done)
        self._other.total(questions, done)

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        self._at.move(question_id, stage, turns)
        self._count()
        self._other.stage(question_id, stage, turns)

    def waiting(self) -> None:
        self._count()
        self._other.waiting()

    def _count(self) -> None:
        now = self._clock()
        if now - self._told_at >= STAGES_EVERY and str(self._at):
            self._told_at = now
            left = self._at.seconds_left()
            about = "" if left is None else f"; about {duration(left)} left"
            self._log.info("%d/%d done, %s%s", self._done, self._questions, str(self._at), about)

    def finished(self, result: QuestionResult) -> None:
        self._done += 1
        self._at.leave(result.question.id)
        outcome = f"failed: {result.error}" if result.error else f"done in {result.seconds:.0f} s"
        self._log.info("%d/%d %s %s", self._done, self._questions, result.question.id, outcome)
        self._other.finished(result)

    def workers(self, ready: int, wanted: int) -> None:
        self._log.info("%d of %s ready", ready, amount(wanted, "worker"))
        self._other.workers(ready, wanted)

    def stopping(self, in_flight: int) -> None:
        self._log.info(STOPPING, str(self._at) or amount(in_flight, "question"))
        self._other.stopping(in_flight)
