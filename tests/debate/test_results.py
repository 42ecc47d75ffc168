"""A row, in the form that it is kept."""

from dataclasses import asdict, replace

import pytest
from example_rows import ANSWER_ROW
from pydantic import TypeAdapter

from chains.schemas import DebateOutcome, Defect, DefectKind
from debate.results import QuestionResult, result_row, turn_rows

ROW = TypeAdapter(QuestionResult)


def test_a_row_is_read_back_as_it_was_written() -> None:
    assert ROW.validate_json(ROW.dump_json(ANSWER_ROW)) == ANSWER_ROW


def test_a_row_of_a_version_whose_turns_held_texts_is_read() -> None:
    """Regression: texts stood in every turn, and became ids with one table a question."""
    hawk = {"id": "c3", "text": "The hawk reads this.", "source": "c.txt"}
    scored = hawk | {"score": 0.2, "question_score": 0.4, "pov_scores": [0.0], "rank": 0}
    turns = [asdict(turn) | {"chunks": [scored]} for turn in ANSWER_ROW.turns]
    old = asdict(replace(ANSWER_ROW, debate_chunks=(), readings=())) | {"turns": turns}
    old["turns"][0].pop("chunk_ids")

    row = ROW.validate_python(old)

    assert (row.turns, row.readings) == (ANSWER_ROW.turns, ANSWER_ROW.readings)
    assert row.debate_chunks[0].text == "The hawk reads this."


def test_both_sheets_list_defects_with_their_sentences() -> None:
    defects = (Defect(DefectKind.RECITAL, "You are Ada."), Defect(DefectKind.OPEN_ITEM, "1."))
    turn = replace(ANSWER_ROW.turns[0], defects=defects)
    row = replace(ANSWER_ROW, opinion=replace(ANSWER_ROW.opinion, defects=defects), turns=(turn,))

    assert result_row(row)["defects"] == "recital: You are Ada.\nopen item: 1."
    assert next(iter(turn_rows(row)))["defects"] == "recital: You are Ada.\nopen item: 1."


def test_the_debate_sheet_shows_the_passages_that_a_turn_read() -> None:
    turn, verdict = turn_rows(ANSWER_ROW)
    assert (turn["context"], turn["chunk_ids"]) == ("[1] The hawk reads this.", "c3")
    assert verdict["context"] == ""


@pytest.mark.parametrize("outcome", [DebateOutcome.NO_DISAGREEMENT, DebateOutcome.ABSTAINED, DebateOutcome.NO_WINNER])
def test_a_row_says_how_its_debate_ended(outcome: DebateOutcome) -> None:
    notes = result_row(replace(ANSWER_ROW, outcome=outcome))["notes"]
    assert f"debate: {outcome.value}" in notes.split("; ")
