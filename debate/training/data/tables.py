"""Rows of an xlsx, csv or jsonl file as mappings, with row numbers as a person counts them."""

import csv
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from debate.errors import TrainingDataError
from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.csv_file import separated
from vectorstore.corpus.readers.office.xlsx import read_tables, shown_sheets
from vectorstore.corpus.tables import Table
from vectorstore.errors import CorpusError

LOG = logging.getLogger(__name__)
Tell = Callable[[str], object]  # what a user should know

COLUMNS = ("instruction", "context", "answer")
_OF_A_RUN = "results"  # a run's workbook has other sheets, which hold no more answers
_KINDS = (".xlsx", ".csv", ".jsonl")


def read_rows(path: Path, tell: Tell = LOG.warning) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the rows of a table; of a workbook, those of the first sheet that has the columns.

    Args:
        path: the file.
        tell: told which sheet is read where others are not, and what is left out of it.

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
    for table in _tables(path, tell):
        names = [name.casefold() for name in table.header]
        for row in table.rows:
            yield row.number, dict(zip_longest(names, row.cells[: len(names)], fillvalue=""))


def _tables(path: Path, tell: Tell) -> Sequence[Table]:
    try:
        if path.suffix.lower() == ".xlsx":
            return _sheet(path, tell)
        return separated(decode(path.read_bytes())[0], COLUMNS).tables
    except CorpusError as error:
        raise TrainingDataError(f"cannot read {path}: it {error}") from error
    except (OSError, csv.Error) as error:
        raise TrainingDataError(f"cannot read {path}: {error}; save it again as xlsx or UTF-8 csv") from error


def _sheet(path: Path, tell: Tell) -> Sequence[Table]:
    """Return the tables of the first sheet that has the columns, or of the only one."""
    names = shown_sheets(path)
    headers: list[str] = []
    for name in names or (None,):  # read_tables tells that none is shown
        tables, left_out = read_tables(path, COLUMNS, name, others_count=False)
        if len(names) < 2 or any(_has_columns(table) for table in tables):
            others = [other for other in names if other != name]
            if others and name != _OF_A_RUN:
                tell(f"{path}: sheet {name!r} is read; not read: {', '.join(others)}")
            for one in left_out:
                tell(f"{path}: {one}")
            return tables
        headers.append(f"{name!r} has: {', '.join(column for table in tables for column in table.header) or 'nothing'}")
    raise TrainingDataError(
        f"{path}: no sheet has the columns {', '.join(COLUMNS[:-1])} and {COLUMNS[-1]} ({'; '.join(headers)}); name "
        "the columns of one so"
    )


def _has_columns(table: Table) -> bool:
    return {name.casefold() for name in table.header} >= {*COLUMNS}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no value")


def _jsonl_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"cannot read {path} as UTF-8 text: {error}; save it as UTF-8") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=_refuse)
        except RecursionError as error:
            raise TrainingDataError(f"{path}, line {number} nests too deeply; correct or remove it") from error
        except ValueError as error:
            raise TrainingDataError(f"{path}, line {number} is not JSON: {error}; correct or remove it") from error
        if not isinstance(row, dict):
            raise TrainingDataError(f'{path}, line {number} is not an object; write {{"instruction": …}}')
        yield number, row
