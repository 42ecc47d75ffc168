"""``progress.jsonl``: one line per event of a run, so that other processes can follow it.

Texts are not repeated here: the checkpoints and the journal hold them, and are written before the event. The file is
not synced, since losing its end loses no result.
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal

import psutil
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from debate.files.jsonl import JsonLines
from debate.in_progress import InProgress
from debate.progress import Progress
from debate.results import QuestionResult

PROGRESS = "progress.jsonl"
_LOG = logging.getLogger(__name__)

EventName = Literal["began", "preparing", "total", "stage", "finished", "workers", "stopping", "ended"]


@dataclass(frozen=True)
class ProgressEvent:
    """One event of a run; fields that an event does not have are empty.

    Attributes:
        question: the id of the question that has come to ``stage``, or that finished.
        text: what is being prepared, why a question failed, or how the run ended.
        questions, done: of "total".
        left: of "stage" and "finished": about how many seconds the run still takes; 0 if nothing tells yet.
        ready, wanted: of "workers": how many on several machines are at work.
        process, host, created: of "began": who runs it; ``created`` distinguishes a process from a later one with the
            same number.
    """

    event: EventName
    at: str = ""
    question: str = ""
    stage: str = ""
    text: str = ""
    seconds: float = 0.0
    questions: int = 0
    done: int = 0
    left: float = 0.0
    ready: int = 0
    wanted: int = 0
    process: int = 0
    created: float = 0.0
    host: str = ""


EVENT: TypeAdapter[ProgressEvent] = TypeAdapter(ProgressEvent)


class RecordedProgress(Progress):
    """A ``Progress`` that writes everything to a file and passes it on to another one.

    Args:
        turns: of a whole debate; 0 if it is not known.
    """

    def __init__(self, path: Path, other: Progress, turns: int = 0) -> None:
        self._path = path
        self._other = other
        self._at = InProgress(turns)
        self._lock = Lock()
        self._broken = False

    def preparing(self, what: str) -> None:
        self.write(ProgressEvent("preparing", text=what))
        self._other.preparing(what)

    def warning(self, what: str) -> None:
        self._other.warning(what)

    def total(self, questions: int, done: int) -> None:
        self._at.total(questions - done)
        self.write(ProgressEvent("total", questions=questions, done=done))
        self._other.total(questions, done)

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        self._at.move(question_id, stage, turns)
        self.write(ProgressEvent("stage", question=question_id, stage=str(stage), left=self._left()))
        self._other.stage(question_id, stage, turns)

    def finished(self, result: QuestionResult) -> None:
        self._at.leave(result.question.id)
        took = round(result.seconds, 1)
        event = ProgressEvent("finished", question=result.question.id, text=result.error, seconds=took)
        self.write(replace(event, left=self._left()))
        self._other.finished(result)

    def workers(self, ready: int, wanted: int) -> None:
        self.write(ProgressEvent("workers", ready=ready, wanted=wanted))
        self._other.workers(ready, wanted)

    def waiting(self) -> None:
        self._other.waiting()

    def stopping(self, in_flight: int) -> None:
        self.write(ProgressEvent("stopping", done=in_flight))
        self._other.stopping(in_flight)

    def _left(self) -> float:
        return round(self._at.seconds_left() or 0.0, 1)

    def write(self, event: ProgressEvent) -> None:
        """Append an event; the first one that cannot be written is a warning, since the run itself is not in danger."""
        text = event.text.encode(errors="replace").decode()  # half a surrogate pair is no text in UTF-8
        told = replace(event, text=text, at=datetime.now(UTC).isoformat(timespec="milliseconds"))
        line = EVENT.dump_json(told, exclude_defaults=True).replace(b"\n", b" ") + b"\n"
        try:
            with self._lock, self._path.open("ab", buffering=0) as file:
                file.write(line)
        except OSError as error:
            if not self._broken:
                _LOG.warning("cannot write %s: %s; the live page cannot follow this run", self._path, error.strerror)
            self._broken = True


@contextmanager
def recorded_progress(folder: Path, other: Progress, turns: int = 0) -> Iterator[Progress]:
    """Record a run's progress in its folder, from its begin to how it ended.

    Args:
        turns: of a whole debate; 0 if it is not known.

    Raises:
        RunFolderError: the file cannot be written.
    """
    JsonLines(folder / PROGRESS).append(())  # a killed process left half a line
    recorded = RecordedProgress(folder / PROGRESS, other, turns)
    me = psutil.Process()
    recorded.write(ProgressEvent("began", process=os.getpid(), created=me.create_time(), host=socket.gethostname()))
    how = "failed"
    try:
        yield recorded
        how = "done"
    except KeyboardInterrupt:
        how = "interrupted"
        raise
    except Exception as error:
        how = f"{type(error).__name__}: {error}"
        raise
    finally:
        recorded.write(ProgressEvent("ended", text=how))
