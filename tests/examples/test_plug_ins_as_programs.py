"""Every plug-in example as a newcomer runs it: a program of its own, with the bundled model or a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp.server import MCPServer
from misbehaving_server import MisbehavingServer, misbehaving_server
from served_mcp import served

ROOT = Path(__file__).parents[2]
SAID = "The dollar holds.\nThe dollar is on one side of 88 trades in 100.\nKazan offered no currency.\n"
pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.enable_socket]


def run(*arguments: str, typed: str = "", **variables: str) -> str:
    """Run an example as its first lines say, and return what it printed."""
    scripts = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    name, *more = arguments
    done = subprocess.run(  # noqa: S603
        [sys.executable, f"examples/plug-ins/{name}.py", *more],
        cwd=ROOT,
        env=os.environ | {"PATH": scripts, "PYTHONIOENCODING": "utf-8", **variables},
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving_server() as opened:
        yield opened


@pytest.fixture
def gazetteer() -> Iterator[str]:
    """The address of a real MCP server with one tool."""
    mcp: MCPServer = MCPServer("gazetteer")
    mcp.add_tool(lambda place: f"{place} lies on the coast.", name="locate", description="Say where a place is.")
    with served(mcp) as address:
        yield address


def test_a_hosts_graph_prints_its_headline() -> None:
    assert len(run("subgraph").splitlines()) == 1


def test_a_debate_as_a_tool_prints_its_turns_and_the_verdict() -> None:
    assert "Verdict: " in run("tool")


def test_the_messages_of_a_debate_are_printed_to_the_verdict() -> None:
    told = run("messages")
    assert "Eleanor Whitcombe: " in told
    assert "\nModerator: " in told


def test_a_person_who_types_a_position_and_two_turns_hears_the_verdict() -> None:
    told = run("human_seat", typed=SAID)
    assert told.count("> turn, ") == 2
    assert told.rpartition("> ")[2].strip()


def test_an_agent_searches_and_answers(server: MisbehavingServer) -> None:
    told = run("agent", "openai:calls-tools", OPENAI_BASE_URL=server.url("").removesuffix("#"), OPENAI_API_KEY="none")
    assert "Ruritania" in told
    assert "mills at Strelsau" in str(server.asked[-1]["messages"][-2]["tool_calls"])


def test_a_debater_calls_the_tool_of_another_server(server: MisbehavingServer, gazetteer: str) -> None:
    address = server.url("").removesuffix("#")
    told = run("mcp_tools", "openai:calls-tools", gazetteer, OPENAI_BASE_URL=address, OPENAI_API_KEY="none")
    assert "[('locate', 'mills at Strelsau')]" in told


def test_a_client_of_the_mcp_server_prints_passages_with_their_sources(tmp_path: Path) -> None:
    index = [
        sys.executable,
        "-m",
        "debate",
        "index",
        "examples/brics/corpus",
        "--out",
        str(tmp_path / "index"),
        "--quiet",
    ]
    subprocess.run(index, cwd=ROOT, check=True)  # noqa: S603
    assert run("mcp_client", str(tmp_path / "index")).count(".md: # ") == 3


@pytest.mark.parametrize("name", ["agent", "mcp_client", "mcp_tools"])
def test_an_example_without_its_arguments_says_how_it_is_run(name: str) -> None:
    command = [sys.executable, f"examples/plug-ins/{name}.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert f"python examples/plug-ins/{name}.py " in done.stderr
    assert "Traceback" not in done.stderr
