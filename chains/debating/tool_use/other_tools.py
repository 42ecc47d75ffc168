"""Tools of others in a debater's hands: callable from its thread, and never more text than a model can read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ToolCallRequest, ToolRetryMiddleware
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.types import Command

from chains.generation.remote.event_loop import event_loop
from chains.schemas.text import valid_text

_LONGEST = 4000  # characters, 600 words or so: as much as several passages, and it fits every window
_LEFT_OUT = "characters_left_out"  # in a tool's message


class BoundedTools(AgentMiddleware[Any, Any, Any]):
    """Keeps what tools say to valid text, and what these tools say to a beginning that a model can read."""

    def __init__(self, tools: Sequence[BaseTool]) -> None:
        super().__init__()
        self._names = {tool.name for tool in tools}

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        result = handler(request)
        if not isinstance(result, ToolMessage):
            return result
        told = valid_text(result.text)
        kept = _beginning(told) if result.name in self._names else told
        facts = {_LEFT_OUT: len(told) - len(kept)}
        return result.model_copy(update={"content": kept, "additional_kwargs": facts})


def left_out(result: ToolMessage) -> int:
    """Return how many characters of what a tool said were left out."""
    return int(result.additional_kwargs.get(_LEFT_OUT, 0))


def failures_told(tools: Sequence[BaseTool]) -> ToolRetryMiddleware:
    """Tell the model of a failed call of these tools instead of failing."""
    names: list[BaseTool | str] = [tool.name for tool in tools]
    return ToolRetryMiddleware(max_retries=0, tools=names, retry_on=(Exception,), on_failure=_told)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _beginning(text: str) -> str:
    """Return a text, or its first whole words as far as it may be read."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]


def called_from_threads(tool: BaseTool) -> BaseTool:
    """Let a tool that is async only, as those of MCP servers are, be called where nothing is."""
    if not isinstance(tool, StructuredTool) or tool.func is not None or (call := tool.coroutine) is None:
        return tool

    def run(**arguments: Any) -> Any:
        async def called() -> Any:
            return await call(**arguments)

        return asyncio.run_coroutine_threadsafe(called(), event_loop()).result()

    return tool.model_copy(update={"func": run})
