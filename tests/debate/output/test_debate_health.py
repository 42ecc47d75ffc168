"""A debate's health in the report and in the workbook."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
from example_rows import FACTS

from chains.schemas import (
    Ballot,
    Baseline,
    Chunk,
    DebateOutcome,
    Position,
    Question,
    RoundQuestion,
    StopReason,
    Tokens,
    Turn,
    Verdict,
)
from debate.output.report import write_report
from debate.output.report.debates import debate_health
from debate.output.workbook import write_workbook
from debate.results import QuestionResult

TURNS = (
    Turn(1, "a", "Alder", "Yes.", 1, drift=0.2, echo=0.1, new=("c1",)),
    Turn(1, "b", "Birch", "No.", 1, drift=-0.1, echo=0.3),
    Turn(2, "a", "Alder", "Yes!", 1, drift=None),
)
VERDICT = Verdict(
    *(0, "moderator", "Moderator", "Alder.", 1),
    winner="a",
    decision="majority",
    share=1.0,
    ballots=(Ballot("a", ("a",)), Ballot("b", ("a",))),
)
HELD = QuestionResult(
    *(Question("q1", "Why?"), "m", 1.0),
    turns=TURNS,
    verdict=VERDICT,
    positions=(Position("a", "Alder", "Yes, it is."), Position("b", "Birch", "No, it is not.")),
    outcome=DebateOutcome.WON,
    stopped=StopReason.ROUNDS,
)


def test_each_turn_is_a_point_above_the_line_where_it_argues_for_its_own_side() -> None:
    alder, birch = debate_health(HELD, {"a": 0, "b": 1}).lines
    assert alder.points == ((75.0, 4.0, "round 1: +0.20"),)  # the last turn has no side
    assert birch.points == ((150.0, 58.0, "round 1: -0.10"),)


def test_the_outermost_points_are_whole(tmp_path: Path) -> None:
    turns = [replace(turn, drift=drift) for turn, drift in zip(TURNS, (0.3, -0.3, 0.0), strict=False)]
    lines = debate_health(replace(HELD, turns=tuple(turns)), {"a": 0, "b": 1}).lines
    heights = [y for line in lines for _, y, _ in line.points]
    assert (min(heights), max(heights)) == (4.0, 76.0)  # of 80; a point's radius is 3


def test_the_report_says_how_a_debate_went(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", lambda: [HELD], FACTS)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "decided by: majority, 100% for the winner" in html
    assert "disagreement: collapsed" in html
    assert "<title>Birch, round 1: -0.10</title>" in html


def test_the_single_agent_stands_beside_the_debate_in_report_and_workbook(tmp_path: Path) -> None:
    vote = Baseline("vote", "Birch. It is not.", "b", 0.75, 4, Tokens(900, 100), supported=0.5)
    row = replace(HELD, tokens=Tokens(800, 190, estimated=True), baselines=(vote,))
    facts = replace(FACTS, baseline=True)
    write_report(tmp_path / "report.html", lambda: [row, HELD], facts)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.count("The same question by a single agent") == 1
    assert "990 (estimated)" in html
    write_workbook(tmp_path / "results.xlsx", [row, HELD], facts)
    debate, alone = pd.read_excel(tmp_path / "results.xlsx", sheet_name="baseline").to_dict("records")
    assert (debate["method"], debate["winner"], debate["tokens_read"], debate["tries"]) == ("debate", "Alder", 800, 3)
    assert (alone["method"], alone["winner"], alone["share"]) == ("single agent, vote", "Birch", 0.75)


def test_a_workbook_has_no_sheet_of_a_baseline_that_nobody_asked_for(tmp_path: Path) -> None:
    write_workbook(tmp_path / "results.xlsx", [HELD], FACTS)
    sheets = pd.read_excel(tmp_path / "results.xlsx", sheet_name=None)
    assert "health" in sheets
    assert "baseline" not in sheets


def test_a_row_without_a_debate_has_no_chart() -> None:
    assert debate_health(QuestionResult(Question("q1", "Why?"), "m", 1.0), {}) is None


def test_the_workbook_has_a_row_of_health_for_each_debate(tmp_path: Path) -> None:
    silent = QuestionResult(Question("q2", "Why not?"), "m", 1.0)
    write_workbook(tmp_path / "results.xlsx", [HELD, silent])
    sheet = pd.read_excel(tmp_path / "results.xlsx", sheet_name="health")
    assert len(sheet) == 1
    row = sheet.iloc[0]
    assert (row["question_id"], row["outcome"], row["decision"], row["winner"]) == ("q1", "won", "majority", "Alder")
    assert (row["collapsed"], row["changed"], row["conformity"]) == ("yes", 1, 1.0)
    assert (row["echo"], row["own_side"]) == (0.133, "0.050, ")


def test_report_and_workbook_have_positions_and_what_the_moderator_asked(tmp_path: Path) -> None:
    asked = RoundQuestion(2, "What of <the> mills?", "c1", "passage")
    row = replace(HELD, round_questions=(asked,), debate_chunks=(Chunk("c1", "Mills run.", "mills.md"),))
    write_report(tmp_path / "report.html", lambda: [row], FACTS)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.count("The moderator asks:") == 1
    assert "What of &lt;the&gt; mills?" in html
    assert "No, it is not." in html
    write_workbook(tmp_path / "results.xlsx", [row])
    sheet = pd.read_excel(tmp_path / "results.xlsx", sheet_name="debate")
    assert list(sheet["round"]) == ["position", "position", "1", "1", "question 2", "2", "verdict"]
    question = sheet[sheet["round"] == "question 2"].iloc[0]
    assert (question["speaker"], question["text"]) == ("Moderator", "What of <the> mills?")
    assert question["notes"].startswith("from mills.md; ")
