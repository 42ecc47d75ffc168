"""Rows of an xlsx, csv or jsonl file as mappings, with row numbers as a person counts them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from debate.errors import TrainingDataError

_KINDS = (".xlsx", ".csv", ".jsonl")


def read_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the rows of a table; of a workbook, those of its first sheet.

    Raises:
        TrainingDataError: the file is missing, of another kind, or cannot be read.
    """
    if path.suffix.lower() not in _KINDS:
        raise TrainingDataError(f"{path}: unknown kind of data file; use one of {', '.join(_KINDS)}")
    if not path.is_file():
        raise TrainingDataError(f"there is no data file {path}; check --data")
    if path.suffix.lower() == ".jsonl":
        yield from _jsonl_rows(path)
        return
    for number, row in enumerate(_frame(path).to_dict("records"), 2):  # row 1 is the header
        yield number, {str(name).strip().lower(): value for name, value in row.items()}


def _frame(path: Path) -> Any:
    import pandas as pd

    try:
        if path.suffix.lower() == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False, sep=None, engine="python", encoding="utf-8-sig")
        return pd.read_excel(path, dtype=str, keep_default_na=False, engine="openpyxl")
    except (ValueError, KeyError, OSError, BadZipFile, pd.errors.ParserError) as error:
        raise TrainingDataError(f"cannot read {path}: {error}; save it again as xlsx or UTF-8 csv") from error


def _jsonl_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"cannot read {path} as UTF-8 text: {error}; save it as UTF-8") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise TrainingDataError(f"{path}, line {number} is not JSON: {error}; correct or remove it") from error
        if not isinstance(row, dict):
            raise TrainingDataError(f'{path}, line {number} is not an object; write {{"instruction": …}}')
        yield number, row
