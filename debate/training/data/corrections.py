"""Which answers of a run's workbook a person has corrected: they differ from those in the run's journal.

Nobody has measured what a corrected answer is supported by, or copies: the cells beside it tell of the first answer.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from debate.output.sheet import cell_text
from debate.run.records.journal import Journal

MEASURED = ("supported", "copied")  # columns
_JOURNAL = "results.jsonl"


def without_old_measures(
    workbook: Path, rows: Sequence[tuple[int, Mapping[str, Any]]]
) -> tuple[list[tuple[int, Mapping[str, Any]]], int]:
    """Return the rows, those of corrected answers without what was measured of the first answer; and how many.

    Raises:
        RunFolderError: the journal beside the workbook cannot be read.
    """
    journal = workbook.with_name(_JOURNAL)
    if workbook.suffix.lower() != ".xlsx" or not journal.is_file():
        return list(rows), 0
    first = {row.question.id: row.opinion.answer for row in Journal(journal).rows() if row.opinion}
    corrected = {number for number, row in rows if _differs(row, first)}
    kept: list[tuple[int, Mapping[str, Any]]] = [
        (number, {name: value for name, value in row.items() if number not in corrected or name not in MEASURED})
        for number, row in rows
    ]
    return kept, len(corrected)


def _differs(row: Mapping[str, Any], first: Mapping[str, str]) -> bool:
    answer = first.get(str(row.get("question_id", "")))
    return answer is not None and _as_cell(answer) != _as_cell(str(row.get("answer", "")))


def _as_cell(text: str) -> str:
    """A text as a cell holds it, whatever a spreadsheet did to its blanks and line ends."""
    return " ".join(cell_text(text).split())
