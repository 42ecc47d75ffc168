"""What a person sends with the live page's forms, in a real Chromium: a list, a speech, a vote; nothing of it is cut."""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest
from chromium import CHROMIUM, Page, browser
from example_rows import ANSWER_ROW as ROW
from page_server import Server, a_comparison, a_run, an_index, asks_a_person

from debate.run.records.typed import Records
from debate.run.seat import SAID, Said
from debate.serve.web.guard import MOST_UPLOADED

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
QUESTIONS = "id,question\na,Did trade grow?\nb,Who pays?\n"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        opened.size(1280)
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("forms")
    index = an_index(folder / "made", "Trade grew between the two countries.")
    a_comparison(folder)
    asks_a_person(a_run(folder / "runs" / "seated", ROW))
    started = Server(folder / "runs", "--index", str(index))
    yield started
    started.kill()


def choose_list(page: Page, server: Server, path: Path) -> None:
    page.visit(f"{server.address}/new")
    page.requests.clear()
    page.choose("#file", path)
    page.until("!['', 'reading'].includes(document.getElementById('listed').textContent.split(' ')[0])")


def text_of(page: Page, place: str) -> str:
    return str(page.evaluate(f"document.getElementById({place!r}).innerText"))


def test_a_list_is_read_as_soon_as_it_is_chosen_and_shows_its_questions_and_what_is_left_out(
    page: Page, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "my list.csv").write_text(QUESTIONS + "c,\n")
    choose_list(page, server, tmp_path / "my list.csv")
    page.until("document.querySelectorAll('#first li').length === 2")
    assert text_of(page, "listed") == "2 questions read"
    assert text_of(page, "first").split("\n") == ["Did trade grow?", "Who pays?"]
    assert text_of(page, "left-out") == "my list.csv, row 4 is left out: it contains no question"
    assert page.evaluate("document.getElementById('typed').disabled")
    page.click("#remove")
    assert page.evaluate("[document.activeElement.id, document.querySelectorAll('#first li').length]") == ["typed", 0]


def test_what_is_wrong_with_a_list_is_told_beside_it_and_the_mended_list_can_be_chosen(
    page: Page, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text(QUESTIONS.replace("b,Who pays?", "b,Who pays,and why,or not?"))
    choose_list(page, server, tmp_path / "list.csv")
    assert text_of(page, "listed").startswith("list.csv, row 3 has 4 cells for 2 columns")
    assert page.evaluate("document.getElementById('typed').disabled") is False
    (tmp_path / "list.csv").write_text(QUESTIONS)
    page.choose("#file", tmp_path / "list.csv")
    page.until("document.getElementById('listed').textContent === '2 questions read'")


def test_a_list_that_is_too_large_is_told_and_not_sent(page: Page, server: Server, tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MOST_UPLOADED + 1)
    choose_list(page, server, tmp_path / "large.txt")
    assert text_of(page, "listed").startswith("large.txt has 32.0 MiB, and at most 32 MiB are read")
    assert page.requests == []


def test_a_speech_that_is_too_long_is_told_and_kept_whole(page: Page, server: Server) -> None:
    page.visit(f"{server.address}/runs/seated/question?id=q1.1")
    page.until("document.getElementById('mine') !== null")
    page.click("#mine")
    page.type("é" * 4001)
    assert page.evaluate("document.querySelector('.speak output').textContent") == "4,001 of 4,000 characters"
    page.click(".speaking .strong")
    page.until("document.querySelector('.speaking [role=alert]').textContent !== ''")
    told = page.evaluate("document.querySelector('.speaking [role=alert]').textContent")
    assert told == "the text has 4,001 characters, and the most is 4,000; say it shorter"
    page.evaluate("document.getElementById('mine').focus()")
    page.press("Backspace", 8)
    page.click(".speaking .strong")
    page.until("document.getElementById('news').textContent === 'said'")
    (said,) = Records(server.runs / "seated" / SAID, Said, "answer").read()
    assert said.text == "é" * 4000


def test_who_votes_after_somebody_else_is_told_and_led_on(page: Page, server: Server) -> None:
    address = f"{server.address}/comparisons/ours/vote"
    page.visit(address)
    ballot = page.evaluate("document.getElementById('vote').dataset.ballot")
    page.evaluate(
        "fetch('/api/comparisons/ours/votes', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        f"body: JSON.stringify({{ballot: {ballot!r}, choice: 'tie'}})}}).then(told => told.status)"
    )
    page.press("1", 49, "1")
    page.until("document.querySelector('#wrong a') !== null")
    assert "somebody judged these two answers meanwhile" in text_of(page, "wrong")
    page.press("Enter", 13, "\r")
    page.until(
        f"document.getElementById('vote') !== null && document.getElementById('vote').dataset.ballot !== {ballot!r}"
    )


def test_a_question_whose_run_is_deleted_says_so(page: Page, server: Server) -> None:
    run = a_run(server.runs / "gone", ROW)
    page.visit(f"{server.address}/runs/gone/question?id=q1.1")
    page.until("document.querySelector('#body .turn') !== null")
    rmtree(run)
    page.until("document.querySelector('.error') !== null", 20)
    assert page.evaluate("document.querySelector('.error').innerText") == (
        "there is no run 'gone'; go back to the list of runs"
    )
