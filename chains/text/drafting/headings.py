"""The headings of a passage: Markdown's, and lines that open a paragraph as headings do. They are no sentences of it.

Text only.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_SHORT_LINE = 0.6  # of a text's longest line: one that ends there was not broken for want of room
_MOST_HEADINGS = 2  # a title and who wrote it; more short lines are a list
_LEADS_ON = re.compile(
    r"an?|and|as|at|but|by|for|from|in|its|of|or|that|the|their|to|was|were|which|with", re.IGNORECASE
)
FIELD = re.compile(r"[^:]{1,40}: ")  # of a row: "year: 2024"


def headings_of(text: str) -> list[str]:
    """The headings of a text: Markdown's, and lines that open a paragraph as headings do in a PDF or a plain text."""
    lines = [paragraph.split("\n") for paragraph in re.split(r"\n\s*\n", text.strip())]
    width = max(len(line) for paragraph in lines for line in paragraph)
    opening = [_heading_lines(paragraph, width) for paragraph in lines]
    return [*_HEADING.findall(text), *(" ".join(found) for found in opening if 0 < len(found) <= _MOST_HEADINGS)]


def _heading_lines(paragraph: Sequence[str], width: int) -> list[str]:
    """The first lines of a paragraph that end early, without a mark, before a line that begins anew."""

    def is_heading(line: str, after: str) -> bool:
        last = line.split()[-1]
        return (
            len(line) <= _SHORT_LINE * width
            and all(one.lstrip(' "“‘(')[:1].isupper() or one[:1].isdigit() for one in (line, after))
            and last[-1].isalnum()
            and not _LEADS_ON.fullmatch(last)
            and "\t" not in line
            and not (FIELD.match(line) and FIELD.match(after))
        )

    return [line.strip() for line, _ in takewhile(lambda pair: is_heading(*pair), pairwise(paragraph))]


def without_heading(sentence: str, headings: Sequence[str]) -> str:
    """A sentence without its passage's heading, copied along by a model; one that goes on in small letters is none."""
    copied = next((one for one in headings if sentence.startswith(f"{one} ")), "")
    rest = sentence[len(copied) :].lstrip()
    return sentence if rest[:1].islower() else rest
