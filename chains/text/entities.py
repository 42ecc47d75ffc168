"""Names, numbers and dates of an answer, and which of them stand in no source.

Names are told by capital letters, so none is seen in scripts without them; numbers are digits, so "five" is not
checked. Text only.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from chains.text.sentences import CITATION, split_sentences

# Function words, which every passage has.
FUNCTION_WORD = re.compile(
    r"a|about|after|all|also|although|among|an|and|any|are|as|at|be|because|been|being|between|both|but|by|can|could|"
    r"did|do|does|each|even|for|from|had|has|have|he|her|his|how|however|i|if|in|into|is|it|its|may|might|more|most|"
    r"must|no|nor|not|of|on|only|or|other|our|over|own|same|she|should|since|so|some|such|than|that|the|their|them|"
    r"then|there|these|they|this|those|through|to|too|under|until|up|upon|very|was|we|were|what|when|where|whether|"
    r"which|while|who|whose|why|will|with|within|would|yes|yet|you|your"
)
_LIST_NUMBER = re.compile(r"(?m)^[ \t]*\d{1,2}[.)]\s")  # "1. " counts items and claims nothing
_NUMBER = r"\d+(?:[.,]\d+)*"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DATE = rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:,?\s+\d{{4}})?|{_MONTH}\s+\d{{1,4}}(?:,\s+\d{{4}})?"
_NAME_WORD = r"[A-ZÀ-ÖØ-Þ][^\W_]*(?:['’-][^\W_]+)*"
_NAME = rf"{_NAME_WORD}(?:[ \t]+(?:(?:of|de|del|al|bin|von|van)[ \t]+(?:the[ \t]+)?)?{_NAME_WORD})*"
# In this order, so that the number in a date is not counted again.
_CLAIM = re.compile(rf"\b(?:(?P<date>{_DATE})|(?P<name>{_NAME})|(?P<figure>{_NUMBER}(?:\s?%)?))")
_NAME_PART = re.compile(_NAME_WORD)
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof"})
_POSSESSIVE = re.compile(r"['’]s?$")
_DEMONYM = re.compile(r"(?:ese|ian|an|ish|i|s|n)$")  # Iran, Iranian; China, Chinese
_SOURCES_KEPT = 1024  # about 10 KB each: the passages of a debate are read again at every turn
_BEGINS = re.compile(r"(?:^|[:;“\"«]\s*|\n)\W*$")  # where a capital says nothing


def unsupported_entities(answer: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The numbers, dates and names of an answer that stand in no source, in the order of the answer."""
    known_numbers = frozenset[str]().union(*map(_numbers_of_source, sources))
    words = frozenset[str]().union(*map(_words_of_source, sources))
    found: dict[str, None] = {}
    for sentence in split_sentences(answer):
        text = _LIST_NUMBER.sub("", CITATION.sub("", sentence.text))
        for claim in _CLAIM.finditer(text):
            if claim["name"]:
                begins = bool(_BEGINS.search(text, 0, claim.start()))
                known = _name_is_known(claim["name"], words, begins=begins)
            else:
                known = numbers(claim.group()) <= known_numbers
            if not known:
                found[_bare(claim.group())] = None
    return tuple(found)


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text and the months of its dates, in one spelling: 1,200 is 1200, 5.0 is 5, March is mar."""
    text = _LIST_NUMBER.sub("", CITATION.sub("", text))
    months = (month for date in re.finditer(_DATE, text) for month in re.findall(_MONTH, date.group()))
    return frozenset(map(_plain, re.findall(_NUMBER, text))) | {month[:3].lower() for month in months}


def _plain(number: str) -> str:
    number = re.sub(r",(?=\d{3}(?!\d))", "", number)
    return (number.rstrip("0").rstrip(".") if "." in number else number).lstrip("0") or "0"


def _bare(claim: str) -> str:
    """A name without its article and possessive, so that "The Union" and "Union's" are told once."""
    first, _, rest = claim.partition(" ")
    return _POSSESSIVE.sub("", rest.strip() if rest and FUNCTION_WORD.fullmatch(first.lower()) else claim)


@lru_cache(_SOURCES_KEPT)
def _numbers_of_source(text: str) -> frozenset[str]:
    return numbers(text)


@lru_cache(_SOURCES_KEPT)
def _words_of_source(text: str) -> frozenset[str]:
    """Every word of a source in small letters, and the initials of the names in it: un, nato."""
    words = {_POSSESSIVE.sub("", word.lower()) for word in re.findall(r"[^\W_]+(?:['’]s)?", text)}
    return frozenset(words | {_initials(name) for name in re.findall(_NAME, text)})


def _initials(name: str) -> str:
    parts = [part.lower() for part in _NAME_PART.findall(name)]
    return "".join(part[0] for part in parts if not FUNCTION_WORD.fullmatch(part))  # the New Development Bank: ndb


def _name_is_known(name: str, known: frozenset[str], *, begins: bool) -> bool:
    """Whether every word of a name is in the sources, as itself, its demonym, or all of it as an acronym.

    The word that begins a sentence has a capital anyway: it counts only when all of it is in capitals.
    """
    parts = [piece for part in _NAME_PART.findall(name) for piece in re.split(r"[-'’]", _POSSESSIVE.sub("", part))]
    if begins and not (len(parts[0]) > 1 and parts[0].isupper()):
        parts = parts[1:]
    initials = _initials(name)
    if len(initials) > 1 and initials in known:
        return True
    # One letter is an initial or "I".
    return all(
        len(part) < 2 or FUNCTION_WORD.fullmatch(part.lower()) or _word_is_known(part.lower(), known) for part in parts
    )


def _word_is_known(word: str, known: frozenset[str]) -> bool:
    if word in known or word in _TITLES or (len(stem := _DEMONYM.sub("", word)) > 2 and stem in known):
        return True
    return any(_is_demonym(word, other) or _is_demonym(other, word) for other in known)


def _is_demonym(form: str, place: str) -> bool:
    """Chinese of China: the same four letters or more, and two more at the most."""
    stem = _DEMONYM.sub("", form)
    return len(stem) >= 4 and place.startswith(stem) and len(place) <= len(stem) + 2
