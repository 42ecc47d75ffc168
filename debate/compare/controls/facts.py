"""Whether a short answer has a fact, and whether it is nothing else. Text only."""

import re
import unicodedata
from collections.abc import Sequence

_IN_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_AROUND = " \t\n.。،,:;!?\"'“”‘’「」『』()*`"
# "Yes" and "no" that answer: as the first word or on their own, not in "no doubt" or "no other state".
_YES_OR_NO = re.compile(
    r"^(?P<first>yes(?!\s+(?:or|and)\b)|no(?=\s+(?:it|the|they|that|this|there|not|because|as|since|i|only)\b))\b"
    r"|(?:^|[.:;,!?—–-]\s*|\b(?:is|be|say|answer)\s+)[\"'“‘*]*(?P<alone>yes|no)\b[\"'”’*]*(?=\s*(?:$|[.,;:!?)—–-]))"
)


def has_fact(text: str, wanted: str) -> bool:
    """Return whether an answer states a word or number; a script without spaces has it anywhere.

    "Yes" and "no" count only where they answer, and not where both do. A fact that is denied ("not in 1923") is none.
    """
    text, wanted = _plain(text), _plain(wanted)
    if wanted in ("yes", "no"):
        return {found["first"] or found["alone"] for found in _YES_OR_NO.finditer(text)} == {wanted}
    if not wanted.isascii():
        return wanted in text
    text, wanted = _IN_THOUSANDS.sub("", text), wanted.replace(",", "")
    denied = re.search(rf"\b(?:not|never|\w+n['’]t)\s+(?:[^\W\d]+\s+){{0,3}}{re.escape(wanted)}\b", text)
    return wanted in _WORD.findall(text) and not denied


def is_only(text: str, accepted: Sequence[str]) -> bool:
    """Return whether an answer is one of these and nothing else."""
    return _plain(text) in map(_plain, accepted)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(_AROUND).casefold()
