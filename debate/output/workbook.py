"""``results.xlsx``: written beside and renamed, row by row, safe to open and ready to read.

Rows stream through openpyxl's write-only mode, so that memory does not grow with the list. No text becomes a
formula, and what a cell cannot hold is cut with a word about where the whole stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from debate.errors import RunFolderError
from debate.results import QuestionResult, chunk_rows, health_rows, result_row, turn_rows

_RESULTS = (
    *("instruction", "context", "answer", "status", "question_id", "parent_question", "chunk_ids", "citations"),
    *("supported", "words", "loop", "seconds", "model", "verdict", "defects", "notes", "error"),
)
_DEBATE = (
    *("question_id", "question", "turn", "round", "speaker", "persona", "text", "words", "context", "chunk_ids"),
    *("dropped", "echo", "own_side", "answered", "new_passages", "supported", "faults", "defects", "loop", "notes"),
)
_HEALTH = (
    *("question_id", "question", "outcome", "stopped", "decision", "winner", "share", "collapsed", "changed"),
    *("conformity", "side_swap", "echo", "own_side", "brought", "answered", "supported"),
)
_CHUNKS = ("question_id", "rank", "chunk_id", "source", "text", "score", "question_score", "pov_scores")
Rows = Callable[[QuestionResult], Iterable[dict[str, Any]]]
_WIDE = {
    "context": 70,
    "answer": 90,
    "text": 90,
    "instruction": 50,
    "question": 50,
    "parent_question": 40,
    "verdict": 60,
    "defects": 50,
}
_NARROW = 16
_CELL = 32_767  # UTF-16 units that a cell can hold
_CUT = " … [cut: the whole text is in results.jsonl]"
_TOP = Alignment(wrap_text=True, vertical="top")
_BOLD = Font(bold=True)


def write_workbook(path: Path, results: Iterable[QuestionResult], language: str = "") -> None:
    """Write all results beside ``path`` and rename the finished file into place.

    ``language`` is the code of the one that answers were translated into, or "".

    Raises:
        RunFolderError: the folder cannot be written to; a workbook that was there before stays whole.
    """
    book = Workbook(write_only=True)
    sheets = [(_Sheet(book, name, columns), rows) for name, columns, rows in sheets_of(language)]
    for result in results:
        for sheet, rows in sheets:
            sheet.add(rows(result))
    for sheet, _ in sheets:
        sheet.finish()
    unfinished = path.with_name(f".{path.name}.part")
    try:
        book.save(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise RunFolderError(
            f"cannot write {path}: {error.strerror}; the rows are safe in results.jsonl: make room (or close the "
            "workbook in the other program) and run the same command again"
        ) from error


def sheets_of(language: str = "") -> tuple[tuple[str, tuple[str, ...], Rows], ...]:
    """The sheets' names, columns and rows; a translated answer stands behind the columns that every run has."""
    translated = {f"answer_{language}": ""} if language else {}
    after = _RESULTS.index("model") + 1
    return (
        ("results", (*_RESULTS[:after], *translated, *_RESULTS[after:]), lambda one: [translated | result_row(one)]),
        ("debate", _DEBATE, turn_rows),
        ("health", _HEALTH, health_rows),
        ("chunks", _CHUNKS, chunk_rows),
    )


def add_sheet(book: Workbook, name: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    """Add a sheet to a write-only workbook: a frozen header with filters, then the rows; a missing cell stays empty."""
    sheet = _Sheet(book, name, columns)
    sheet.add(dict.fromkeys(columns, "") | dict(row) for row in rows)
    sheet.finish()


class _Sheet:
    """One sheet: a frozen bold header with filters, then rows by column name.

    Each column has one cell that is filled anew for every row: openpyxl writes it at once, and making and styling a
    cell costs more than writing it.
    """

    def __init__(self, book: Workbook, name: str, columns: tuple[str, ...]) -> None:
        self._sheet = book.create_sheet(name)
        self._columns = columns
        self._rows = 1
        self._sheet.freeze_panes = "A2"
        for index, column in enumerate(columns, 1):
            self._sheet.column_dimensions[get_column_letter(index)].width = _width(column)
        self._sheet.append([self._cell(column, _BOLD) for column in columns])
        self._cells = [self._cell("") for _ in columns]

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            for cell, column in zip(self._cells, self._columns, strict=True):
                _fill(cell, row[column])
            self._sheet.append(self._cells)
            self._rows += 1

    def finish(self) -> None:
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(self._columns))}{self._rows}"

    def _cell(self, text: str, font: Font | None = None) -> WriteOnlyCell:
        cell = WriteOnlyCell(self._sheet, value=text)
        cell.alignment = _TOP
        if font:
            cell.font = font
        return cell


def _fill(cell: WriteOnlyCell, value: Any) -> None:
    if isinstance(value, str):  # openpyxl takes a text that begins with = for a formula, and #N/A for an error
        cell.value = cell_text(value)
        cell.data_type = "s"
    else:
        cell.value = value


def _width(column: str) -> int:
    return _WIDE["answer"] if column.startswith("answer_") else _WIDE.get(column, _NARROW)


def cell_text(text: str) -> str:
    """Take out what a workbook cannot hold: control characters, and what exceeds a cell.

    A cell's limit counts UTF-16 units: an emoji is two.
    """
    text = without_control_characters(text)
    if 2 * len(text) <= _CELL:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * _CELL:
        return text
    return units[: 2 * (_CELL - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def without_control_characters(text: str) -> str:
    """Take out the control characters that a spreadsheet refuses; tabs and line ends stay."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))
