"""Read one file into records of text: txt md html pdf docx csv xlsx jsonl.

Each format goes through the library that is best kept for it, imported when the first such file is met.
Encodings are detected. Knows nothing of chunks, ids or folders.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vectorstore.errors import CorpusError

# The column or key that holds a record's text, in the order they are looked for.
TEXT_FIELDS = ("text", "content", "page_content", "body", "passage", "context")
TITLE_FIELDS = ("title", "name", "heading")
# What files without a Unicode mark are written in, in practice; detection among all 90 codecs guesses wildly.
ENCODINGS = ["cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp1251", "cp1256", "cp1252"]


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
        raise CorpusError(f"{path}: no reader for {path.suffix!r}. Readable: {' '.join(sorted(READERS))}")
    return reader(path)


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

    guess = from_bytes(raw, cp_isolation=ENCODINGS).best()
    if guess is None:
        raise CorpusError("is in no encoding that is known here. Save it as UTF-8.")
    return str(guess)


def _read_text(path: Path) -> list[Record]:
    return [Record(decode(path.read_bytes()), path.stem)]


def _read_html(path: Path) -> list[Record]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(decode(path.read_bytes()), "html.parser")
    for hidden in soup(["script", "style", "noscript", "template"]):
        hidden.decompose()
    title = soup.title.get_text(strip=True) if soup.title else ""
    body = soup.body or soup
    return [Record(body.get_text("\n"), title or path.stem)]


def _read_pdf(path: Path) -> list[Record]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except PyPdfError as error:
        raise CorpusError(f"is no readable PDF: {error}") from error
    return [Record("\n\n".join(pages), path.stem)]


def _read_docx(path: Path) -> list[Record]:
    from zipfile import BadZipFile

    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise CorpusError(f"is no readable Word file: {error}") from error
    text = "\n\n".join(paragraph.text for paragraph in document.paragraphs)
    return [Record(text, document.core_properties.title or path.stem)]


def _read_csv(path: Path) -> list[Record]:
    rows = list(csv.reader(io.StringIO(decode(path.read_bytes()), newline="")))
    return _table_records(rows, path)


def _read_xlsx(path: Path) -> list[Record]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise CorpusError(f"is no readable workbook: {error}") from error
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
    for number, line in enumerate(decode(path.read_bytes()).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
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
