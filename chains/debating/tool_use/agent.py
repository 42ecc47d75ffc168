"""A debater as a LangChain agent: its model may call tools a limited number of times before it speaks.

The agent is LangChain's own (``create_agent``). It searches by its persona's points of view and may have other tools.
What it looked up is typed, and its text is a draft of the turn, which is measured as every candidate is. Knows nothing
of turns. Models that cannot call tools, or whose server refuses tools, look nothing up, and the note says so.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph.state import CompiledStateGraph

from chains.context import word_for_word
from chains.debating.tool_use.other_tools import (
    AsyncOnlyModels,
    BoundedTools,
    EndedProgramsFail,
    called_from_threads,
    failures_told,
    left_out,
)
from chains.errors import ChainError
from chains.generation.contract import WordLimits
from chains.generation.metering import count
from chains.generation.remote.faults import is_too_long, refuses_tools, unavailable
from chains.generation.remote.tuning import tuned
from chains.schemas import Chunk, Lookup, Tokens
from prompts import RenderedPrompt
from vectorstore.text.letters import valid_text

SEARCH = "search"
NO_TOOLS = "its model cannot call tools: it read what was retrieved for it"
_TOKENS_A_WORD = 2  # of the answer; a call's arguments are shorter than a turn
Find = Callable[[str], Sequence[Chunk]]


@dataclass(frozen=True)
class LookedUp:
    """What a debater looked up before a turn.

    Attributes:
        chunks: the passages that it found and had not read before, and the texts that other tools gave.
        draft: what it then wanted to say, or "".
        tokens: written by its model.
        note: why it looked nothing up, or stopped before it had a draft; "" if it did not.
    """

    lookups: tuple[Lookup, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    draft: str = ""
    tokens: int = 0
    note: str = ""


@dataclass(frozen=True)
class AgentTools:
    """What a debater may use: its search, its other tools, and how many calls of them all before a turn.

    Raises:
        ChainError: another tool is called like the search.
    """

    find: Find
    calls: int
    others: Sequence[BaseTool] = field(default=())

    def __post_init__(self) -> None:
        if any(tool.name == SEARCH for tool in self.others):
            raise ChainError(f"a debater's tool is called {SEARCH!r}, as its own search is; give it another name")


def can_call_tools(llm: Any) -> bool:
    """Return whether a model can be given tools, as far as its class and its profile say."""
    if not isinstance(llm, BaseChatModel) or type(llm).bind_tools is BaseChatModel.bind_tools:
        return False
    return bool((llm.profile or {}).get("tool_calling", True))


def look_up(
    llm: Any,
    prompt: RenderedPrompt,
    shown: int,
    tools: AgentTools,
    limits: WordLimits,
    seed: int,
    config: RunnableConfig,
) -> LookedUp:
    """Let a model use its tools until it has a draft of its turn.

    Args:
        shown: how many passages its prompt shows; those that it finds are numbered behind them.

    Raises:
        ModelUnavailable: the server is busy or lost.
    """
    if not can_call_tools(llm):
        return LookedUp(note=NO_TOOLS)
    model, _ = tuned(llm, seed, 0.0, limits.maximum * _TOKENS_A_WORD)
    agent = _agent(model, prompt.system, shown, tools)
    messages: list[AnyMessage] = []
    note = ""
    try:
        for state in agent.stream({"messages": [HumanMessage(prompt.user)]}, config, stream_mode="values"):
            messages = state["messages"]
    except ModelCallLimitExceededError:
        note = f"it went on to call tools after {tools.calls} calls, and its turn was asked for without them"
    except Exception as error:  # of any library
        if not (note := _reason_to_do_without(error)):
            raise
    return _looked_up(messages, note)


def _agent(model: BaseChatModel, voice: str, shown: int, tools: AgentTools) -> CompiledStateGraph[Any, Any, Any, Any]:
    limits: list[AgentMiddleware[Any, Any, Any]] = [
        ToolCallLimitMiddleware(run_limit=tools.calls),
        # One call more to speak, and one for a model that calls a tool once too often.
        ModelCallLimitMiddleware(run_limit=tools.calls + 2, exit_behavior="error"),
        AsyncOnlyModels(),
        BoundedTools(tools.others),
    ]
    if tools.others:  # a failed call is told to the model; a failed search is not
        limits += [failures_told(tools.others), EndedProgramsFail()]
    usable = [_search_tool(tools.find, shown), *map(called_from_threads, tools.others)]
    return create_agent(model, usable, system_prompt=SystemMessage(voice), middleware=limits, name="debater")


def _reason_to_do_without(error: Exception) -> str:
    """Say why a turn is asked for without tools after an error; "" if it is none of tools.

    Raises:
        ModelUnavailable: the server is busy or lost.
    """
    if refuses_tools(error):
        return f"{NO_TOOLS} ({error})"
    if is_too_long(error):
        return "what it found was longer than its model's window, and its turn was asked for without tools"
    if (passing := unavailable(error)) is not None:
        raise passing from error
    return ""


def _search_tool(find: Find, shown: int) -> BaseTool:
    """The search as a tool: its text numbers the passages on, its artifact holds them."""
    found: dict[str, Chunk] = {}

    def search(query: str) -> tuple[str, list[Chunk]]:
        new = [chunk for chunk in find(query) if chunk.id not in found]
        first = shown + len(found) + 1
        found.update((chunk.id, chunk) for chunk in new)
        text = "\n\n".join(f"[{n}] {word_for_word(chunk)}" for n, chunk in enumerate(new, first))
        return text or "Nothing that you have not read yet.", new

    return StructuredTool.from_function(
        search,
        name=SEARCH,
        description="Find passages of the documents that bear on a query, seen from your own points of view. "
        "They are quoted word for word.",
        response_format="content_and_artifact",
    )


def _looked_up(messages: Sequence[AnyMessage], note: str) -> LookedUp:
    said = [one for one in messages if isinstance(one, AIMessage)]
    results = {one.tool_call_id: one for one in messages if isinstance(one, ToolMessage)}
    pairs = [(call, results[str(call["id"])]) for one in said for call in one.tool_calls if call["id"] in results]
    chunks = {chunk.id: chunk for _, result in pairs for chunk in _chunks(result)}
    last = said[-1] if said else None
    if last and last.invalid_tool_calls and not last.text:
        note = "it called a tool in a way that cannot be read, and its turn was asked for without tools"
    told = [one.usage_metadata for one in said if one.usage_metadata]
    count(Tokens(sum(one["input_tokens"] for one in told), sum(one["output_tokens"] for one in told)))
    return LookedUp(
        lookups=tuple(_lookup(call, result) for call, result in pairs),
        chunks=tuple(chunks.values()),
        draft=last.text.strip() if last and not last.tool_calls else "",
        tokens=sum(one["output_tokens"] for one in told),
        note=note,
    )


def _lookup(call: ToolCall, result: ToolMessage) -> Lookup:
    failure = " ".join(result.text.split()) if result.status == "error" else ""
    brought = tuple(chunk.id for chunk in _chunks(result))
    return Lookup(call["name"], valid_text(_query(call["args"])), brought, failure, left_out(result))


def _query(arguments: Mapping[str, Any]) -> str:
    """A call's arguments for a reader: the text itself where there is but one."""
    only = next(iter(arguments.values())) if len(arguments) == 1 else None
    return only if isinstance(only, str) else json.dumps(arguments, ensure_ascii=False)


def _chunks(result: ToolMessage) -> tuple[Chunk, ...]:
    """The passages that a call brought; what another tool said is one, word for word."""
    if result.status == "error":
        return ()
    if result.name == SEARCH:
        return tuple(result.artifact or ())
    text = result.text.strip()
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return (Chunk(f"{result.name}-{digest}", text, source=str(result.name)),) if text else ()
