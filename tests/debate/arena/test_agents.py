"""Debaters whose models call tools: what they search, read and say, and what happens where they cannot."""

import sys

import pytest
from agents import DRAFT, FOUND, QUESTION, ToolCaller, call, draft, finds, hold
from debaters import CAST, OWN, PASSAGES, RETRIEVERS, debaters
from langchain_core.messages import AIMessage, InvalidToolCall, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import StructuredTool, tool

from chains import ChainError
from chains.debating.tool_use.agent import NO_TOOLS
from chains.schemas import Chunk, Lookup
from debate import Rules, build_debate_graph
from vectorstore.runtime.event_loop import awaited


class RefusedError(Exception):
    status_code = 400


@tool
def gazetteer(place: str) -> str:
    """Say where a place is."""
    return f"{place} lies on the coast."


def hits(state, persona_id: str = "hawk") -> list[str]:
    return next([hit.chunk_id for hit in one.hits] for one in state["readings"] if one.persona_id == persona_id)


def test_what_a_debater_searched_and_found_is_in_its_turn_and_in_what_it_reads() -> None:
    state = hold(ToolCaller(messages=[call("convoys"), draft(), draft()]))
    turn = state["turns"][0]
    assert turn.lookups == (Lookup("search", "convoys", ("c-found",)),)
    assert turn.chunk_ids == ("c-hawk", "c-found")
    assert hits(state) == ["c-hawk", "c-found"]
    assert state["debate_chunks"][-1] == FOUND


def test_the_draft_of_an_agent_is_its_turn_and_cites_what_it_found() -> None:
    turn = hold(ToolCaller(messages=[call(), draft(), draft()]))["turns"][0]
    assert turn.text.startswith("No treaty between enemies ended")
    assert "[2]" in turn.text
    assert turn.new == ("c-found",)
    assert (turn.tries, turn.tokens) == (1, 57)


def test_a_passage_that_was_found_is_quoted_to_the_byte_and_numbered_on() -> None:
    odd = Chunk("c-odd", "# Ōm **bold**\n\n\tline   two ")
    model = ToolCaller(messages=[call(), draft(), draft()])
    hold(model, hawk_finds=lambda query: (PASSAGES["hawk"],) if query == QUESTION else (odd,))
    [found] = [one for one in model.shown[1] if isinstance(one, ToolMessage)]
    assert found.content == f"[2] {odd.text}"


def test_a_debater_is_asked_in_its_voice_with_its_tools_and_their_limit() -> None:
    model = ToolCaller(messages=[call(), draft(), draft()])
    hold(model, lookups=2)
    voice, asked = model.shown[0]
    assert isinstance(voice, SystemMessage)
    assert voice.text.startswith("You are a hawk.")
    assert "call your tools, 2 times at the most" in asked.text
    assert f"[1] {PASSAGES['hawk'].text}" in asked.text
    assert model.tools == ["search"]


def test_a_search_of_its_own_may_leave_out_what_a_debater_has_read() -> None:
    asked = []

    def read_again(queries, k, without):
        asked.append((queries, set(without)))
        return {"hawk": (FOUND,)}

    turn = hold(ToolCaller(messages=[call("convoys"), draft(), draft()]), read_again=read_again)["turns"][0]
    assert asked == [({"hawk": "convoys"}, {"c-hawk"})]
    assert turn.lookups == (Lookup("search", "convoys", ("c-found",)),)


def test_a_passage_is_found_once() -> None:
    turn = hold(ToolCaller(messages=[call("convoys", 1), call("destroyers", 2), draft(), draft()]))["turns"][0]
    assert turn.lookups == (Lookup("search", "convoys", ("c-found",)), Lookup("search", "destroyers"))


def test_calls_beyond_the_limit_bring_nothing_and_say_so() -> None:
    turn = hold(ToolCaller(messages=[call("a", 1), call("b", 2), draft(), draft()]), lookups=1)["turns"][0]
    done, refused = turn.lookups
    assert (done.chunk_ids, done.failure) == (("c-found",), "")
    assert "limit" in refused.failure
    assert turn.text.startswith("No treaty between")


def test_a_model_that_only_calls_tools_keeps_what_it_found_and_is_asked_without_them() -> None:
    model = ToolCaller(messages=[call(str(n), n) for n in range(6)])
    turn = hold(model, lookups=1)["turns"][0]
    assert OWN["hawk"] in turn.text
    assert turn.chunk_ids == ("c-hawk", "c-found")
    assert "it went on to call tools after 1 calls, and its turn was asked for without them" in turn.notes


def test_a_draft_that_fails_its_measures_is_tried_again_under_the_contract() -> None:
    turn = hold(ToolCaller(messages=[call(), draft("As an AI, I cannot say."), draft()]))["turns"][0]
    assert OWN["hawk"] in turn.text
    assert turn.tries > 1


def test_a_draft_is_held_to_the_longest_turn() -> None:
    long = " ".join(f"Convoy number {n} reached the harbour of Bergen unharmed." for n in range(1, 60))
    turn = hold(ToolCaller(messages=[draft(f"{DRAFT} {long}"), draft()]))["turns"][0]
    assert turn.words <= 125


def test_a_model_without_tool_calling_reads_what_was_retrieved_and_its_turn_says_so() -> None:
    state = hold(debaters())
    assert NO_TOOLS in state["turns"][0].notes
    assert state["turns"][0].lookups == ()
    assert state["turns"][0].chunk_ids == ("c-hawk",)


@pytest.mark.parametrize("told", ["model does not support tools", '"auto" tool choice requires --tool-call-parser'])
def test_a_server_that_refuses_tools_is_asked_without_them_and_the_turn_says_so(told: str) -> None:
    turn = hold(ToolCaller(messages=[], error=RefusedError(told)))["turns"][0]
    assert turn.notes[-1] == f"{NO_TOOLS} ({told})"
    assert OWN["hawk"] in turn.text


def test_any_other_error_of_the_model_is_no_reason_to_go_on_without_tools() -> None:
    with pytest.raises(RefusedError, match="no such model"):
        hold(ToolCaller(messages=[], error=RefusedError("no such model")))


def test_what_another_tool_says_is_a_passage_that_can_be_cited() -> None:
    model = ToolCaller(
        messages=[call(tool="gazetteer", place="Bergen"), draft(f"{DRAFT} Bergen lies on the coast."), draft()]
    )
    state = hold(model, tools={"hawk": [gazetteer]})
    [lookup] = state["turns"][0].lookups
    assert (lookup.tool, lookup.query) == ("gazetteer", "Bergen")
    [told] = [one for one in state["debate_chunks"] if one.id == lookup.chunk_ids[0]]
    assert (told.text, told.source) == ("Bergen lies on the coast.", "gazetteer")
    assert told.id in state["turns"][0].chunk_ids


@tool("gazetteer")
def endless_gazetteer(place: str) -> str:
    """Where a place is."""
    return f"{place} lies on the coast \ud83d. " * 20_000


def test_of_a_tools_endless_text_the_beginning_is_read_and_the_turn_says_how_much_was_left_out() -> None:
    model = ToolCaller(messages=[call(tool="gazetteer", place="Bergen"), draft(), draft()])
    state = hold(model, tools={"hawk": [endless_gazetteer]})
    [lookup] = state["turns"][0].lookups
    told = state["debate_chunks"][-1].text
    assert told.startswith("Bergen lies on the coast ?. Bergen")
    assert len(told) == 3994
    assert lookup.left_out == 28 * 20_000 - 3994
    assert model.shown[1][-1].text == told


@tool("gazetteer")
def verbose_gazetteer(place: str) -> str:
    """Where a place is."""
    raise ValueError("no such place " * 20_000)


def test_of_a_tools_endless_error_the_beginning_is_told() -> None:
    model = ToolCaller(messages=[call(tool="gazetteer", place="Bergen"), draft(), draft()])
    [lookup] = hold(model, tools={"hawk": [verbose_gazetteer]})["turns"][0].lookups
    assert lookup.failure.startswith("ValueError: no such place")
    assert len(lookup.failure) < 4001


@tool("gazetteer")
def lost_gazetteer(place: str) -> str:
    """Where a place is."""
    raise ConnectionError(f"nobody answers\nfor {place}")


def test_a_tool_that_fails_is_a_failed_look_up_that_the_model_is_told() -> None:
    model = ToolCaller(messages=[call(tool="gazetteer", place="Bergen"), draft(), draft()])
    turn = hold(model, tools={"hawk": [lost_gazetteer]})["turns"][0]
    failure = "ConnectionError: nobody answers for Bergen"
    assert turn.lookups == (Lookup("gazetteer", "Bergen", failure=failure),)
    assert turn.text.startswith("No treaty between")
    assert model.shown[1][-1].text == "ConnectionError: nobody answers\nfor Bergen"


def closing_gazetteer(place: str) -> str:
    """Say where a place is."""
    sys.exit("the office is closed")


async def closing_gazetteer_elsewhere(place: str) -> str:
    """Say where a place is."""
    sys.exit("the office is closed")


@pytest.mark.parametrize(
    "gazetteers", [{"func": closing_gazetteer}, {"coroutine": closing_gazetteer_elsewhere}], ids=["sync", "async"]
)
def test_a_tool_that_ends_the_program_is_a_failed_look_up(gazetteers) -> None:
    closing = StructuredTool.from_function(**gazetteers, name="gazetteer")
    model = ToolCaller(messages=[call(tool="gazetteer", place="Strelsau"), draft(), draft()])
    [looked_up] = hold(model, tools={"hawk": [closing]})["turns"][0].lookups
    assert "it raised SystemExit('the office is closed')" in looked_up.failure
    assert awaited(gazetteer.ainvoke({"place": "Strelsau"})) == "Strelsau lies on the coast."


class AsyncOnly(ToolCaller):
    """A caller of tools that cannot be called where nothing is async."""

    def bind_tools(self, tools, **kwargs):
        return RunnableLambda(_never, afunc=super().bind_tools(tools).ainvoke)


def _never(messages) -> AIMessage:
    raise NotImplementedError


def test_a_model_that_is_async_only_calls_tools_too() -> None:
    turn = hold(AsyncOnly(messages=[call("convoys"), draft(), draft()]))["turns"][0]
    assert turn.lookups == (Lookup("search", "convoys", ("c-found",)),)
    assert turn.text.startswith("No treaty between enemies ended")


def test_a_search_that_fails_is_an_error_of_the_debate() -> None:
    found = iter([finds(QUESTION)])  # the documents are lost after the first search
    with pytest.raises(RuntimeError, match="StopIteration"):
        hold(ToolCaller(messages=[call()] * 4), hawk_finds=lambda _: next(found))


def test_a_call_that_cannot_be_read_is_noted() -> None:
    garbled = AIMessage("", invalid_tool_calls=[InvalidToolCall(name="search", args="{que", id="1", error=None)])
    turn = hold(ToolCaller(messages=[garbled, draft()]))["turns"][0]
    assert turn.notes[-1] == "it called a tool in a way that cannot be read, and its turn was asked for without tools"
    assert OWN["hawk"] in turn.text


@pytest.mark.parametrize(
    ("rules", "tools", "told"),
    [
        (Rules(lookups=1), {"crow": [gazetteer]}, "no debater 'crow' who could use tools; there are: hawk, dove, owl"),
        (Rules(), {"hawk": [gazetteer]}, "may not call any; set lookups to 1 or more"),
    ],
)
def test_tools_that_nobody_could_call_are_refused(rules, tools, told: str) -> None:
    with pytest.raises(ChainError, match=told):
        build_debate_graph(debaters(), CAST, RETRIEVERS, rules=rules, tools=tools)


def test_a_tool_called_as_the_search_is_refused() -> None:
    gazetteer_too = gazetteer.model_copy(update={"name": "search"})
    with pytest.raises(ChainError, match="a debater's tool is called 'search'"):
        hold(ToolCaller(messages=[draft()]), tools={"hawk": [gazetteer_too]})
