"""The state of a run, from its folder: progress, questions in progress, and whether its process is alive."""

import socket
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

import psutil
from pydantic import ValidationError

from debate.amounts import amount
from debate.files.jsonl import JsonLines
from debate.run.records.drafts import DRAFTS
from debate.run.records.progress_file import EVENT, PROGRESS, ProgressEvent
from debate.run.seat import SEAT
from debate.serve.web.feed import Feed, Snapshot

_FRESH = 120.0  # seconds that a draft is believed; a model that wrote a word writes the next one sooner


@dataclass(frozen=True)
class Working:
    """A question in work: the stage that began (no steps) or was done last, and where the file told so."""

    id: str
    stage: str
    steps: int
    told_at: int


@dataclass
class RunState:
    """How far a run is.

    Attributes:
        end: the byte up to which this was read.
        left, left_at: about how many seconds it still took when an event told so, and when that was (ISO 8601).
    """

    end: int = 0
    questions: int = 0
    done: int = 0
    failed: int = 0
    left: float = 0.0
    left_at: str = ""
    preparing: str = ""
    stopping: bool = False
    ended: str = "unknown"
    process: ProgressEvent | None = None
    working: dict[str, Working] = field(default_factory=dict)

    def take(self, event: ProgressEvent, end: int) -> None:
        """Take an event in."""
        self.end = end
        self.left, self.left_at = event.left, event.at
        match event.event:
            case "began":
                self.process, self.ended, self.preparing, self.stopping = event, "", "", False
                self.failed = 0
                self.working.clear()
            case "preparing":
                self.preparing = event.text
            case "total":
                self.questions, self.done, self.preparing = event.questions, event.done, ""
            case "stage":
                steps = self.working[event.question].steps + 1 if event.question in self.working else 0
                self.working[event.question] = Working(event.question, event.stage, steps, end)
            case "finished":
                self.working.pop(event.question, None)
                self.done += 1
                self.failed += bool(event.text)
            case "stopping":
                self.stopping = True
                self.preparing = f"stopping: waiting for {amount(event.done, 'question')}"
            case "ended":
                self.ended, self.preparing = event.text or "done", ""

    @property
    def is_running(self) -> bool:
        """Whether its process is alive; one on another machine is believed."""
        if self.process is None or self.ended:
            return False
        return self.process.host != socket.gethostname() or runs(self.process)


def runs(began: ProgressEvent) -> bool:
    """Whether the process that began a run is still there, and no later one under its number."""
    try:
        process = psutil.Process(began.process)
        is_same = abs(process.create_time() - began.created) < 1
        return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


class Watched:
    """The progress of one run; read as often as somebody asks, a line only once."""

    def __init__(self, folder: Path) -> None:
        self._file = JsonLines(folder / PROGRESS)
        self._drafts = Snapshot(folder / DRAFTS, _FRESH)
        self._seat = Snapshot(folder / SEAT)
        self._feeds: WeakValueDictionary[str, Feed] = WeakValueDictionary()
        self._state = RunState()
        self._lock = Lock()

    def state(self) -> RunState:
        """Return how far the run is, read to the end."""
        with self._lock:
            if self._file.size() < self._state.end:  # another run was put in its place
                self._state = RunState()
            for offset, line in self._file.lines(self._state.end):
                self._state.end = offset + len(line)
                with suppress(ValidationError):  # a damaged line, or an event of a later version: the rest still counts
                    self._state.take(EVENT.validate_json(line), self._state.end)
            return replace(self._state, working=dict(self._state.working))  # others read on meanwhile

    def close(self) -> None:
        """Let those who watch go."""
        for feed in [*self._feeds.values()]:
            feed.close()

    def feed(self, question: str = "") -> Feed:
        """Return what those who watch are sent, with what is being written for a question."""
        feed = self._feeds.get(question)
        if feed is None:
            feed = Feed(self._file, question, self._drafts, self._seat, lambda: self.state().is_running)
            self._feeds[question] = feed
        return feed
