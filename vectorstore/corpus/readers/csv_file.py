"""Separated values: the delimiter is found, not assumed. Cells keep every character of theirs."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.records import TEXT_FIELDS, Records
from vectorstore.corpus.readers.table_records import table_records
from vectorstore.corpus.rows import Row
from vectorstore.corpus.tables import Table, as_tables

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 100  # rows that the delimiter is told from
LEAST_ROWS = 3  # of one width under a title
# The line by which Excel is told the delimiter, whatever the country.
_SEP = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)
# A cell may hold a whole document; Python's own limit is 128 KiB.
csv.field_size_limit(2**31 - 1)


def read_csv(path: Path) -> Records:
    """Read a table of separated values into a record a row."""
    text, told = decode(path.read_bytes())
    tables, unclosed = csv_tables(text, TEXT_FIELDS, is_tsv=path.suffix.lower() == ".tsv")
    records = table_records(tables, path.stem)
    records.left_out += told
    if unclosed:
        records.left_out.append(f"row {unclosed} and all after it: a quotation mark opens there and never closes.")
    return records


def csv_tables(text: str, known: tuple[str, ...], *, is_tsv: bool = False) -> tuple[list[Table], int]:
    """Return the tables of a text, and the number of the row in which a quotation mark never closes, 0 for none.

    Raises:
        csv.Error: the text is none of separated values.
    """
    told = _SEP.match(text)
    if told:
        text = text[told.end() :]
    delimiter = told[1] if told else "\t" if is_tsv and "\t" in text else find_delimiter(text, known)
    rows = list(_rows(text, delimiter))
    unclosed = rows.pop().number if rows and rows[-1].faults else 0
    return as_tables(rows, known, delimiter), unclosed


def find_delimiter(text: str, known: tuple[str, ...] = ()) -> str:
    """Return what separates the cells of a text; "" where each line is one cell.

    It is the candidate that cuts the header, and most rows into as many cells as the header. Where it cuts no header,
    as under a title, most rows must have the same cells, none of which continues with a sentence.
    """
    best, found = 1.0, ""
    for candidate in DELIMITERS:
        cells = [row.cells for row in islice(_rows(text, candidate), SAMPLE)]
        cells = [row for row in cells if any(cell.strip() for cell in row)]
        if not cells:
            continue
        named = next((len(row) for row in cells if any(cell.strip().casefold() in known for cell in row)), 0)
        width = named or (len(cells[0]) if len(cells[0]) > 1 else _usual_width(cells))
        share = sum(len(row) == width for row in cells) / len(cells)
        score = (width > 1) * width * (share + bool(named))
        if score > best or (score and not found):
            best, found = score, candidate
    return found


def _usual_width(rows: list[tuple[str, ...]]) -> int:
    """Return how many cells most rows under a title have; 1 where they are lines of prose with commas."""
    width, count = Counter(map(len, rows[1:])).most_common(1)[0] if rows[1:] else (1, 0)
    return width if count >= LEAST_ROWS and not _is_prose(rows) else 1


def _is_prose(rows: list[tuple[str, ...]]) -> bool:
    later = [cell for row in rows for cell in row[1:]]
    return sum(cell.startswith(" ") for cell in later) > 0.5 * len(later)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows; the last has a fault where a quotation mark in it never closes."""
    # Without a delimiter each line is one cell: the unit separator is in no text.
    delimiter = delimiter or "\x1f"
    cell = _cell(delimiter)
    if re.search(f'(?:^|{re.escape(delimiter)}) +"', text, re.MULTILINE):
        text = cell.sub(lambda one: one[0].lstrip(" ") if one["quoted"] else one[0], text)
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    for number, cells in enumerate(csv.reader(lines(), delimiter=delimiter), start=1):
        written = "".join(taken)
        taken.clear()
        faults = {0: "unclosed"} if written.count('"') % 2 and _is_unclosed(written, delimiter) else {}
        written_as = [one.groupdict() for one in cell.finditer(written)] if '"' in written and not faults else []
        for i, one in enumerate(written_as[: len(cells)]):
            if one["text"] and one["text"].startswith('"'):  # it goes on behind the marks, which are the text's own
                cells[i] = one["text"]
        quoted = frozenset(i for i, one in enumerate(written_as) if one["quoted"])
        yield Row(number, tuple(cells), quoted=quoted, faults=faults)


def _cell(delimiter: str) -> re.Pattern[str]:
    """Return what matches one cell as it is written, with its delimiter: one in quotation marks, or mere text."""
    end = re.escape(delimiter)
    marked = '"[^"]*+(?:""[^"]*+)*+"'
    quoted = f"(?P<quoted> *+{marked} *+(?=[{end}\\r\\n]|\\Z))"
    text = f"(?P<text>(?:{marked})?+[^{end}\\r\\n]*+)"
    return re.compile(f"(?:{quoted}|{text})(?:{end}|(?=[\\r\\n])|\\Z)")


def _is_unclosed(written: str, delimiter: str) -> bool:
    try:
        list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
