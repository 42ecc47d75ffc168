"""Slides, books and office texts that Pandoc turns into a page: pptx, epub, odt, rtf (extra `convert`).

Pandoc runs as a separate program: it cannot read other files, and its memory and time are limited.
"""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from vectorstore.corpus.readers.office.archives import check_archive
from vectorstore.corpus.readers.office.slides import with_whole_words
from vectorstore.corpus.readers.office.unread import unread
from vectorstore.corpus.readers.records import Records
from vectorstore.corpus.readers.rtf import with_cells, with_unicode
from vectorstore.corpus.readers.web.html import read_page
from vectorstore.errors import CorpusError

SECONDS = 120  # a book of 1,000 pages takes about 10
MEMORY = "-M512m"
_NO_MEMORY = 251  # how Haskell's programs end without it
_STDIN = "-"  # Pandoc's title for what has none and no name
# What Pandoc misreads is mended before it reads.
_MENDED: dict[str, Callable[[Path], bytes]] = {
    "rtf": lambda path: with_unicode(with_cells(path.read_bytes())),
    "pptx": with_whole_words,
}


def read_converted(path: Path) -> Records:
    """Read a file through Pandoc.

    Raises:
        CorpusError: Pandoc is not installed, refuses the file, or needs too much time or memory for it.
    """
    kind = path.suffix.lower().lstrip(".")
    if find_spec("pypandoc") is None:
        raise CorpusError(f'a .{kind} file needs Pandoc; in the checkout: python -m pip install -e ".[convert]"')
    if kind != "rtf":
        check_archive(path)
    page = read_page(_page(path, kind), path.stem, _styles(path) if kind == "epub" else "")
    return Records([replace(page, title=path.stem) if page.title == _STDIN else page], unread(path, kind, page.text))


def _styles(path: Path) -> str:
    """Return the style sheets of a book, which Pandoc leaves out."""
    with ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.lower().endswith(".css")]
    return "}".join(sheet.decode(errors="replace") for sheet in sheets)


def _page(path: Path, kind: str) -> str:
    import pypandoc

    reading = ["--sandbox", "--from", kind, "--to", "html", "--standalone", "--wrap=none", "--quiet"]
    mended = _MENDED[kind](path) if kind in _MENDED else None
    source = [] if mended is not None else [str(path.resolve())]
    command = [pypandoc.get_pandoc_path(), *reading, *source, "+RTS", MEMORY, "-RTS"]
    try:
        ran = subprocess.run(command, input=mended, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 - no shell
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"took Pandoc more than {SECONDS} s. Save it as .docx or .html.") from error
    if ran.returncode == _NO_MEMORY:
        raise CorpusError(f"needs more than the {MEMORY[2:-1]} MB that Pandoc gets. Save it as .docx or .html.")
    if ran.returncode:
        told = " ".join(ran.stderr.decode(errors="replace").split()) or f"exit code {ran.returncode}"
        raise CorpusError(f"is not a readable .{kind} file: {told}")
    return ran.stdout.decode()
