"""Separated values: the delimiter is found, not assumed. Cells keep every character of theirs."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.csv_rows import csv_rows
from vectorstore.corpus.readers.records import TEXT_FIELDS, Records
from vectorstore.corpus.readers.table_records import table_records
from vectorstore.corpus.readers.wording import rows
from vectorstore.corpus.rows import MOST_ROWS, check_rows
from vectorstore.corpus.table_header import header_at
from vectorstore.corpus.tables import Table, as_tables

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 100  # rows from which the delimiter is determined
_BLANK = "".join(DELIMITERS) + " \r\n"
LEAST_ROWS = 3  # of one width under a title
# The line that gives Excel the delimiter in any country.
_SEP = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Separated:
    """What a text of separated values holds.

    Attributes:
        tables: one below the other.
        open_rows: the numbers of rows in which a quotation mark opens a cell and never closes, so that it is a sign.
        folded_rows: those whose lines may be rows of their own, between two such marks.
    """

    tables: list[Table]
    open_rows: tuple[int, ...] = ()
    folded_rows: tuple[int, ...] = ()


def read_csv(path: Path) -> Records:
    """Read a table of separated values into a record a row."""
    text, told = decode(path.read_bytes())
    found = separated(text, TEXT_FIELDS, is_tsv=path.suffix.lower() == ".tsv")
    records = table_records(found.tables, path.stem)
    records.left_out += told + in_doubt(found)
    if found.open_rows:
        records.left_out.append(
            f"{rows(found.open_rows)}: a quotation mark opens there and never closes; read as a sign."
        )
    return records


def in_doubt(found: Separated) -> list[str]:
    """Tell the rows whose lines may be rows of their own."""
    told = (
        f"{rows(found.folded_rows)}: read as one, though each line in its quotation marks could be a row; close them."
    )
    return [told] if found.folded_rows else []


def separated(text: str, known: tuple[str, ...], *, is_tsv: bool = False) -> Separated:
    """Return the tables of a text.

    Raises:
        csv.Error: the text is none of separated values.
        CorpusError: it has too many rows; see `check_rows`.
    """
    if text.count("\n") > MOST_ROWS:  # those that are blank behind the last one are none: Excel writes a million
        text = text[: text.find("\n", len(text.rstrip(_BLANK))) + 1] or text
        check_rows(text.count("\n"), len(text))
    told = _SEP.match(text)
    if told:
        text = text[told.end() :]
    delimiter = told[1] if told else "\t" if is_tsv and "\t" in text else find_delimiter(text, known)
    read = list(csv_rows(text, delimiter))
    opens = tuple(row.number for row in read if row.opens)
    folded = tuple(row.number for row in read if row.folded)
    return Separated(as_tables(read, known, delimiter), opens, folded)


def find_delimiter(text: str, known: tuple[str, ...] = ()) -> str:
    """Return what separates the cells of a text; "" where each line is one cell.

    It is the candidate that cuts the header, and most rows into as many cells as the header. Where it cuts no header,
    as under a title, most rows must have the same cells, none of which continues with a sentence.
    """
    best, found = 1.0, ""
    for candidate in DELIMITERS:
        rows = [row for row in islice(csv_rows(text, candidate), SAMPLE) if row.filled]
        if not rows:
            continue
        cells = [row.cells for row in rows]
        header = cells[header_at(rows, known)]
        named = len(header) if any(cell.strip().casefold() in known for cell in header) else 0
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
