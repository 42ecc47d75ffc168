"""Slides, books and office texts that Pandoc turns into a page: pptx, epub, odt, rtf (extra `convert`).

Pandoc runs as a separate program: it cannot read other files, and its memory and time are limited.
"""

import subprocess
from importlib.util import find_spec
from pathlib import Path

from vectorstore.corpus.readers.html import read_page
from vectorstore.corpus.readers.office.archives import check_archive
from vectorstore.corpus.readers.records import Records
from vectorstore.corpus.readers.rtf import with_unicode
from vectorstore.errors import CorpusError

SECONDS = 120  # a book of 1,000 pages takes about 10
MEMORY = "-M512m"


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
    return Records([read_page(_page(path, kind), path.stem)])


def _page(path: Path, kind: str) -> str:
    import pypandoc

    reading = ["--sandbox", "--from", kind, "--to", "html", "--standalone", "--wrap=none", "--quiet"]
    rtf = with_unicode(path.read_bytes()) if kind == "rtf" else None
    source = [] if rtf is not None else [str(path.resolve())]
    command = [pypandoc.get_pandoc_path(), *reading, *source, "+RTS", MEMORY, "-RTS"]
    try:
        ran = subprocess.run(command, input=rtf, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 - no shell
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"took Pandoc more than {SECONDS} s. Save it as .docx or .html.") from error
    if ran.returncode:
        told = " ".join(ran.stderr.decode(errors="replace").split()) or f"exit code {ran.returncode}"
        raise CorpusError(f"is not a readable .{kind} file: {told}")
    return ran.stdout.decode()
