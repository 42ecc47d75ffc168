"""The report shows a run in a browser, and nothing that it shows can run there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hostile import HOSTILE, result

from chains.schemas import Chunk, Opinion, Question, Turn
from debate.report import write_report
from debate.results import QuestionResult

CHROMIUM = shutil.which("chromium")
MARKUP = [
    "<script>document.title='hacked'</script>",
    "<img src=x onerror=\"document.title='hacked'\">",
    '"><svg onload="document.title=\'hacked\'">',
    "</title><script>document.title='hacked'</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:document.title='hacked'",
    "<a href=\"javascript:document.title='hacked'\">x</a>",
    "</details></main><iframe srcdoc=\"<script>parent.document.title='hacked'</script>\"></iframe>",
]
CHUNKS = (Chunk("c1", "Trade grew.", "a.txt", 0.5, 0.4, (0.6, -0.2), 1), Chunk("c2", "It fell.", "b.txt"))
ROW = QuestionResult(
    Question("q1.1", "Did trade grow?", parent_id="q1", parent_text="What of trade?"),
    "smollm2",
    3.0,
    CHUNKS,
    Opinion("Trade grew [1]. So they say.", 6, ("c1", "c2"), supported=0.5),
    (Turn(1, "hawk", "Hawk", "Nonsense.", 1),),
    Turn(0, "moderator", "Moderator", "A draw.", 2),
)


def page(folder: Path, *rows: QuestionResult, title: str = "A run") -> str:
    write_report(folder / "report.html", lambda: rows, title, ["growth is good"])
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_marker_links_to_its_passage(tmp_path: Path) -> None:
    html = page(tmp_path, ROW)
    (target,) = re.findall(r'<a href="#([^"]+)">\[1\]</a>', html)
    assert f'id="{target}"' in html


def test_a_sentence_that_rests_on_no_passage_is_marked(tmp_path: Path) -> None:
    assert re.findall(r'class="unsupported"[^>]*>([^<]*)', page(tmp_path, ROW)) == [" So they say."]


def test_a_point_of_view_that_pushes_away_is_drawn_as_such(tmp_path: Path) -> None:
    html = page(tmp_path, ROW)
    assert 'title="growth is good"' in html
    assert '<div class="bar minus" style="width: 20.0%">' in html


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    assert re.findall(r"https?://|@import|url\(", page(tmp_path, ROW)) == []


def test_a_run_without_rows_is_a_page_too(tmp_path: Path) -> None:
    assert "0 questions, 0 failed" in page(tmp_path)


@pytest.mark.parametrize("text", MARKUP + HOSTILE[15:19])
def test_hostile_text_is_escaped(tmp_path: Path, text: str) -> None:
    html = page(tmp_path, result(text), title=text)
    assert html.count("<script") == 1
    assert not re.search(r"<(img|svg onload|iframe|b>)|<a href=\"javascript", html)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium; .ci/run installs it")
def test_in_a_real_browser_no_hostile_text_runs_and_every_row_is_there(tmp_path: Path) -> None:
    page(tmp_path, ROW, *(result(text) for text in MARKUP))
    flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
    command = [CHROMIUM, *flags.split(), f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    dom = subprocess.run(  # noqa: S603
        [*command, (tmp_path / "report.html").as_uri()], capture_output=True, text=True, check=True, timeout=120
    ).stdout
    assert "<title>A run</title>" in dom
    assert f"{1 + len(MARKUP)} of {1 + len(MARKUP)}</span>" in dom
