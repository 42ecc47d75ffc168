"""The rows of separated values. A quotation mark that never closes is a sign like any other, and swallows no row."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import cache

from vectorstore.corpus.rows import Row

# A cell may hold a whole document; Python's own limit is 128 KiB.
csv.field_size_limit(2**31 - 1)


def csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a text; without a delimiter each line is one cell.

    Raises:
        csv.Error: the text is none of separated values.
    """
    delimiter = delimiter or "\x1f"  # the unit separator is in no text
    if ' "' in text and re.search(f'(?:^|{re.escape(delimiter)}) +"', text, re.MULTILINE):
        text = _cell(delimiter).sub(lambda one: one[0].lstrip(" ") if one["quoted"] else one[0], text)
    lines = list(io.StringIO(text, newline=""))
    spaced = bool(lines) and f"{delimiter} " in lines[0]
    number = at = 0
    while at < len(lines):
        first = at
        reader = csv.reader((lines[i] for i in range(first, len(lines))), delimiter=delimiter)
        for cells in reader:
            number += 1
            own = lines[at : first + reader.line_num]
            row = _row(number, cells, own, delimiter, spaced=spaced)
            if row.opens:  # what follows in this reader is inside the mark: begin anew behind the line
                literal = csv.reader([own[0]], delimiter=delimiter, quoting=csv.QUOTE_NONE)
                yield Row(number, tuple(next(literal)), opens=True)
                at += 1
                break
            yield row
            at += len(own)


def _row(number: int, cells: list[str], lines: Sequence[str], delimiter: str, *, spaced: bool) -> Row:
    written = "".join(lines)
    if '"' not in written:
        return Row(number, tuple(cells))
    if written.count('"') % 2 and _is_unclosed(written, delimiter):
        return Row(number, (), opens=True)
    quoted = set()
    goes_on = False
    for i, one in zip(range(len(cells)), _cell(delimiter).finditer(written), strict=False):
        if one["quoted"]:
            quoted.add(i)
        elif one["text"].startswith('"'):  # it goes on behind the marks, which are the text's own
            cells[i] = one["text"]
            goes_on |= "\n" in one["text"]
    return Row(
        number=number,
        cells=tuple(cells),
        quoted=frozenset(quoted),
        opens=goes_on,
        folded=len(lines) > 1 and len(cells) > 1 and _are_rows(lines, len(cells), delimiter, spaced=spaced),
    )


def _are_rows(lines: Sequence[str], cells: int, delimiter: str, *, spaced: bool) -> bool:
    """Return whether each line could be a row of so many cells."""
    own = "" if spaced else f"{delimiter} "  # a comma of the text's own, where the header has none like it
    return all(line.count(delimiter) - (line.count(own) if own else 0) == cells - 1 for line in lines)


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """Return what matches one cell as it is written, with its delimiter: one in quotation marks, or mere text."""
    end = re.escape(delimiter)
    marked = '"[^"]*+(?:""[^"]*+)*+"'
    quoted = f"(?P<quoted> *+{marked} *+(?=[{end}\\r\\n]|\\Z))"
    text = f"(?P<text>(?:{marked})?+[^{end}\\r\\n]*+)"
    return re.compile(f"(?:{quoted}|{text})(?:{end}|(?=[\\r\\n])|\\Z)")


def _is_unclosed(written: str, delimiter: str) -> bool:
    try:
        for _ in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
