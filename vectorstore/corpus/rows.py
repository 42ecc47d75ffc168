"""A row of cells, as a reader hands it on, and how many of them a file may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vectorstore.errors import CorpusError

# A row becomes a passage, which takes 1.2 KB beside its text. So many, or more that hold some text, are read of a file.
MOST_ROWS = 200_000
LEAST_LETTERS = 40  # of a row on average, its delimiters and names included
# Blanks, and signs that nobody sees: marks of byte order where files were joined, joiners, soft hyphens.
_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_NONE: Mapping[int, str] = MappingProxyType({})
_UNSEEN = _BLANKS + "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def trimmed(text: str) -> str:
    """Return a text without what nobody sees at its edges."""
    return text.strip(_UNSEEN)


def check_rows(rows: int, letters: int) -> None:
    """Raise CorpusError where a file has more rows than can be read, unless they hold text.

    Args:
        letters: of all rows together.
    """
    if rows > MOST_ROWS and letters < LEAST_LETTERS * rows:
        raise CorpusError(
            f"has {rows:,} rows of {letters / rows:.0f} letters on average, too many and too short for passages. Join "
            f"rows that belong together, or keep up to {MOST_ROWS:,}."
        )


@dataclass(frozen=True, slots=True)  # a table may have a million
class Row:
    """One row of cells.

    Attributes:
        number: as a spreadsheet numbers it, from 1.
        cells: their texts, "" for an empty one.
        spanned: columns that a merged cell of this row covers to the right of its own; they are empty.
        repeated: columns whose text a merged cell brings from a row above.
        faults: columns whose value cannot be read, and why; they are empty.
        quoted: columns whose cell was written in quotation marks, so that it is what the writer meant.
        opens: a quotation mark in it opens a cell and never closes, so that it is a sign like any other.
        folded: a quotation mark that is not closed on its own line joined lines that could each be a row.
        surplus: it has more cells than the header.
        hidden: it is not shown, and without its cells here.
        below_blank: a blank row, or more of them, parts it from the row above.
    """

    number: int
    cells: tuple[str, ...]
    spanned: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    faults: Mapping[int, str] = field(default_factory=lambda: _NONE)
    quoted: frozenset[int] = frozenset()
    opens: bool = False
    folded: bool = False
    surplus: bool = False
    hidden: bool = False
    below_blank: bool = False

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(bool(cell.strip()) for cell in self.cells)
