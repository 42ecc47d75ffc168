"""What an answer brings that neither its question nor its passage has: a number or a name. Text only.

A name is a word with a capital inside an English text; other languages' names are not seen.
"""

import re

from chains.text.support.numbers import claimed_numbers, known_numbers

_LEAST_IN_WORDS = 2  # "one" is rarely a count
_VAGUE = re.compile(
    r"\b(?:hundreds|thousands|millions|billions|dozens?)\b|[一二三四五六七八九十百千][万萬億亿]", re.IGNORECASE
)
_ENGLISH = re.compile(
    r"\b(?:the|it|is|was|does|do|don['’]t|doesn['’]t|know|say|of|in|cannot|can['’]t)\b", re.IGNORECASE
)
_NAME = re.compile(r"(?<=[^\W_]\s)[A-Z][\w.]*\w")
# Words of an abstention that some models write with a capital: "Not Stated in the Passage".
_NO_NAME = re.compile(
    r"an?|the|not?|none|stated|mentioned|specified|given|known|unknown|provided|available|in|by|from|of|answer|passages?"
    r"|context|text|document|article|paragraph|information|number|name|do|does|don|know|say|mention|cannot|can|unclear"
    r"|unspecified|determined|be"
)


def brings_more(text: str, known: str) -> bool:
    """Return whether a text has a number or a name that the known text does not have."""
    if claimed_numbers(text, _LEAST_IN_WORDS) - known_numbers(known):
        return True
    known = known.casefold()
    words = [found.casefold() for found in _VAGUE.findall(text)]
    if _ENGLISH.search(text) and not text.isupper():
        words += [one for one in map(str.casefold, _NAME.findall(text)) if not _NO_NAME.fullmatch(one)]
    return any(one not in known for one in words)
