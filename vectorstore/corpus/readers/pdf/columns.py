"""A page that draws its columns row by row, left and right in turn, is read column by column.

Most programs draw one column after the other, which pypdf follows. A table looks like columns, too: only prose is
reordered, whose lines go on in small letters. A column is read by letting pypdf read the page anew while its visitor
empties what stands elsewhere; pypdf's layout mode would need the columns cut out of its blanks.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

SHOWING = frozenset([b"Tj", b"TJ"])  # pypdf turns the other two operators into these
LEAST_ROWS = 6  # that begin in every column
LEAST_WIDTH = 100  # of a column, in points: a third of what columns on A4 have
LINE = 1.6  # times the usual distance, at which a line still belongs to those above
MOST_SHOWN = 20_000  # pieces of text on a page; drawings of maps have more, and no columns
PROSE_LETTERS, PROSE_SHARE = 20, 0.4  # letters of a line, and share of lines that begin with a small one


class Piece(NamedTuple):
    """Where a page shows a piece of text, in points."""

    x: int
    y: int


def place(cm: Sequence[float], tm: Sequence[float]) -> Piece:
    """Return where text is shown under the matrices of the page and of the text."""
    x, y = float(tm[4]), float(tm[5])
    return Piece(round(x * cm[0] + y * cm[2] + cm[4]), round(x * cm[1] + y * cm[3] + cm[5]))


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
    begins = {piece.y: piece.x for piece in reversed(pieces)}
    inner = Counter(
        after.x
        for before, after in pairwise(pieces)
        if before.y == after.y and after.x - begins[after.y] >= LEAST_WIDTH
    )
    edges = sorted(x for x, rows in inner.items() if rows >= max(LEAST_ROWS, len(begins) / 2))
    return edges if all(after - before >= LEAST_WIDTH for before, after in pairwise(edges)) else []


def _height(pieces: Sequence[Piece], edges: Sequence[int]) -> tuple[int, int]:
    """Return the top and the bottom of the columns: the rows that begin at an edge, and lines close below them."""
    rows = sorted({piece.y for piece in pieces}, reverse=True)
    across = [piece.y for piece in pieces if piece.x in edges]
    top, bottom = max(across), min(across)
    usual = median(above - below for above, below in pairwise(rows))
    for above, below in pairwise(rows):
        if above == bottom and above - below <= LINE * usual:
            bottom = below
    return top, bottom


def _shown(page: Any, wanted: Callable[[Piece], bool]) -> str:
    """Return the text of a page without the pieces that are not wanted."""

    def blank(operator: bytes, operands: list[Any], cm: Sequence[float], tm: Sequence[float]) -> None:
        if operator in SHOWING and operands and not wanted(place(cm, tm)):
            operands[-1] = type(operands[-1])()

    text = str(page.extract_text(visitor_operand_before=blank))
    return "\n".join(line.strip() for line in text.splitlines())  # blanks stand where pieces were taken away


def _is_prose(column: str) -> bool:
    lines = [line.strip() for line in column.splitlines() if line.strip()]
    small = sum(line[0].islower() for line in lines)
    return median(map(len, lines or [""])) >= PROSE_LETTERS and small >= PROSE_SHARE * len(lines)
