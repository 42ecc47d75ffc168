"""Models and tools of others in an agent: callable from its thread, and never more text than a model can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents.middleware import (
    AgentMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallRequest,
    ToolRetryMiddleware,
)
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.types import Command

from vectorstore.runtime.event_loop import ProgramEndedError, awaited
from vectorstore.text.letters import valid_text

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


class EndedProgramsFail(AgentMiddleware[Any, Any, Any]):
    """Makes it a failed call that a tool ends the program, as ``sys.exit`` in somebody's command does.

    Tools run in threads, which Ctrl-C never reaches.
    """

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        try:
            return handler(request)
        except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            raise ProgramEndedError(error) from error


class AsyncOnlyModels(AgentMiddleware[Any, Any, Any]):
    """Asks a model that is async only in the loop that such models share."""

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any] | AIMessage:
        try:
            return handler(request)
        except NotImplementedError:
            voice = [request.system_message] if request.system_message else []
            model = request.model.bind_tools(request.tools)
            return awaited(model.ainvoke([*voice, *request.messages]))


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
        return awaited(call(**arguments))

    return tool.model_copy(update={"func": run})
