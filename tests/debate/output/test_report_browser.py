"""The report in a real Chromium: what a person can do with it, and that nothing that it shows can run there."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from chromium import CHROMIUM, Page, browser
from example_rows import ANSWER_ROW as ROW
from example_rows import FACTS
from hostile import HOSTILE, MARKUP, everywhere
from pypdf import PdfReader

from chains.schemas import Chunk, Opinion, Question, Turn
from debate.output.facts import RunFacts
from debate.output.report import write_report
from debate.results import QuestionResult
from prompts import Persona, PointOfView

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium; .ci/run installs it")

TEXTS = MARKUP + HOSTILE
FAILED = QuestionResult(Question("q2", "What failed?"), "smollm2", 9.0, error="RuntimeError: it broke")
ARABIC = QuestionResult(
    Question("q3", "ما هي مجموعة البريكس؟"), "m", 1.0, (), Opinion("日本の外交は慎重である。", 11, ())
)
LONG = replace(
    ROW, question=Question("q4", "Is oil cheap?"), chunks=(Chunk("c9", "Zanzibar " * 400, "z.txt"),), seconds=5.0
)
PLAIN = (ROW, FAILED, ARABIC, LONG)
FIRST = "details.row:first-of-type"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture
def page(chromium: Page) -> Page:
    chromium.size(1280)
    chromium.media(prefers_color_scheme="light")
    chromium.errors.clear()
    return chromium


def shown(page: Page, folder: Path, *rows: QuestionResult, facts: RunFacts = FACTS, fragment: str = "") -> Page:
    write_report(folder / "report.html", lambda: rows, facts)
    page.open(folder / "report.html", fragment)
    return page


@pytest.fixture(params=[1000, 0], ids=["laid out", "kept as text"])
def hostile(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Page:
    monkeypatch.setattr("debate.output.report.LAID_OUT", request.param)
    everything = " ".join(TEXTS)
    facts = RunFacts(
        f"A run {everything}", everything, everything, (Persona("x", everything, everything, (PointOfView("x"),)),),
        tuple(PointOfView(text) for text in TEXTS[:1]), 0.5, (1, 2), ((everything, everything),),
    )  # fmt: skip
    rows = [everywhere(text, f"{text} {n}", failed=n % 2 == 0) for n, text in enumerate(TEXTS)]
    return shown(page, tmp_path, *rows, facts=facts)


def test_no_hostile_text_runs_whatever_is_opened_searched_or_printed(hostile: Page, tmp_path: Path) -> None:
    hostile.click("#toggle")
    hostile.click("#find")
    hostile.type("<script>")
    hostile.pdf(tmp_path / "printed.pdf")
    assert hostile.evaluate("document.title").startswith("A run <script>")
    assert hostile.evaluate("document.querySelectorAll('details.row[open] .body').length") >= len(TEXTS)
    assert hostile.errors == []
    assert {url.split(":")[0] for url in hostile.requests} <= {"file", "about"}


def test_no_hostile_text_becomes_an_element_or_an_attribute(hostile: Page) -> None:
    hostile.click("#toggle")
    foreign = (
        "img, iframe, object, main input, main form, main style, main link, base, [srcdoc], main button, main meta"
    )
    assert hostile.evaluate(f"document.querySelectorAll({foreign!r}).length") == 0
    assert (
        hostile.evaluate(
            "document.querySelectorAll('body script').length - document.querySelectorAll('script.kept').length"
        )
        == 1
    )
    handlers = (
        "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(name => name.startsWith('on'))"
    )
    assert hostile.evaluate(handlers) == []
    assert (
        hostile.evaluate(
            "[...document.querySelectorAll('a')].filter(a => !a.getAttribute('href').startsWith('#')).length"
        )
        == 0
    )


@pytest.mark.parametrize("place", [".passage:first-child .text", ".turn:first-child .said"])
def test_every_hostile_text_is_shown_as_it_was_written(hostile: Page, place: str) -> None:
    hostile.click("#toggle")
    for_people = [text.replace("\r", "\n").replace("\x00", "").replace("\ud83d\ude00", "??") for text in TEXTS]
    text = f"row.querySelector('details.row > .body {place}').textContent.replaceAll('\\ufffd', '')"
    assert hostile.evaluate(f"[...document.querySelectorAll('details.row')].map(row => {text})") == for_people


def test_the_pages_policy_lets_no_script_run_that_is_put_into_it(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, ROW)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')")
    page.evaluate(
        "{ const s = document.createElement('script'); s.textContent = 'window.ran = 2'; document.body.append(s) }"
    )
    page.settle()
    assert page.evaluate("window.ran ?? 'nothing ran'") == "nothing ran"
    assert sum("Content Security Policy" in error for error in page.errors) >= 2


VISIBLE = "[...document.querySelectorAll('details.row')].filter(r => r.checkVisibility()).map(r => r.querySelector('.id').textContent)"


@pytest.mark.parametrize("laid_out", [0, 9])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("trade GROW", ["q1.1"]),
        ("zanzibar", ["q4"]),
        ("hawk reads", ["q1.1", "q4"]),
        ("外交", ["q3"]),
        ("nothing here", []),
    ],
)
def test_a_search_finds_words_wherever_they_stand(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, found: list[str], laid_out: int
) -> None:
    monkeypatch.setattr("debate.output.report.LAID_OUT", laid_out)
    shown(page, tmp_path, *PLAIN)
    page.press("/", text="/")
    page.type(words)
    assert page.evaluate(VISIBLE) == found
    assert page.evaluate("document.getElementById('count').textContent") == f"{len(found)} of 4"
    assert page.evaluate("document.getElementById('none').checkVisibility()") is (not found)


def test_escape_takes_the_search_back(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    page.press("/", text="/")
    page.type("zanzibar")
    page.press("Escape", 27)
    assert page.evaluate(VISIBLE) == ["q1.1", "q2", "q3", "q4"]


def choose(page: Page, control: str, value: str) -> None:
    page.evaluate(
        f"{{ const c = document.getElementById('{control}'); c.value = '{value}'; c.dispatchEvent(new Event('change')) }}"
    )


def test_a_filter_shows_the_rows_that_fit(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    choose(page, "show", "failed")
    assert page.evaluate(VISIBLE) == ["q2"]


def test_rows_can_be_put_into_another_order_and_back(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    choose(page, "sort", "-seconds")
    slowest = page.evaluate(VISIBLE)
    choose(page, "sort", "")
    assert (slowest, page.evaluate(VISIBLE)) == (["q2", "q4", "q1.1", "q3"], ["q1.1", "q2", "q3", "q4"])


IN_SIGHT = "(() => { const r = document.querySelector(':target').getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight })()"


@pytest.mark.parametrize("laid_out", [0, 9])
def test_a_citation_opens_and_goes_to_its_passage(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, laid_out: int
) -> None:
    monkeypatch.setattr("debate.output.report.LAID_OUT", laid_out)
    shown(page, tmp_path, ROW, LONG)
    page.click(f"{FIRST} > summary")
    page.click(f"{FIRST} .cite")
    assert page.evaluate("document.querySelector(':target .text').textContent") == "Trade grew."
    assert page.evaluate(IN_SIGHT) is True


def test_what_a_debater_read_unfolds_when_its_link_is_followed(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, ROW)
    page.click(f"{FIRST} > summary")
    page.click(f"{FIRST} .read a")
    assert page.evaluate("document.querySelector(':target').checkVisibility()") is True
    assert page.evaluate("document.querySelector(':target .text').textContent") == "The hawk reads this."


def test_a_link_to_a_passage_opens_its_row_in_a_fresh_page(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, ROW, LONG)
    place = page.evaluate("document.querySelectorAll('.passage')[1].id")
    shown(page, tmp_path, ROW, LONG, fragment=f"#{place}")
    assert page.evaluate(f"document.querySelector('{FIRST}').open") is True
    assert page.evaluate(IN_SIGHT) is True


def test_a_bar_of_a_chart_leads_to_its_question(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    page.evaluate("document.querySelectorAll('figure a')[3].dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    page.settle()
    assert page.evaluate("[...document.querySelectorAll('details.row[open] .id')][0].textContent") == "q4"


def test_all_rows_open_and_close_at_once(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    page.click("#toggle")
    opened = page.evaluate("document.querySelectorAll('details.row[open]').length")
    page.click("#toggle")
    assert (opened, page.evaluate("document.querySelectorAll('details.row[open]').length")) == (4, 0)


FOCUS = "document.activeElement.textContent || document.activeElement.id"


def test_the_keyboard_alone_reaches_and_opens_everything(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, ROW)
    page.press("Tab", 9)
    assert page.evaluate(FOCUS) == "Skip to the questions"
    page.press("Enter", 13, "\r")
    assert page.evaluate("document.activeElement.id") == "rows"
    page.press("Tab", 9)
    assert "Did trade grow?" in page.evaluate(FOCUS)
    page.press("Enter", 13, "\r")
    assert page.evaluate(f"document.querySelector('{FIRST}').open") is True
    page.press("Tab", 9)
    assert page.evaluate(FOCUS) == "[1]"
    page.press("Enter", 13, "\r")
    assert page.evaluate("document.activeElement.matches('.passage:target')") is True


def test_every_control_and_picture_has_a_name(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    page.click("#toggle")
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    named = {"button", "link", "searchbox", "combobox", "image", "img", "figure", "DisclosureTriangle"}
    nameless = [
        n for n in nodes if n.get("role", {}).get("value") in named - {"figure"} and not n.get("name", {}).get("value")
    ]
    assert nameless == []
    assert {"searchbox", "combobox", "button", "link"} <= {n.get("role", {}).get("value") for n in nodes}


LUMINANCE = (
    "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number).reduce((a, b) => a + b)"
)


def test_the_page_is_dark_where_the_system_is(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    light = page.evaluate(LUMINANCE)
    page.media(prefers_color_scheme="dark")
    assert light > 700
    assert page.evaluate(LUMINANCE) < 100


# The contrast of each element's own text with what lies behind it, by WCAG's formula; the colours as they are painted.
CONTRAST = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = colours => {
    canvas.clearRect(0, 0, 1, 1);
    colours.forEach(colour => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); });
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = rgb => rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
  const ownText = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility();
  return [...document.querySelectorAll("body *:not(script, noscript, svg, svg *, option, .skip)")].filter(ownText).map(e => {
    const behind = [];
    for (let at = e; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const [a, b] = [painted(behind), painted([...behind, getComputedStyle(e).color])].map(light);
    return [Math.round(100 * (Math.max(a, b) + .05) / (Math.min(a, b) + .05)) / 100, e.className, e.textContent.slice(0, 20)];
  }).sort((one, other) => one[0] - other[0]);
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_lies_behind_it(page: Page, tmp_path: Path, scheme: str) -> None:
    views = tuple(PointOfView(f"view {n}") for n in range(7))
    speakers = [Turn(1, str(n), f"Speaker {n}", "So.", 1) for n in range(6)]
    many = replace(ROW, chunks=(Chunk("c1", "Text.", "a.txt", 0.9, 0.1, (0.1,) * 7),), turns=tuple(speakers))
    page.media(prefers_color_scheme=scheme)
    shown(page, tmp_path, many, FAILED, facts=replace(FACTS, views=views))
    page.click("#toggle")
    found = page.evaluate(CONTRAST)
    assert len(found) > 40
    assert [one for one in found if one[0] < 4.5] == []


def test_on_a_phone_nothing_scrolls_sideways(hostile: Page) -> None:
    hostile.size(390, 844, phone=True)
    hostile.click("#toggle")
    hostile.settle()
    assert hostile.evaluate("document.documentElement.scrollWidth") == 390


def test_what_is_printed_holds_the_closed_rows_too(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, *PLAIN)
    page.pdf(tmp_path / "printed.pdf")
    printed = " ".join(
        sheet.extract_text() for sheet in PdfReader(BytesIO((tmp_path / "printed.pdf").read_bytes())).pages
    )
    assert "A draw." in printed
    assert "RuntimeError: it broke" in printed
    assert "Search" not in printed


def test_past_the_first_rows_a_debate_is_laid_out_when_it_is_opened(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debate.output.report.LAID_OUT", 1)
    shown(page, tmp_path, ROW, LONG)
    before = page.evaluate("document.querySelectorAll('.answer').length")
    page.click("details.row:last-of-type > summary")
    assert (before, page.evaluate("document.querySelectorAll('.answer').length")) == (1, 2)
    assert (
        page.evaluate("document.querySelector('details.row:last-of-type .passage .text').textContent")
        == "Zanzibar " * 400
    )
