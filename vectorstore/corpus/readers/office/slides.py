"""Slides that Pandoc reads whole: it puts a blank between a paragraph's runs, of which a word may have several, makes
exponents digits like any others, and passes over grouped shapes.
"""

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

from vectorstore.corpus.readers.raised import as_raised

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_PARTS = ("ppt/slides/", "ppt/notesSlides/")


def with_whole_words(path: Path) -> bytes:
    """Return a pptx file without groups, in which the text of runs that follow one another is in the last of them."""
    copy = BytesIO()
    with ZipFile(path) as archive, ZipFile(copy, "w", ZIP_DEFLATED) as written:
        for name in archive.namelist():
            part = archive.read(name)
            written.writestr(name, _joined(part) if name.startswith(_PARTS) and name.endswith(".xml") else part)
    return copy.getvalue()


def _joined(part: bytes) -> bytes:
    slide = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    for group in list(slide.iter(f"{_SLIDE}grpSp")):
        group.getparent().extend(group[2:])  # behind its own name and place
    for paragraph in slide.iter(f"{_DRAWING}p"):
        _raise(paragraph)
        for run, after in pairwise(list(paragraph)):
            text, further = (one.find(f"{_DRAWING}t") if one.tag == f"{_DRAWING}r" else None for one in (run, after))
            if text is not None and further is not None:
                further.text = (text.text or "") + (further.text or "")
                paragraph.remove(run)
    return bytes(etree.tostring(slide))


def _raise(paragraph: Any) -> None:
    """Write exponents with raised digits."""
    before = ""
    for run in paragraph.iter(f"{_DRAWING}r"):
        text, kind = run.find(f"{_DRAWING}t"), run.find(f"{_DRAWING}rPr")
        if text is not None and kind is not None and not kind.get("baseline", "0").startswith(("0", "-")):
            text.text = as_raised(text.text or "", before)
        before += "" if text is None else text.text or ""
