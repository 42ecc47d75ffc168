"""The workbook's sheets as CSV and Parquet, written beside and renamed, row by row.

A CSV file has no types, so that a spreadsheet takes a text that begins with =, +, -, @, a tab or a carriage return for
a formula: such a text gets an apostrophe before it (OWASP, "CSV injection"). Parquet has types: its texts are whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from debate.errors import RunFolderError
from debate.output.workbook import sheets_of, without_control_characters
from debate.results import QuestionResult

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS = {"supported": "float64", "seconds": "float64", "score": "float64", "question_score": "float64"}
_WHOLE_NUMBERS = ("words", "turn", "rank")
_ROWS_TOGETHER = 500  # rows of Parquet in memory and in a group


def write_exports(
    folder: Path, kinds: Iterable[str], results: Callable[[], Iterable[QuestionResult]], language: str = ""
) -> None:
    """Write every sheet as ``NAME.csv`` or ``NAME.parquet``.

    Args:
        kinds: csv, parquet, or both.
        results: reads the rows one by one; called once for each file.
        language: the code of the one that answers were translated into, or "".

    Raises:
        RunFolderError: the folder cannot be written to; files that were there before stay whole.
    """
    writers = {"csv": _write_csv, "parquet": _write_parquet}
    for kind in kinds:
        for name, columns, rows_of in sheets_of(language):
            path = folder / f"{name}.{kind}"
            unfinished = path.with_name(f".{path.name}.part")
            rows = (row for result in results() for row in rows_of(result))
            try:
                writers[kind](unfinished, columns, rows)
                unfinished.replace(path)
            except OSError as error:
                raise RunFolderError(
                    f"cannot write {path}: {error.strerror}; the rows are safe in results.jsonl: make room and run the "
                    "same command again"
                ) from error


def csv_text(text: str) -> str:
    """Return a text as a CSV cell that no spreadsheet calculates."""
    text = without_control_characters(text)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # without the mark Excel takes it for Latin-1
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            cells = (row[column] for column in columns)
            writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in cells])


def _write_parquet(path: Path, columns: tuple[str, ...], rows: Iterator[dict[str, Any]]) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    whole = dict.fromkeys(_WHOLE_NUMBERS, "int64")
    schema = pa.schema([(column, pa.type_for_alias((_NUMBERS | whole).get(column, "string"))) for column in columns])
    texts = {field.name for field in schema if field.type == "string"}
    with ParquetWriter(path, schema) as writer:
        group: list[dict[str, Any]] = []
        for row in rows:
            group.append({name: str(row[name]) if name in texts else row[name] for name in columns})
            if len(group) == _ROWS_TOGETHER:
                writer.write_table(pa.Table.from_pylist(group, schema))
                group = []
        writer.write_table(pa.Table.from_pylist(group, schema))
