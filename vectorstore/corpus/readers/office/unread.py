"""Which paragraphs of a file are missing from what a converter made of it, as those of tables inside tables."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from lxml import etree

from vectorstore.corpus.readers.wording import MOST_NAMED

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PARAGRAPHS = frozenset([f"{_TEXT}p", f"{_TEXT}h", f"{_DRAWING}p"])
# No text of the document: what was deleted, comments, and the numbers of notes, pages and slides.
_NUMBERS = (f"{_TEXT}note-citation", f"{_TEXT}page-number", f"{_TEXT}page-count", f"{_DRAWING}fld")
_PASSED_OVER = frozenset([f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", *_NUMBERS])
_PARTS = {"odt": ("content.xml",), "pptx": ("ppt/slides/slide", "ppt/diagrams/data")}
_SHOWN = 40  # letters of a paragraph


def unread(path: Path, kind: str, text: str) -> list[str]:
    """Tell the paragraphs of a file that are not in a text, whatever its blanks and signs; nothing for other kinds."""
    if kind not in _PARTS:
        return []
    read = _letters(text)
    at = 0
    missing: list[str] = []
    for paragraph in _paragraphs(path, _PARTS[kind]):
        letters = _letters(paragraph)
        found = read.find(letters, at)
        if found < 0 and letters not in read:
            missing.append(" ".join(paragraph.split())[:_SHOWN])
        at = max(at, found + len(letters)) if found >= 0 else at
    if not missing:
        return []
    named = ", ".join(map(repr, missing[:MOST_NAMED]))
    them = "them" if len(missing) > 1 else "it"
    told = f"{len(missing)} of its paragraphs cannot be read, such as {named}"
    return [f"{told}. Copy {them} into the text, or use .docx."]


def _paragraphs(path: Path, parts: tuple[str, ...]) -> Iterator[str]:
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith(parts) or not name.endswith(".xml"):
                continue
            root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
            shown = filter(_is_shown, root.iter(*_PARAGRAPHS))
            yield from filter(_letters, map(_own_text, shown))


def _is_shown(paragraph: Any) -> bool:
    return not any(above.tag in _PASSED_OVER for above in paragraph.iterancestors())


def _own_text(element: Any) -> str:
    """Return an element's text without the paragraphs in it."""
    text = element.text or ""
    for child in element:
        if child.tag not in _PARAGRAPHS and child.tag not in _PASSED_OVER and isinstance(child.tag, str):
            text += _own_text(child)
        text += child.tail or ""
    return text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))  # raised and joined letters are letters
