"""A chat model that calls tools as it was scripted, and debates in which it speaks for one of three."""

from typing import Any

from debaters import CAST, PASSAGES, POSITIONS, RETRIEVERS, SAID, debaters
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableLambda
from pydantic import PrivateAttr

from chains import Chunk
from debate import Rules, build_debate_graph

QUESTION = "What keeps the peace?"
FOUND = Chunk("c-found", "Grain convoys of 1917 were guarded by forty destroyers, and losses fell by nine tenths.")
DRAFT = (
    "No treaty between enemies ended more wars than weapons did. Grain convoys of 1917 were guarded by forty destroyers, and losses fell by nine "
    "tenths. Strength kept the sea open for a country that paper had failed, and nothing else has done so since."
)


def call(query: str = "convoys", number: int = 1, tool: str = "search", **arguments: Any) -> AIMessage:
    """A model's wish to call a tool; it writes 7 tokens for it."""
    asked = {"name": tool, "args": arguments or {"query": query}, "id": f"call-{number}"}
    return AIMessage("", tool_calls=[asked], usage_metadata=usage(7))


def usage(written: int) -> Any:
    return {"input_tokens": 100, "output_tokens": written, "total_tokens": 100 + written}


def draft(text: str = DRAFT) -> AIMessage:
    return AIMessage(text, usage_metadata=usage(50))


class ToolCaller(BaseChatModel):
    """Says its messages one after the other where it was given tools; asked without, it speaks as the hawk does.

    ``shown`` keeps what it was shown with tools, ``plain`` what it was shown without.
    """

    messages: list[Any]
    error: Any = None
    _shown: list[list[Any]] = PrivateAttr(default_factory=list)
    _plain: list[list[Any]] = PrivateAttr(default_factory=list)
    _tools: list[str] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "tool-caller"

    @property
    def shown(self) -> list[list[Any]]:
        return self._shown

    @property
    def plain(self) -> list[list[Any]]:
        return self._plain

    @property
    def tools(self) -> list[str]:
        return self._tools

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self._tools[:] = [tool.name for tool in tools]
        return RunnableLambda(self._with_tools)

    def _with_tools(self, messages: Any) -> AIMessage:
        self._shown.append(messages)
        if self.error is not None:
            raise self.error
        return self.messages[len(self._shown) - 1]

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        self._plain.append(messages)
        said = POSITIONS["hawk"] if "Before it begins" in messages[-1].text else SAID["hawk"]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])


def finds(query: str) -> tuple[Chunk, ...]:
    """The hawk's retrieval: its own passage on the question, and another one on whatever else it asks."""
    return (PASSAGES["hawk"],) if query == QUESTION else (PASSAGES["hawk"], FOUND)


def hold(model: Any, *, lookups: int = 3, hawk_finds: Any = finds, **given: Any) -> dict[str, Any]:
    """A debate of two rounds in which this model speaks for the hawk; the others have no tools."""
    retrievers = {**RETRIEVERS, "hawk": RunnableLambda(hawk_finds)}
    rules = Rules(lookups=lookups)
    graph = build_debate_graph(debaters(), CAST, retrievers, rules=rules, candidates=1, llms={"hawk": model}, **given)
    return graph.invoke({"question": QUESTION})
