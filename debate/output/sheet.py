"""One sheet of a workbook in write-only mode: layout, printing, links, and safe cells."""

import math
from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from debate.output.columns import Cell, Column, Kind

_CELL = 32_767  # UTF-16 units that a cell can hold
CUT = " … [cut: the whole text is in results.jsonl]"
_FORMATS = {Kind.TEXT: "General", Kind.WHOLE: "0", Kind.NUMBER: "General", Kind.SCORE: "0.000", Kind.SHARE: "0%"}
_TOP = Alignment(wrap_text=True, vertical="top")
_FONT = Font(name="Calibri", size=10)
_BOLD = Font(name="Calibri", size=10, bold=True)
_FONTS = {"ja": "Yu Gothic", "zh": "Microsoft YaHei", "ar": "Tahoma", "fa": "Tahoma"}  # with the letters that they need
_FROM_THE_RIGHT = Alignment(wrap_text=True, vertical="top", horizontal="right", indent=1, readingOrder=2)
_RIGHT_TO_LEFT = ("ar", "fa")
_LINK = Font(name="Calibri", size=10, color="0563C1", underline="single")
_HEADER = PatternFill("solid", fgColor="E8EDF2")
_EDGE = Side("hair", color="B0B8C0")
_RULES = Border(left=_EDGE, bottom=_EDGE)
_LINE = 12.75  # points of a line of that font
_HIGHEST = 409.0  # points, the most that Excel gives a row
_LINKS = 65_530  # links that Excel reads in a sheet
_A4 = 9


class Sheet:
    """A frozen header with filters, the first column frozen, rows as high as their texts; landscape, as wide as a page.

    It begins at the right where its ``language`` is written from there.

    Each column has one cell that is reused for every row: openpyxl writes it at once, and making and styling a
    cell costs more than writing it.
    """

    def __init__(self, book: Workbook, name: str, columns: Sequence[Column], printed: str, language: str = "") -> None:
        self._sheet = book.create_sheet(name)
        self._columns = columns
        self._links = 0
        self._last_printed = next(n for n, column in enumerate(columns, 1) if column.name == printed)
        self.next_row = 1
        self._lay_out(from_the_right=language in _RIGHT_TO_LEFT)
        self._append([self._styled(column.name, _BOLD, fill=_HEADER) for column in columns])
        self._cells = [self._styled("", _font(one), one.kind, language=one.language) for one in columns]

    def add(self, row: Sequence[Cell], begins: Mapping[str, int]) -> None:
        """Add a row.

        Args:
            row: a value for each column.
            begins: the first row of the same question in every sheet, for the links.
        """
        for cell, column, value in zip(self._cells, self._columns, row, strict=True):
            _fill(cell, value)
            leads = column.leads_to in begins and bool(value) and self._links < _LINKS
            cell.hyperlink = self._link(column.leads_to, begins[column.leads_to]) if leads else None
        self._append(self._cells)

    def validate(self, column: str, validation: DataValidation) -> None:
        """Say what a reader may write into a column."""
        letter = get_column_letter(1 + [one.name for one in self._columns].index(column))
        validation.add(f"{letter}2:{letter}{max(2, self.next_row - 1)}")
        self._sheet.data_validations.append(validation)

    def finish(self) -> None:
        """Set the filters and what is printed, now that the last row is known."""
        last = self.next_row - 1
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(self._columns))}{last}"
        self._sheet.print_area = f"A1:{get_column_letter(self._last_printed)}{last}"

    def _lay_out(self, *, from_the_right: bool) -> None:
        sheet = self._sheet
        sheet.sheet_view.rightToLeft = from_the_right
        sheet.freeze_panes = "B2"
        for index, column in enumerate(self._columns, 1):
            sheet.column_dimensions[get_column_letter(index)].width = column.width
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins.left = sheet.page_margins.right = 0.4  # inches
        sheet.page_margins.top = sheet.page_margins.bottom = 0.5
        sheet.print_title_rows = "1:1"

    def _append(self, cells: Sequence[WriteOnlyCell]) -> None:
        number = self.next_row
        self._sheet.row_dimensions[number].height = self._height(cells)
        self._sheet.append(cells)
        del self._sheet.row_dimensions[number]  # written; memory must not grow with the list
        self.next_row += 1

    def _height(self, cells: Sequence[WriteOnlyCell]) -> float:
        growing = (pair for pair in zip(cells, self._columns, strict=True) if pair[1].grows or self.next_row == 1)
        lines = max(_lines(str(cell.value), column.width) for cell, column in growing)
        return min(_HIGHEST, _LINE * lines + 3)

    def _link(self, sheet: str, row: int) -> Hyperlink:
        self._links += 1
        return Hyperlink(ref="A1", location=f"'{sheet}'!A{row}")  # openpyxl puts the cell's own place in as it writes

    def _styled(
        self, text: str, font: Font, kind: Kind = Kind.TEXT, fill: PatternFill | None = None, language: str = ""
    ) -> WriteOnlyCell:
        cell = WriteOnlyCell(self._sheet, value=text)
        cell.alignment = _FROM_THE_RIGHT if language in _RIGHT_TO_LEFT else _TOP
        cell.font, cell.number_format, cell.border = font, _FORMATS[kind], _RULES
        if fill:
            cell.fill = fill
        return cell


def _font(column: Column) -> Font:
    if column.leads_to:
        return _LINK
    return Font(name=_FONTS[column.language], size=10) if column.language in _FONTS else _FONT


def _fill(cell: WriteOnlyCell, value: Cell) -> None:
    if isinstance(value, str):  # openpyxl takes a text that begins with = for a formula, and #N/A for an error
        cell.value = cell_text(value)
        cell.data_type = "s"
    else:
        cell.value = value


def _lines(text: str, width: int) -> int:
    """Lines that a wrapped text takes in a column; what words leave empty at their ends is a tenth."""
    return sum(max(1, math.ceil(1.1 * _columns(line) / width)) for line in text.split("\n"))


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


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
    return units[: 2 * (_CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT


def without_control_characters(text: str) -> str:
    """Take out the control characters that a spreadsheet refuses; tabs and line ends stay."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))
