"""Slides whose words are whole: Pandoc puts a blank between a paragraph's runs, of which a word may have several."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PARTS = ("ppt/slides/", "ppt/notesSlides/")


def with_whole_words(path: Path) -> bytes:
    """Return a pptx file in which the text of runs that follow one another is in the last of them."""
    copy = BytesIO()
    with ZipFile(path) as archive, ZipFile(copy, "w", ZIP_DEFLATED) as written:
        for name in archive.namelist():
            part = archive.read(name)
            written.writestr(name, _joined(part) if name.startswith(_PARTS) and name.endswith(".xml") else part)
    return copy.getvalue()


def _joined(part: bytes) -> bytes:
    slide = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    for paragraph in slide.iter(f"{_DRAWING}p"):
        for run, after in pairwise(list(paragraph)):
            text, further = (one.find(f"{_DRAWING}t") if one.tag == f"{_DRAWING}r" else None for one in (run, after))
            if text is not None and further is not None:
                further.text = (text.text or "") + (further.text or "")
                paragraph.remove(run)
    return bytes(etree.tostring(slide))
