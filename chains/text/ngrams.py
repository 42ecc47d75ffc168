"""Words and n-grams of a text, for measures that compare texts by what they have word for word."""

import re

from chains.text.sentences import UNSPACED

_UNIT = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:[-'’.,][^\W_{UNSPACED}]+)*")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_CHARACTERS_A_WORD = 2  # as in chains.text.repetition

Gram = tuple[str, ...]


def units(text: str) -> list[str]:
    """The words of a text in small letters, without punctuation; characters where the script has no spaces."""
    return [match.group().casefold().replace("’", "'") for match in _UNIT.finditer(text)]


def ngrams(text: str, n: int) -> list[Gram]:
    """The n-grams of a text in order; n words, or twice as many characters where most of it is unspaced."""
    words = units(text)
    if sum(bool(_UNSPACED.fullmatch(word)) for word in words) > len(words) / 2:
        n *= _CHARACTERS_A_WORD
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]
