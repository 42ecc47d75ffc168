"""The live page in a real Chromium, from a real server: reconnecting, a seat, votes, accessibility, hostile texts, a phone."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from chromium import CHROMIUM, Page, browser
from example_rows import ANSWER_ROW as ROW
from hostile import HOSTILE, MARKUP, everywhere
from page_server import HERE, Server, a_comparison, a_run, an_index, asks_a_person, told

from chains.schemas import Question
from debate.arena.seat import SeatRequest
from debate.run.records.drafts import DRAFTS, Drafts
from debate.run.records.journal import Journal
from debate.run.seat import Seat

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
SERIOUS = (
    "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations"
    ".filter(one => ['serious', 'critical'].includes(one.impact))"
    ".map(one => [one.id, one.nodes.map(node => node.html).slice(0, 3)]))"
)


def done(folder: Path, *ids: str, error: str = "") -> None:
    """End questions as a run does: the row first, then the event that tells of it."""
    rows = [replace(ROW, question=Question(one, f"Question {one}?"), error=error) for one in ids]
    Journal(folder / "results.jsonl").extend(rows)
    told(folder, *({"event": "finished", "question": one, "text": error} for one in ids))


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    with ExitStack() as started:

        def start(*given: Any, **more: Any) -> Server:
            server = Server(*given, **more)
            started.callback(server.kill)
            return server

        yield start


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    hostile = [everywhere(text, f"h{n}", failed=n % 2 == 0) for n, text in enumerate(MARKUP + HOSTILE)]
    a_run(folder / "runs" / "mixed", ROW, *hostile)
    working = a_run(folder / "runs" / "working", ROW)
    told(working, HERE, {"event": "total", "questions": 5}, {"event": "stage", "question": "q9", "stage": "opinion"})
    many = [replace(ROW, question=Question(f"q{n}", f"Question number {n}?")) for n in range(10_000)]
    a_run(folder / "runs" / "many", *many)
    index = an_index(folder / "index", "Trade grew between the two countries.\n\nThe dollar lost its place.")
    a_comparison(folder)
    asks_a_person(a_run(folder / "runs" / "seated", ROW))
    server = Server(folder / "runs", "--index", str(index))
    yield server
    server.kill()


VIEWS = [
    *("/", "/runs/mixed", "/runs/working", "/runs/mixed/question?id=q1.1", "/runs/seated/question?id=q1.1"),
    *("/explore", "/new", "/comparisons", "/comparisons/ours", "/comparisons/ours/vote", "/nowhere"),
]


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
    page.size(360, 780, phone=True)
    page.visit(site.address + view)
    page.settle()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sections = (
        "Object.fromEntries([...document.querySelectorAll('.top li')].map(one => [one.innerText, one.offsetHeight]))"
    )
    assert all(height < 50 for height in page.evaluate(sections).values())  # one line each


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


def test_a_page_goes_on_by_itself_when_its_server_was_killed_and_started_again(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    run = a_run(tmp_path / "runs" / "r")
    told(run, HERE, {"event": "total", "questions": 9})
    server = serving(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r")
    done(run, "a")
    page.until("document.getElementById('done').textContent === '1'")
    server.kill()
    page.until("document.querySelector('.away') !== null")
    assert "server does not answer" in page.evaluate("document.getElementById('news').textContent")
    done(run, "b")
    done(run, "c", error="it broke")
    server = serving(tmp_path / "runs", port=server.port)
    page.until("document.getElementById('done').textContent === '3'", 90)
    done(run, "d")
    page.until("document.getElementById('done').textContent === '4'")
    assert page.evaluate("document.getElementById('failed').textContent") == "1"
    assert page.evaluate("document.querySelector('.away') === null") is True


def test_what_a_person_was_writing_and_the_keyboard_stay_when_the_server_is_started_again(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    run = a_run(tmp_path / "runs" / "r", ROW)
    asks_a_person(run)
    server = serving(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r/question?id=q1.1")
    page.until("document.getElementById('mine') !== null")
    page.evaluate("document.getElementById('mine').focus()")
    page.type("Trade gr")
    server.kill()
    page.until("document.querySelector('.away') !== null")
    serving(tmp_path / "runs", port=server.port)
    page.until("document.querySelector('.away') === null", 90)
    page.type("ew")
    assert page.evaluate("document.getElementById('mine').value") == "Trade grew"


def test_the_keyboard_stays_on_a_row_when_the_server_is_started_again(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    run = a_run(tmp_path / "runs" / "r", ROW)
    told(run, HERE, {"event": "total", "questions": 9}, {"event": "stage", "question": "q9", "stage": "opinion"})
    server = serving(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r")
    page.until("document.querySelector('#working a') !== null")
    page.evaluate("window.held = document.querySelector('#working a'); held.focus(); 0")
    server.kill()
    page.until("document.querySelector('.away') !== null")
    done(run, "b")
    serving(tmp_path / "runs", port=server.port)
    page.until("document.querySelector('.away') === null && document.getElementById('done').textContent === '2'", 90)
    assert page.evaluate("document.activeElement === held && held.isConnected")


def test_a_turn_grows_word_by_word_and_its_versions_end_with_it(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    run = a_run(tmp_path / "runs" / "r")
    told(run, HERE, {"event": "total", "questions": 1}, {"event": "stage", "question": "q1", "stage": "opinion"})
    server = serving(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r/question?id=q1")
    drafts = Drafts(run / DRAFTS)
    turn, call = uuid4(), uuid4()
    drafts.on_chain_start({}, {}, run_id=turn, name="turn:hawk", metadata={"thread_id": "q1:x"})
    drafts.on_llm_start({}, ["?", "?"], run_id=call, parent_run_id=turn)
    drafts.on_llm_new_token("Trade grew ", run_id=call)
    page.until("document.querySelectorAll('.draft').length === 1")
    assert page.evaluate("document.querySelector('.draft').textContent") == "Trade grew "
    drafts.on_llm_new_token(MARKUP[0], run_id=call)
    drafts.on_llm_end(None, run_id=call)
    page.until(f"document.querySelector('.draft').textContent === {json.dumps('Trade grew ' + MARKUP[0])}")
    drafts.on_chain_end({}, run_id=turn)
    done(run, "q1")
    page.until("document.getElementById('drafts').hidden")
    assert [one for one in page.errors if "Failed to load" not in one] == []  # of servers that were killed before


def test_the_list_of_runs_shows_how_far_each_is_now(page: Page, tmp_path: Path, serving: Callable[..., Server]) -> None:
    run = a_run(tmp_path / "runs" / "r")
    told(run, HERE, {"event": "total", "questions": 2})
    server = serving(tmp_path / "runs")
    page.visit(server.address)
    done(run, "a")
    page.until("document.querySelector('.runs .meta').textContent.includes('1 of 2 questions')", 90)
    a_run(tmp_path / "runs" / "later", ROW)
    page.until("document.querySelectorAll('.runs > li').length === 2", 90)
    assert "1 of 2 questions" in page.evaluate("document.querySelector('.runs').textContent")


def test_the_keyboard_stays_on_a_run_when_others_come_before_it(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    for name in ("earlier", "r"):
        told(a_run(tmp_path / "runs" / name), HERE, {"event": "total", "questions": 2})
    server = serving(tmp_path / "runs")
    page.visit(server.address)
    page.evaluate("document.querySelector('.runs > li:first-child a').focus()")
    a_run(tmp_path / "runs" / "later", ROW)
    done(tmp_path / "runs" / "earlier", "a")
    page.until("document.querySelectorAll('.runs > li').length === 3", 90)
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/runs/r"


def test_a_question_shows_the_stage_that_it_is_at_not_the_one_that_it_has_done(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    run = a_run(tmp_path / "runs" / "r")
    begins = {"event": "stage", "question": "q1", "stage": "retrieve"}
    told(run, HERE, {"event": "total", "questions": 1}, begins)
    server = serving(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r/question?id=q1")
    page.until("document.querySelector('.stages .here')?.textContent === 'retrieve'")
    told(run, begins)
    page.until("document.querySelector('.stages .here')?.textContent === 'opinion'")
    assert page.evaluate("document.querySelectorAll('.stages .here').length") == 1


def test_a_passage_is_cited_by_dragging_it_and_by_its_button(page: Page, site: Server) -> None:
    page.size(1280, 1400)
    page.visit(f"{site.address}/runs/seated/question?id=q1.1")
    page.until("document.getElementById('mine') !== null")
    page.evaluate("document.getElementById('seat').scrollIntoView()")
    page.drag(".citable li:nth-child(2) .source b", "#mine")
    assert page.evaluate("document.getElementById('mine').value.trim()") == "“Peace.” [2]"
    page.evaluate("document.getElementById('mine').select()")
    page.evaluate("document.querySelector('.citable button').focus()")
    page.press("Enter", 13, "\r")
    cited = "“Trade grew in each of the last five years, the ministry says.” [1]"
    assert page.evaluate("document.getElementById('mine').value.trim()") == cited
    assert page.evaluate("document.activeElement.id") == "mine"


def test_what_a_person_says_on_the_page_reaches_the_run(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    run = a_run(tmp_path / "runs" / "r", ROW)
    server = serving(tmp_path / "runs")
    page.size(1280)
    page.visit(f"{server.address}/runs/r/question?id=q1.1")
    request = SeatRequest("turn", "hawk", "Hawk", "Did trade grow?", 1, passages=("Trade grew.",))
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(Seat(run, Event()).ask, Question("q1.1", "Did trade grow?"), request)
        page.until("document.getElementById('mine') !== null")
        page.evaluate("document.getElementById('mine').focus()")
        page.type("Nonsense, “all” of it. تجارت")
        page.press("Tab", 9)
        page.press("Enter", 13, "\r")
        assert said.result(timeout=20) == "Nonsense, “all” of it. تجارت"
    page.until("document.getElementById('seat').hidden")


def test_a_key_that_is_held_down_votes_once(page: Page, site: Server) -> None:
    page.visit(f"{site.address}/comparisons/ours/vote")
    page.evaluate(
        "window.fetch = (address) => { (window.asked ??= []).push(address); return new Promise(() => {}); }; 0"
    )
    held = "new KeyboardEvent('keydown', {key: '1', repeat: %s})"
    for repeat in ("false", "true", "true"):
        page.evaluate(f"dispatchEvent({held % repeat})")
    assert page.evaluate("asked") == ["/api/comparisons/ours/votes"]


def test_votes_are_cast_with_the_keyboard_and_names_come_after_the_last(page: Page, site: Server) -> None:
    page.size(1280)
    page.visit(f"{site.address}/comparisons/ours/vote")
    assert "model x" not in page.evaluate("document.documentElement.innerHTML")
    page.press("1", 49, "1")
    page.until(
        "document.readyState === 'complete' && document.querySelector('.dim')?.textContent.startsWith('1 judged')"
    )
    page.press("t", 84, "t")
    page.until("document.querySelector('h1')?.textContent === 'All is judged'")
    page.visit(f"{site.address}/comparisons/ours")
    assert "1 tie" in page.evaluate("document.querySelector('.tally').textContent")


def test_a_tab_that_nobody_sees_gives_its_connection_back_and_takes_it_again(page: Page, site: Server) -> None:
    page.visit(f"{site.address}/runs/working")
    page.until("document.readyState === 'complete' && !document.getElementById('now').hidden")
    page.evaluate(
        "window.opened = []; const Source = EventSource;"
        "window.EventSource = class extends Source { constructor(a) { super(a); opened.push(this); } };"
        "window.seen = hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate("seen(true); seen(false); seen(true)")
    assert page.evaluate("opened.map(one => one.readyState)") == [2]
    page.evaluate("seen(false)")
    page.until("opened.length === 2 && opened[1].readyState === 1")


def test_text_that_is_written_to_the_left_is_laid_out_so(
    page: Page, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    persian = "گسترش بریکس قدرت گروه را بیشتر کرده است."
    turn = replace(ROW.turns[0], text=persian, speaker="پروفسور")
    a_run(tmp_path / "runs" / "r", replace(ROW, question=Question("q1", persian), turns=(turn,)))
    server = serving(tmp_path / "runs")
    page.visit(f"{server.address}/runs/r/question?id=q1")
    selectors = "h1, .pairing .said, .pairing .who b, .map .claim .words"
    found = page.evaluate(f"[...document.querySelectorAll({selectors!r})].map(one => getComputedStyle(one).direction)")
    assert found == ["rtl"] * len(found)
    assert len(found) >= 4


def test_the_map_of_a_debate_of_eight_can_be_read(page: Page, tmp_path: Path, serving: Callable[..., Server]) -> None:
    turns = tuple(replace(ROW.turns[0], persona_id=f"p{n}", speaker=f"Speaker {n}") for n in range(8))
    a_run(tmp_path / "runs" / "r", replace(ROW, turns=turns))
    server = serving(tmp_path / "runs")
    page.size(1280)
    page.visit(f"{server.address}/runs/r/question?id=q1.1")
    assert page.evaluate("document.querySelector('.map').getBoundingClientRect().width") > 8 * 250
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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
    page.until("document.querySelector('.state').textContent === 'exact'", 90)
