"""A debate as a node of your own LangGraph graph, with your graph's checkpointer.

python examples/plug-ins/subgraph.py
"""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from debate import CHECKPOINT_TYPES, GraphSettings, Opinion, Turn, Verdict, build_question_graph


class HostState(TypedDict, total=False):
    """Your state; keys that the debate's graph has, too, pass between the two."""

    question: str
    opinion: Opinion | None
    turns: tuple[Turn, ...]
    verdict: Verdict | None
    headline: str


def build_host(
    llm: Any,
    store: Any,
    personas: Any,
    settings: GraphSettings | None = None,
    saver: BaseCheckpointSaver[Any] | None = None,
) -> Any:
    """Compile a graph that asks, debates and writes a headline; a second question on a thread starts afresh."""

    def begin(_: HostState) -> HostState:
        """Clear what the thread's last question left: a debate hands its results over when it ends, not before."""
        return {"opinion": None, "turns": (), "verdict": None, "headline": ""}

    def write_headline(state: HostState) -> HostState:
        verdict = state.get("verdict")
        told = " ".join(verdict.text.split()) if verdict else "Nothing to debate"
        return {"headline": told.partition(".")[0]}

    graph = StateGraph(HostState)
    graph.add_node("begin", begin)
    graph.add_node("debate", build_question_graph(llm, store, personas, settings=settings))
    graph.add_node("write_headline", write_headline)
    graph.add_edge(START, "begin")
    graph.add_edge("begin", "debate")
    graph.add_edge("debate", "write_headline")
    graph.add_edge("write_headline", END)
    serde = JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)
    return graph.compile(checkpointer=saver or InMemorySaver(serde=serde))


if __name__ == "__main__":
    from example_parts import QUESTION, SETTINGS, load_parts

    host = build_host(*load_parts(), SETTINGS)
    print(host.invoke({"question": QUESTION}, {"configurable": {"thread_id": "first"}})["headline"])  # noqa: T201
