"""Tables beside one another on a sheet, which blank columns part.

Where their headers are in one row, the sheet is one wide table: every cell has its own column's name. Where they are
not, a header of one would be a row of the other, so that each is a table of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from vectorstore.corpus.rows import Row
from vectorstore.corpus.table_header import may_be_header

TITLES = 3  # rows of two cells and more that may stand above a header, as "Source:", "World Bank"


def side_by_side(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Return the rows of each table; all rows as they are where no two tables begin in different rows."""
    filled = sorted({i for row in rows for i, cell in enumerate(row.cells) if cell.strip() or i in row.faults})
    runs = [{column for _, column in run} for _, run in groupby(enumerate(filled), lambda pair: pair[1] - pair[0])]
    if len(runs) < 2:
        return [rows]
    blocks = [[_only(row, run) for row in rows] for run in runs]
    begins = [next((i for i, row in enumerate(block) if row.filled > 1), -1) for block in blocks]
    first, last = min(begins), max(begins)
    above = blocks[begins.index(first)]
    is_wide = first in (-1, last) or (last - first <= TITLES and may_be_header(above, last))
    return [rows] if is_wide else list(blocks)


def _only(row: Row, columns: set[int]) -> Row:
    """Return a row with the cells of some columns; the others are empty, so that each keeps its place."""
    cells = [cell if i in columns else "" for i, cell in enumerate(row.cells[: max(columns) + 1])]
    return replace(row, cells=tuple(cells), faults={i: why for i, why in row.faults.items() if i in columns})
