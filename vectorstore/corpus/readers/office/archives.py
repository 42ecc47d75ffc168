"""A check of files that are zip archives inside, before anything unpacks them."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from vectorstore.errors import CorpusError

# Documents unpack to 5 to 20 times their size, sheets of equal rows to 40 times. A trap reaches 1,000 times.
MOST_TIMES = 60
# Below this nothing is refused: parsing as much takes a second or two, and some 60 MB.
ALWAYS = 4 * 2**20
# Microsoft's compound file, which holds old formats and those with a password.
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
_STARTS = {b"{\\rtf": "RTF", b"%pdf": "a PDF", b"<!doctype html": "a web page", b"<html": "a web page"}


def check_archive(path: Path) -> None:
    """Raise CorpusError where a file is no archive, or unpacks to far more than documents do.

    The sizes are those that the archive states; Python's zipfile reads no more than is stated.
    """
    if not is_zipfile(path):
        raise CorpusError(f"is not a readable {path.suffix.lower()} file: {_kind(path.read_bytes())}")
    with ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > max(ALWAYS, MOST_TIMES * path.stat().st_size):
        raise CorpusError(
            f"unpacks from {_mb(path.stat().st_size)} to {_mb(size)}, which no document does. Save it again."
        )


def transitional(path: Path) -> BytesIO:
    """Return an Office file with the names of its "transitional" form, which python-docx knows alone.

    "Strict Open XML" differs from it by the addresses that name its elements and relations (ISO/IEC 29500-4).
    """
    raw = BytesIO(path.read_bytes())
    with ZipFile(raw) as archive:
        if _STRICT.search(archive.read("_rels/.rels")) is None:
            return raw
        copy = BytesIO()
        with ZipFile(copy, "w") as written:
            for name in archive.namelist():
                written.writestr(name, _STRICT.sub(_TRANSITIONAL, archive.read(name)))
    return copy


def _kind(raw: bytes) -> str:
    """Return what a file is that should be an archive, and what to do."""
    if raw.startswith(_COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            return "it is protected with a password. Save it without one."
        return "it is in the format of Office 97-2003. Save it in today's."
    if raw.startswith(b"PK"):
        return "it is cut off or damaged. Copy it again."
    found = next((kind for start, kind in _STARTS.items() if raw.lstrip()[:20].lower().startswith(start)), "")
    return f"it is {found}. Give it the suffix of its kind." if found else "it is of another kind. Save it again."


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
