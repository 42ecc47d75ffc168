"""Merge concurrent calls of many threads into batches.

A batch waits for a call of each registered caller, so batches are large and do not depend on timing. There is no extra
thread: the caller that completes a batch runs it for all others.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chains.errors import WritingStopped

_LOG = logging.getLogger(__name__)
# A registered caller that stays away this long is stuck, not slow: 16 searches of 3 s on one core take less than 1 min.
PATIENCE = 600.0  # seconds

Item = TypeVar("Item")
Request = TypeVar("Request")
Result = TypeVar("Result")


class Gathering(Generic[Item]):
    """The calls that wait for the next batch, and when it may start. Pure: the caller passes the time.

    The batch starts as soon as every registered caller waits. A caller that stays away is waited for ``patience``
    seconds, counted from the end of the last batch, or from the first call after it: counted from each call, one late
    caller would split all batches from then on.

    Attributes:
        callers: who is registered.
        waiting: how many calls wait.
    """

    def __init__(self, patience: float) -> None:
        self.callers = 0
        self.waiting = 0
        self._patience = patience
        self._items: list[Item] = []
        self._running = False
        self._since = 0.0

    def add(self, items: Sequence[Item], now: float) -> None:
        """Take in one call's items."""
        if not self._items and not self._running:
            self._since = now
        self._items.extend(items)
        self.waiting += 1

    def seconds_left(self, now: float) -> float:
        """Return how long to wait for more: 0 if the batch may start, infinite where only a change can start it."""
        if self._running or not self._items:
            return math.inf
        if self.waiting >= self.callers:
            return 0.0
        return max(0.0, self._since + self._patience - now)

    def take(self) -> list[Item]:
        """Start a batch of all that waits."""
        items, self._items = self._items, []
        self.waiting, self._running = 0, True
        return items

    def end(self, now: float) -> None:
        """End the batch."""
        self._running, self._since = False, now


@dataclass
class _Call(Generic[Request, Result]):
    request: Request
    done: bool = False
    result: Result | None = None
    error: BaseException | None = field(default=None)


class CallMerger(Generic[Request, Result]):
    """Runs concurrent ``submit`` calls together.

    Args:
        run: answers a list of requests, one result for each, in order.
        patience: seconds to wait for a registered caller that is busy elsewhere, see ``Gathering``.
    """

    def __init__(self, run: Callable[[Sequence[Request]], Sequence[Result]], patience: float = PATIENCE) -> None:
        self._run = run
        self._patience = patience
        self._gathering: Gathering[_Call[Request, Result]] = Gathering(patience)
        self._batches = 0
        self._changed = threading.Condition()

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Register somebody who is going to call, one call at a time, so that each batch waits for them."""
        with self._changed:
            self._gathering.callers += 1
        try:
            yield
        finally:
            with self._changed:
                self._gathering.callers -= 1
                self._changed.notify_all()

    def submit(self, requests: Sequence[Request]) -> list[Result]:
        """Answer the requests, together with those of other threads.

        Raises:
            Exception: whatever ``run`` raised for one of these requests, and for these only.
            WritingStopped: nobody wants any of the batch.
        """
        if not requests:
            return []
        calls: list[_Call[Request, Result]] = [_Call(request) for request in requests]
        with self._changed:
            self._gathering.add(calls, time.monotonic())
            self._changed.notify_all()
        while batch := self._next_batch(calls):
            self._answer(batch)
        return [_outcome(call) for call in calls]

    def _next_batch(self, calls: list[_Call[Request, Result]]) -> list[_Call[Request, Result]] | None:
        """Wait until ``calls`` are answered (None), or until it falls to this thread to run a batch."""
        with self._changed:
            while not all(call.done for call in calls):
                left = self._gathering.seconds_left(time.monotonic())
                if left == 0:
                    return self._start()
                self._changed.wait(None if left == math.inf else left)
            return None

    def _start(self) -> list[_Call[Request, Result]]:
        self._batches += 1
        there, expected = self._gathering.waiting, self._gathering.callers
        batch = self._gathering.take()
        _LOG.info("batch %d: %d prompts from %d of %d callers", self._batches, len(batch), there, max(there, expected))
        if there < expected:
            _LOG.warning(
                "batch %d starts without %d of %d callers, which did not ask for %g s; with other batches a model may "
                "answer in other words",
                *(self._batches, expected - there, expected, self._patience),
            )
        return batch

    def _answer(self, batch: list[_Call[Request, Result]]) -> None:
        try:
            self._run_together(batch)
        finally:
            with self._changed:
                self._gathering.end(time.monotonic())
                for call in batch:
                    call.done = True
                self._changed.notify_all()

    def _run_together(self, batch: list[_Call[Request, Result]]) -> None:
        try:
            results = self._run([call.request for call in batch])
        except WritingStopped:
            for call in batch:
                call.error = WritingStopped()
            return
        except Exception as error:  # noqa: BLE001 - handed to the caller it belongs to
            if len(batch) == 1:
                batch[0].error = error
                return
            told = f"{type(error).__name__}: {error}"
            _LOG.warning("a batch of %d prompts failed and is tried again in halves: %s", len(batch), told)
            half = len(batch) // 2  # one of them is to blame: without it, the others still succeed together
            self._run_together(batch[:half])
            self._run_together(batch[half:])
            return
        for call, result in zip(batch, results, strict=True):
            call.result = result


def _outcome(call: _Call[Request, Result]) -> Result:
    if call.error is not None:
        raise call.error
    if call.result is None:
        raise RuntimeError("a merged call ended without a result: the batch was interrupted")
    return call.result
