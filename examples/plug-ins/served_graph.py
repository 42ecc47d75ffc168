"""The graph that ``langgraph dev`` serves (see ``langgraph.json`` beside this file).

The server brings a checkpointer of its own. Its packages, ``langgraph-cli[inmem]``, are under the Elastic License and
no dependency of this project: install them yourself where you want them, then run ``langgraph dev`` in this folder.
"""

from typing import Any

from example_parts import load_parts

from debate import build_question_graph


def make_graph() -> Any:
    """Return the question graph over the example's documents."""
    return build_question_graph(*load_parts())
