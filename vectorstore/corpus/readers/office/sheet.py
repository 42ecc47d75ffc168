"""One sheet of a workbook as a person sees it: hidden rows and columns are left out and named, merged cells filled.

It is read from its XML as a stream, cell by cell (ISO/IEC 29500-1, 18.3): openpyxl's own stream knows neither merged
cells nor hidden rows nor formulas without a value, and fills the room up to a far cell. Formats are openpyxl's.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from lxml import etree
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter, range_boundaries

from vectorstore.corpus.readers.office.entities import text_of
from vectorstore.corpus.readers.office.workbook import Workbook, local, string_of
from vectorstore.corpus.readers.wording import shortened, spans
from vectorstore.corpus.rows import Row, check_rows
from vectorstore.errors import CorpusError

# A cell so far behind the others is a slip of the hand and no part of the table; many there are another table.
FAR_ROWS, FAR_COLUMNS, FEW = 1000, 100, 3
MOST_COLUMNS = 16_384  # of a sheet, by the format
# Filled cells that are read of one sheet: 100,000 rows by 20 columns. Each takes about 100 bytes.
MOST_CELLS = 2_000_000
# Places of cells, empty ones included, up to the last filled one of each row.
MOST_PLACES = 10_000_000
_READ = ("{*}col", "{*}row", "{*}mergeCell")
_NO_VALUE = "its formula has no stored value; open the workbook in a spreadsheet program and save it"


@dataclass(frozen=True)
class Sheet:
    """One sheet's rows, and what of it was left out, in words."""

    rows: tuple[Row, ...]
    left_out: tuple[str, ...]


def read_sheet(book: Workbook, part: str) -> Sheet:
    """Read one sheet."""
    grid = _Grid(book)
    with book.archive.open(part) as stream:
        for _, element in etree.iterparse(stream, tag=_READ, resolve_entities=False):
            if local(element) == "row":
                grid.add_row(element)
            elif local(element) == "col":
                if element.get("hidden") in ("1", "true"):
                    grid.hide(int(element.get("min")), int(element.get("max")))
            else:
                grid.merged.append(range_boundaries(element.get("ref")))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return grid.sheet()


@dataclass
class _Line:
    """One row while its sheet is read: only filled cells, by column from 1; `behind` holds those of hidden columns."""

    number: int
    cells: dict[int, str] = field(default_factory=dict)
    behind: dict[int, str] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    spanned: set[int] = field(default_factory=set)
    repeated: set[int] = field(default_factory=set)


class _Grid:
    """The filled cells of a sheet."""

    def __init__(self, book: Workbook) -> None:
        self.merged: list[tuple[int, int, int, int]] = []
        self._book = book
        self._lines: dict[int, _Line] = {}
        self._hidden: dict[int, _Line] = {}
        self._unseen = bytearray(MOST_COLUMNS + 1)  # by column: whether it is hidden
        self._hidden_columns: set[int] = set()
        self._left_out: list[str] = []
        self._count = 0
        self._letters = 0
        self._last = 0

    def hide(self, first: int, last: int) -> None:
        """Hide columns, counted from 1."""
        last = min(last, MOST_COLUMNS)
        self._unseen[first : last + 1] = b"\1" * (last + 1 - first)

    def add_row(self, element: Any) -> None:
        line = _Line(int(element.get("r", self._last + 1)))
        self._last = line.number
        column = 0
        for cell in element:
            place = cell.get("r")
            column = column_index_from_string(coordinate_from_string(place)[0]) if place else column + 1
            self._add_cell(line, column, cell)
        if line.cells or line.faults or line.behind:
            hidden = element.get("hidden") in ("1", "true")
            (self._hidden if hidden else self._lines)[line.number] = line
            check_rows(len(self._lines) + len(self._hidden), self._letters)

    def _add_cell(self, line: _Line, column: int, cell: Any) -> None:
        hidden = column <= MOST_COLUMNS and self._unseen[column] == 1
        kind = cell.get("t", "n")
        parts = {local(part): part for part in cell}
        value = text_of(parts["v"]) if "v" in parts else ""
        if hidden:
            self._hidden_columns.add(column)
        if kind == "e" and not hidden:
            line.faults[column] = f"{get_column_letter(column)}{line.number} holds the error {value}"
        elif "f" in parts and not hidden and not value and not (kind == "str" and "v" in parts):
            line.faults[column] = f"{get_column_letter(column)}{line.number}: {_NO_VALUE}"
        else:
            try:
                text = string_of(parts["is"]) if "is" in parts else self._book.text(kind, value, cell.get("s"))
            except (ValueError, ArithmeticError, IndexError):  # NaN, a number format that no decimal can follow, …
                why = f"{get_column_letter(column)}{line.number}: its value {value[:40]!r} is not readable"
                line.faults.update({} if hidden else {column: why})
                return
            if not text.strip():
                return
            (line.behind if hidden else line.cells)[column] = text
            self._letters += len(text)
        self._count += 1
        if self._count > MOST_CELLS:
            raise CorpusError(f"holds more than {MOST_CELLS:,} filled cells in one sheet. Save it as csv.")

    def sheet(self) -> Sheet:
        """Return what was added: far cells apart, merged cells filled."""
        if self._hidden:
            self._left_out.append(f"hidden rows left out: {spans(list(self._hidden))}.")
        if self._hidden_columns:
            letters = ", ".join(shortened([get_column_letter(one) for one in sorted(self._hidden_columns)]))
            self._left_out.append(f"hidden columns left out: {letters}.")
        self._drop_far_rows()
        self._drop_far_columns()
        self._fill_merged()
        lines = list(self._lines.values())
        widths = [max((*line.cells, *line.faults), default=0) for line in lines]
        if sum(widths) > MOST_PLACES:
            raise CorpusError("has cells too far apart to be a table. Move them together.")
        rows = [_row(line, width) for line, width in zip(lines, widths, strict=True)]
        rows += [Row(number, (), hidden=True) for number in self._hidden]
        return Sheet(tuple(sorted(rows, key=lambda row: row.number)), tuple(self._left_out))

    def _drop_far_rows(self) -> None:
        numbers = sorted(self._lines)
        gap = next((after for before, after in pairwise(numbers) if after - before > FAR_ROWS), None)
        if gap is None:
            return
        far = [self._lines[number] for number in numbers if number >= gap]
        if sum(len(line.cells) + len(line.faults) for line in far) <= FEW:
            for line in far:
                del self._lines[line.number]
            self._name_far([(line.number, column) for line in far for column in (*line.cells, *line.faults)])

    def _drop_far_columns(self) -> None:
        columns = sorted({column for line in self._lines.values() for column in (*line.cells, *line.faults)})
        gap = next((after for before, after in pairwise([0, *columns]) if after - before > FAR_COLUMNS), None)
        if gap is None:
            return
        far = []
        for line in self._lines.values():
            for cells in (line.cells, line.faults):
                for column in [one for one in cells if one >= gap]:
                    del cells[column]
                    far.append((line.number, column))
        self._name_far(far)

    def _name_far(self, places: list[tuple[int, int]]) -> None:
        names = [
            f"{get_column_letter(column)}{row} is far from the other cells and is left out." for row, column in places
        ]
        self._left_out += shortened(names)

    def _fill_merged(self) -> None:
        """Give a merged cell's text to the rows below that it covers and that hold something else.

        Where its first row or column is hidden, the text is shown in the next one.
        """
        shown = sorted(self._lines)
        last = shown[-1] if shown else 0
        width = max((column for line in self._lines.values() for column in line.cells), default=0)
        places = 0
        for left, top, right, bottom in self.merged:
            places += min(bottom, last) - top + min(right, width) - left
            if places > MOST_PLACES:
                raise CorpusError("merges more cells than a sheet has. Save it again.")
            source = self._lines.get(top) or self._hidden.get(top)
            if source is None:
                continue
            text = source.cells.get(left) or source.behind.get(left)
            left = next((one for one in range(left, min(right, MOST_COLUMNS) + 1) if not self._unseen[one]), left)
            numbers = shown[bisect_left(shown, top) : bisect_right(shown, bottom)]
            for number in numbers:
                line = self._lines[number]
                if number == numbers[0]:
                    line.spanned.update(range(left + 1, min(right, width) + 1))
                if text and left not in line.cells and not self._unseen[left]:
                    line.cells[left] = text
                    line.repeated.update({left} if number != numbers[0] else ())


def _row(line: _Line, width: int) -> Row:
    return Row(
        number=line.number,
        cells=tuple(line.cells.get(column, "") for column in range(1, width + 1)),
        spanned=frozenset(column - 1 for column in line.spanned),
        repeated=frozenset(column - 1 for column in line.repeated),
        faults={column - 1: why for column, why in line.faults.items()},
    )
