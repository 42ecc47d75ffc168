"""Every plug-in example does what it says, with a scripted model in place of the bundled one."""

import json
import runpy
from pathlib import Path

import agents
import pytest
from debaters import CAST, PASSAGES, debaters
from fakes import EMBEDDING
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from mcp.server import MCPServer

from debate import GraphSettings
from debate.graph.checkpoints import memory_checkpoints
from debate.serve.desk import Desk
from debate.serve.mcp_server import create_server
from prompts import PersonaSet
from vectorstore import FaissStore

PLUG_INS = Path(__file__).parents[2] / "examples" / "plug-ins"
QUESTION = "What keeps the peace?"
STORE = FaissStore.from_texts([one.text for one in PASSAGES.values()], EMBEDDING)
SETTINGS = GraphSettings(abstain=False, candidates=1, decision="majority")


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(PLUG_INS))
    return lambda name: runpy.run_path(str(PLUG_INS / f"{name}.py"))


def parts():
    return debaters({"Answer the question below": "Treaties do."}), STORE, CAST


def test_a_hosts_graph_debates_and_writes_a_headline_for_each_question_of_a_thread(example) -> None:
    host, thread = example("subgraph")["build_host"](*parts(), SETTINGS), {"configurable": {"thread_id": "one"}}
    first = host.invoke({"question": QUESTION}, thread)
    second = host.invoke({"question": "What ends a war?"}, thread)
    assert first["headline"] == "The debaters' votes are divided"
    assert len(second["turns"]) == 6


def test_while_a_second_question_is_debated_the_hosts_state_holds_nothing_of_the_first(example) -> None:
    host, thread = example("subgraph")["build_host"](*parts(), SETTINGS), {"configurable": {"thread_id": "one"}}
    host.invoke({"question": QUESTION}, thread)
    host.invoke({"question": "What ends a war?"}, thread)
    [second, _] = [one.values for one in host.get_state_history(thread) if one.next == ("debate",)]
    assert second == {"question": "What ends a war?", "opinion": None, "turns": [], "verdict": None, "headline": ""}


def test_a_tool_returns_what_was_said_and_decided(example) -> None:
    told = example("tool")["debate_tool"](*parts(), SETTINGS).invoke({"question": QUESTION})
    assert told.count("Professor Owl: ") == 2
    assert "\n\nVerdict: The debaters' votes are divided." in told


class ToolCaller(GenericFakeChatModel):
    """A chat model that was given tools."""

    def bind_tools(self, tools, **kwargs):
        return self


def test_an_agent_reads_raw_passages_and_stops_searching_at_its_limit(example) -> None:
    search = AIMessage("", tool_calls=[{"name": "search", "args": {"question": QUESTION}, "id": "1"}])
    again = AIMessage("", tool_calls=[{"name": "search", "args": {"question": QUESTION}, "id": "2"}])
    model = ToolCaller(messages=iter([search, again, AIMessage("Treaties do.")]))
    agent = example("agent")["persona_agent"](model, STORE, CAST[0], searches=1)
    messages = agent.invoke({"messages": [("user", QUESTION)]})["messages"]
    found, refused = [message for message in messages if message.type == "tool"]
    assert all(passage.text in found.text for passage in PASSAGES.values())
    assert "limit" in refused.text
    assert messages[-1].text == "Treaties do."


@pytest.mark.filterwarnings("ignore")
async def test_an_mcp_client_searches_from_a_point_of_view(example) -> None:
    server = create_server(Desk(STORE, PersonaSet(CAST), debaters, SETTINGS))
    found = await example("mcp_client")["ask"](server, QUESTION, "Treaties hold.")
    assert {one.partition(": ")[2] for one in found} == {one.text for one in PASSAGES.values()}


def test_messages_come_once_each_as_they_are_said(example) -> None:
    names = example("messages")
    said = list(names["stream_messages"](names["chat_graph"](*parts(), SETTINGS), QUESTION))
    assert [one.name for one in said] == [*(one.name for one in CAST)] * 3 + ["Moderator"]
    assert said[3].additional_kwargs == {"part": "turn", "persona_id": "hawk", "round": 1}


def test_a_person_speaks_in_a_debaters_seat(example) -> None:
    names, asked = example("human_seat"), []
    graph = names["seated_graph"](*parts(), seat="dove", checkpointer=memory_checkpoints(), settings=SETTINGS)
    state = names["debate_with_me"](graph, QUESTION, lambda one: (asked.append(one["wanted"]), "Courts keep it.")[1])
    assert asked == ["position", "turn", "turn", "ballot"]
    assert state["turns"][1].text.startswith("Courts keep it.")


def test_langgraph_json_names_a_graph_that_can_be_made(example, monkeypatch: pytest.MonkeyPatch) -> None:
    [place] = json.loads((PLUG_INS / "langgraph.json").read_text(encoding="utf-8"))["graphs"].values()
    file, _, name = place.partition(":")
    import example_parts

    monkeypatch.setattr(example_parts, "load_parts", parts)
    graph = runpy.run_path(str(PLUG_INS / file))[name]({})
    assert {"question", "turns", "verdict"} <= graph.get_output_jsonschema()["properties"].keys()


@pytest.mark.filterwarnings("ignore")
def test_a_debater_calls_the_tools_of_another_mcp_server(example) -> None:
    gazetteer: MCPServer = MCPServer("gazetteer")
    gazetteer.add_tool(lambda place: f"{place} lies on the coast.", name="locate", description="Say where a place is.")
    model = agents.ToolCaller(messages=[agents.call(tool="locate", place="Bergen"), *[agents.draft()] * 2])
    graph = example("mcp_tools")["graph_with_tools"](
        *parts(), gazetteer, SETTINGS.model_copy(update={"lookups": 2}), llms={"hawk": model}
    )
    [lookup] = graph.invoke({"question": QUESTION})["turns"][0].lookups
    assert (lookup.tool, lookup.query) == ("locate", "Bergen")


def test_every_example_is_told_of_in_the_readme() -> None:
    readme = (PLUG_INS / "README.md").read_text(encoding="utf-8")
    own = {path.name for path in PLUG_INS.glob("*.py")} - {"example_parts.py"}
    assert [name for name in sorted(own) if f"`{name}`" not in readme] == []
