"""What lies beside an adapter."""

from pathlib import Path

from debate.training.card import write_left_out
from debate.training.data.dataset import LeftOut


def test_every_row_that_is_not_learned_from_is_listed_with_its_reason(tmp_path: Path) -> None:
    rows = [LeftOut(f"run.xlsx, row {n}", "the answer is empty") for n in range(2, 32)]
    write_left_out(tmp_path / "left-out.txt", rows)
    lines = (tmp_path / "left-out.txt").read_text(encoding="utf-8").splitlines()
    assert (len(lines), lines[-1]) == (30, "run.xlsx, row 31: the answer is empty")
