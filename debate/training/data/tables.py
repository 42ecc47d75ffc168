"""Rows of an xlsx, csv or jsonl file as mappings, with row numbers as a person counts them."""

import csv
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from debate.errors import TrainingDataError
from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.csv_file import separated
from vectorstore.corpus.readers.office.xlsx import read_tables
from vectorstore.corpus.tables import Table
from vectorstore.errors import CorpusError

_LOG = logging.getLogger(__name__)

COLUMNS = ("instruction", "context", "answer")
_KINDS = (".xlsx", ".csv", ".jsonl")


def read_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the rows of a table; of a workbook, those of its first sheet.

    Raises:
        TrainingDataError: the file is missing, of another kind, or cannot be read.
    """
    if path.is_dir():
        raise TrainingDataError(f"{path} is a folder; give its workbook, such as {path / 'results.xlsx'}")
    if path.suffix.lower() not in _KINDS:
        raise TrainingDataError(f"{path}: unknown kind of data file; use one of {', '.join(_KINDS)}")
    if not path.is_file():
        raise TrainingDataError(f"there is no data file {path}; check --data")
    if path.suffix.lower() == ".jsonl":
        yield from _jsonl_rows(path)
        return
    for table in _tables(path):
        names = [name.casefold() for name in table.header]
        for row in table.rows:
            yield row.number, dict(zip_longest(names, row.cells[: len(names)], fillvalue=""))


def _tables(path: Path) -> Sequence[Table]:
    try:
        if path.suffix.lower() == ".xlsx":
            tables, left_out = read_tables(path, COLUMNS, others_count=False)  # a run's workbook has several sheets
            for one in left_out:
                _LOG.warning("%s: %s", path, one)
            return tables
        return separated(decode(path.read_bytes())[0], COLUMNS).tables
    except CorpusError as error:
        raise TrainingDataError(f"cannot read {path}: it {error}") from error
    except (OSError, csv.Error) as error:
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
