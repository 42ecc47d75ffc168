"""Merges concurrent calls into one: many threads ask, one batch runs.

Knows when a batch is worth starting; does not know what a request is. There is no thread of its own: the
caller that finds a batch ready runs it for all the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Request = TypeVar("Request")
Result = TypeVar("Result")


@dataclass
class _Call(Generic[Request, Result]):
    request: Request
    done: bool = False
    result: Result | None = None
    error: Exception | None = field(default=None)


class CallMerger(Generic[Request, Result]):
    """Runs concurrent ``submit`` calls together.

    Args:
        run: answers a list of requests, one result for each, in order.
        linger: seconds to wait for more calls while a registered caller is busy elsewhere. Once every
            registered caller is waiting, the batch starts at once.
    """

    def __init__(self, run: Callable[[Sequence[Request]], Sequence[Result]], linger: float = 0.2) -> None:
        self._run = run
        self._linger = linger
        self._pending: list[_Call[Request, Result]] = []
        self._waiting = 0  # threads whose calls are pending
        self._callers = 0
        self._running = False
        self._changed = threading.Condition()

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Register a thread that is going to call, so that a batch waits for it."""
        with self._changed:
            self._callers += 1
        try:
            yield
        finally:
            with self._changed:
                self._callers -= 1
                self._changed.notify_all()

    def submit(self, requests: Sequence[Request]) -> list[Result]:
        """Answer the requests, together with those of other threads.

        Raises:
            Exception: whatever ``run`` raised for one of these requests, and for these only.
        """
        calls: list[_Call[Request, Result]] = [_Call(request) for request in requests]
        deadline = time.monotonic() + self._linger
        with self._changed:
            self._pending.extend(calls)
            self._waiting += 1
            self._changed.notify_all()
        while batch := self._next_batch(calls, deadline):
            self._answer(batch)
        return [_outcome(call) for call in calls]

    def _next_batch(self, calls: list[_Call[Request, Result]], deadline: float) -> list[_Call[Request, Result]] | None:
        """Wait until ``calls`` are answered (None), or until it falls to this thread to run a batch."""
        with self._changed:
            while not all(call.done for call in calls):
                remaining = deadline - time.monotonic()
                if not self._running and self._pending:
                    if self._waiting >= self._callers or remaining <= 0:
                        batch, self._pending, self._running = self._pending, [], True
                        self._waiting = 0
                        return batch
                    self._changed.wait(remaining)
                else:
                    self._changed.wait()
            return None

    def _answer(self, batch: list[_Call[Request, Result]]) -> None:
        try:
            self._run_together(batch)
        finally:
            with self._changed:
                self._running = False
                for call in batch:
                    call.done = True
                self._changed.notify_all()

    def _run_together(self, batch: list[_Call[Request, Result]]) -> None:
        try:
            results = self._run([call.request for call in batch])
        except Exception as error:  # noqa: BLE001 - handed to the caller it belongs to
            if len(batch) == 1:
                batch[0].error = error
                return
            for call in batch:  # one of them is to blame: alone, the others still succeed
                self._run_together([call])
            return
        for call, result in zip(batch, results, strict=True):
            call.result = result


def _outcome(call: _Call[Request, Result]) -> Result:
    if call.error is not None:
        raise call.error
    if call.result is None:
        raise RuntimeError("a merged call ended without a result: the batch was interrupted")
    return call.result
