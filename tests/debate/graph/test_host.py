"""The graphs as parts of somebody else's graph, with that graph's checkpointer."""

import pytest
from debaters import CAST, PASSAGES, RETRIEVERS, debaters
from fakes import EMBEDDING
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from chains import ChainError
from chains.schemas import Turn, Verdict
from debate import GraphSettings, Rules, build_debate_graph, build_question_graph
from vectorstore import FaissStore

STORE = FaissStore.from_texts([one.text for one in PASSAGES.values()], EMBEDDING)
THREAD = {"configurable": {"thread_id": "one"}}


class HostState(TypedDict, total=False):
    question: str
    turns: tuple[Turn, ...]
    verdict: Verdict
    told: str


def debate_graph():
    return build_debate_graph(debaters(), CAST, RETRIEVERS, candidates=1)


def question_graph():
    script = {"Answer the question below": "Treaties do."}
    return build_question_graph(debaters(script), STORE, CAST, settings=GraphSettings(abstain=False, candidates=1))


def host(part, checkpointer=None):
    graph = StateGraph(HostState)
    graph.add_node("debate", part)
    graph.add_node("tell", lambda state: {"told": f"{len(state['turns'])} turns; {state['verdict'].text}"})
    graph.add_edge(START, "debate")
    graph.add_edge("debate", "tell")
    graph.add_edge("tell", END)
    return graph.compile(checkpointer=checkpointer or InMemorySaver())


@pytest.mark.parametrize("part", [debate_graph, question_graph])
def test_a_graph_is_a_node_of_a_hosts_graph(part) -> None:
    state = host(part()).invoke({"question": "What keeps the peace?"}, THREAD)
    assert state["told"].startswith("6 turns; Nobody won this debate.")


@pytest.mark.parametrize("part", [debate_graph, question_graph])
def test_a_second_question_on_the_hosts_thread_starts_a_fresh_debate(part) -> None:
    graph = host(part())
    graph.invoke({"question": "What keeps the peace?"}, THREAD)
    state = graph.invoke({"question": "What ends a war?"}, THREAD)
    assert len(state["turns"]) == 6
    assert len(list(graph.get_state_history(THREAD))) == 8  # the host's own steps; the debate's are its subgraph's


@pytest.mark.parametrize("part", [debate_graph, question_graph])
@pytest.mark.parametrize("given", [{}, Command(resume="Whoever waits here.")])
def test_a_graph_without_a_question_says_how_to_give_one(part, given) -> None:
    with pytest.raises(ChainError, match=r'^there is no question to debate: begin with \{"question": "…"\}; a Command'):
        host(part()).invoke(given, THREAD)


def test_a_person_is_asked_through_the_hosts_graph() -> None:
    graph = host(build_debate_graph(debaters(), CAST, RETRIEVERS, candidates=1, rules=Rules(seat="owl")))
    paused = graph.invoke({"question": "What keeps the peace?"}, THREAD)
    assert paused["__interrupt__"][0].value["name"] == "Professor Owl"
    paused = graph.invoke(Command(resume="Open markets decide about peace."), THREAD)
    paused = graph.invoke(Command(resume="Trade fell by half in 1930."), THREAD)
    state = graph.invoke(Command(resume="It never recovered until the war."), THREAD)
    assert next(turn.text for turn in state["turns"] if turn.persona_id == "owl").startswith("Trade fell by half")
    assert state["told"]
