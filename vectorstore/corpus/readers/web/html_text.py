"""A parsed page → its text: inline tags do not separate, blocks and line breaks do."""

import re

from lxml import etree

from vectorstore.corpus.readers.ordinals import ordinal
from vectorstore.corpus.readers.raised import as_raised, raises

# Between two texts stands the widest of the separators that the tags between them ask for.
_WIDTH = {"": 0, " ": 1, "\t": 2, "\n": 3, "\n\n": 4}
_PARAGRAPH = "\n\n"
_BLOCK_TAGS = """address article aside blockquote body caption center dd details dialog dir div dl fieldset figcaption
figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main nav ol p pre section summary table ul"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_LINES = frozenset(["br", "dt", "li", "tr", "option", "thead", "tbody", "tfoot"])
_SILENT = frozenset(["rt", "rp", "del"])
_SPACES = re.compile(r"[ \t\r\n\f]+")
# Invisible places where a line may break; in a page they are markup. (Persian's zero-width non-joiner is a letter.)
_BREAKS = str.maketrans("", "", "\u00ad\u200b")


def text_of(root: etree._Element, raised: frozenset[str] = frozenset()) -> str:
    """Return the text of an element as a browser shows it, paragraphs apart by an empty line.

    Args:
        raised: classes whose letters the page raises.
    """
    writer = _Writer()
    lists: list[int] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            writer.separate(_separator(tag, element))
            if tag in ("ol", "ul"):
                lists.append(_start(element))
            elif tag == "li":
                _number(element, lists, writer)
            if tag in _SILENT:
                walk.skip_subtree()
            elif tag == "sup" or raises(element.get("style", "")) or not raised.isdisjoint(_classes(element)):
                writer.write(_raised(element, writer.line))
                walk.skip_subtree()
            else:
                writer.preformatted += tag == "pre"
                writer.write("“" if tag == "q" else "")
                writer.write(element.text or "")
            continue
        if tag in ("ol", "ul") and lists:
            lists.pop()
        writer.preformatted -= tag == "pre"
        writer.write("”" if tag == "q" else "")
        writer.separate(_separator(tag, element) if tag not in ("td", "th") else "")
        if element is not root:
            writer.write(element.tail or "")
    return writer.text()


class _Writer:
    """Collects texts and the separators between them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pending = ""
        self.line = ""  # the end of what stands on the line
        self.preformatted = 0

    def separate(self, separator: str) -> None:
        if _WIDTH[separator] > _WIDTH[self._pending]:
            self._pending = separator

    def write(self, given: str) -> None:
        text = given.translate(_BREAKS)
        if self.preformatted:
            self._put(text)
            return
        words = _SPACES.sub(" ", text)
        if words.startswith(" "):
            self.separate(" ")
        self._put(words.strip(" "))
        if words.endswith(" "):
            self.separate(" ")

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._parts:
            self._parts.append(self._pending)
        self.line = (self.line + text if _WIDTH[self._pending] < _WIDTH["\t"] else text)[-40:]
        self._pending = ""
        self._parts.append(text)

    def text(self) -> str:
        return "".join(self._parts)


def _separator(tag: str, element: etree._Element) -> str:
    if tag == "p" and _fills_a_cell(element):
        return ""
    if tag in _BLOCKS:
        inside_list = tag in ("ol", "ul") and any(parent.tag == "li" for parent in element.iterancestors("li"))
        return "\n" if inside_list else _PARAGRAPH
    if tag in _LINES:
        return "\n"
    return "\t" if tag in ("td", "th") else ""


def _classes(element: etree._Element) -> list[str]:
    return str(element.get("class", "")).split()


def _fills_a_cell(element: etree._Element) -> bool:
    """Return whether a paragraph is all that a cell of a table holds."""
    cell = element.getparent()
    alone = cell is not None and cell.tag in ("td", "th") and len(cell) == 1
    return alone and not f"{cell.text or ''}{element.tail or ''}".strip()


def _start(element: etree._Element) -> int:
    return _whole(element.get("start"), 1) if element.tag == "ol" else 0


def _number(item: etree._Element, lists: list[int], writer: _Writer) -> None:
    """Write the number that an item of an ordered list shows."""
    parent = item.getparent()
    if not lists or parent is None or parent.tag != "ol":
        return
    number = _whole(item.get("value"), lists[-1])
    lists[-1] = number + 1
    writer.write(f"{ordinal(number, parent.get('type', '1'))}. ")


def _whole(given: str | None, otherwise: int) -> int:
    return int(given) if given and re.fullmatch(r"\s*-?\d{1,6}\s*", given) else otherwise


def _raised(element: etree._Element, before: str) -> str:
    linked = element.find(".//a") is not None or any(True for _ in element.iterancestors("a"))
    return as_raised("".join(element.itertext()), before, linked=linked)
