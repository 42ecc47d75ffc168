"""CSV and Parquet hold what the workbook holds, and a spreadsheet calculates nothing of it."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hostile import HOSTILE, result

from debate.errors import RunFolderError
from debate.output.exports import csv_text, write_exports

KINDS = ("csv", "parquet")
NAMES = ("results", "debate", "health", "chunks")


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_csv_file_begins_like_a_formula(tmp_path: Path, text: str) -> None:
    write_exports(tmp_path, ("csv",), lambda: [result(text)])
    cells = [cell for name in NAMES for row in read_csv(tmp_path / f"{name}.csv") for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_parquet_gives_every_text_back_as_it_was(tmp_path: Path, text: str) -> None:
    write_exports(tmp_path, ("parquet",), lambda: [result(text)])
    assert pd.read_parquet(tmp_path / "results.parquet")["answer"][0] == text


def test_an_apostrophe_stands_before_what_a_spreadsheet_would_calculate() -> None:
    assert [csv_text(text) for text in ("=1+1", "a=1", "-2")] == ["'=1+1", "a=1", "'-2"]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    write_exports(tmp_path, KINDS, lambda: [result("text")])
    assert pd.read_csv(tmp_path / "results.csv")["seconds"][0] == 1.0
    assert pd.read_parquet(tmp_path / "results.parquet")["words"][0] == 1


def test_every_sheet_has_its_file_even_without_rows(tmp_path: Path) -> None:
    write_exports(tmp_path, KINDS, list)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.{kind}" for name in NAMES for kind in KINDS}


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "results.csv").mkdir()
    with pytest.raises(RunFolderError, match=r"cannot write .*results\.csv: Is a directory; the rows are safe"):
        write_exports(tmp_path, ("csv",), list)
