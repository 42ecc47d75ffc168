"""Numbers below zero: a minus sign, or the words for it in the languages of a translation."""

import re

_CLAIMED = re.compile(r"(?<![^\s(])(?<!\d )(?:[-−]|minus )[$€£¥]?\Z", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?:[-−–‐▲△]|minus|moins|menos|минус|منفی|سالب|ناقص|负|負|マイナス|零下|氷点下|negativ\w*|négati\w*|отрицат\w*)"
    r" ?[$€£¥]?\Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[^\d.;!?。\n]{0,16}?(?:unter|below|sous|dessous|bajo|abaixo|ниже|زیر|تحت|negativ|négati)", re.IGNORECASE
)
_WIDTH = 16


def minus_at(text: str, start: int) -> int:
    """Return where the minus of a number in a text begins; its own start if it has none."""
    found = _CLAIMED.search(text, max(0, start - _WIDTH), start)
    return found.start() if found else start


def is_minus(text: str, start: int, end: int, *, strict: bool) -> bool:
    """Return whether a number is below zero.

    Args:
        strict: whether it has to be clear; if not, a dash and every word that may mean it will do.
    """
    if strict:
        return minus_at(text, start) < start
    return bool(_BEFORE.search(text, max(0, start - _WIDTH), start) or _BEHIND.match(text, end))
