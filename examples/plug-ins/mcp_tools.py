"""A debater who uses the tools of another MCP server, through LangChain's adapter, beside its own search.

Needs a model that can call tools (see ``agent.py``), and a server that speaks MCP over HTTP (extra: tools):

python examples/plug-ins/mcp_tools.py openai:my-model http://localhost:9000/mcp
"""

from typing import Any

from debate import GraphSettings, build_question_graph
from debate.graph.mcp_tools import tools_of

SETTINGS = GraphSettings(lookups=3)


def graph_with_tools(
    llm: Any, store: Any, personas: Any, address: str, settings: GraphSettings = SETTINGS, **more: Any
) -> Any:
    """Return the question graph in which the first persona may call the tools of an MCP server."""
    tools = {personas[0].id: tools_of(address)}
    return build_question_graph(llm, store, personas, settings=settings, tools=tools, **more)


if __name__ == "__main__":
    import sys

    if len(sys.argv) != 3:
        raise SystemExit(__doc__)

    from example_parts import BRICS, QUESTION
    from langchain.chat_models import init_chat_model

    from prompts import load_personas
    from vectorstore import build_index, load_corpus, load_embeddings

    index = build_index(load_corpus(BRICS / "corpus"), load_embeddings())
    personas = load_personas(BRICS / "personas.toml").personas
    held = graph_with_tools(init_chat_model(sys.argv[1]), index, personas, sys.argv[2]).invoke({"question": QUESTION})
    for turn in held["turns"]:
        print(turn.speaker, [(one.tool, one.query) for one in turn.lookups], turn.text, sep="\n")  # noqa: T201
