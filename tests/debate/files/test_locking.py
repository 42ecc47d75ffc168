"""A folder that one process works in: what an error leaves behind."""

from pathlib import Path

import pytest

from debate.errors import RunFolderError
from debate.files.locking import exclusive_folder


def test_an_error_removes_the_folders_that_were_made_and_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive_folder(tmp_path / "runs" / "first", RunFolderError):
        raise ZeroDivisionError

    assert not (tmp_path / "runs").exists()


def test_an_error_leaves_a_folder_that_was_there_empty_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    with pytest.raises(ZeroDivisionError), exclusive_folder(tmp_path / "mine", RunFolderError):
        raise ZeroDivisionError

    assert list((tmp_path / "mine").iterdir()) == []


def test_an_error_leaves_what_was_written_in_a_folder_that_was_made(tmp_path: Path) -> None:
    results = tmp_path / "first" / "results.jsonl"

    with pytest.raises(ZeroDivisionError), exclusive_folder(results.parent, RunFolderError):
        raise_after(results.write_text("{}", encoding="utf-8"))

    assert results.read_text(encoding="utf-8") == "{}"


def raise_after(written: int) -> None:
    raise ZeroDivisionError(written)
