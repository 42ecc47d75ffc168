"""Raised letters in a line of plain text: an exponent stays raised ("10⁶"), and the mark of a note is left out."""

import re

_SUPER = re.compile(r"vertical-align\s{0,9}:\s{0,9}super", re.IGNORECASE)
_CLASS = re.compile(r"\.([\w-]+)$")
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_NUMBER = re.compile(r"[-+−]?\d+")
_NOTE_MARK = re.compile(r"\[?(\d{1,3}|[a-z]|[*†‡§]+)\]?")
# What a raised number after it is an exponent of: a unit or a variable of at most two letters, or a power of ten.
_BASE = re.compile(r"(?:(?:^|[^\w])(?:\d*[^\W\d_]{1,2}|1?0)|\))$")


def as_raised(text: str, before: str, *, linked: bool = False) -> str:
    """Return raised text so that it does not run into the word before: an exponent raised, a note mark not at all.

    Args:
        before: what stands on the line.
        linked: it is a link, as to a note.
    """
    raised = text.strip()
    found = _NOTE_MARK.fullmatch(raised)
    if found is None:
        return raised.translate(_RAISED) if _NUMBER.fullmatch(raised) else text
    if raised.isdigit() and not linked and _BASE.search(before):
        return raised.translate(_RAISED)
    return "" if linked or not found[1].isalpha() else text


def raises(declared: str) -> bool:
    """Return whether a style (CSS) raises letters."""
    return "super" in declared.lower() and bool(_SUPER.search(declared))


def raised_classes(sheet: str) -> frozenset[str]:
    """Return the classes whose letters a style sheet (CSS) raises."""
    rules = (rule.rpartition("{") for rule in sheet.split("}"))
    selectors = (selector.rpartition("{")[2] for selector, _, declared in rules if raises(declared))
    ends = (_CLASS.search(one.strip()) for several in selectors for one in several.split(","))
    return frozenset(end[1] for end in ends if end)
