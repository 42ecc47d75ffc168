"""You in a debater's seat, by LangGraph's interrupt and resume; ``debate talk --seat`` does this in the terminal.

python examples/plug-ins/human_seat.py
"""

from collections.abc import Callable
from typing import Any

from langgraph.types import Command

from debate import CHECKPOINT_TYPES, GraphSettings, build_question_graph


def debate_with_me(
    graph: Any, question: str, answer: Callable[[dict[str, Any]], str], thread_id: str = "mine"
) -> dict[str, Any]:
    """Hold a debate; ``answer`` is asked for a position, a turn or a ballot, as the request's ``wanted`` says.

    An answer that is empty or too long is asked for again; the request's ``problem`` says why.
    """
    thread = {"configurable": {"thread_id": thread_id}}
    state = graph.invoke({"question": question}, thread)
    while "__interrupt__" in state:
        state = graph.invoke(Command(resume=answer(state["__interrupt__"][0].value)), thread)
    return dict(state)


def seated_graph(
    llm: Any, store: Any, personas: Any, seat: str, checkpointer: Any, settings: GraphSettings | None = None
) -> Any:
    """Return a graph that pauses whenever it is the turn of whoever sits in ``seat``."""
    return build_question_graph(llm, store, personas, settings=settings, seat=seat, checkpointer=checkpointer)


if __name__ == "__main__":
    from example_parts import QUESTION, SETTINGS, load_parts
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    parts = load_parts()
    kept = InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES))
    seated = seated_graph(*parts, seat=parts[2][0].id, checkpointer=kept, settings=SETTINGS)
    held = debate_with_me(seated, QUESTION, lambda asked: input(f"{asked['wanted']}, {asked['claim']}\n> "))
    print(held["verdict"].text if held.get("verdict") else held["outcome"])  # noqa: T201
