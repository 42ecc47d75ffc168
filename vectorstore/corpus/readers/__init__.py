"""Read one file into records of text, by its suffix; one module a format, imported when the first such file is met.

Knows nothing of chunks, ids or folders.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from vectorstore.corpus.readers.records import Record, Records
from vectorstore.corpus.readers.wording import unreadable
from vectorstore.errors import CorpusError

__all__ = ["READERS", "Record", "Records", "read_records"]

# Where each suffix is read: module and function.
READERS: dict[str, tuple[str, str]] = {
    ".txt": ("text", "read_text"),
    ".md": ("text", "read_markdown"),
    ".html": ("web.html", "read_html"),
    ".htm": ("web.html", "read_html"),
    ".xhtml": ("web.html", "read_html"),
    ".pdf": ("pdf.reading", "read_pdf"),
    ".docx": ("office.word", "read_docx"),
    ".csv": ("csv_file", "read_csv"),
    ".tsv": ("csv_file", "read_csv"),
    ".xlsx": ("office.xlsx", "read_xlsx"),
    ".xlsm": ("office.xlsx", "read_xlsx"),  # its macros are not run
    ".jsonl": ("jsonl", "read_jsonl"),
    ".eml": ("mail", "read_mail"),
    ".pptx": ("converted", "read_converted"),
    ".epub": ("converted", "read_converted"),
    ".odt": ("converted", "read_converted"),
    ".rtf": ("converted", "read_converted"),
}
# What users bring, and what to do with it.
_REMEDIES = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".xls": "save it as .xlsx",
    ".ods": "save it as .xlsx or .csv",
    ".msg": "save it as .eml",
    ".pages": "export it as .docx or .pdf",
    ".json": "write one object a line into a .jsonl file",
}


def read_records(path: Path) -> Records:
    """Read a file's records, and what was left out of them.

    Raises:
        CorpusError: a suffix that no reader knows, or a file that its reader cannot make sense of.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        remedy = f"; {_REMEDIES[suffix]}" if suffix in _REMEDIES else ""
        raise CorpusError(f"no reader for {path.suffix!r}{remedy}.")
    if path.stat().st_size == 0:
        raise CorpusError("is empty: 0 bytes.")
    module, name = READERS[suffix]
    read: Callable[[Path], Records] = getattr(import_module(f"{__name__}.{module}"), name)
    try:
        return read(path)
    except (CorpusError, OSError):
        raise
    except Exception as error:  # what parsers raise on damaged files is open-ended: KeyError, zlib.error, ParseError…
        raise CorpusError(unreadable(suffix)) from error
