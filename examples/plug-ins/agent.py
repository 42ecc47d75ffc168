"""A LangChain agent who searches the documents from a persona's points of view, a few times at the most.

Needs a model that can call tools, such as one behind a server that speaks OpenAI's protocol (extra: server):

OPENAI_BASE_URL=http://localhost:8000/v1 OPENAI_API_KEY=none python examples/plug-ins/agent.py openai:my-model
"""

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ToolCallLimitMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool, tool

from chains import pov_retrieval_chain
from prompts import Persona


def search_tool(store: Any, persona: Persona, k: int = 3) -> BaseTool:
    """Return a search that ranks passages by the question and by the persona's points of view."""
    chain = pov_retrieval_chain(store, persona.povs, k=k)

    @tool
    def search(question: str) -> str:
        """Find the passages that matter to a question; they are quoted word for word."""
        return "\n\n".join(f"[{chunk.source or chunk.id}]\n{chunk.text}" for chunk in chain.invoke(question))

    return search


def persona_agent(model: str | BaseChatModel, store: Any, persona: Persona, searches: int = 3) -> Any:
    """Return an agent who speaks for a persona and may search so many times a question."""
    prompt = f"You are {persona.voice}\nAnswer from passages that you searched for, and name their sources."
    limit = ToolCallLimitMiddleware(tool_name="search", run_limit=searches)
    return create_agent(model, [search_tool(store, persona)], system_prompt=prompt, middleware=[limit])


if __name__ == "__main__":
    import sys

    if len(sys.argv) != 2:
        raise SystemExit(__doc__)

    from example_parts import BRICS, QUESTION

    from prompts import load_personas
    from vectorstore import build_index, load_corpus, load_embeddings

    index = build_index(load_corpus(BRICS / "corpus"), load_embeddings())
    who = load_personas(BRICS / "personas.toml").personas[0]
    answer = persona_agent(sys.argv[1], index, who).invoke({"messages": [("user", QUESTION)]})
    print(answer["messages"][-1].text)  # noqa: T201
