"""Tables of a run as named columns, each with a function that gets its value from a record.

The workbook, CSV and Parquet use the same columns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from debate.results import QuestionResult

Cell = str | int | float | None


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    SCORE = "score"  # a cosine, or a sum of them
    SHARE = "share"  # from 0 to 1


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        value: takes its cell from a record of the table.
        width: in characters.
        grows: rows become as high as its text needs; other long texts are read in the cell itself.
        leads_to: the table that its cells link to, at the first row of the same question.
        language: the code of its texts' language, which says how they are shown; "" for English.
    """

    name: str
    value: Callable[[Any], Cell]
    kind: Kind = Kind.TEXT
    width: int = 14
    grows: bool = True
    leads_to: str = ""
    language: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a run.

    Attributes:
        records: what a question adds to it, a record a row.
        printed: the last column that is printed; those behind it are for filtering and for programs.
    """

    name: str
    columns: tuple[Column, ...]
    records: Callable[[QuestionResult], Iterable[Any]]
    printed: str

    def rows(self, result: QuestionResult) -> Iterable[tuple[Cell, ...]]:
        """Return the rows that a question adds."""
        return (tuple(column.value(record) for column in self.columns) for record in self.records(result))
