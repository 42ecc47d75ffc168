"""What lies beside an adapter."""

from pathlib import Path

import pytest
from huggingface_hub import metadata_load

from debate.training.card import write_card, write_left_out
from debate.training.data.dataset import LeftOut
from debate.training.memory import MemoryReport
from debate.training.result import FinetuneResult, Losses
from debate.training.settings import FinetuneSettings
from debate.training.voice import AskedAs
from prompts import load_personas


def card(folder: Path, **settings: object) -> Path:
    """The card of a training with these settings."""
    chosen = FinetuneSettings(**{"data": [Path("rows.jsonl")], "out": folder / "adapter"} | settings)
    losses = Losses(training=((1, 1.0),), validation=((0, 1.0), (1, 0.5)))
    result = FinetuneResult(chosen.out, 3, 1, (), 0, losses, None, MemoryReport("main memory", 1, 1, 1), 60.0)
    chosen.out.mkdir()
    write_card(chosen, AskedAs(load_personas(None).writer()), result)
    return chosen.out / "README.md"


def row(path: Path, name: str) -> str:
    """The line of a card's table that begins with a name."""
    return next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name} |"))


def test_every_row_that_is_not_learned_from_is_listed_with_its_reason(tmp_path: Path) -> None:
    rows = [LeftOut(f"run.xlsx, row {n}", "the answer is empty") for n in range(2, 32)]
    write_left_out(tmp_path / "left-out.txt", rows)
    lines = (tmp_path / "left-out.txt").read_text(encoding="utf-8").splitlines()
    assert (len(lines), lines[-1]) == (30, "run.xlsx, row 31: the answer is empty")


def test_the_card_tells_a_filter_of_zero(tmp_path: Path) -> None:
    """Regression: --max-copied 0 was shown as nothing."""
    assert row(card(tmp_path, max_copied=0, min_rating=0), "selected by") == (
        "| selected by | --min-rating 0.0, --max-copied 0.0 |"
    )


def test_the_card_tells_that_nothing_was_selected_by(tmp_path: Path) -> None:
    assert row(card(tmp_path), "selected by") == "| selected by | nothing |"


def test_a_name_with_a_bar_stays_in_its_cell(tmp_path: Path) -> None:
    path = card(tmp_path, data=[Path("a|b.xlsx")])
    assert row(path, "data") == r"| data | a\|b.xlsx |"


@pytest.mark.parametrize("name", ["a: b #c", "- x", "'quoted\"", "#mine", "!tag", "{x}", "---", "yes", "a|b", "a %s"])
def test_the_metadata_of_a_card_hold_a_models_name_whatever_is_in_it(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    found = metadata_load(card(tmp_path, model=name))
    assert found["base_model"] == name
    assert found["tags"] == ["lora", "pov-debate"]
