"""A row, in the form that it is kept."""

from dataclasses import asdict, replace

import pytest
from example_rows import ANSWER_ROW
from pydantic import TypeAdapter

from chains.schemas import Opinion
from debate.results import QuestionResult, Status

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


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (ANSWER_ROW, Status.DONE),
        (replace(ANSWER_ROW, opinion=Opinion("I don't know.", 3, (), abstained=True)), Status.ABSTAINED),
        (replace(ANSWER_ROW, opinion=None, error="RuntimeError: no"), Status.FAILED),
    ],
)
def test_a_row_says_whether_it_answers_abstains_or_failed(row: QuestionResult, status: Status) -> None:
    assert row.status is status
    assert f'"status":"{status.value}"'.encode() in ROW.dump_json(row)


def test_an_abstention_of_an_older_version_is_read_as_one() -> None:
    """Its row says "done" beside an opinion that abstained."""
    row = replace(ANSWER_ROW, opinion=Opinion("I don't know.", 3, (), abstained=True))
    assert ROW.validate_python(asdict(row) | {"status": "done"}).status is Status.ABSTAINED
