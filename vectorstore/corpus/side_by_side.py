"""Tables beside one another on a sheet, which blank columns part.

Where their headers are in one row, the sheet is one wide table: every cell has its own column's name. Where they are
not, a header of one would be a row of the other, so that each is a table of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from vectorstore.corpus.rows import Row
from vectorstore.corpus.table_header import may_be_header

MOST_TABLES = 10  # beside one another; more blank columns are those of a form
TITLES = 3  # rows of two cells and more that may stand above a header, as "Source:", "World Bank"


def side_by_side(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Return the rows of each table; all rows as they are where no two tables begin in different rows."""
    filled = bytearray(max((len(row.cells) for row in rows), default=0))
    for row in rows:
        for i, cell in enumerate(row.cells):
            filled[i] |= bool(cell.strip()) or i in row.faults
    runs = [found.span() for found in re.finditer(b"\x01+", filled)]
    if not 1 < len(runs) <= MOST_TABLES:
        return [rows]
    blocks = [[_only(row, *run) for row in rows] for run in runs]
    begins = [next((i for i, row in enumerate(block) if row.filled > 1), -1) for block in blocks]
    first, last = min(begins), max(begins)
    above = blocks[begins.index(first)]
    is_wide = first in (-1, last) or (last - first <= TITLES and may_be_header(above, last))
    return [rows] if is_wide else list(blocks)


def _only(row: Row, start: int, end: int) -> Row:
    """Return a row with the cells of some columns; those before them are empty, so that each keeps its place."""
    cells = [""] * start + list(row.cells[start:end])
    return replace(row, cells=tuple(cells), faults={i: why for i, why in row.faults.items() if start <= i < end})
