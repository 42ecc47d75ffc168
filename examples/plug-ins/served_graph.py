"""The graph that ``langgraph dev`` serves (see ``langgraph.json`` beside this file).

The server brings a checkpointer of its own, and warns of each type of this project that it reads back. Its packages
are under the Elastic License and no dependency of this project: install the extra ``studio`` where you want them, then
run ``langgraph dev`` in this folder. A thread whose configuration names a ``seat`` is interrupted whenever it is that
debater's turn, and resumed with what you say.
"""

from functools import cache
from typing import Any

import example_parts
from langchain_core.runnables import RunnableConfig

from debate import build_question_graph

parts = cache(example_parts.load_parts)


def make_graph(config: RunnableConfig) -> Any:
    """Return the question graph over the example's documents; the server asks for it with each request."""
    return build_question_graph(*parts(), seat=str(config.get("configurable", {}).get("seat", "")))
