"""Only this project's types are read back from a checkpoint."""

from pathlib import Path

from example_rows import ANSWER_ROW
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from debate.graph.checkpoints import open_checkpoints
from debate.results import StageTime


def test_what_was_written_is_read_back_as_the_same_types(tmp_path: Path) -> None:
    with open_checkpoints(tmp_path / "checkpoints.sqlite") as saver:
        assert saver.serde.loads_typed(saver.serde.dumps_typed(ANSWER_ROW.opinion)) == ANSWER_ROW.opinion


def test_a_type_of_somebody_else_is_not_read_back(tmp_path: Path) -> None:
    written = JsonPlusSerializer().dumps_typed(StageTime("debate", 2.0))
    with open_checkpoints(tmp_path / "checkpoints.sqlite") as saver:
        assert saver.serde.loads_typed(written) == {"stage": "debate", "seconds": 2.0}
