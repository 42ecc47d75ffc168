"""The page and a real ``debate run`` that it started: watched across a killed server, stopped, and resumed, by clicks."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chromium import CHROMIUM, Page, browser
from misbehaving_server import MisbehavingServer, misbehaving_server
from page_server import Server, an_index

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
# The place of each event that a page is told, as the browser hands it over.
NOTE_EVENTS = """window.told = [];
const open = EventSource;
window.EventSource = class extends open {
  constructor(address) { super(address); this.addEventListener("message", one => told.push(Number(one.lastEventId))); }
};"""
IS_DONE = "document.getElementById('how').textContent === 'done'"


@pytest.fixture
def model() -> Iterator[MisbehavingServer]:
    with misbehaving_server() as server:
        yield server


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = "Ruritania has mills at Strelsau.\n\nThe railway to the coast was closed in 1931."
    return an_index(tmp_path_factory.mktemp("index") / "made", text)


@pytest.fixture
def start(tmp_path: Path, index: Path, model: MisbehavingServer) -> Iterator[Callable[..., Server]]:
    """Start servers over one folder of runs; they end with the test."""
    with ExitStack() as started:

        def serve(port: str = "0") -> Server:
            options = ("--index", str(index), "--model", model.url("good"))
            server = Server(tmp_path / "runs", *options, port=port)
            started.callback(server.kill)
            return server

        yield serve


@pytest.fixture
def page() -> Iterator[Page]:
    with browser() as opened:
        opened.size(1280)
        yield opened


def fill_in_and_start(page: Page, server: Server, *questions: str) -> None:
    page.visit(f"{server.address}/new")
    page.click("#typed")
    page.type("\n".join(questions))
    page.click("#new .strong")
    page.until("document.getElementById('run') !== null", 120)


def places_told(run: Path, after: int) -> list[int]:
    """Return the byte after each event of a run that comes after one."""
    places, place = [], 0
    for line in (run / "progress.jsonl").read_bytes().splitlines(keepends=True):
        place += len(line)
        places.append(place)
    return [one for one in places if one > after]


def test_a_page_that_watches_a_run_is_told_everything_once_though_its_server_is_killed(
    page: Page, tmp_path: Path, start: Callable[..., Server], model: MisbehavingServer
) -> None:
    page.send("Page.addScriptToEvaluateOnNewDocument", source=NOTE_EVENTS)
    server = start()
    model.open.clear()
    fill_in_and_start(page, server, "Who owns the mills?", "Where does the railway lead?")
    page.until("document.querySelectorAll('#working > li').length === 2", 120)
    server.kill()
    page.until("document.querySelector('.away') !== null")
    model.open.set()
    start(port=server.port)
    page.until(IS_DONE, 120)
    assert page.evaluate("document.getElementById('done').textContent") == "2"
    told = page.evaluate("told")
    assert told == places_told(tmp_path / "runs" / "page-001", told[0] - 1)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"


def test_a_run_is_stopped_and_resumed_by_the_buttons_of_its_page(
    page: Page, tmp_path: Path, start: Callable[..., Server], model: MisbehavingServer
) -> None:
    server = start()
    model.open.clear()
    fill_in_and_start(page, server, "Who owns the mills?", "Where does the railway lead?")
    page.until("document.querySelectorAll('#working > li').length === 2", 120)
    page.click("#actions button")
    page.until("document.getElementById('preparing').textContent.startsWith('stopping')")
    model.open.set()
    page.until("document.getElementById('how').textContent === 'interrupted'", 60)
    assert page.evaluate("document.querySelector('#actions button').textContent") == "Resume"
    page.click("#actions button")
    page.until(IS_DONE, 120)
    rows = [json.loads(line) for line in (tmp_path / "runs" / "page-001" / "results.jsonl").read_bytes().splitlines()]
    assert sorted(row["question"]["text"] for row in rows) == ["Where does the railway lead?", "Who owns the mills?"]
    page.until("document.querySelectorAll('#rows > li').length === 2")
    assert page.evaluate("document.querySelectorAll('#actions button').length") == 0
