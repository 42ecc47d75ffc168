"""``debate export --chat``: examples for training elsewhere, with the prompts of a run."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from debate.cli import app
from debate.training.data.dataset import Example
from debate.training.encoding import example_prompt
from debate.training.voice import AskedAs
from prompts import load_personas

ROW = {"instruction": "Should Ruritania tax its salt?", "context": "[1] It sells salt.", "answer": "It must not [1]."}


def export(*arguments: object) -> tuple[int, str]:
    ended = CliRunner().invoke(app, ["export", *map(str, arguments)])
    return ended.exit_code, ended.stderr


def test_an_example_is_the_prompt_of_a_run_and_the_answer_without_its_markers(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW), encoding="utf-8")
    export(tmp_path / "rows.jsonl", "--chat", tmp_path / "chat.jsonl")
    messages = json.loads((tmp_path / "chat.jsonl").read_text(encoding="utf-8"))["messages"]
    prompt = example_prompt(
        Example(ROW["instruction"], ("It sells salt.",), "It must not.", ""), AskedAs(load_personas(None).writer())
    )
    assert [one["content"] for one in messages] == [prompt.system, prompt.user, "It must not."]


@pytest.mark.parametrize("other", ["rows.jsonl", "results.jsonl"])
def test_only_an_earlier_export_is_written_over(tmp_path: Path, other: str) -> None:
    """Regression: a run's journal was replaced; only the files that were read were refused."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(ROW), encoding="utf-8")
    kept = tmp_path / other
    kept.write_text(json.dumps(ROW), encoding="utf-8")
    code, told = export(rows, "--chat", tmp_path / "." / other)
    assert code == 2
    assert told == f"error: {kept} exists and holds no chat messages; give another --chat\n"
    assert json.loads(kept.read_text(encoding="utf-8")) == ROW


def test_an_earlier_export_is_replaced(tmp_path: Path) -> None:
    rows, chat = tmp_path / "rows.jsonl", tmp_path / "chat.jsonl"
    rows.write_text(json.dumps(ROW), encoding="utf-8")
    export(rows, "--chat", chat)
    rows.write_text(json.dumps(ROW | {"answer": "It may."}), encoding="utf-8")
    assert export(rows, "--chat", chat)[0] == 0
    assert "It may." in chat.read_text(encoding="utf-8")


def test_where_no_row_passes_the_first_reason_is_told(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(ROW), encoding="utf-8")
    code, told = export(rows, "--chat", tmp_path / "chat.jsonl", "--min-words", 400)
    assert code == 2
    assert told == (
        "error: no example passes the filters; left out: 1 row, the first: 4 words, at least 400 asked for\n"
    )


def test_the_folder_of_a_run_is_answered_with_its_workbook(tmp_path: Path) -> None:
    code, told = export(tmp_path, "--chat", tmp_path / "chat.jsonl")
    assert code == 2
    assert told == f"error: {tmp_path} is a folder; give its workbook, such as {tmp_path / 'results.xlsx'}\n"


def test_half_a_surrogate_pair_leaves_its_row_out(tmp_path: Path) -> None:
    """Regression: a UnicodeEncodeError."""
    rows, chat = tmp_path / "rows.jsonl", tmp_path / "chat.jsonl"
    rows.write_text(f"{json.dumps(ROW | {'answer': chr(0xD800)})}\n{json.dumps(ROW)}", encoding="utf-8")
    code, told = export(rows, "--chat", chat)
    assert code == 0
    assert told.startswith("left out: rows.jsonl, row 1: its 'answer' contains half a surrogate pair")
    assert len(chat.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(("target", "why"), [(".", "Is a directory"), (os.devnull, "it is no file")])
def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path, target: str, why: str) -> None:
    """Regression: /dev/null became a file, and a folder without a name was a traceback."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(ROW), encoding="utf-8")
    code, told = export(rows, "--chat", Path(target))
    assert (code, Path(os.devnull).is_char_device()) == (2, True)
    assert told == f"error: cannot write {target}: {why}; choose another file\n"
