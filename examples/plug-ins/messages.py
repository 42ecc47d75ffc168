"""A debate as chat messages, while it is held: what a chat front end shows.

python examples/plug-ins/messages.py
"""

from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage

from debate import GraphSettings, build_question_graph, debate_messages


def stream_messages(graph: Any, question: str) -> Iterator[AIMessage]:
    """Yield each message once, as soon as it was said."""
    shown: set[str | None] = set()
    for state in graph.stream({"question": question}, stream_mode="values"):
        for message in debate_messages(state):
            if message.id not in shown:
                shown.add(message.id)
                yield message


def chat_graph(llm: Any, store: Any, personas: Any, settings: GraphSettings | None = None) -> Any:
    """Return the graph whose debates are shown."""
    return build_question_graph(llm, store, personas, settings=settings)


if __name__ == "__main__":
    from example_parts import QUESTION, SETTINGS, load_parts

    for said in stream_messages(chat_graph(*load_parts(), SETTINGS), QUESTION):
        print(f"{said.name}: {said.content}\n")  # noqa: T201
