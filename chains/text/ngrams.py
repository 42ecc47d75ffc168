"""Words and n-grams of a text, for measures that compare texts word for word."""

import re
from functools import lru_cache

from vectorstore.text.letters import IDEOGRAPHS, UNSPACED

_UNIT = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:[-'’.,][^\W_{UNSPACED}]+)*")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_SCRIPTS = {
    name: re.compile(f"[{letters}]")
    for name, letters in {
        "Latin": "A-Za-z\u00c0-\u024f",
        "Cyrillic": "\u0400-\u052f",
        "Hebrew": "\u0590-\u05ff",
        "Arabic": "\u0600-\u06ff",
        "Devanagari": "\u0900-\u097f",
        "Thai": "\u0e00-\u0e7f",
        "Han": IDEOGRAPHS,
        "Hangul": "\uac00-\ud7af",
    }.items()
}
_CHARACTERS_A_WORD = 2  # as in chains.text.repetition

Gram = tuple[str, ...]


@lru_cache(2048)  # the positions, passages and turns of a debate are compared with every turn
def units(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, without punctuation; characters where the script has no spaces."""
    return tuple(match.group().casefold().replace("’", "'") for match in _UNIT.finditer(text))


@lru_cache(2048)
def scripts(text: str) -> frozenset[str]:
    """Which of the large scripts a text has letters of; Japanese counts as one with Chinese."""
    return frozenset(name for name, letters in _SCRIPTS.items() if letters.search(text))


def share_a_script(text: str, other: str) -> bool:
    """Whether most letters of two texts are of one script; a text without letters goes with any."""
    most = [_main_script(one) for one in (text, other)]
    return None in most or most[0] == most[1]


@lru_cache(2048)
def _main_script(text: str) -> str | None:
    counted = {name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()}
    return max(counted, key=counted.__getitem__) if any(counted.values()) else None


@lru_cache(4096)
def ngrams(text: str, n: int) -> tuple[Gram, ...]:
    """The n-grams of a text in order; n words, or twice as many characters where most of it is unspaced."""
    words = units(text)
    if sum(bool(_UNSPACED.fullmatch(word)) for word in words) > len(words) / 2:
        n *= _CHARACTERS_A_WORD
    return tuple(words[at : at + n] for at in range(len(words) - n + 1))
