"""The workers of a run: which are loading, working, idle, or to be replaced."""

import logging
from dataclasses import dataclass
from typing import Protocol

from debate.errors import ClusterError
from debate.progress import Progress
from debate.run.workers.events import Event, Ready, Task, Work

_LOG = logging.getLogger(__name__)
_MOST_STARTS = 3  # workers in a row that are lost before they are ready


class Workers(Protocol):
    """Workers, known by number. A lost one is not replaced automatically."""

    @property
    def wanted(self) -> int:
        """How many there should be."""

    def start(self) -> int:
        """Start a worker and return its number; it may wait for a machine."""

    def work(self, worker: int, kind: Work) -> None:
        """Have a worker load what it needs and work; see ``Worker.work``."""

    def give(self, worker: int, task: Task | None) -> None:
        """Give a worker a task."""

    def stop(self, worker: int) -> None:
        """Have a worker stop after the steps that it is at."""

    def end(self, worker: int) -> None:
        """End a worker, so that others may have its processors and cards; it is heard of no more."""

    def events(self) -> list[tuple[int, Event]]:
        """Wait for events of workers, and return those that have arrived, in order.

        Raises:
            ClusterError: no worker gets a machine.
            KeyboardInterrupt: Ctrl-C.
        """

    def close(self) -> None:
        """End all workers."""


@dataclass
class _Entry:
    """One worker: what it loads for or works on (None if it rests), and its machine once it is ready."""

    at: Work | None = None
    host: str = ""


class Roster:
    """Who is there.

    Attributes:
        kind: what is worked on now.
    """

    def __init__(self, workers: Workers, progress: Progress) -> None:
        self.kind: Work | None = None
        self._workers = workers
        self._progress = progress
        self._entries = {workers.start(): _Entry() for _ in range(workers.wanted)}
        self._failed_starts = 0

    @property
    def busy(self) -> list[int]:
        """The workers that have loaded everything and work."""
        return [number for number, one in self._entries.items() if one.host and one.at is not None]

    def begin(self, kind: Work) -> None:
        """Have all who rest work on this; the others do once they rest."""
        self.kind = kind
        for number, one in self._entries.items():
            if one.at is None:
                self._set_to_work(number)

    def ready(self, number: int, event: Ready) -> bool:
        """Note that a worker is ready; return whether it is for what is worked on now."""
        one = self._entries[number]
        if not one.host:
            one.host = event.host
            self._failed_starts = 0
            self._tell()
        return one.at is self.kind

    def name(self, number: int) -> str:
        """Return what people know a worker by."""
        host = self._entries[number].host
        return f"worker {number} on {host}" if host else f"worker {number}"

    def rested(self, number: int, waits: bool) -> None:
        """Note that a worker rests; it works again where questions wait."""
        self._entries[number].at = None
        if waits:
            self._set_to_work(number)

    def lost(self, number: int, reason: str, waits: bool) -> None:
        """Take a worker out; another one takes its place where questions wait.

        Raises:
            ClusterError: nobody is left, and none can be started.
        """
        name, was_ready = self.name(number), bool(self._entries.pop(number).host)
        self._workers.end(number)
        self._failed_starts += not was_ready
        if waits and self._failed_starts < _MOST_STARTS:
            _LOG.warning("%s is lost (%s); another one takes its place", name, reason)
            self._entries[self._workers.start()] = _Entry()
        else:
            _LOG.warning("%s is lost (%s)", name, reason)
        self._after(reason, waits)

    def cannot_load(self, number: int, reason: str) -> None:
        """Take a worker out that could not work if it tried again.

        Raises:
            ClusterError: nobody is left.
        """
        _LOG.warning("%s cannot work and is left out: %s", self.name(number), reason)
        del self._entries[number]
        self._workers.end(number)
        self._after(reason, waits=True)

    def _after(self, reason: str, waits: bool) -> None:
        self._tell()
        if not waits:
            return
        if not self._entries:
            raise ClusterError(f"no worker is left: {reason}; finished rows are kept: run the same command again")
        for number, one in self._entries.items():
            if one.at is None:
                self._set_to_work(number)

    def _set_to_work(self, number: int) -> None:
        if self.kind is not None:
            self._entries[number].at = self.kind
            self._workers.work(number, self.kind)

    def _tell(self) -> None:
        ready = sum(bool(one.host) for one in self._entries.values())
        self._progress.workers(ready, self._workers.wanted)
