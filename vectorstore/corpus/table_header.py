"""Find the header of a table, and where the next table of the same sheet begins."""

from collections.abc import Sequence
from itertools import pairwise, takewhile

from vectorstore.corpus.rows import Row, trimmed

HEADER_WITHIN = 20  # the header is looked for in so many filled rows
YEAR_DIGITS = 4
TITLE_LETTERS = 25  # a lone cell of more is a title above a table, not the name of its first column
MOST_TITLES = 3  # rows above a header that begin with a title called as a column is
NAME_LETTERS = 60  # a longer cell is not a column's name
SAMPLE = 20  # rows that show what a column contains
# What a column of numbers has in place of a missing one.
_MISSING = frozenset(["n/a", "na", "n.a.", "nan", "none", "null", "-", "–", "—", ".", "..", "...", "…", "x", "unknown"])


def header_at(rows: Sequence[Row], known: Sequence[str]) -> int:
    """Return the place of the header in the rows of a sheet.

    Args:
        known: lower-case names that a header has; the first row with one of them, no title, is the header.
    """
    for i, row in enumerate(rows[:HEADER_WITHIN]):
        # A cell of a table may be called as a column is; only titles stand above a header, and they are short.
        if _has_known(row, known) and _are_titles(rows[:i], row):
            return i + 1 if _names_again(rows[i : i + 2], known) else _below_title(rows, i, known)
    wide = next((i for i, row in enumerate(rows[:HEADER_WITHIN]) if row.filled > 1 and not _is_label(row)), 0)
    # Lone cells above are titles where a table of at least two rows follows, and they are written as titles are.
    if not 0 < wide < len(rows) - 1 or rows[wide + 1].filled < 2:
        return 0
    return wide if all(_is_label(row) or _is_title(row, rows[i + 1]) for i, row in enumerate(rows[:wide])) else 0


def _has_known(row: Row, known: Sequence[str]) -> bool:
    return any(trimmed(cell).casefold() in known for cell in row.cells)


def _names_again(rows: Sequence[Row], known: Sequence[str]) -> bool:
    """Return whether the second of two rows has a known name below one of the first, which then is a row of titles."""
    columns = zip(*(row.cells for row in rows), strict=False) if len(rows) > 1 else ()
    return any(all(trimmed(cell).casefold() in known for cell in column) for column in columns)


def _below_title(rows: Sequence[Row], named: int, known: Sequence[str]) -> int:
    """Return the header's place below a title that is called as a column is, as "Text"; `named` if it is no title.

    The next row of two cells and more is the header if it has words above numbers (at least two), or if the row above
    it has its first cell alone, and itself it has a known name, or only rows of two cells and more below it.
    """
    wide = next((i for i, row in enumerate(rows) if i > named and row.filled > 1), len(rows))
    if wide > named + MOST_TITLES or not may_be_header(rows, wide):
        return named
    under = list(takewhile(lambda row: not row.below_blank, rows[wide + 1 : wide + 1 + SAMPLE]))
    is_lone = rows[named].filled == 1 and rows[named].cells[0].strip() != ""
    if is_lone and (_has_known(rows[wide], known) or all(row.filled > 1 for row in under)):
        return wide
    has_numbers = any(_has_numbers(under, i) for i, cell in enumerate(rows[wide].cells) if cell.strip())
    return wide if has_numbers and len(under) > 1 else named


def _is_label(row: Row) -> bool:
    """Return whether a row tells one thing of the table: "Source:", "World Bank"."""
    return row.filled == 2 and next(cell.strip() for cell in row.cells if cell.strip()).endswith(":")


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


def names_of(rows: Sequence[Row], at: int) -> tuple[tuple[str, ...], int]:
    """Return the columns' names and how many rows under the first header row belong to it, 0 or 1."""
    top = rows[at]
    names = [trimmed(cell) for cell in top.cells]
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


def next_header(body: Sequence[Row], names: Sequence[str], known: Sequence[str]) -> tuple[int, int] | None:
    """Return where the next table begins in the rows under a header, its titles included, and how many titles it has.

    It begins below a blank row, with a row of names: the same header again, one with a known name, one that is wider,
    or one over columns that hold numbers where those of the table above hold words, or the other way round.
    """
    first = list(takewhile(lambda row: not row.below_blank, body))[:SAMPLE]
    for start, row in enumerate(body):
        if not row.below_blank:
            continue
        titles = sum(1 for _ in takewhile(lambda one: one.filled == 1, body[start : start + SAMPLE]))
        if may_be_header(body, start + titles) and _differs(body, start + titles, first, names, known):
            return start, titles
    return None


def may_be_header(body: Sequence[Row], at: int) -> bool:
    """Return whether a row could be the header of the rows right below it: short words, no sentences, no numbers."""
    row = body[at] if at < len(body) - 1 else None
    if row is None or row.filled < 2 or row.faults or body[at + 1].below_blank:
        return False
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    years = [cell for cell in cells if _is_year(cell)]
    are_years = len(years) > 1 and all(int(after) == int(one) + 1 for one, after in pairwise(years))
    words = [cell for cell in cells if not (are_years and _is_year(cell))]
    return bool(words) and not any(map(_is_data, words))


def _is_data(text: str) -> bool:
    is_value = any(letter.isdigit() for letter in text) and not any(letter.isalpha() for letter in text)
    ends = text.endswith(("?", "!", "…")) or (text.endswith(".") and " " in text)  # "No." is a name
    return is_value or ends or text.casefold() in _MISSING or len(text) > NAME_LETTERS


def _differs(body: Sequence[Row], at: int, first: Sequence[Row], names: Sequence[str], known: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in body[at].cells]
    if _without_blank_end(cells) == tuple(names) or any(cell.casefold() in known for cell in cells):
        return True
    filled = [i for i, cell in enumerate(cells) if cell]
    below = list(takewhile(lambda row: not row.below_blank, body[at + 1 : at + 1 + SAMPLE]))
    return filled[-1] >= len(names) or any(_has_numbers(below, i) != _has_numbers(first, i) for i in filled)


def _has_numbers(rows: Sequence[Row], column: int) -> bool:
    """Return whether a column holds numbers and nothing else."""
    cells = [row.cells[column].strip() for row in rows if column < len(row.cells)]
    values = [cell for cell in cells if cell and cell.casefold() not in _MISSING]
    return bool(values) and all(map(_is_number, values))
