"""Steps of a graph that run where their question runs: in one thread, with the loop that LangGraph drives them by.

LangGraph's synchronous loop hands each checkpoint to a pool of threads that every question has to itself, its
asynchronous one hands each plain function to a pool: both wait for threads and do nothing beside them. A ``Step`` on
the loop that ``run_alone`` made for one question runs in place; on any other loop, which it must not block, in a pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import closing
from contextvars import ContextVar
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor

Result = TypeVar("Result")
_ALONE: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("pov_debate_alone", default=None)


class Step(Runnable[Any, Any]):
    """A function of the graph's state as a node or a condition."""

    def __init__(self, name: str, function: Callable[[Any], Any]) -> None:
        self.name = name
        self._function = function

    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: ARG002
        """Call the function."""
        return self._function(input)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:
        """Call the function, in place where the running loop is this question's alone."""
        loop = asyncio.get_running_loop()
        if loop is not _ALONE.get():
            return await run_in_executor(config, self._function, input)
        asyncio._set_running_loop(None)  # a model that brings a loop of its own finds none running
        try:
            return self._function(input)
        finally:
            asyncio._set_running_loop(loop)


def run_alone(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in this thread, on a loop that nothing else is on."""
    with closing(asyncio.new_event_loop()) as loop:
        token = _ALONE.set(loop)
        try:
            return loop.run_until_complete(work)
        finally:
            _ALONE.reset(token)
