"""A row, in the form that it is kept."""

from dataclasses import replace

import pytest
from example_rows import ANSWER_ROW
from pydantic import TypeAdapter

from chains.schemas import Opinion
from debate.results import QuestionResult, Status

ROW = TypeAdapter(QuestionResult)


def test_a_row_is_read_back_as_it_was_written() -> None:
    assert ROW.validate_json(ROW.dump_json(ANSWER_ROW)) == ANSWER_ROW


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
