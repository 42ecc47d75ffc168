"""Read one file into records of text: txt md html pdf docx csv xlsx jsonl.

Each format goes through the library that is best kept for it, imported when the first such file is met.
Encodings are detected. Knows nothing of chunks, ids or folders.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vectorstore.errors import CorpusError

# The column or key that holds a record's text, in the order they are looked for.
TEXT_FIELDS = ("text", "content", "page_content", "body", "passage", "context")
DELIMITERS = (",", ";", "\t")
TITLE_FIELDS = ("title", "name", "heading")
# What files without a Unicode mark are written in, in practice; detection among all 90 codecs guesses wildly.
ENCODINGS = ["cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp1251", "cp1256", "cp1252"]
UNDEFINED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
# What pages mean that declare an older name, by the WHATWG's encoding standard.
MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030"}


@dataclass(frozen=True)
class Record:
    """One text of a file: the whole of it, or a row of a table (`row` counts from 1, the header apart)."""

    text: str
    title: str
    row: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_records(path: Path) -> list[Record]:
    """Read a file's records by its suffix.

    Raises:
        CorpusError: a suffix that no reader knows, or a file that its reader cannot make sense of.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise CorpusError(f"no reader for {path.suffix!r}. Readable: {' '.join(sorted(READERS))}")
    try:
        return reader(path)
    except (CorpusError, OSError):
        raise
    except Exception as error:  # what parsers raise on damaged files is open-ended: KeyError, zlib.error, ParseError…
        reason = f"is no readable {path.suffix.lower()} file: {type(error).__name__}: {error}"
        raise CorpusError(reason) from error


def decode(raw: bytes) -> str:
    """Decode bytes of unknown encoding: a Unicode mark, else UTF-8, else the likeliest of `ENCODINGS`.

    Raises:
        CorpusError: the bytes are no text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding)
    if b"\0" in raw:
        raise CorpusError("holds zero bytes, so it is no text file. Remove it, or save it as text.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(raw)


def _decode_legacy(raw: bytes) -> str:
    from charset_normalizer import from_bytes

    # Western letters with accents stand alone among ASCII ones; a statistic over few of them guesses Cyrillic.
    runs = _HIGH_BYTES.findall(raw)
    if sum(len(run) == 1 for run in runs) > 0.8 * len(runs) and not UNDEFINED_IN_CP1252.intersection(raw):
        return raw.decode("cp1252")
    guess = from_bytes(raw, cp_isolation=ENCODINGS).best()
    if guess is None:
        raise CorpusError("is in no encoding that is known here. Save it as UTF-8.")
    return str(guess)


def _read_text(path: Path) -> list[Record]:
    return [Record(decode(path.read_bytes()), path.stem)]


def _read_html(path: Path) -> list[Record]:
    from bs4 import BeautifulSoup
    from bs4.dammit import EncodingDetector

    raw = path.read_bytes()
    declared = EncodingDetector.find_declared_encoding(raw, is_html=True) or ""
    soup = BeautifulSoup(_decode_declared(raw, declared.lower()), "html.parser")
    for hidden in soup(["script", "style", "noscript", "template"]):
        hidden.decompose()
    title = soup.title.get_text(strip=True) if soup.title else ""
    body = soup.body or soup
    return [Record(body.get_text("\n"), title or path.stem)]


def _decode_declared(raw: bytes, declared: str) -> str:
    """Decode a page as it says itself where its bytes bear that out, else by `decode`."""
    try:
        return raw.decode(MEANT.get(declared, declared)) if declared else decode(raw)
    except (LookupError, UnicodeDecodeError):
        return decode(raw)


def _read_pdf(path: Path) -> list[Record]:
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(path).pages]
    return [Record("\n\n".join(pages), path.stem)]


def _read_docx(path: Path) -> list[Record]:
    from docx import Document
    from docx.table import Table

    document = Document(str(path))
    blocks = [
        "\n".join("\t".join(cell.text for cell in row.cells) for row in block.rows)
        if isinstance(block, Table)
        else block.text
        for block in document.iter_inner_content()
    ]
    return [Record("\n\n".join(blocks), document.core_properties.title or path.stem)]


def _read_csv(path: Path) -> list[Record]:
    text = decode(path.read_bytes())
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)  # spreadsheets write what their country's commas leave free
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a cell may hold a whole document
    return _table_records(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), path)


def _read_xlsx(path: Path) -> list[Record]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheets = [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    finally:
        book.close()
    return [record for rows in sheets for record in _table_records(rows, path)]


def _table_records(rows: Sequence[Sequence[Any]], path: Path) -> list[Record]:
    """Turn a header and rows into records: the text column, or every filled cell as `column: value` lines."""
    if not rows:
        return []
    header = [str(name).strip() if name is not None else f"column {i + 1}" for i, name in enumerate(rows[0])]
    return [
        _field_record(dict(zip(header, cells, strict=False)), number, path.stem)
        for number, cells in enumerate(rows[1:], start=1)
    ]


def _field_record(fields: Mapping[str, Any], row: int, stem: str) -> Record:
    filled = {name: value for name, value in fields.items() if value not in (None, "")}
    by_name = {name.lower(): name for name in filled}
    text_name = next((by_name[name] for name in TEXT_FIELDS if name in by_name), None)
    title_name = next((by_name[name] for name in TITLE_FIELDS if name in by_name), None)
    title = str(filled[title_name]) if title_name else stem
    if text_name is None:
        return Record("\n".join(f"{name}: {value}" for name, value in filled.items()), title, row)
    extra = {name: _plain(value) for name, value in filled.items() if name not in (text_name, title_name)}
    return Record(str(filled[text_name]), title, row, extra)


def _plain(value: Any) -> Any:
    """Keep what JSON can say; a date or any other cell becomes its text."""
    return value if isinstance(value, str | int | float | bool | list | dict) else str(value)


def _read_jsonl(path: Path) -> list[Record]:
    records = []
    for number, line in enumerate(decode(path.read_bytes()).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line, parse_constant=str)  # NaN, which metadata cannot keep, becomes text
        except json.JSONDecodeError as error:
            raise CorpusError(f"line {number} is no JSON: {error}") from error
        if not isinstance(fields, dict):
            raise CorpusError(f"line {number} is {type(fields).__name__}, not an object with a 'text' key.")
        records.append(_field_record(fields, number, path.stem))
    return records


READERS: dict[str, Callable[[Path], list[Record]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".csv": _read_csv,
    ".xlsx": _read_xlsx,
    ".jsonl": _read_jsonl,
}
