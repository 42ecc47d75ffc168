"""A debate as a LangChain tool, for any agent that can call tools.

python examples/plug-ins/tool.py
"""

from typing import Any

from langchain_core.tools import BaseTool, tool

from debate import GraphSettings, build_question_graph


def debate_tool(llm: Any, store: Any, personas: Any, settings: GraphSettings | None = None) -> BaseTool:
    """Return a tool that takes a question and returns what was said and decided."""
    graph = build_question_graph(llm, store, personas, settings=settings)

    @tool
    def debate(question: str) -> str:
        """Let personas debate a political question over the documents; returns their turns and the verdict."""
        state = graph.invoke({"question": question})
        said = [f"{turn.speaker}: {turn.text}" for turn in state["turns"]]
        verdict = state.get("verdict")
        return "\n\n".join([*said, f"Verdict: {verdict.text if verdict else state['outcome']}"])

    return debate


if __name__ == "__main__":
    from example_parts import QUESTION, SETTINGS, load_parts

    print(debate_tool(*load_parts(), SETTINGS).invoke({"question": QUESTION}))  # noqa: T201
