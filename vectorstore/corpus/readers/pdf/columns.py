"""A page that draws its columns row by row, left and right in turn, is read column by column.

Most programs draw one column after the other, which pypdf follows. A table looks like columns, too: only prose is
reordered, whose lines go on in small letters. A column is read by letting pypdf read the page anew while its visitor
empties what stands elsewhere; pypdf's layout mode would need the columns cut out of its blanks.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

SHOWING = frozenset([b"Tj", b"TJ"])  # pypdf turns the other two operators into these
LEAST_ROWS = 6  # that begin in every column
LEAST_WIDTH = 100  # of a column, in points: a third of what columns on A4 have
SAME_ROW = 5  # points by which pieces of a row may differ in height
GAP = -2000  # thousandths of a letter's height inside a piece, which part columns; blanks between words are -250
APART = 2000  # points by which the text behind such a gap is taken to stand to the right: its real place is not told
LINE = 1.6  # times the usual distance, at which a line still belongs to those above
MOST_SHOWN = 20_000  # pieces of text on a page; drawings of maps have more, and no columns
PROSE_LETTERS, PROSE_SHARE = 20, 0.4  # letters of a line, and share of lines that begin with a small one
_STOPS = re.compile(r"\w[,.;:?!]")  # cells of a table seldom have them


class Piece(NamedTuple):
    """Where a page shows a piece of text, in points."""

    x: int
    y: int


def places(operands: Sequence[Any], cm: Sequence[float], tm: Sequence[float]) -> list[Piece]:
    """Return where text is shown under the matrices of the page and of the text: one place, and one for each gap."""
    x, y = float(tm[4]), float(tm[5])
    begin = Piece(round(x * cm[0] + y * cm[2] + cm[4]), round(x * cm[1] + y * cm[3] + cm[5]))
    gaps = sum(map(_is_gap, operands[-1])) if operands and isinstance(operands[-1], list) else 0
    return [begin._replace(x=begin.x + APART * n) for n in range(gaps + 1)]


def _is_gap(part: Any) -> bool:
    return isinstance(part, int | float) and part < GAP


def by_columns(page: Any, pieces: Sequence[Piece]) -> str:
    """Return the text of a page column by column; "" where it has no columns of prose that are drawn in turn.

    Args:
        page: of pypdf.
        pieces: where it shows text, in the order of its drawing.
    """
    edges = _edges(pieces) if len(pieces) <= MOST_SHOWN else []
    if not edges:
        return ""
    top, bottom = _height(pieces, edges)

    def column(left: float, right: float) -> str:
        return _shown(page, lambda piece: bottom <= piece.y <= top and left <= piece.x < right)

    columns = [column(left, right) for left, right in pairwise([float("-inf"), *edges, float("inf")])]
    if not all(map(_is_prose, columns)):
        return ""
    head = _shown(page, lambda piece: piece.y > top)
    foot = _shown(page, lambda piece: piece.y < bottom)
    return "\n".join(part for part in (head, *columns, foot) if part.strip())


def _edges(pieces: Sequence[Piece]) -> list[int]:
    """Return the left edges of all columns but the first."""
    rows = list(_rows(pieces))
    inner = Counter(x for row in rows for x in {piece.x for piece in row if piece.x - row[0].x >= LEAST_WIDTH})
    edges = sorted(x for x, count in inner.items() if count >= max(LEAST_ROWS, len(rows) / 2))
    return edges if all(after - before >= LEAST_WIDTH for before, after in pairwise(edges)) else []


def _rows(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces that are drawn one after the other at about one height."""
    row: list[Piece] = []
    for piece in pieces:
        if row and abs(piece.y - row[0].y) > SAME_ROW:
            yield row
            row = []
        row.append(piece)
    if row:
        yield row


def _height(pieces: Sequence[Piece], edges: Sequence[int]) -> tuple[int, int]:
    """Return the top and the bottom of the columns: the rows that begin at an edge, and lines close below them."""
    rows = sorted({piece.y for piece in pieces}, reverse=True)
    across = [piece.y for row in _rows(pieces) if any(one.x in edges for one in row) for piece in row]
    top, bottom = max(across), min(across)
    usual = median(above - below for above, below in pairwise(rows))
    for above, below in pairwise(rows):
        if above == bottom and above - below <= LINE * usual:
            bottom = below
    return top, bottom


def _shown(page: Any, wanted: Callable[[Piece], bool]) -> str:
    """Return the text of a page without the pieces that are not wanted."""

    def blank(operator: bytes, operands: list[Any], cm: Sequence[float], tm: Sequence[float]) -> None:
        if operator not in SHOWING or not operands:
            return
        kept = map(wanted, places(operands, cm, tm))
        now, shown = next(kept), operands[-1]
        if not isinstance(shown, list):
            operands[-1] = shown if now else type(shown)()
            return
        parts = type(shown)()
        for part in shown:
            now = next(kept) if _is_gap(part) else now
            parts.append(part if now or isinstance(part, int | float) else type(part)())
        operands[-1] = parts

    text = str(page.extract_text(visitor_operand_before=blank))
    return "\n".join(line.strip() for line in text.splitlines())  # blanks stand where pieces were taken away


def _is_prose(column: str) -> bool:
    lines = [line.strip() for line in column.splitlines() if line.strip()]
    small = sum(line[0].islower() for line in lines)
    is_long = median(map(len, lines or [""])) >= PROSE_LETTERS
    return is_long and small >= PROSE_SHARE * len(lines) and _STOPS.search(column) is not None
