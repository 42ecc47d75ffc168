"""Checkpoints are written as LangGraph writes them, and only this project's types are read back."""

import pytest
from example_rows import ANSWER_ROW
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from chains.schemas import Translation
from debate.checkpoints import Serializer
from debate.results import StageTime

STATE = {
    "question": ANSWER_ROW.question,
    "chunks": ANSWER_ROW.chunks,
    "opinion": ANSWER_ROW.opinion,
    "turns": [*ANSWER_ROW.turns, ANSWER_ROW.verdict],
    "translation": Translation("日本 \ud800 مرحبا", "ja", 2),
    "branch:to:speak": None,
}


@pytest.mark.parametrize("value", [STATE, STATE["turns"], "text", None, {1: 0.1}, RuntimeError("it broke"), b"bytes"])
def test_the_bytes_are_those_of_langgraphs_own_serializer(value) -> None:
    theirs = JsonPlusSerializer().dumps_typed(value)
    ours = Serializer().dumps_typed(value)
    assert ours == theirs


def test_what_was_written_is_read_back_as_the_same_types() -> None:
    serializer = Serializer()
    assert serializer.loads_typed(serializer.dumps_typed(ANSWER_ROW.opinion)) == ANSWER_ROW.opinion


def test_a_type_of_somebody_else_is_not_read_back() -> None:
    serializer = Serializer()
    written = JsonPlusSerializer().dumps_typed(StageTime("debate", 2.0))
    assert serializer.loads_typed(written) == {"stage": "debate", "seconds": 2.0}
