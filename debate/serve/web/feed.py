"""What those who watch a run are sent: looked for once, encoded once, and the same bytes for all at the same place.

An event's id is the byte after its line in ``progress.jsonl``. So a reader who comes back, to this server or to one
that was started later, continues where it was: no event is lost or sent twice.
"""

import json
import math
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from stat import S_ISREG

import anyio
from fastapi.sse import format_sse_event
from pydantic import ValidationError

from debate.files.jsonl import JsonLines
from debate.run.records.progress_file import EVENT

_LOOKED_EVERY = 0.2  # seconds
_A_READER = 0.01  # seconds for each where there are many, so that they do not take the processor from the model
_MOST_AT_ONCE = 500  # events that a reader who is far behind gets before others have their turn
_ALIVE_EVERY = 2.0  # seconds; a killed run reports nothing
_PING_EVERY = 15.0  # seconds; a proxy ends what is silent for longer
_FRAMES = 16  # that are kept: nearly all readers are at the same place
_HELLO = format_sse_event(comment="watching", retry=1000)
_PING = format_sse_event(comment="ping")


class Snapshot:
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
        """Return the file's JSON on one line; "" if there is none, it is a link, or it holds something else."""
        try:
            found = self._path.lstat()
            if not S_ISREG(found.st_mode) or time.time() - found.st_mtime > self._fresh:
                return ""
            if (mark := (found.st_mtime_ns, found.st_ino)) != self._seen:
                self._text, self._seen, self._parts = "", mark, {}
                self._text = json.dumps(json.loads(self._path.read_bytes()))
        except (ValueError, RecursionError):  # a damaged file: other events still go out
            pass
        except OSError:
            self._seen, self._text, self._parts = None, "", {}
        return self._text

    def of(self, name: str) -> str:
        """Return the JSON under a name; "" if there is none."""
        if (text := self.text()) and not self._parts and isinstance(parts := json.loads(text), dict):
            self._parts = {one: json.dumps(told) for one, told in parts.items()}
        return self._parts.get(name, "")


@dataclass(frozen=True)
class _Seen:
    """How far a reader is: the byte up to which the events were told, and the states that are shown."""

    place: int
    draft: str = ""
    seat: str = ""
    runs: bool | None = None


class Feed:
    """The frames that the readers of a run, or of one question in it, are sent.

    Args:
        progress: the run's events.
        question: whose drafts to send; "" for none.
        runs: returns whether the run's process is alive.
    """

    def __init__(
        self, progress: JsonLines, question: str, drafts: Snapshot, seat: Snapshot, runs: Callable[[], bool]
    ) -> None:
        self._file = progress
        self._question = question
        self._drafts = drafts
        self._seat = seat
        self._runs = runs
        self._now = _Seen(0)
        self._is_there = True
        self._is_closed = False
        self._asked_at = -math.inf  # when it was asked whether the run is alive
        self._frame = lru_cache(_FRAMES)(self._encoded)
        self._readers = 0
        self._is_looked_for = False
        self._changed = anyio.Event()

    async def frames(self, after: int) -> AsyncIterator[bytes]:
        """Yield the events after a byte and those to come, and what is being written as it grows, as they are sent.

        Ends where the run's folder is gone, or the feed is closed.
        """
        self._readers += 1
        try:
            if not self._is_looked_for:
                self._look()
            seen, frame = _Seen(after), _HELLO
            while self._is_there and not self._is_closed:
                yield frame or _PING
                await anyio.sleep(0)  # who is far behind leaves others their turn
                seen, frame = self._frame(seen)
                if not frame:
                    await self._news()
                    seen, frame = self._frame(seen)
        finally:
            self._readers -= 1

    def close(self) -> None:
        """Let everybody go soon: the server ends."""
        self._is_closed = True

    async def _news(self) -> None:
        """Wait until something changed, or it is time for a ping. Of all who wait, one looks."""
        if self._is_looked_for:
            await self._changed.wait()
            return
        self._is_looked_for = True
        until = time.monotonic() + _PING_EVERY
        try:
            while time.monotonic() < until and not self._is_closed:
                await anyio.sleep(max(_LOOKED_EVERY, _A_READER * self._readers))
                if self._look():
                    break
        finally:  # if its reader has left, too: another one looks then
            self._is_looked_for = False
            self._changed.set()
            self._changed = anyio.Event()

    def _look(self) -> bool:
        """Look at the run's files, and return whether anything is new."""
        draft = self._drafts.of(self._question) if self._question else ""
        now = _Seen(self._file.size(), draft, self._seat.text(), self._is_alive())
        self._is_there = now.place > 0 or self._file.path.parent.is_dir()
        if now == self._now and self._is_there:
            return False
        self._now = now
        self._frame.cache_clear()
        return True

    def _is_alive(self) -> bool | None:
        if time.monotonic() < self._asked_at + _ALIVE_EVERY:
            return self._now.runs
        self._asked_at = time.monotonic()
        return self._runs()

    def _encoded(self, seen: _Seen) -> tuple[_Seen, bytes]:
        """Return what is new to who has seen so much, and how far it leads."""
        lines = self._lines_after(seen.place)
        now = replace(self._now, place=lines[-1][0] if lines else seen.place)
        told = [format_sse_event(data_str=line, id=str(end)) if _is_event(line) else _PING for end, line in lines]
        if now.draft != seen.draft:
            told.append(format_sse_event(data_str=now.draft or "{}", event="draft"))
        if now.seat != seen.seat:
            told.append(format_sse_event(data_str=now.seat or "{}", event="seat"))
        if now.runs != seen.runs:
            told.append(format_sse_event(data_str=json.dumps(now.runs), event="running"))
        return now, b"".join(told)

    def _lines_after(self, place: int) -> list[tuple[int, str]]:
        """Return the next events, each with the byte after it; from the first where another run took its place."""
        size = self._file.size()
        if size == place:
            return []
        found = islice(self._file.lines(place if size > place else 0), _MOST_AT_ONCE)
        return [(offset + len(line), line.decode(errors="replace").rstrip("\n")) for offset, line in found]


def _is_event(line: str) -> bool:
    """Whether a line is an event of a run. Others, of a damaged file or of one that is a link, are nobody's to read."""
    try:
        EVENT.validate_json(line)
    except ValidationError:
        return False
    return True
