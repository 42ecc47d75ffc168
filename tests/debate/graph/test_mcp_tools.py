"""Tools of another MCP server for a debater: listed, called, and told where they are not there."""

from collections.abc import Iterator

import pytest
from agents import DRAFT, ToolCaller, call, draft, hold
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from served_mcp import served

from chains.errors import ChainError
from debate.errors import ToolServerError
from debate.graph.mcp_tools import tools_by_persona, tools_of
from debate.run.setup import check_debaters
from debate.settings.graph import GraphSettings
from prompts import Persona

pytestmark = [pytest.mark.enable_socket, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real MCP server on loopback with two tools."""
    mcp: MCPServer = MCPServer("gazetteer")

    @mcp.tool()
    def locate(place: str) -> str:
        """Say where a place is."""
        return f"{place} lies on the coast."

    @mcp.tool()
    def census(place: str, year: int) -> str:
        """Count people."""
        raise ToolError(f"no census of {place} in {year}")

    with served(mcp) as address:
        yield address


def test_what_a_debaters_tool_on_a_server_says_is_a_passage_that_it_may_cite(address: str) -> None:
    model = ToolCaller(
        messages=[call(tool="locate", place="Bergen"), draft(f"{DRAFT} Bergen lies on the coast."), draft()]
    )
    state = hold(model, tools={"hawk": tools_of(address)})
    [lookup] = state["turns"][0].lookups
    assert (lookup.tool, lookup.query, lookup.failure) == ("locate", "Bergen", "")
    assert "Bergen lies on the coast." in [one.text for one in state["debate_chunks"]]
    assert model.tools == ["search", "locate", "census"]


def test_a_tool_that_fails_tells_the_debater_and_the_row_why(address: str) -> None:
    model = ToolCaller(messages=[call(tool="census", place="Bergen", year=1917), draft(), draft()])
    [lookup] = hold(model, tools={"hawk": tools_of(address)})["turns"][0].lookups
    assert lookup.query == '{"place": "Bergen", "year": 1917}'
    assert "no census of Bergen in 1917" in lookup.failure
    assert lookup.chunk_ids == ()


def test_a_server_is_asked_once_for_all_who_use_its_tools(address: str) -> None:
    personas = [
        Persona("a", "A", "a.", tools=(address,)),
        Persona("b", "B", "b."),
        Persona("c", "C", "c.", tools=(address,)),
    ]
    tools = tools_by_persona(personas)
    assert tools.keys() == {"a", "c"}
    assert tools["a"] == tools["c"]


def test_a_server_that_is_not_there_is_told_in_one_line() -> None:
    with pytest.raises(
        ToolServerError, match=r"no MCP server lists its tools at http://127\.0\.0\.1:9/mcp \(.+\); start it"
    ):
        tools_of("http://127.0.0.1:9/mcp")


@pytest.mark.parametrize(
    "secret",
    ["http://me:hunter2@127.0.0.1:9/mcp", "http://127.0.0.1:9/mcp?as=a@b&key=hunter2", "http://me:hunter2@[::1/mcp"],
)
def test_a_password_or_key_in_such_an_address_is_not_repeated(secret: str) -> None:
    """Regression: the error showed it, and the run's folder kept it."""
    with pytest.raises(ToolServerError, match=r"lists its tools at an address with a password or key \(") as told:
        tools_of(secret)
    assert "hunter2" not in str(told.value)


def test_what_is_no_address_is_an_error_in_one_line() -> None:
    with pytest.raises(ToolServerError, match=r"at http://\[::1/mcp \(.*is not a valid URL"):
        tools_of("http://[::1/mcp")


def test_tools_without_look_ups_are_refused() -> None:
    seated = Persona("a", "A", "a.", tools=("http://localhost:9/mcp",))
    with pytest.raises(ChainError, match="persona 'a' has tools and may not call any; set lookups to 1 or more"):
        check_debaters(GraphSettings(), [seated, Persona("b", "B", "b.")], "")
