"""What the tables of a run say, column by column."""

from dataclasses import replace

import pytest
from example_rows import ANSWER_ROW, FACTS, VIEWS

from chains.schemas import (
    Chunk,
    Claim,
    DebateOutcome,
    Defect,
    DefectKind,
    Lookup,
    Opinion,
    Position,
    Question,
    Support,
    TurnFault,
)
from debate.output.columns import Table
from debate.output.tables import tables_of
from debate.output.tables.results import results_table
from debate.output.tables.wording import lookup_line
from debate.results import QuestionResult
from prompts import PointOfView

DEFECTS = (Defect(DefectKind.RECITAL, "You are Ada."), Defect(DefectKind.OPEN_ITEM, "1."))
POSITIONS = (
    Position("dove", "Dove", "Trade is peace."),
    Position("hawk", "Hawk", "Trade is war.", "view", ("dove",)),
)
RESULTS, DEBATE, _, CHUNKS = tables_of(FACTS)


def rows_of(table: Table, result: QuestionResult) -> list[dict[str, object]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows(result)]


def results_row(result: QuestionResult) -> dict[str, object]:
    return rows_of(RESULTS, result)[0]


def test_passages_are_numbered_as_the_answer_s_markers_count_them() -> None:
    chunks = tuple(Chunk(name, f"text of {name}", f"{name}.txt") for name in ("c1", "c2", "c3"))
    opinion = Opinion("It is so [2].", 3, ("c1", "c3"), sentences=(Support(0, 13, 1, 0.9),), dropped=("c2",))

    row = results_row(QuestionResult(Question("q1", "Is it?"), "m", 1.0, chunks, opinion))

    assert row["context"] == "[1] text of c1\n\n[2] text of c3"
    assert row["citations"] == "[2] c3.txt"
    assert row["notes"] == "did not fit the window: c2.txt"


@pytest.mark.parametrize(
    ("chunk", "name"),
    [
        (Chunk("8f3a", "…", "07-bank.md", title="07-bank"), "07-bank.md"),
        (
            Chunk("8f3a", "…", "un.csv", title="On trade", speaker="Annan", date="1998"),
            "Annan, On trade, 1998 (un.csv)",
        ),
        (Chunk("8f3a", "…"), "8f3a"),
    ],
)
def test_a_passage_is_named_by_its_speaker_and_file_and_not_by_its_id(chunk: Chunk, name: str) -> None:
    result = QuestionResult(Question("q1", "Is it?"), "m", 1.0, (chunk,))
    assert [row["source"] for row in rows_of(CHUNKS, result)] == [name]


def test_a_reader_s_rating_stands_in_its_row() -> None:
    assert rows_of(results_table(rating=lambda _: 4), ANSWER_ROW)[0]["rating"] == 4


@pytest.mark.parametrize("outcome", list(DebateOutcome))
def test_a_row_says_how_its_debate_ended(outcome: DebateOutcome) -> None:
    assert results_row(replace(ANSWER_ROW, outcome=outcome))["outcome"] == outcome.value


def test_the_winner_is_named() -> None:
    won = replace(ANSWER_ROW, verdict=replace(ANSWER_ROW.verdict, winner="hawk"))
    assert results_row(won)["winner"] == "Hawk"


def test_both_tables_list_defects_with_their_sentences() -> None:
    turn = replace(ANSWER_ROW.turns[0], defects=DEFECTS)
    row = replace(ANSWER_ROW, opinion=replace(ANSWER_ROW.opinion, defects=DEFECTS), turns=(turn,))

    assert results_row(row)["defects"] == "repeated prompt or persona: You are Ada.\nunfinished list item: 1."
    assert rows_of(DEBATE, row)[0]["defects"] == "repeated prompt or persona: You are Ada.\nunfinished list item: 1."


def test_positions_come_before_the_turns_and_the_verdict_last() -> None:
    rows = rows_of(DEBATE, replace(ANSWER_ROW, positions=POSITIONS))
    assert [(row["turn"], row["round"], row["speaker"], row["text"]) for row in rows] == [
        (None, "position", "Dove", "Trade is peace."),
        (None, "position", "Hawk", "Trade is war."),
        (1, "1", "Hawk", "Nonsense."),
        (2, "verdict", "Moderator", "A draw."),
    ]


def test_a_position_says_whose_words_it_is_and_with_whom_it_agrees() -> None:
    (_, hawk, *_) = rows_of(DEBATE, replace(ANSWER_ROW, positions=POSITIONS))
    assert hawk["notes"] == "the model gave no sentence: one of the persona's own views; agrees with Dove"


def test_a_row_without_a_debate_says_who_agrees_with_whom_and_whether_for_the_same_reason() -> None:
    dove, hawk = POSITIONS[0], replace(POSITIONS[1], other_reasons=True)
    row = replace(ANSWER_ROW, positions=(dove, hawk), turns=(), verdict=None, outcome=DebateOutcome.NO_DISAGREEMENT)
    assert str(results_row(row)["notes"]).endswith("no debate: Hawk agrees with Dove, for another reason")


def test_a_text_without_spaces_has_as_many_words_as_letters() -> None:
    row = rows_of(DEBATE, replace(ANSWER_ROW, positions=(replace(POSITIONS[0], text="銀行は金を貸す。"),)))[0]
    assert row["words"] == 7


def test_a_turn_says_which_claim_it_answers_how_far_and_what_is_wrong_with_it() -> None:
    claim = Claim("dove", "Trade is peace.")
    turn = replace(ANSWER_ROW.turns[0], answers=claim, answered=0.25, faults=(TurnFault.ECHO, TurnFault.DRIFT))

    *_, row, _ = rows_of(DEBATE, replace(ANSWER_ROW, positions=POSITIONS, turns=(turn,)))

    assert (row["answers"], row["answered"]) == ("Dove: “Trade is peace.”", 0.25)
    assert row["faults"] == "says again what was said before\nis nearer to an opponent's position than to its own"


def test_a_verdict_says_which_claims_decided_and_which_were_conceded() -> None:
    claim = Claim("hawk", "Nonsense.", 0)
    verdict = replace(ANSWER_ROW.verdict, winner="hawk", decided_by=(claim,), conceded=(claim,))
    row = rows_of(DEBATE, replace(ANSWER_ROW, verdict=verdict))[-1]
    assert row["notes"] == "decided by Hawk: “Nonsense.”; conceded: Hawk: “Nonsense.”"


def test_where_nobody_won_no_claim_has_decided() -> None:
    verdict = replace(ANSWER_ROW.verdict, winner="", decided_by=(Claim("hawk", "Nonsense.", 0),))
    row = rows_of(DEBATE, replace(ANSWER_ROW, verdict=verdict))[-1]
    assert row["notes"] == "weighed Hawk: “Nonsense.”"


def test_a_persona_without_a_position_is_said_to_take_none() -> None:
    row = rows_of(DEBATE, replace(ANSWER_ROW, positions=(replace(POSITIONS[0], text="", source="none"),)))[0]
    assert row["notes"].startswith("takes no position: the model gave no sentence that can be used")


def test_a_turn_shows_and_names_the_passages_that_it_read() -> None:
    turn, verdict = rows_of(DEBATE, ANSWER_ROW)
    assert (turn["context"], turn["passages"]) == ("[1] The hawk reads this.", "[1] c.txt")
    assert verdict["context"] == ""


def test_each_point_of_view_has_a_column_and_each_reader_its_own_scores() -> None:
    rows = rows_of(CHUNKS, ANSWER_ROW)
    scores = [(row["source"], row["growth is good"], row["growth is everything"]) for row in rows]
    assert scores == [("a.txt", 0.8, 0.2), ("b.txt", None, None), ("c.txt", 0.0, None)]


def test_a_passage_says_who_read_it_and_for_what() -> None:
    """Regression: what a persona read for its opinion and again for its debate stood there twice without a difference."""
    read = [(row["reader"], row["use"]) for row in rows_of(CHUNKS, ANSWER_ROW)]
    assert read == [("The Professor", "opinion"), ("The Professor", "opinion"), ("Hawk", "debate")]


def test_long_views_are_headings_of_their_first_words_and_keep_columns_of_their_own() -> None:
    long = "The enlargement of the bloc strengthens the countries of the south "
    views = (*VIEWS, PointOfView(f"{long}by trade."), PointOfView(f"{long}by credit."))
    names = [column.name for column in tables_of(replace(FACTS, views=views, speakers=()))[3].columns]
    assert {"The enlargement of the bloc strengthens…", "The enlargement of the bloc strengthens… (2)"} <= set(names)
    assert max(map(len, names)) <= 44


def test_a_view_and_its_opposite_share_no_column() -> None:
    facts = replace(FACTS, views=(*VIEWS, PointOfView("growth is good", against="growth is bad")), speakers=())
    names = [column.name for column in tables_of(facts)[3].columns]
    assert {"growth is good", "growth is good (against: growth is bad)"} <= set(names)


def test_a_tools_text_that_was_read_in_part_is_told() -> None:
    lookup = Lookup("gazetteer", "Bergen", ("c9",), left_out=56_001)
    told = "gazetteer “Bergen”: c9 (its beginning; 56,001 characters were left out)"
    assert lookup_line(ANSWER_ROW, lookup) == told
