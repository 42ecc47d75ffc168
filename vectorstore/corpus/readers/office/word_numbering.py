"""The numbers of Word's lists, which are in no paragraph's text: "Article 3.", "2.1", "(b)".

ISO/IEC 29500-1, 17.9: a paragraph names a list and a level; the list's levels say how to count and what to show.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from vectorstore.corpus.readers.ordinals import ordinal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True)
class _Level:
    start: int
    style: str
    text: str
    legal: bool


class Numbering:
    """Counts a document's lists, paragraph by paragraph in their order.

    Args:
        numbering: the root of numbering.xml; None if the document has no lists.
        styles: the root of styles.xml.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        """Read the lists and what the styles say of them."""
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()
        self._styles = {one.get(f"{W}styleId"): one for one in styles.iter(f"{W}style")}
        if numbering is not None:
            self._read(numbering)

    def label(self, paragraph: Any) -> str:
        """Count a paragraph, and return the number that Word shows before it, with a space; "" if there is none."""
        number, level = self._place(paragraph)
        levels = self._levels.get(number, {})
        if level not in levels:
            return ""
        counts = self._counts[self._abstract[number]]
        if level in self._restarts[number] and (number, level) not in self._begun:
            counts[level] = self._restarts[number][level] - 1
        self._begun.add((number, level))
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        return self._shown(levels, counts, level)

    def _shown(self, levels: dict[int, _Level], counts: dict[int, int], level: int) -> str:
        own = levels[level]
        if own.style in ("bullet", "none"):
            return ""

        def count(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            if at not in levels:
                return ""
            return ordinal(counts.get(at, levels[at].start), "decimal" if own.legal else levels[at].style)

        shown = _PLACE.sub(count, own.text).strip()
        return f"{shown} " if shown else ""

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """Return the list and level of a paragraph, its own or its style's; list "0" is none."""
        properties = paragraph.find(f"{W}pPr")
        number = level = None
        style = None if properties is None else _value(properties.find(f"{W}pStyle"))
        seen: set[str | None] = set()
        while True:
            given = None if properties is None else properties.find(f"{W}numPr")
            if given is not None:
                number = number or _value(given.find(f"{W}numId"))
                level = level or _value(given.find(f"{W}ilvl"))
            if number is not None or style in seen or style not in self._styles:
                return number or "0", int(level or 0)
            seen.add(style)
            properties = self._styles[style].find(f"{W}pPr")
            style = _value(self._styles[style].find(f"{W}basedOn"))

    def _read(self, numbering: Any) -> None:
        abstract = {one.get(f"{W}abstractNumId"): one for one in numbering.iter(f"{W}abstractNum")}
        linked = {_value(one.find(f"{W}styleLink")): key for key, one in abstract.items()}
        for one in numbering.iter(f"{W}num"):
            number, key = str(one.get(f"{W}numId")), _value(one.find(f"{W}abstractNumId"))
            link = _value(abstract[key].find(f"{W}numStyleLink")) if key in abstract else None
            key = linked.get(link, key) if link else key
            if key not in abstract:
                continue
            self._abstract[number] = str(key)
            self._levels[number] = _levels(abstract[key])
            self._restarts[number] = {}
            for override in one.iter(f"{W}lvlOverride"):
                self._levels[number] |= _levels(override)
                start = _value(override.find(f"{W}startOverride"))
                if start is not None:
                    self._restarts[number][int(override.get(f"{W}ilvl", "0"))] = int(start)


def _levels(parent: Any) -> dict[int, _Level]:
    return {
        int(level.get(f"{W}ilvl", "0")): _Level(
            start=int(_value(level.find(f"{W}start")) or 1),
            style=_value(level.find(f"{W}numFmt")) or "decimal",
            text=_value(level.find(f"{W}lvlText")) or "",
            legal=level.find(f"{W}isLgl") is not None,
        )
        for level in parent.iter(f"{W}lvl")
    }


def _value(element: Any) -> str | None:
    return None if element is None else element.get(f"{W}val")
