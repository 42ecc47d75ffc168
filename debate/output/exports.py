"""A run's tables as CSV and Parquet, written row by row.

CSV has no types, so spreadsheets read a text that begins with =, +, -, @, a tab or a carriage return as a formula; such
a text gets an apostrophe in front (OWASP, "CSV injection"). Parquet has types, and its texts stay as they are.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from debate.files.atomic import atomic_file
from debate.output.columns import Cell, Kind, Table
from debate.output.facts import RunFacts
from debate.output.sheet import without_control_characters
from debate.output.tables import tables_of
from debate.output.tables.results import Rating, unrated
from debate.results import QuestionResult

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARQUET = {Kind.TEXT: "string", Kind.WHOLE: "int64"}  # every other kind is a float64
_NO_FACTS = RunFacts("")
_ROWS_TOGETHER = 500  # rows of Parquet in memory and in a group
_REMEDY = "the rows are safe in results.jsonl: make room and run the same command again"


def write_exports(
    folder: Path,
    kinds: Iterable[str],
    results: Callable[[], Iterable[QuestionResult]],
    facts: RunFacts = _NO_FACTS,
    rating: Rating = unrated,
) -> None:
    """Write every table as ``NAME.csv`` or ``NAME.parquet``.

    Args:
        kinds: csv, parquet, or both.
        results: reads the rows one by one; called once for each file.
        facts: the run's points of view and language.
        rating: the reader's, of each row.

    Raises:
        RunFolderError: the folder cannot be written to; files that were there before stay whole.
    """
    writers = {"csv": _write_csv, "parquet": _write_parquet}
    for kind in kinds:
        for table in tables_of(facts, rating):
            path = folder / f"{table.name}.{kind}"
            with atomic_file(path, remedy=_REMEDY) as file:
                writers[kind](file, table, (row for result in results() for row in table.rows(result)))


def csv_text(text: str) -> str:
    """Return a text as a CSV cell that no spreadsheet calculates."""
    text = without_control_characters(text)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _write_csv(path: Path, table: Table, rows: Iterator[tuple[Cell, ...]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # without the mark Excel takes it for Latin-1
        writer = csv.writer(file)
        writer.writerow([csv_text(column.name) for column in table.columns])
        for row in rows:
            writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in row])


def _write_parquet(path: Path, table: Table, rows: Iterator[tuple[Cell, ...]]) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    kinds = {column.name: _PARQUET.get(column.kind, "float64") for column in table.columns}
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in kinds.items()])
    with ParquetWriter(path, schema) as writer:
        while group := list(islice(rows, _ROWS_TOGETHER)):
            writer.write_table(pa.Table.from_pylist([dict(zip(kinds, row, strict=True)) for row in group], schema))
