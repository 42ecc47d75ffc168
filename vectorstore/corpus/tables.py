"""Turn rows of cells into a table by finding its header. Shared by documents and question lists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

HEADER_WITHIN = 20  # the header is looked for in so many filled rows
YEAR_DIGITS = 4
TITLE_LETTERS = 25  # a lone cell of more is a title above a table, not the name of its first column


@dataclass(frozen=True)
class Row:
    """One row of cells.

    Attributes:
        number: as a spreadsheet numbers it, from 1.
        cells: their texts, "" for an empty one.
        spanned: columns that a merged cell of this row covers to the right of its own; they are empty.
        repeated: columns whose text a merged cell brings from a row above.
        faults: columns whose value cannot be read, and why; they are empty.
        quoted: columns whose cell was written in quotation marks, so that it is what the writer meant.
        surplus: it has more cells than the header.
    """

    number: int
    cells: tuple[str, ...]
    spanned: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    faults: Mapping[int, str] = field(default_factory=dict)
    quoted: frozenset[int] = frozenset()
    surplus: bool = False

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(bool(cell.strip()) for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A header and the rows under it.

    Attributes:
        header: a name for each column; two may be the same.
        rows: those with a filled cell or a fault; a row may be longer or shorter than the header.
        title: what stands above the header.
        header_row: the header's last row, as a spreadsheet numbers it.
        delimiter: of a file of separated values, "" otherwise.
        spaced: a blank follows each delimiter of the header, so that it means nothing in the rows.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    header_row: int = 1
    delimiter: str = ""
    spaced: bool = False

    def fields(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of a row's cells; one beyond the header is named by its place."""
        for i, cell in enumerate(row.cells):
            yield self.name(i), cell.strip()

    def name(self, column: int) -> str:
        """Return a column's name."""
        return (self.header[column] if column < len(self.header) else "") or f"column {column + 1}"


def as_table(rows: Sequence[Row], known: Sequence[str] = (), delimiter: str = "") -> Table | None:
    """Find the header of some rows and put the rest under it; None if no cell is filled.

    Args:
        known: lower-case names that a header has; the first row with one of them is the header.
        delimiter: what separated the cells; cells that an unquoted one has cut are joined in rows that are too long.
    """
    filled = [row for row in rows if row.filled or row.faults]
    if not filled:
        return None
    at = _header_at(filled, known)
    names, under = _names(filled, at)
    spaced = any(cell.startswith(" ") for cell in filled[at].cells[1:])
    body = [_trimmed(row, len(names), "" if spaced else delimiter) for row in filled[at + 1 + under :]]
    title = " – ".join(cell.strip() for row in filled[:at] for cell in row.cells if cell.strip())
    return Table(names, tuple(body), title, filled[at + under].number, delimiter, spaced)


def _header_at(rows: Sequence[Row], known: Sequence[str]) -> int:
    for i, row in enumerate(rows[:HEADER_WITHIN]):
        # A cell of a table may be called as a column is; only titles stand above a header, and they are short.
        if any(cell.strip().casefold() in known for cell in row.cells) and _are_titles(rows[:i], row):
            return i
    wide = next((i for i, row in enumerate(rows[:HEADER_WITHIN]) if row.filled > 1), 0)
    # Lone cells above are titles where a table of at least two rows follows, and they are written as titles are.
    if not 0 < wide < len(rows) - 1 or rows[wide + 1].filled < 2:
        return 0
    return wide if all(_is_title(row, rows[i + 1]) for i, row in enumerate(rows[:wide])) else 0


def _are_titles(above: Sequence[Row], header: Row) -> bool:
    """Return whether rows are narrower than a header, or lone cells above a header of one cell, written as titles."""
    if header.filled > 1:
        return max((row.filled for row in above), default=0) < header.filled
    return all(row.filled == 1 and _is_title(row, below) for row, below in pairwise([*above, header]))


def _is_title(row: Row, after: Row) -> bool:
    text = next((cell.strip() for cell in row.cells if cell.strip()), "")
    return (
        after.number > row.number + 1 or len(row.cells) < len(after.cells) or " " in text or len(text) > TITLE_LETTERS
    )


def _names(rows: Sequence[Row], at: int) -> tuple[tuple[str, ...], int]:
    """Return the columns' names and how many rows under the first header row belong to it, 0 or 1."""
    top = rows[at]
    names = [cell.strip() for cell in top.cells]
    under = rows[at + 1] if at + 1 < len(rows) else None
    if under is None or under.number != top.number + 1 or not _is_second_header(top, under, rows[at + 2 : at + 12]):
        return _without_blank_end(names), 0
    width = max(len(names), len(under.cells))
    names += [""] * (width - len(names))
    second = [cell.strip() for cell in under.cells] + [""] * (width - len(under.cells))
    for i in range(1, width):
        if not names[i] and second[i] and (i in top.spanned or not top.spanned):
            names[i] = names[i - 1]
    both = [above if above == below else f"{above} {below}".strip() for above, below in zip(names, second, strict=True)]
    return _without_blank_end(both), 1


def _is_second_header(top: Row, under: Row, body: Sequence[Row]) -> bool:
    """Return whether a row continues with the header: names under merged cells, or under blanks and above numbers."""
    below = {i for i, cell in enumerate(under.cells) if cell.strip() and i not in under.repeated}
    if top.spanned and (0 not in below or 1 in top.spanned) and all(_is_year(under.cells[i]) for i in below):
        return bool(below & top.spanned)
    if not below or any(_is_number(under.cells[i]) for i in below):
        return False
    if top.spanned:
        return bool(below & top.spanned)
    blank = {i for i in below if i >= len(top.cells) or not top.cells[i].strip()}
    beside = {i - 1 for i in blank} - blank
    if not blank or 0 in blank or not beside <= below:
        return False
    values = [row.cells[i] for row in body for i in blank if i < len(row.cells) and row.cells[i].strip()]
    return bool(values) and all(_is_number(value) for value in values)


def _is_number(text: str) -> bool:
    kept = text.strip().strip("%€$£").replace(",", "").replace(".", "").replace(" ", "").lstrip("+-−")
    return kept.isdecimal()


def _is_year(text: str) -> bool:
    return len(text.strip()) == YEAR_DIGITS and text.strip().isdecimal()


def _without_blank_end(names: list[str]) -> tuple[str, ...]:
    last = max((i for i, name in enumerate(names) if name), default=-1)
    return tuple(names[: last + 1])


def _trimmed(row: Row, width: int, delimiter: str) -> Row:
    """Drop empty cells beyond the header, and join what an unquoted delimiter cut where a row is still too long."""
    cells = list(row.cells)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    row = replace(row, cells=tuple(cells))
    if len(cells) > width and delimiter:
        joined = joined_at(row, delimiter)
        row = joined if len(joined.cells) <= width else row
    return replace(row, surplus=len(row.cells) > width)


def joined_at(row: Row, delimiter: str) -> Row:
    """Join the cells that an unquoted delimiter has cut: a cell that begins with a blank continues with a sentence.

    A cell that ends as a sentence does, with a full stop or question mark, is whole, and so is a quoted one.
    """
    cells: list[str] = []
    quoted: set[int] = set()
    for i, cell in enumerate(row.cells):
        if cells and i not in row.quoted and len(cells) - 1 not in quoted and goes_on(cells[-1], cell):
            cells[-1] += delimiter + cell
            continue
        if i in row.quoted:
            quoted.add(len(cells))
        cells.append(cell)
    return replace(row, cells=tuple(cells), quoted=frozenset(quoted))


def goes_on(before: str, cell: str) -> bool:
    """Return whether a cell reads as the rest of the cell before it."""
    return cell.startswith(" ") and bool(cell.strip()) and bool(before.strip()) and before.rstrip()[-1] not in ".?!…"
