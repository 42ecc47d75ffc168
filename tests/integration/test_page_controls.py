"""The live page under the hands of a reader, in a real Chromium: where the keyboard goes, and views that are added."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from chromium import CHROMIUM, Page, browser
from example_rows import ANSWER_ROW as ROW
from page_server import HERE, Server, a_run, an_index, told

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
LONG = "w" * 300
PERSONAS = "".join(
    f'[[persona]]\nid = "{name}"\nname = "{name}"\nvoice = "a trader."\n'
    + "".join(f'[[persona.pov]]\ntext = "{name} holds view {n}."\n' for n in range(views))
    for name, views in (("few", 2), ("other", 1), ("many", 13))
)
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
VIEWS = "[...document.querySelectorAll('.views > li')].map(one => one.querySelector('textarea').value)"
STOPPED = ({"event": "began"}, {"event": "total", "questions": 2}, {"event": "ended", "text": "interrupted"})


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        opened.size(1280)
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    index = an_index(
        folder / "made",
        "Trade grew between the two countries.\n\nThe dollar lost its place.",
        "Goats eat thistles on the hills of Crete, and the cheese is sold abroad.",
    )
    (folder / "cast.toml").write_text(PERSONAS)
    stopped = a_run(folder / "runs" / "stopped", ROW)
    told(stopped, *STOPPED)
    started = Server(folder / "runs", "--index", str(index), "--personas", str(folder / "cast.toml"))
    yield started
    started.kill()


@pytest.fixture
def explore(page: Page, server: Server) -> Page:
    page.size(1280)
    page.visit(f"{server.address}/explore")
    page.until("document.querySelectorAll('.views > li').length === 2")
    page.evaluate("document.getElementById('asked').value = 'Did trade grow?'; 0")
    page.evaluate("document.querySelector('#ask button').click()")
    page.until("document.querySelector('.state').textContent === 'exact'", 60)
    return page


def write_a_view(page: Page, text: str) -> None:
    page.click(".add")
    page.type(text)
    page.press("Tab", 9)


def choose(page: Page, persona: int) -> None:
    page.evaluate(
        f"(who => {{ who.value = {persona}; who.dispatchEvent(new Event('change')); }})"
        "(document.querySelector('.person select'))"
    )


def test_the_keyboard_goes_to_the_next_view_when_one_is_removed_and_then_to_the_button_that_adds_one(
    explore: Page,
) -> None:
    explore.evaluate("document.querySelector('.weigh button').focus()")
    explore.press("Enter", 13, "\r")
    assert explore.evaluate(f"[{VIEWS}.length, {FOCUSED}]") == [1, "Remove the view: few holds view 1."]
    explore.press("Enter", 13, "\r")
    assert explore.evaluate(f"[{VIEWS}.length, {FOCUSED}]") == [0, "Add a view"]


def test_the_keyboard_goes_to_the_view_before_when_the_last_one_is_removed(explore: Page) -> None:
    explore.evaluate("document.querySelectorAll('.weigh button')[1].focus()")
    explore.press("Enter", 13, "\r")
    assert explore.evaluate(FOCUSED) == "Remove the view: few holds view 0."


def test_the_keyboard_stays_on_a_passage_that_changes_its_place(explore: Page) -> None:
    explore.evaluate(
        "document.getElementById('share').value = 1; document.querySelector('.views textarea').value = 'Goats eat.'; 0"
    )
    places = "[...document.querySelectorAll('.ranked > li')]"
    last = f"{places}.at(-1)"
    explore.evaluate(f"window.held = {last}; held.querySelector('button').focus(); 0")
    turned = "slider => { slider.value = -slider.value; slider.dispatchEvent(new Event('input')); }"
    explore.evaluate(f"document.querySelectorAll('.views input[type=range]').forEach({turned}); 0")
    explore.until(f"{places}.indexOf(held) === 0")
    assert explore.evaluate("document.activeElement === held.querySelector('button')")


def test_the_keyboard_goes_to_the_passage_that_takes_the_place_of_one_that_is_gone(explore: Page) -> None:
    explore.evaluate("document.querySelector('.ranked > li:first-child button').focus(); 0")
    only = "{'id': 'new', 'source': '', 'text': 'Peace.', 'parts': [1, 0, 0]}".replace("'", '"')
    found = f"({{...await (await kept('/api/explore', given)).json(), candidates: [{only}]}})"
    explore.evaluate(
        f"window.kept = fetch; window.fetch = async (_, given) => new Response(JSON.stringify({found})); "
        "document.getElementById('ask').requestSubmit(); 0"
    )
    explore.until("document.querySelector('.ranked > li').dataset.id === 'new'")
    assert explore.evaluate("document.activeElement.closest('li').dataset.id") == "new"


def test_a_readers_own_views_stay_when_another_persona_is_chosen(explore: Page) -> None:
    write_a_view(explore, "Mine.")
    explore.evaluate(
        "(first => { first.value = 'Mine too.'; first.dispatchEvent(new Event('change')); })"
        "(document.querySelector('.views textarea'))"
    )
    choose(explore, 1)
    assert explore.evaluate(VIEWS) == ["other holds view 0.", "Mine too.", "Mine."]
    assert explore.evaluate("document.getElementById('news').textContent") == "2 views of yours are kept"
    choose(explore, 0)
    assert explore.evaluate(VIEWS) == ["few holds view 0.", "few holds view 1.", "Mine too.", "Mine."]


def test_the_passages_of_two_personas_begin_at_one_height(explore: Page) -> None:
    explore.click("#pair")
    explore.until("[...document.querySelectorAll('.state')].map(one => one.textContent).join() === 'exact,exact'", 20)
    tops = explore.evaluate("[...document.querySelectorAll('.ranked')].map(one => one.getBoundingClientRect().top)")
    explore.click("#pair")
    assert len(tops) == 2
    assert tops[0] == tops[1]


def test_a_question_that_is_refused_shows_no_passages_of_the_one_before(explore: Page) -> None:
    explore.evaluate("document.getElementById('asked').value = 'آیا تجارت رشد کرد؟'; 0")
    explore.evaluate("document.getElementById('ask').requestSubmit(); 0")
    explore.until("document.querySelector('.state.failed') !== null", 20)
    assert "cannot read the question's script" in explore.evaluate("document.querySelector('.state').textContent")
    assert explore.evaluate("document.querySelectorAll('.ranked > li').length") == 0


def test_more_views_than_are_ranked_are_all_kept_and_told(explore: Page) -> None:
    choose(explore, 2)
    explore.until("document.querySelector('.state').textContent.includes('at most')")
    assert explore.evaluate("document.querySelector('.state').textContent") == "13 views: at most 12; remove 1"
    assert len(explore.evaluate(VIEWS)) == 13
    explore.click(".weigh button")
    explore.until("document.querySelector('.state').textContent === 'exact'", 20)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_word_of_300_letters_stays_within_its_card(explore: Page, width: int) -> None:
    write_a_view(explore, LONG)
    explore.size(width, 780, phone=width < 500)
    wide = "[...document.querySelectorAll('.view, .view *')].filter(one => one.scrollWidth > one.clientWidth + 1)"
    assert explore.evaluate(f"{wide}.filter(one => one.matches('.view, textarea')).length") == 0
    outside = "one.getBoundingClientRect().right > one.closest('.view').getBoundingClientRect().right + 1"
    assert explore.evaluate(f"[...document.querySelectorAll('.view *')].filter(one => {outside}).length") == 0
    assert explore.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_the_passages_are_seen_while_a_view_is_moved(explore: Page) -> None:
    choose(explore, 2)
    explore.click(".weigh button")
    explore.until("document.querySelector('.state').textContent === 'exact'", 20)
    explore.size(360, 780, phone=True)
    explore.evaluate("document.querySelector('.views textarea').value = 'A view of many words. '.repeat(40)")
    explore.evaluate("document.querySelector('.side').scrollIntoView(); scrollBy(0, 300)")
    seen = (
        "(one => { const r = one.getBoundingClientRect();"
        "return one.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)) })"
        "(document.querySelector('%s'))"
    )
    assert explore.evaluate(f"[{seen % '.weigh input'}, {seen % '.ranked .passage:nth-child(2)'}]") == [True, True]


def test_a_run_that_ended_before_it_counted_its_questions_is_resumed_from_its_page(page: Page, server: Server) -> None:
    run = a_run(server.runs / "broken")
    told(
        run, {"event": "began"}, {"event": "preparing", "text": "loading"}, {"event": "ended", "text": "no such model"}
    )
    page.visit(f"{server.address}/runs/broken")
    page.until("document.querySelector('#actions button') !== null")
    assert page.evaluate("document.querySelector('#actions button').textContent") == "Resume"
    assert page.evaluate("none.textContent") == "No question is finished yet."
    hidden = "['counts', 'bar', 'controls', 'none'].map(id => document.getElementById(id).hidden)"
    assert page.evaluate(hidden) == [True, True, True, False]
    a_run(run, ROW)
    told(run, HERE, {"event": "total", "questions": 2}, {"event": "finished", "question": "q1.1"})
    page.until(f"{hidden}.join() === 'false,false,false,true'")


def test_the_keyboard_stays_with_the_buttons_of_a_run_that_is_resumed(page: Page, server: Server) -> None:
    run = a_run(server.runs / "resumed", ROW)
    told(run, *STOPPED)
    page.visit(f"{server.address}/runs/resumed")
    page.until("document.querySelector('#actions button') !== null")
    page.evaluate("document.querySelector('#actions button').focus()")
    told(run, HERE)  # as "Resume" has it
    page.until("document.querySelector('#actions button').textContent === 'Stop after this step'")
    assert page.evaluate(FOCUSED) == "Stop after this step"


def test_the_keyboard_stays_on_a_button_that_was_pressed_in_vain(page: Page, server: Server) -> None:
    page.visit(f"{server.address}/runs/stopped")
    page.until("document.querySelector('#actions button') !== null")
    page.evaluate('window.fetch = async () => new Response(\'{"error": "it runs already"}\', {status: 409}); 0')
    page.evaluate("document.querySelector('#actions button').focus()")
    page.press("Enter", 13, "\r")
    page.until("document.getElementById('wrong').textContent === 'it runs already'")
    assert page.evaluate(FOCUSED) == "Resume"


def test_a_button_of_a_server_that_has_ended_says_so(page: Page, server: Server) -> None:
    page.visit(f"{server.address}/runs/stopped")
    page.until("document.querySelector('#actions button') !== null")
    page.evaluate('window.fetch = async () => { throw new TypeError("Failed to fetch"); }; 0')
    page.click("#actions button")
    page.until("document.getElementById('wrong').textContent !== ''")
    told = page.evaluate("document.getElementById('wrong').textContent")
    assert told == "the server does not answer; start it again if it has ended, then try once more"


def test_the_keyboard_stays_on_a_row_when_the_list_is_laid_out_anew(page: Page, server: Server) -> None:
    page.visit(f"{server.address}/runs/stopped")
    page.evaluate("document.querySelector('#rows a').focus()")
    page.evaluate(
        "document.getElementById('order').dispatchEvent(new Event('change')); window.before = rows.firstElementChild; 0"
    )
    page.until("document.querySelector('#rows > li') && document.querySelector('#rows > li') !== before")
    assert page.evaluate("document.activeElement === document.querySelector('#rows a')")


def test_the_questions_that_a_run_left_unfinished_are_shown_as_stopped_and_in_work_once_it_is_resumed(
    page: Page, server: Server
) -> None:
    run = a_run(server.runs / "interrupted", ROW)
    done = {"event": "stage", "question": "q9", "stage": "retrieve"}
    told(run, HERE, {"event": "total", "questions": 2}, done, done, {"event": "ended", "text": "interrupted"})
    shown = "[...document.querySelectorAll('#now h2, #now .stage')].map(one => one.textContent)"
    page.visit(f"{server.address}/runs/interrupted")
    page.until("!document.getElementById('now').hidden")
    assert page.evaluate(shown) == ["Stopped", "continues with: opinion"]
    told(run, HERE, {"event": "total", "questions": 2}, {"event": "stage", "question": "q9", "stage": "opinion"})
    page.until(f"{shown}.join() === 'In work,opinion'")


def test_a_page_notices_that_its_run_was_killed(page: Page, server: Server) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    here = {"process": process.pid, "created": psutil.Process(process.pid).create_time(), "host": socket.gethostname()}
    run = a_run(server.runs / "killed", ROW)
    stage = {"event": "stage", "question": "q9", "stage": "opinion"}
    told(run, {"event": "began"} | here, {"event": "total", "questions": 2}, stage)
    page.visit(f"{server.address}/runs/killed")
    page.until("document.getElementById('how').textContent === 'running'")
    process.communicate()
    page.until("document.getElementById('how').textContent.startsWith('ended without a word')")
    assert page.evaluate("document.querySelector('#now h2').textContent") == "Stopped"
    assert page.evaluate("document.querySelector('#actions button').textContent") == "Resume"
