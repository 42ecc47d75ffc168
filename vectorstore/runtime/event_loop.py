"""The event loop for async-only models, tools, stores and retrievers, whose connections belong to one loop."""

import asyncio
from collections.abc import Awaitable
from functools import cache
from threading import Thread
from typing import TypeVar

Made = TypeVar("Made")


class ProgramEndedError(RuntimeError):
    """A model or tool of others wanted to end the program, as ``sys.exit`` does."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"it raised {error!r}, which ends a program")


def awaited(work: Awaitable[Made], within: float | None = None) -> Made:
    """Await something in the loop that all share, from a thread without one, and return its result.

    Args:
        within: seconds; None waits for as long as it takes.

    Raises:
        TimeoutError: it takes longer.
        ProgramEndedError: it raised what would end the loop, for which everything else would then wait.
    """

    async def guarded() -> Made:
        try:
            return await work
        except (SystemExit, KeyboardInterrupt) as error:
            raise ProgramEndedError(error) from error

    waiting = asyncio.run_coroutine_threadsafe(guarded(), _event_loop())
    try:
        return waiting.result(within)
    except TimeoutError:
        waiting.cancel()
        raise


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that runs in its own thread until the process ends."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="async-models", daemon=True).start()
    return loop
