"""Workbooks: the tables of every sheet that is shown; hidden sheets are named."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from vectorstore.corpus.readers.office.archives import check_archive
from vectorstore.corpus.readers.office.entities import declared
from vectorstore.corpus.readers.office.sheet import read_sheet
from vectorstore.corpus.readers.office.workbook import Workbook
from vectorstore.corpus.readers.records import TEXT_FIELDS, Records
from vectorstore.corpus.readers.table_records import table_records
from vectorstore.corpus.readers.wording import unreadable
from vectorstore.corpus.tables import Table, as_tables
from vectorstore.errors import CorpusError


def read_xlsx(path: Path) -> Records:
    """Read every sheet that is shown into a record a row.

    Raises:
        CorpusError: the workbook unpacks to more than one does, or holds more than `MOST_CELLS`.
    """
    check_archive(path)
    records = Records(left_out=declared(path))
    with ZipFile(path) as archive:
        book = Workbook(archive)
        for name, part, hidden in book.sheets:
            if hidden:
                records.left_out.append(f"sheet {name!r} is hidden.")
                continue
            sheet = read_sheet(book, part)
            read = table_records(as_tables(sheet.rows, TEXT_FIELDS), path.stem)
            records += read
            records.left_out += [f"sheet {name!r}, {one}" for one in [*sheet.left_out, *read.left_out]]
    return records


def read_tables(
    path: Path, known: Sequence[str], wanted: str | None = None, *, others_count: bool = True
) -> tuple[list[Table], tuple[str, ...]]:
    """Return the tables of one sheet, the first that is shown unless one is named, and what was left out of it.

    Args:
        path: the workbook.
        known: lower-case names that its header has.
        wanted: the sheet's name.
        others_count: other sheets are told as left out.

    Raises:
        CorpusError: it has no such sheet, is damaged, or too large.
    """
    with _opened(path) as book:
        name, part = _sheet_of(book, wanted)
        sheet = read_sheet(book, part)
    others = [other + " (hidden)" * hidden for other, _, hidden in book.sheets if other != name]
    told = (
        [f"only sheet {name!r} is read; name another with --sheet: {', '.join(others)}"]
        if others and others_count and not wanted
        else []
    )
    return as_tables(sheet.rows, known), (*declared(path), *told, *sheet.left_out)


def shown_sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets that are not hidden.

    Raises:
        CorpusError: it is damaged, or too large.
    """
    with _opened(path) as book:
        return [name for name, _, hidden in book.sheets if not hidden]


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    if path.stat().st_size == 0:
        raise CorpusError("is empty: 0 bytes; save it again as xlsx or UTF-8 csv")
    try:
        check_archive(path)
        with ZipFile(path) as archive:
            yield Workbook(archive)
    except CorpusError:
        raise
    except Exception as error:  # what damaged workbooks raise is open-ended
        raise CorpusError(unreadable(path.suffix.lower())) from error


def _sheet_of(book: Workbook, wanted: str | None) -> tuple[str, str]:
    """Return the name of a sheet and its part of the archive."""
    for name, part, hidden in book.sheets:
        if name == wanted or (wanted is None and not hidden):
            return name, part
    names = ", ".join(name for name, _, _ in book.sheets)
    if wanted is None:
        raise CorpusError("shows no sheet of cells; unhide one, or name it with --sheet")
    raise CorpusError(f"has no sheet {wanted!r}; it has: {names}; check --sheet")
