"""A run as its folder tells it: how far it is, what is being worked on, and each event for those who watch.

An event's id is the byte after its line in ``progress.jsonl``. So a reader who comes back, to this server or to one
that was started later, continues where it was: nothing is lost and nothing told twice.
"""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Literal

import anyio
import psutil
from pydantic import ValidationError

from debate.run.records.drafts import DRAFTS
from debate.run.records.jsonl import JsonLines
from debate.run.records.progress_file import EVENT, PROGRESS, ProgressEvent
from debate.run.seat import SEAT

_LOOKED_EVERY = 0.2  # seconds
_FRESH = 120.0  # seconds; a model that wrote a word writes the next one sooner
_A_READER = 0.01  # seconds for each where there are many, so that they do not take the processor from the model
_MOST_AT_ONCE = 500  # events that a reader who is far behind gets before others have their turn


@dataclass(frozen=True)
class Working:
    """A question in work: the stage that began (no steps) or was done last, and where the file told so."""

    id: str
    stage: str
    steps: int
    told_at: int


@dataclass
class RunState:
    """How far a run is; ``end`` is the byte up to which this was read."""

    end: int = 0
    questions: int = 0
    done: int = 0
    failed: int = 0
    preparing: str = ""
    stopping: bool = False
    ended: str = "unknown"
    process: ProgressEvent | None = None
    working: dict[str, Working] = field(default_factory=dict)

    def take(self, event: ProgressEvent, end: int) -> None:
        """Take an event in."""
        self.end = end
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
                self.preparing = f"stopping: {event.done} questions end the step that they are at"
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


@dataclass(frozen=True)
class Told:
    """An event of a run, with the byte after it; a draft or what a person is asked is a state, which has no place."""

    text: str
    place: int | None = None
    kind: Literal["event", "draft", "seat"] = "event"


class _Snapshot:
    """A small JSON file that a run replaces; read once for all who watch.

    Args:
        fresh: seconds after which nobody believes it: a killed run left it behind.
    """

    def __init__(self, path: Path, fresh: float = math.inf) -> None:
        self._path = path
        self._fresh = fresh
        self._seen: tuple[int, int] | None = None
        self._text = ""
        self._parts: dict[str, str] = {}

    def text(self) -> str:
        """Return the file's JSON on one line; "" if there is none, or the file holds something else."""
        try:
            found = self._path.stat()
            if time.time() - found.st_mtime > self._fresh:
                return ""
            if (mark := (found.st_mtime_ns, found.st_ino)) != self._seen:
                self._text, self._seen, self._parts = "", mark, {}
                self._text = json.dumps(json.loads(self._path.read_bytes()))
        except (ValueError, RecursionError):  # damaged: nothing of it is told, and what else happens is
            pass
        except OSError:
            self._seen, self._text, self._parts = None, "", {}
        return self._text

    def of(self, name: str) -> str:
        """Return the JSON under a name; "" if there is none."""
        if (text := self.text()) and not self._parts and isinstance(parts := json.loads(text), dict):
            self._parts = {one: json.dumps(told) for one, told in parts.items()}
        return self._parts.get(name, "")


class Watched:
    """The progress of one run; read as often as somebody asks, a line only once."""

    def __init__(self, folder: Path) -> None:
        self._file = JsonLines(folder / PROGRESS)
        self._drafts = _Snapshot(folder / DRAFTS, _FRESH)
        self._seat = _Snapshot(folder / SEAT)
        self._readers = 0
        self._state = RunState()
        self._lock = Lock()

    def state(self) -> RunState:
        """Return how far the run is, read to the end."""
        with self._lock:
            if self._size() < self._state.end:  # another run was put in its place
                self._state = RunState()
            for offset, line in self._file.lines(self._state.end):
                self._state.end = offset + len(line)
                with suppress(ValidationError):  # a damaged line, or an event of a later version: the rest is told
                    self._state.take(EVENT.validate_json(line), self._state.end)
            return self._state

    async def events(self, after: int, question: str = "") -> AsyncIterator[Told]:
        """Yield each event after a byte, those to come, too, and what is being written for a question as it grows.

        Ends where the run's folder is gone.
        """
        place, draft, waiting = after, "", ""
        with self._one_reader_more():
            while self._file.path.parent.is_dir():
                lines = self._lines_after(place)
                for told in lines:
                    place = told.place or 0
                    yield told
                if question and (written := self._drafts.of(question)) != draft:
                    draft = written
                    yield Told(draft or "{}", kind="draft")
                if (asked := self._seat.text()) != waiting:
                    waiting = asked
                    yield Told(waiting or "{}", kind="seat")
                await anyio.sleep(0 if len(lines) == _MOST_AT_ONCE else self._pause())

    def _lines_after(self, place: int) -> list[Told]:
        """Return the next events; from the first one where another run was put in its place."""
        size = self._size()
        if size == place:
            return []
        found = islice(self._file.lines(place if size > place else 0), _MOST_AT_ONCE)
        return [Told(line.decode(errors="replace").rstrip("\n"), offset + len(line)) for offset, line in found]

    def _pause(self) -> float:
        """Return the seconds until all readers look again, together: one short burst leaves the model in peace."""
        every = max(_LOOKED_EVERY, _A_READER * self._readers)
        return every - time.monotonic() % every

    @contextmanager
    def _one_reader_more(self) -> Iterator[None]:
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1

    def _size(self) -> int:
        try:
            return self._file.path.stat().st_size
        except OSError:
            return 0
