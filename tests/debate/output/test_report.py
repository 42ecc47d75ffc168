"""The report as it is written: what is marked, linked, drawn and escaped. ``test_report_browser`` looks at it."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from example_rows import ANSWER_ROW as ROW
from example_rows import CHUNKS, FACTS, VIEWS
from hostile import HOSTILE, MARKUP, everywhere
from hypothesis import given
from hypothesis import strategies as st

from chains.schemas import Chunk, DebateOutcome, Opinion, Position, Question, Support, Translation, TurnFault
from debate.errors import RunFolderError
from debate.output.facts import RunFacts
from debate.output.report import write_report
from debate.output.report.answers import answer_stretches
from debate.output.report.charts import charts, figures
from debate.output.report.scores import bars
from debate.results import QuestionResult
from prompts import PointOfView


def page(folder: Path, *rows: QuestionResult, facts: RunFacts = FACTS) -> str:
    write_report(folder / "report.html", lambda: rows, facts)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_marker_links_to_its_passage(tmp_path: Path) -> None:
    html = page(tmp_path, ROW)
    (target,) = re.findall(r'<a class="cite" href="#([^"]+)">\[1\]</a>', html)
    assert re.search(rf'<li class="passage" id="{target}".*?Trade grew\.', html, re.DOTALL)


def test_a_passage_shows_its_headings_as_headings_and_the_rest_as_it_stands(tmp_path: Path) -> None:
    text = "# The <salt> union\n\nIt ended in 1911 #1.\n## C#\nThe rest."
    html = page(tmp_path, replace(ROW, chunks=(replace(ROW.chunks[0], text=text), *ROW.chunks[1:])))
    shown = "<b>The &lt;salt&gt; union</b>\n\nIt ended in 1911 #1.\n<b>C#</b>\nThe rest.</p>"
    assert shown in html


def test_the_markers_numbers_are_those_of_the_passages_that_the_model_saw(tmp_path: Path) -> None:
    seen = Opinion("It fell [1].", 3, ("c2",), sentences=(Support(0, 12, 0, 0.9),), dropped=("c1",))
    html = page(tmp_path, QuestionResult(Question("q1", "Why?"), "m", 1.0, CHUNKS, seen))
    (target,) = re.findall(r'<a class="cite" href="#([^"]+)">\[1\]</a>', html)
    assert re.search(rf'id="{target}".{{0,400}}b\.txt', html, re.DOTALL)
    assert "not shown to the model</b> <bdi>a.txt</bdi>" in html


def test_it_is_the_grounding_that_marks_a_sentence_and_not_its_marker(tmp_path: Path) -> None:
    (marked,) = re.findall(r'<span class="unsupported">(.*?)</span>', page(tmp_path, ROW).split("Underlined")[0])
    assert re.sub(r"<.*?>", "", marked) == "Peru fell by 7 [2]."


def test_names_and_numbers_that_stand_in_no_passage_are_marked(tmp_path: Path) -> None:
    assert re.findall(r"<mark>(.*?)</mark>", page(tmp_path, ROW)) == ["Peru", "7", "Marked"]


def test_an_unsupported_number_is_marked_only_where_it_stands_alone() -> None:
    opinion = Opinion("5 of 15, or 1.5 and 5,000 [5]. So 5.", 9, (), unsupported=("5",))
    (stretch,) = answer_stretches(opinion, {})
    assert [piece.kind for piece in stretch.pieces] == [
        "unsupported",
        "plain",
        "plain",
        "plain",
        "unsupported",
        "plain",
    ]


texts = st.text(st.sampled_from("ab [1]5.é漢\n<"), max_size=40)


@given(
    answer=texts, cuts=st.lists(st.integers(0, 40), max_size=6), unsupported=st.lists(texts.filter(bool), max_size=3)
)
def test_the_stretches_of_an_answer_are_the_answer(answer: str, cuts: list[int], unsupported: list[str]) -> None:
    ends = sorted({min(cut, len(answer)) for cut in cuts})
    sentences = tuple(Support(a, b, None, 0.0) for a, b in pairwise(ends))
    opinion = Opinion(answer, 1, (), sentences=sentences, unsupported=tuple(unsupported))
    shown = "".join(piece.text for one in answer_stretches(opinion, {1: "x"}) for piece in one.pieces)
    assert shown == answer


scores = st.floats(-1, 1)


@given(scores, scores, scores, st.floats(0, 1))
def test_the_parts_of_a_bar_add_up_to_the_score(question: float, first: float, second: float, weight: float) -> None:
    total = (1 - weight) * question + weight * (0.75 * first - 0.25 * second)
    (bar,) = bars([Chunk("c", "", "", total, question, (first, second))], VIEWS, weight)
    assert sum(part.share for part in bar.parts) == pytest.approx(total, abs=1e-9)
    assert len(bar.parts) == 3


def test_what_takes_away_from_a_score_is_drawn_below_nought() -> None:
    (bar,) = bars(CHUNKS[:1], VIEWS, 0.5)  # .5×.4 + .5×(.75×.8 - .25×.2) = .2 + .3 - .025
    assert [round(part.share, 3) for part in bar.parts] == [0.2, 0.3, -0.025]
    assert [part.left + part.width <= bar.zero + 0.1 for part in bar.parts] == [False, False, True]


def test_bars_of_one_question_share_a_scale() -> None:
    one, other = bars([Chunk("a", "", "", 0.8, 0.8, ()), Chunk("b", "", "", 0.4, 0.4, ())], (), 0.5)
    assert [part.width for bar in (one, other) for part in bar.parts if part.colour == 0] == [100.0, 50.0]


def test_a_score_from_other_settings_shows_what_its_parts_do_not_explain() -> None:
    mixed, foreign = bars([Chunk("a", "", "", 0.9, 0.4, (0.8, 0.2)), Chunk("b", "", "", 0.3, 0.3, (0.1,))], VIEWS, 0.5)
    assert (mixed.parts[-1].label, round(mixed.parts[-1].share, 3)) == ("from other settings", 0.425)
    assert [part.share for part in foreign.parts] == [0.3]


def test_what_each_debater_read_is_shown_and_linked_from_the_turn(tmp_path: Path) -> None:
    html = page(tmp_path, ROW)
    (target,) = re.findall(r'read <a href="#([^"]+)">\[1\]</a>', html)
    assert re.search(rf'id="{target}".*?The hawk reads this\.', html, re.DOTALL)


def test_a_turns_markers_lead_to_what_its_speaker_read_and_what_stands_in_no_passage_is_marked(tmp_path: Path) -> None:
    said = replace(ROW.turns[0], text="As [1] says, 90 of [9] left.", unsupported=("90",))
    html = page(tmp_path, replace(ROW, turns=(said,)))
    spoken = re.search(r'<p class="said" dir="auto">(.*?)</p>', html, re.DOTALL).group(1)
    target = re.search(r'id="([^"]+)" tabindex="-1">(?:(?!<li).)*The hawk reads this', html, re.DOTALL).group(1)
    assert spoken == f'As <a class="cite" href="#{target}">[1]</a> says, <mark>90</mark> of [9] left.'


def test_what_the_rules_find_wrong_with_a_turn_stands_below_it(tmp_path: Path) -> None:
    """Regression: faults were in the workbook and on the live page alone."""
    turn = replace(ROW.turns[0], faults=(TurnFault.ECHO, TurnFault.DRIFT))
    html = page(tmp_path, replace(ROW, turns=(turn,)))
    assert f"{TurnFault.ECHO} · {TurnFault.DRIFT}".replace("'", "&#39;") in html


def test_where_nobody_disagrees_the_positions_stand_there_and_why_there_is_no_debate(tmp_path: Path) -> None:
    positions = (Position("d", "Dove", "Trade is peace."), Position("h", "Hawk", "So it is.", agrees_with=("d",)))
    row = replace(ROW, positions=positions, turns=(), verdict=None, outcome=DebateOutcome.NO_DISAGREEMENT)
    html = page(tmp_path, row)
    assert '<b dir="auto">Dove</b>: <span dir="auto">Trade is peace.</span>' in html
    assert "No debate: Hawk agrees with Dove." in html


def test_a_row_says_that_its_answer_is_short_and_mostly_copied(tmp_path: Path) -> None:
    """Regression: the terminal said so, and the report nothing."""
    facts = replace(FACTS, words=(400, 500))
    copied = replace(ROW, opinion=replace(ROW.opinion, words=450, copied=0.9))
    short = replace(ROW, opinion=replace(ROW.opinion, words=198, copied=0.1))
    flags = [
        re.findall(r'class="flag">(short|mostly copied)<', page(tmp_path, row, facts=facts)) for row in (copied, short)
    ]
    assert flags == [["mostly copied"], ["short"]]


def test_the_time_of_each_stage_is_told(tmp_path: Path) -> None:
    assert "3.0 s · retrieve 0.5 s · opinion 2.5 s" in page(tmp_path, ROW)


def test_a_short_run_has_a_bar_for_each_question_that_leads_to_it() -> None:
    words, *_ = charts([figures(ROW), figures(ROW)], (400, 500))
    assert [bar.label for bar in words.bars] == ["q1.1: 8", "q1.1: 8"]
    assert [label for _, label in words.ticks] == ["0", "250", "500"]
    assert words.bars[0].href.startswith("q-")


def test_a_long_run_is_drawn_in_bins_that_say_so() -> None:
    words, _, loops, _ = charts([replace(figures(ROW), loops=1)] * 1000, (400, 500))
    assert (len(words.bars), words.last) == (112, "1000")
    assert "a bar is the mean of 9 questions" in words.summary
    assert "a bar is the sum of 9 questions" in loops.summary


def test_a_failed_row_is_seen_where_its_time_is_drawn() -> None:
    failed = figures(QuestionResult(Question("q2", "Why?"), "m", 1.0, error="it broke"))
    (time,) = charts([failed, failed], (0, 0))
    assert (time.title, time.bars[0].failed, time.bars[0].height > 0) == ("Time", True, True)


def test_there_is_no_chart_of_loops_where_there_were_none() -> None:
    assert [chart.title for chart in charts([figures(ROW)] * 2, (400, 500))] == [
        "Length of the opinion",
        "Sentences that a passage supports",
        "Time",
    ]


def test_one_row_has_no_chart(tmp_path: Path) -> None:
    assert not charts([figures(ROW)], (400, 500))
    assert '<section class="charts"' not in page(tmp_path, ROW)


def test_there_is_no_chart_of_bars_without_height() -> None:
    """Regression: where no sentence was supported, the chart of support was an empty frame."""
    nothing = replace(figures(ROW), supported=0, words=0, seconds=0.0)
    assert charts([nothing, nothing], (400, 500)) == []


def test_an_abstention_is_in_no_mean() -> None:
    abstained = replace(ROW, opinion=Opinion("I don't know.", 3, (), abstained=True))
    words, support, _ = charts([figures(ROW), figures(abstained)], (400, 500))
    assert (words.summary, support.summary) == ("median 8, 400 to 500 asked for", "median 50%")
    assert words.bars[1].label == "q1.1: no answer"


@pytest.mark.parametrize("language", ["ja", "pt-BR", "zh-Hant-TW", "sl-rozaj", "es-419"])
def test_a_translation_is_marked_with_its_language(tmp_path: Path, language: str) -> None:
    row = replace(ROW, translation=Translation("Strelsau", language, 1))
    assert f'<p class="text" lang="{language}" dir="auto">Strelsau' in page(tmp_path, row)


@pytest.mark.parametrize("language", ["", "German", "deu_Latn", "x y", '"><b>', "ja\n"])
def test_what_is_no_language_tag_does_not_become_one(tmp_path: Path, language: str) -> None:
    row = replace(ROW, translation=Translation("Strelsau", language, 1))
    assert '<p class="text" dir="auto">Strelsau' in page(tmp_path, row)


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    assert re.findall(r"https?://|@import|url\((?!#)", page(tmp_path, ROW)) == []


def test_a_run_without_rows_is_a_page_too(tmp_path: Path) -> None:
    assert "<b>0</b> questions" in page(tmp_path)


def test_past_the_first_rows_a_text_that_many_use_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.output.report.LAID_OUT", 1)
    assert page(tmp_path, *[ROW] * 5).count("Trade grew.") == 2


def test_half_a_surrogate_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    assert "half ? of it" in page(tmp_path, QuestionResult(Question("q1", "half \ud83d of it"), "m", 1.0))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot write .*report\.html"):
        write_report(tmp_path / "missing" / "report.html", list, FACTS)


@pytest.mark.parametrize("laid_out", [0, 9])
@pytest.mark.parametrize("text", MARKUP + HOSTILE[15:19])
def test_hostile_text_is_escaped(tmp_path: Path, text: str, laid_out: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.output.report.LAID_OUT", laid_out)
    facts = RunFacts(text, text, text, (), (PointOfView(text),), settings=((text, text),))
    html = page(tmp_path, everywhere(text, text, failed=True), facts=facts)
    assert len(re.findall("<script", html, re.IGNORECASE)) == (1 if laid_out else 5)
    assert not re.search(r"<(img|iframe|object|body |input a|form a|meta http-equiv=ref|base |svg o)", html)
