"""Turn the rows of a sheet into its tables, each under its own header. Shared by documents and question lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vectorstore.corpus.rows import Row
from vectorstore.corpus.side_by_side import side_by_side
from vectorstore.corpus.table_header import header_at, may_be_header, names_of, next_header


@dataclass(frozen=True)
class Table:
    """A header and the rows under it.

    Attributes:
        header: a name for each column; two may be the same.
        rows: those with a filled cell or a fault; a row may be longer or shorter than the header.
        title: the text above the header.
        header_row: the header's last row, as a spreadsheet numbers it.
        delimiter: of a file of separated values, "" otherwise.
        doubtful: rows below a blank one that may be another header, and are read as rows of this table.
        spaced: a blank follows each delimiter of the header, so that it means nothing in the rows.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    header_row: int = 1
    delimiter: str = ""
    doubtful: tuple[int, ...] = ()
    spaced: bool = False

    def fields(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of a row's cells; one beyond the header is named by its place."""
        for i, cell in enumerate(row.cells):
            yield self.name(i), cell.strip()

    def name(self, column: int) -> str:
        """Return a column's name."""
        return (self.header[column] if column < len(self.header) else "") or f"column {column + 1}"


def as_tables(rows: Sequence[Row], known: Sequence[str] = (), delimiter: str = "") -> list[Table]:
    """Find the tables in some rows, beside and below one another; rows under a repeated header belong to one table.

    Args:
        known: lower-case names that a header has; the first row with one of them is the header.
        delimiter: what separated the cells; cells that an unquoted one has cut are joined in rows that are too long.
    """
    tables: list[Table] = []
    for block in side_by_side(rows):
        tables += _stacked(block, known, delimiter)
    return tables


def _stacked(rows: Sequence[Row], known: Sequence[str], delimiter: str) -> list[Table]:
    """Find the tables in some rows, one below the other."""
    left = _filled(rows)
    at = header_at(left, known)
    tables: list[Table] = []
    while left:
        header, under = names_of(left, at)
        body = left[at + 1 + under :]
        start, titles = next_header(body, header, known) or (len(body), 0)
        table = _table(left[: at + 1 + under + start], at, header, under, delimiter)
        if tables and tables[-1].header == header:
            doubtful = tables[-1].doubtful + table.doubtful
            tables[-1] = replace(tables[-1], rows=tables[-1].rows + table.rows, doubtful=doubtful)
        else:
            tables.append(table)
        left, at = body[start:], titles
    return tables


def _filled(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that hold something, each with whether a blank one is above it."""
    filled: list[Row] = []
    last, gap = rows[0].number if rows else 0, False
    for row in rows:
        if not (row.filled or row.faults or row.hidden):
            continue
        gap |= row.number > last + 1
        last = row.number
        if not row.hidden:
            filled.append(replace(row, below_blank=True) if gap else row)
            gap = False
    return filled


def _table(rows: Sequence[Row], at: int, header: tuple[str, ...], under: int, delimiter: str) -> Table:
    body = rows[at + 1 + under :]
    spaced = any(cell.startswith(" ") for cell in rows[at].cells[1:])
    trimmed = [_trimmed(row, len(header), "" if spaced else delimiter) for row in body]
    return Table(
        header=header,
        rows=tuple(trimmed),
        title=" – ".join(cell.strip() for row in rows[:at] for cell in row.cells if cell.strip()),
        header_row=rows[at + under].number,
        delimiter=delimiter,
        doubtful=tuple(row.number for i, row in enumerate(body) if row.below_blank and may_be_header(body, i)),
        spaced=spaced,
    )


def _trimmed(row: Row, width: int, delimiter: str) -> Row:
    """Drop empty cells beyond the header, and join what an unquoted delimiter cut where a row is still too long."""
    end = len(row.cells)
    while end > width and not row.cells[end - 1].strip():
        end -= 1
    if end < len(row.cells):
        row = replace(row, cells=row.cells[:end])
    if end <= width:
        return row
    joined = joined_at(row, delimiter) if delimiter else row
    return joined if len(joined.cells) <= width else replace(row, surplus=True)


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
