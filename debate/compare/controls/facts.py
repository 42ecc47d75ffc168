"""Whether a short answer has a fact, and whether it is nothing else. Text only."""

import re
import unicodedata
from collections.abc import Sequence

from vectorstore.text.letters import IDEOGRAPHS, for_matching

_IN_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .,'\u202f\u00a0]\d{3})+(?!\d)")
_NO_FRACTION = re.compile(r"(?<=\d)\.0+(?!\d)")
_DIGITS = re.compile("[〇零一二三四五六七八九]{4,}")
_AS_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_AROUND = " \t\n.。،,:;!?\"'“”‘’「」『』()*`"
# "Yes" and "no" that answer: as the first word or on their own, not in "no doubt" or "no other state".
_YES_OR_NO = re.compile(
    r"^(?P<first>yes(?!\s+(?:or|and)\b|\s*/)|no(?=\s+(?:it|the|they|that|this|there|not|because|as|since|i|only)\b))\b"
    r"|(?:^|[.:;,!?—–-]\s*|\b(?:is|be|say|answer)\s+)[\"'“‘*]*(?P<alone>yes|no)\b[\"'”’*]*(?=\s*(?:$|[.,;:!?)—–-]))"
)
_YES_DENIED = re.compile(
    r"\b(?:not|never|cannot|\w+n['’]t)\s+(?:say|be|answer)\s+[\"'“‘*]*yes\b"
    r"|^yes\W+[^.,;:!?]*\b(?:not|never|\w+n['’]t)\b(?!\s+(?:only|just|alone|refuse|merely))"
)
_DENIES_BEFORE = (
    r"(?:\b(?:not|never|\w+n['’]t|nicht|keine?s?|pas|не)\s+(?:(?!but\b)[^\W\d]+\s+){0,3}|(?:不是|并非|並非|ليس[ت]?)\s*)"
)
_DENIES_AFTER = (
    r"(?:\W{0,3}(?:(?:is|was|ist|est)\s+)?(?:wrong|incorrect|false|falsch)\b|\W?\s*(?:is|was)(?:\s+not|n['’]t)\b"
    r"|[^\s。、,.;]{0,8}?(?:では|じゃ|で)(?:な[いくか]|ありません)|[^\s.,]{0,4}\s*(?:نیست|نبود|아니|아닙))"
)
_OR = r"(?:\s*(?:または|もしくは|あるいは|或者?|还是|또는|،?\s*یا)\s*|,?\s+(?:or|oder|ou|или|أو)\s+(?:in\s+|im\s+)?)"


def has_fact(text: str, wanted: str) -> bool:
    """Return whether an answer states a word or number; a script without spaces has it anywhere.

    "Yes" and "no" count only where they answer, and not where both do. A fact that is denied ("not in 1923") is none,
    nor is one of several ("1923 or 1924").
    """
    text, wanted = _plain(text), _plain(wanted)
    if wanted in ("yes", "no"):
        said = {found["first"] or found["alone"] for found in _YES_OR_NO.finditer(text)}
        return said == {wanted} and not (wanted == "yes" and _YES_DENIED.search(text))
    if wanted.isascii():
        text, wanted = _without_commas(text), _without_commas(wanted)
    stated = wanted in _WORD.findall(text) if wanted.isascii() else wanted in text
    return stated and not _is_denied(text, wanted) and not _is_one_of_several(text, wanted)


def is_only(text: str, accepted: Sequence[str]) -> bool:
    """Return whether an answer is one of these and nothing else."""
    return _plain(text) in map(_plain, accepted)


def _is_denied(text: str, wanted: str) -> bool:
    fact = rf"(?<!\d){re.escape(wanted)}(?!\d)"
    return bool(re.search(_DENIES_BEFORE + fact, text) or re.search(fact + _DENIES_AFTER, text))


def _is_one_of_several(text: str, wanted: str) -> bool:
    fact = re.escape(wanted)
    if not wanted.isdigit():
        other, between = f"[{IDEOGRAPHS}]", rf"(?:{_OR}|\s*/\s*)"
        return bool(re.search(rf"{fact}{between}{other}|{other}{between}{fact}", text))
    fact, like = rf"(?<![\d.]){fact}年?(?!\d)", rf"(?<![\d.])(?!{wanted})\d{{{len(wanted)}}}年?(?![\d.])"
    beside = r"(?:\s*[,、/]\s*|\s+)"
    either = rf"{fact}{_OR}\d|\d年?{_OR}{fact}|{fact}{beside}{like}|{like}{beside}{fact}"
    return bool(re.search(either, text))


def _without_commas(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def _plain(text: str) -> str:
    """Return a text in one spelling: digits of every script as ASCII's, thousands set off by commas, small letters."""
    text = for_matching(unicodedata.normalize("NFKC", text))
    text = _DIGITS.sub(lambda found: found.group().translate(_AS_DIGITS), text)
    text = _IN_THOUSANDS.sub(lambda found: re.sub(r"\D", ",", found.group()), text)
    return _NO_FRACTION.sub("", text).strip(_AROUND).casefold()
