"""The live page in a real Chromium, from a real server: reconnecting, accessibility, hostile texts, a phone, 10,000 rows."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from example_rows import ANSWER_ROW as ROW
from hostile import HOSTILE, MARKUP, everywhere

from benchmarks.chromium import CHROMIUM, Page, browser
from chains.schemas import Question
from debate.results import QuestionResult
from debate.run.journal import Journal
from debate.run.progress_file import PROGRESS

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
HERE = {"event": "began", "process": os.getpid(), "created": 0.0, "host": "another machine"}
SERIOUS = (
    "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations"
    ".filter(one => ['serious', 'critical'].includes(one.impact))"
    ".map(one => [one.id, one.nodes.map(node => node.html).slice(0, 3)]))"
)


class Server:
    def __init__(self, runs: Path, *options: str, port: str = "0") -> None:
        command = [sys.executable, "-m", "debate", "serve", str(runs), "--port", port, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[0].rstrip("/")
        self.port = self.address.rpartition(":")[2]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def a_run(folder: Path, *rows: QuestionResult) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n', encoding="utf-8")
    Journal(folder / "results.jsonl").extend(rows)
    return folder


def done(folder: Path, *ids: str, error: str = "") -> None:
    """End questions as a run does: the row first, then the event that tells of it."""
    rows = [replace(ROW, question=Question(one, f"Question {one}?"), error=error) for one in ids]
    Journal(folder / "results.jsonl").extend(rows)
    told(folder, *({"event": "finished", "question": one, "text": error} for one in ids))


def told(folder: Path, *events: dict[str, object]) -> None:
    with (folder / PROGRESS).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in events)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    hostile = [everywhere(text, f"h{n}", failed=n % 2 == 0) for n, text in enumerate(MARKUP + HOSTILE)]
    a_run(folder / "runs" / "mixed", ROW, *hostile)
    working = a_run(folder / "runs" / "working", ROW)
    told(working, HERE, {"event": "total", "questions": 5}, {"event": "stage", "question": "q9", "stage": "opinion"})
    many = [replace(ROW, question=Question(f"q{n}", f"Question number {n}?")) for n in range(10_000)]
    a_run(folder / "runs" / "many", *many)
    (folder / "docs").mkdir()
    (folder / "docs" / "a.txt").write_text("Trade grew between the two countries.\n\nThe dollar lost its place.")
    index = [sys.executable, "-m", "debate", "index", str(folder / "docs"), "--out", str(folder / "index"), "--quiet"]
    subprocess.run(index, check=True)  # noqa: S603
    server = Server(folder / "runs", "--index", str(folder / "index"))
    yield server
    server.kill()


VIEWS = ["/", "/runs/mixed", "/runs/working", "/runs/mixed/question?id=q1.1", "/explore", "/new", "/nowhere"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_has_a_serious_finding_of_axe(page: Page, site: Server, view: str, scheme: str) -> None:
    page.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    page.size(1280)
    page.visit(site.address + view)
    page.settle()
    page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "; 0")
    assert page.evaluate(SERIOUS) == []


@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_no_view_scrolls_sideways(page: Page, site: Server, view: str) -> None:
    page.size(390, 844, phone=True)
    page.visit(site.address + view)
    page.settle()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("n", range(len(MARKUP)))
def test_no_hostile_text_runs_or_becomes_an_element(page: Page, site: Server, n: int) -> None:
    page.size(1280)
    page.errors.clear()
    page.visit(f"{site.address}/runs/mixed")
    page.settle()
    page.visit(f"{site.address}/runs/mixed/question?id=h{n}")
    page.settle()
    foreign = "main img, iframe, object, main form, main style, main script:not([type]), [srcdoc], main meta, base"
    assert page.evaluate(f"document.querySelectorAll({foreign!r}).length") == 0
    assert page.errors == []


def test_a_page_goes_on_by_itself_when_its_server_was_killed_and_started_again(page: Page, tmp_path: Path) -> None:
    run = a_run(tmp_path / "runs" / "r")
    told(run, HERE, {"event": "total", "questions": 9})
    server = Server(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r")
    done(run, "a")
    page.until("document.getElementById('done').textContent === '1'")
    server.kill()
    page.until("document.querySelector('.away') !== null")
    done(run, "b")
    done(run, "c", error="it broke")
    server = Server(tmp_path / "runs", port=server.port)
    page.until("document.getElementById('done').textContent === '3'", 20)
    done(run, "d")
    page.until("document.getElementById('done').textContent === '4'")
    assert page.evaluate("document.getElementById('failed').textContent") == "1"
    assert page.evaluate("document.querySelector('.away') === null") is True
    server.kill()


def test_the_first_of_10000_rows_are_there_at_once_and_any_can_be_found(page: Page, site: Server) -> None:
    page.size(1280)
    page.visit(f"{site.address}/runs/many")
    assert page.evaluate("document.querySelectorAll('#rows > li').length") >= 100
    page.until("document.getElementById('count').textContent.endsWith('of 10000')", 30)
    page.click("#find")
    page.type("number 9876?")
    page.until("document.querySelectorAll('#rows > li').length === 1", 10)
    assert page.evaluate("document.querySelector('#rows .question').textContent") == "Question number 9876?"


def test_the_keyboard_alone_moves_a_view(page: Page, site: Server) -> None:
    page.size(1280)
    page.visit(f"{site.address}/explore")
    page.evaluate(
        "document.getElementById('asked').value = 'Did trade grow?'; document.querySelector('#ask button').click()"
    )
    page.until("document.querySelectorAll('.ranked .passage').length > 0", 60)
    page.evaluate("document.querySelector('.views input[type=range]').focus()")
    page.press("ArrowLeft", 37)
    assert page.evaluate("document.querySelector('.views output').textContent") == "0.99"
    page.until("document.querySelector('.state').textContent === 'exact'", 20)
