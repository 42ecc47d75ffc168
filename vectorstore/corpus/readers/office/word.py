"""Word: what its final view shows. Tracked insertions, content controls, text boxes, notes and the numbers of lists are
read; tracked deletions and hidden text are not.

python-docx opens the file; its paragraphs leave these out, so the text is taken from the elements themselves
(ISO/IEC 29500-1, 17).
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from vectorstore.corpus.readers.office.archives import check_archive, transitional
from vectorstore.corpus.readers.office.entities import declared, text_of
from vectorstore.corpus.readers.office.symbols import shown_sign, shown_text
from vectorstore.corpus.readers.office.word_numbering import Numbering, W
from vectorstore.corpus.readers.raised import as_raised
from vectorstore.corpus.readers.records import Record, Records
from vectorstore.corpus.readers.wording import shortened

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# Not shown, or shown elsewhere.
_PASSED_OVER = frozenset(
    [f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "sdtPr", "sdtEndPr", "rt", "tblPr")]
)
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}ptab": "\t"}
_OTHERS = (f"{W}altChunk", f"{W}subDoc")  # which Word takes in when it saves
_CODE = re.compile("[0-9A-Fa-f]{1,4}")
_NOTE_PARTS = ("footnote", "endnote")
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
# An element inside an element: a table in a cell of a table, and so on. Word itself stops at a few dozen.
DEEPEST = 100


def read_docx(path: Path) -> Records:
    """Read a Word document."""
    from docx import Document

    check_archive(path)
    document = Document(transitional(path))
    reader = _Reader(document)
    kinds = {one.reltype.rpartition("/")[2] for one in document.part.package.rels.values()}
    title = document.core_properties.title if "core-properties" in kinds else ""  # python-docx makes one up
    text = "\n\n".join(reader.blocks(document.element.body))
    others = sum(1 for tag in _OTHERS for _ in document.element.iter(tag))
    left_out = [f"{others} other document{'s' * (others > 1)} in it; open and save it in Word first."] if others else []
    return Records([Record(text, title or path.stem)], [*declared(path), *left_out, *shortened(reader.unread)])


class _Reader:
    """Reads one document from its beginning to its end, since lists are counted on the way.

    Attributes:
        unread: signs that stand for U+FFFD in the text, each with its font.
    """

    def __init__(self, document: Any) -> None:
        self._notes = {f"{W}{kind}Reference": _notes(document, kind) for kind in _NOTE_PARTS}
        self.unread: list[str] = []
        self._numbering = Numbering(_part(document, "numbering"), document.styles.element)

    def blocks(self, parent: Any, depth: int = 0) -> Iterator[str]:
        """Yield the paragraphs and tables of an element, each with the text boxes and notes that hang on it."""
        carried = ""
        for element in _children(parent):
            if element.tag == f"{W}p":
                asides: list[Any] = []
                text = carried + self._paragraph(element, asides)
                if _mark_is_deleted(element):  # the next paragraph continues in this one
                    carried = text
                    continue
                carried = ""
                yield from [text] if text.strip() else []
                for aside in asides if depth < DEEPEST else []:
                    yield from self.blocks(aside, depth + 1)
            elif element.tag == f"{W}tbl" and depth < DEEPEST:
                rows = list(self._rows(element, depth + 1))
                yield from ["\n".join(rows)] if rows else []
        if carried.strip():
            yield carried

    def _paragraph(self, paragraph: Any, asides: list[Any]) -> str:
        text = ""
        for is_raised, parts in groupby(self._inline(paragraph, asides), key=itemgetter(1)):
            part = "".join(one for one, _ in parts)
            text += as_raised(part, text) if is_raised else part
        if not text.strip() and _mark_is_deleted(paragraph):
            return ""
        return self._numbering.label(paragraph) + text

    def _inline(self, element: Any, asides: list[Any], *, raised: bool = False) -> Iterator[tuple[str, bool]]:
        """Yield what an element shows on its line, and whether it is raised; text boxes and notes go to `asides`."""
        for child in _shown(element):
            tag = child.tag
            if tag in (f"{W}t", f"{_MATH}t"):
                yield shown_text(_font(element), text_of(child)), raised
            elif tag == f"{W}sym":
                yield self._sign(child), raised
            elif tag in _SIGNS:
                yield _SIGNS[tag], raised
            elif tag == f"{W}txbxContent":
                asides.append(child)
            elif tag in self._notes:
                asides += self._notes[tag].get(child.get(f"{W}id"), [])
            else:
                yield from self._inline(child, asides, raised=raised or _is_raised(child))

    def _sign(self, symbol: Any) -> str:
        font, code = symbol.get(f"{W}font", ""), symbol.get(f"{W}char", "")
        sign = shown_sign(font, int(code, 16)) if _CODE.fullmatch(code) else "\ufffd"
        if sign == "\ufffd":
            self.unread.append(f"the sign {code!r} of the font {font!r} is not a letter; it is shown as \ufffd.")
        return sign

    def _rows(self, table: Any, depth: int) -> Iterator[str]:
        above: dict[int, str] = {}
        for row in _children(table):
            if row.tag != f"{W}tr" or row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells: list[str] = []
            column = 0
            for cell in (one for one in _children(row) if one.tag == f"{W}tc"):
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                text = " ".join(block.replace("\n", " ") for block in self.blocks(cell, depth))
                if merged is not None and merged.get(f"{W}val") != "restart":
                    text = above.get(column, "")  # a merged cell speaks for every row that it spans
                above[column] = text
                cells.append(text)
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                column += 1 if span is None else int(span.get(f"{W}val", "1"))
            if any(cell.strip() for cell in cells):
                yield "\t".join(cells)


def _children(parent: Any) -> Iterator[Any]:
    """Yield an element's blocks, also those that are in content controls and insertions."""
    for child in _shown(parent):
        if child.tag in (f"{W}p", f"{W}tbl", f"{W}tr", f"{W}tc"):
            yield child
        else:
            yield from _children(child)


def _shown(element: Any) -> Iterator[Any]:
    """Yield the children of an element that the final view shows."""
    for child in element:
        if child.tag == f"{_MC}AlternateContent":  # the same thing twice, for newer and for older programs
            yield from _shown(child[0]) if len(child) else ()
        elif child.tag == f"{W}r" and _is_on(child.find(f"{W}rPr/{W}vanish")):
            continue
        elif child.tag == f"{W}sdt" and child.find(f"{W}sdtPr/{W}showingPlcHdr") is not None:
            continue  # "Click here to enter text"
        elif child.tag not in _PASSED_OVER:
            yield child


def _font(run: Any) -> str:
    fonts = run.find(f"{W}rPr/{W}rFonts")
    return "" if fonts is None else fonts.get(f"{W}ascii", fonts.get(f"{W}hAnsi", ""))


def _is_raised(run: Any) -> bool:
    place = run.find(f"{W}rPr/{W}vertAlign")
    return place is not None and place.get(f"{W}val") == "superscript"


def _is_on(switch: Any) -> bool:
    return switch is not None and switch.get(f"{W}val", "true") not in ("0", "false", "off")


def _mark_is_deleted(paragraph: Any) -> bool:
    return paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None


def _part(document: Any, name: str) -> Any:
    """Return the root of a part of the document; None if it has none."""
    from lxml import etree

    for relation in document.part.rels.values():
        if relation.reltype == f"{_RELATION}{name}" and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            return etree.fromstring(relation.target_part.blob, parser)
    return None


def _notes(document: Any, kind: str) -> dict[str, list[Any]]:
    root = _part(document, f"{kind}s")
    notes = () if root is None else root.iter(f"{W}{kind}")
    return {note.get(f"{W}id"): [note] for note in notes if note.get(f"{W}type") in (None, "normal")}
