"""A client of ``debate mcp``: lists its tools and searches from a point of view.

debate index examples/brics/corpus --out myindex
python examples/plug-ins/mcp_client.py myindex
"""

import asyncio
import sys
from typing import Any

from mcp import Client, StdioServerParameters


async def ask(server: Any, question: str, viewpoint: str) -> list[str]:
    """Return the passages that a server finds, each behind its source.

    Args:
        server: how to start it, its URL, or a server in this process.
    """
    async with Client(server) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        if "search" not in tools:
            raise SystemExit(f"the server has no search; it has: {', '.join(sorted(tools))}")
        found = await client.call_tool("search", {"question": question, "viewpoints": [{"text": viewpoint}], "k": 3})
    return [f"{one['source']}: {one['text']}" for one in found.structured_content["result"]]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    command = StdioServerParameters(command="debate", args=["mcp", "--index", sys.argv[1]])
    question, view = "Does BRICS weaken the dollar?", "Trade in local currencies breaks the dollar's hold."
    print("\n\n".join(asyncio.run(ask(command, question, view))))  # noqa: T201
