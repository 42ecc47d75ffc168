"""Give debaters tools of other MCP servers, through LangChain's adapter. The only importer of ``langchain.mcp``.

A personas file names addresses only, never commands, so it cannot start a program.
"""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec

from langchain_core.tools import BaseTool

from chains.errors import MissingExtra
from debate.errors import ToolServerError
from debate.readable import one_line
from prompts import Persona
from vectorstore.runtime.event_loop import awaited

_ANSWERS_WITHIN = 30.0  # seconds, for the list of tools


def tools_by_persona(personas: Sequence[Persona]) -> dict[str, list[BaseTool]]:
    """Ask each server that a persona names for its tools, once, and return by persona id which tools it has.

    Raises:
        ToolServerError: nobody answers at an address, or no MCP server does.
        MissingExtra: fastmcp is not installed.
    """
    addresses = dict.fromkeys(address for one in personas for address in one.tools)
    listed = {address: tools_of(address) for address in addresses}
    return {one.id: [tool for address in one.tools for tool in listed[address]] for one in personas if one.tools}


def tools_of(address: str) -> list[BaseTool]:
    """Return the tools of the MCP server at an address, such as ``http://localhost:9000/mcp``; see above for errors."""
    if find_spec("fastmcp") is None:
        raise MissingExtra("fastmcp", "tools", "tools of MCP servers")
    with warnings.catch_warnings(action="ignore"):  # langchain.mcp says that it is in beta
        from langchain.mcp import MCPAdapter

    try:
        return awaited(MCPAdapter(address).list_tools(), _ANSWERS_WITHIN)
    except Exception as error:  # of fastmcp, mcp and httpx, in groups and not
        secret = "@" in address or "?" in address  # a run's folder and its page keep what is told
        shown = "an address with a password or key" if secret else address
        told = one_line(error).replace(address, shown)
        raise ToolServerError(
            f"no MCP server lists its tools at {shown} ({told}); start it, or take it out of the persona's tools"
        ) from error
