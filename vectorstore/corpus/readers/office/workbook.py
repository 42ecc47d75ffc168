"""The parts of a workbook beside its sheets: their names, the shared texts, the number formats."""

import posixpath
from functools import cached_property
from typing import Any
from zipfile import ZipFile

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.utils.escape import unescape

from vectorstore.corpus.readers.office.cell_format import general, shown
from vectorstore.corpus.readers.office.entities import text_of
from vectorstore.corpus.readers.raised import as_raised

# Formats without a code of their own, whose order of day and month is that of the reader's country.
_LOCAL = dict.fromkeys([14, *range(27, 32), *range(34, 37), *range(50, 59)], "yyyy-mm-dd")
_LOCAL |= {22: "yyyy-mm-dd hh:mm", 32: "h:mm", 33: "h:mm:ss"}


def local(element: Any) -> str:
    """Return an element's name without its namespace, of which there are two (transitional and strict)."""
    return str(element.tag).rpartition("}")[2]


def string_of(element: Any) -> str:
    """Return the text of a shared or inline string; readings above Japanese words are no part of it."""
    text = ""
    for one in element.iter("{*}t"):
        if local(one.getparent()) != "rPh":
            text += as_raised(text_of(one), text) if _is_raised(one.getparent()) else text_of(one)
    return str(unescape(text))


def _is_raised(run: Any) -> bool:
    place = run.find("{*}rPr/{*}vertAlign")
    return place is not None and place.get("val") == "superscript"


class Workbook:
    """An open workbook.

    Attributes:
        archive: its zip file.
        sheets: name, part of the archive and whether it is hidden, of every sheet of cells.
    """

    def __init__(self, archive: ZipFile) -> None:
        """Read its list of sheets."""
        self.archive = archive
        main = next(
            (target for kind, target in self._targets("").values() if kind == "officeDocument"), "xl/workbook.xml"
        )
        self._parts = self._targets(main)
        root = self._root(main)
        settings = next(root.iter("{*}workbookPr"), None)
        is_mac = settings is not None and settings.get("date1904") in ("1", "true")
        self._epoch = CALENDAR_MAC_1904 if is_mac else CALENDAR_WINDOWS_1900
        self.sheets: list[tuple[str, str, bool]] = []
        for sheet in root.iter("{*}sheet"):
            key = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            kind, target = self._parts[key]
            if kind == "worksheet":
                self.sheets.append((sheet.get("name", ""), target, sheet.get("state", "visible") != "visible"))

    def text(self, kind: str, value: str, style: str | None) -> str:
        """Return the text that a cell shows; `kind` is its type, `style` the number of its style."""
        if kind == "s":
            return self._shared[int(value)] if value else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind != "n" or not value:
            return str(unescape(value))
        number_format = self._formats[int(style)] if style and int(style) < len(self._formats) else "General"
        return general(float(value)) if number_format == "General" else shown(float(value), number_format, self._epoch)

    @cached_property
    def _shared(self) -> list[str]:
        part = self._part("sharedStrings")
        if part is None:
            return []
        texts = []
        with self.archive.open(part) as stream:
            for _, element in etree.iterparse(stream, tag="{*}si", resolve_entities=False):
                texts.append(string_of(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        return texts

    @cached_property
    def _formats(self) -> list[str]:
        """The number format of each style."""
        part = self._part("styles")
        if part is None:
            return []
        root = self._root(part)
        formats = {int(one.get("numFmtId")): str(one.get("formatCode")) for one in root.iter("{*}numFmt")}
        used = (int(one.get("numFmtId", 0)) for cells in root.iter("{*}cellXfs") for one in cells)
        return [formats.get(number) or _LOCAL.get(number) or BUILTIN_FORMATS.get(number, "General") for number in used]

    def _part(self, wanted: str) -> str | None:
        return next((target for kind, target in self._parts.values() if kind == wanted), None)

    def _root(self, part: str) -> Any:
        return etree.fromstring(self.archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True))

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Return kind and place of what a part of the archive refers to, by its name there."""
        folder, _, name = part.rpartition("/")
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self.archive.NameToInfo:
            return {}
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for one in self._root(listing).iter("{*}Relationship")
        }
