"""``langgraph dev`` serves the example's ``langgraph.json`` as it is written, offline: schema, run, interrupt, resume.

Its packages are no dependency: the test runs where ``langgraph`` is on the path, or where LANGGRAPH_CLI says it is.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

ROOT = Path(__file__).parents[2]
COMMAND = os.environ.get("LANGGRAPH_CLI") or shutil.which("langgraph") or ""
PARTS = """
from debaters import CAST, PASSAGES, debaters
from fakes import EMBEDDING
from vectorstore import FaissStore

def load_parts():
    llm = debaters({"Answer the question below": "Treaties do."})
    return llm, FaissStore.from_texts([one.text for one in PASSAGES.values()], EMBEDDING), CAST
"""
QUESTION = {"question": "What keeps the peace?"}
pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not COMMAND, reason="langgraph dev is not installed: make .venv/studio"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the example's files, with scripted debaters in place of the model."""
    place = tmp_path_factory.mktemp("dev")
    shutil.copytree(ROOT / "examples" / "plug-ins", place / "examples" / "plug-ins")
    shutil.copy(ROOT / "pyproject.toml", place)
    (place / "examples" / "plug-ins" / "example_parts.py").write_text(PARTS, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    offline = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGSMITH_TRACING": "false"}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])
    log = place / "log.txt"
    with log.open("wb") as out:
        server = subprocess.Popen(  # noqa: S603
            [COMMAND, "dev", "--no-browser", "--no-reload", "--port", str(port)],
            cwd=place / "examples" / "plug-ins",
            env=os.environ | offline | {"PYTHONPATH": paths},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _answering(f"http://127.0.0.1:{port}", server, log)
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture
def client(served) -> Iterator[SyncLangGraphClient]:
    with get_sync_client(url=served) as opened:
        yield opened


def _answering(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{url}/ok", timeout=2).is_success:
                return url
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-3000:])


def test_the_graphs_schema_is_listed(client) -> None:
    [assistant] = client.assistants.search(graph_id="question")
    schema = client.assistants.get_schemas(assistant["assistant_id"])["output_schema"]
    assert {"question", "opinion", "positions", "turns", "verdict"} <= schema["properties"].keys()


def test_a_question_runs_to_its_verdict(client) -> None:
    thread = client.threads.create()["thread_id"]
    state = client.runs.wait(thread, "question", input=QUESTION)
    assert [turn["persona_id"] for turn in state["turns"]] == ["hawk", "dove", "owl"] * 2
    assert state["verdict"]["speaker"] == "Moderator"


def test_a_person_in_a_seat_interrupts_the_run_and_resumes_it(client) -> None:
    thread, seat = client.threads.create()["thread_id"], {"configurable": {"seat": "dove"}}
    said = ["Courts keep the peace.", "Courts heard 40 cases in 1930.", "Courts outlast every fleet."]
    state = client.runs.wait(thread, "question", input=QUESTION, config=seat)
    wanted = [state["__interrupt__"][0]["value"]["wanted"]]
    for text in said:
        state = client.runs.wait(thread, "question", command={"resume": text}, config=seat)
        wanted += [one["value"]["wanted"] for one in state.get("__interrupt__", ())]
    assert wanted == ["position", "turn", "turn"]
    assert [turn["text"] for turn in state["turns"] if turn["persona_id"] == "dove"] == said[1:]
    assert client.threads.get_state(thread)["next"] == []
