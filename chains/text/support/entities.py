"""Names, numbers and dates of an answer, and which of them are in no source.

Names are recognised by capital letters in any alphabet that has them, so not in Persian or Japanese; numbers in
words count from eleven on. Text only.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from chains.text.support.numbers import (
    DATE,
    FRACTION,
    NUMBER_WORDS,
    claimed_numbers,
    known_numbers,
    without_list_numbers,
)
from chains.text.support.quantities import QUANTITY, claimed_quantities, known_quantities
from vectorstore.runtime.turnstile import one_at_a_time
from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.sentences import split_sentences
from vectorstore.text.words import FUNCTION_WORDS

# Latin, Greek, Cyrillic and Armenian capitals; the pattern language has no name for them.
_CAPITAL = "".join(c for c in map(chr, [*range(0x41, 0x590), *range(0x1E00, 0x2000)]) if c.isupper())
_LETTER = rf"[^\W_{UNSPACED}]"
_NAME_WORD = rf"[{_CAPITAL}]{_LETTER}*(?:['’-]{_LETTER}+)*"
_NAME = rf"{_NAME_WORD}(?:[ \t]+(?:(?:of|de|del|al|bin|von|van)[ \t]+(?:the[ \t]+)?)?{_NAME_WORD})*"
# In this order, so that the number in a date is not counted again.
_CLAIM = re.compile(
    rf"(?<!{_LETTER})(?:(?P<date>{DATE})|(?P<words>(?i:{FRACTION}|{NUMBER_WORDS}))|(?P<name>{_NAME})|{QUANTITY})"
)
_SOURCE_WORD = re.compile(rf"{_LETTER}+(?:['’]s)?")
_NAME_PART = re.compile(_NAME_WORD)
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof"})
_POSSESSIVE = re.compile(r"['’]s?$")
_DEMONYM = re.compile(r"(?:ese|ian|an|ish|i|s|n)$")  # Iran, Iranian; China, Chinese
_STEM = 4  # letters that a name and its other forms share at least
_INFLECTED = 3  # letters at the end of a Cyrillic or Greek name that its case changes
_LEAST_IN_WORDS = 11  # "three reasons" is said without counting, "fifteen states" is not
_BEGINS = re.compile(r"(?:^|[:;“\"«]\s*|\n)\W*$")  # where a capital says nothing


@dataclass(frozen=True)
class Name:
    """A name in a sentence: its text, its words without function words and initials, and its position."""

    text: str
    parts: tuple[str, ...]
    start: int
    end: int


@one_at_a_time
def unsupported_entities(answer: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The numbers, dates and names of an answer that are in no source, in the order of the answer, each once."""
    read = tuple(sources)
    found = (_unsupported(sentence.text, read) for sentence in split_sentences(answer))
    return tuple(dict.fromkeys(chain.from_iterable(found)))


@lru_cache(4096)  # a sentence is checked as part of a paragraph, a candidate and the whole text
def _unsupported(sentence: str, sources: tuple[str, ...]) -> tuple[str, ...]:
    numbers = frozenset[str]().union(*map(known_numbers, sources))
    quantities = frozenset[tuple[str, str]]().union(*map(known_quantities, sources))
    words = source_words(*sources)
    found: list[str] = []
    text = without_list_numbers(unicodedata.normalize("NFC", sentence))
    strangers = {name.text for name in names(text) if unknown_parts(name, words)}
    for claim in _CLAIM.finditer(text):
        if claim["name"]:
            known = claim.group() not in strangers
        else:
            known = claimed_numbers(claim.group(), _LEAST_IN_WORDS) <= numbers
            known = known and claimed_quantities(claim.group()) <= quantities
        if not known:
            found.append(_bare(claim.group()))
    return tuple(found)


@lru_cache(4096)
def names(sentence: str, called: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """The names of a sentence, but for a word whose capital only begins the sentence, if it is not `called` so."""
    claims = [(claim, _parts(sentence, claim, called)) for claim in _CLAIM.finditer(sentence) if claim["name"]]
    return tuple(Name(claim.group(), tuple(parts), claim.start(), claim.end()) for claim, parts in claims if parts)


def unknown_parts(name: Name, known: frozenset[str]) -> tuple[str, ...]:
    """The words of a name that are not in the sources: as themselves, their demonym, or all of it as an acronym."""
    initials = _initials(name.text)
    if len(initials) > 1 and initials in known - FUNCTION_WORDS:  # "as" in a source is not Adam Smith
        return ()
    return tuple(part for part in name.parts if not _word_is_known(for_matching(part).lower(), known))


@lru_cache(512)
def source_words(*texts: str) -> frozenset[str]:
    """Every word of some sources in small letters, and the initials of the names in them: un, nato."""
    return frozenset[str]().union(*map(_words_of_source, texts))


def _parts(text: str, claim: re.Match[str], called: frozenset[str]) -> list[str]:
    """The words of a name without function words and initials. The word that begins a sentence has a capital anyway:
    it counts only when it is known as a name, or all of it is in capitals."""
    found = _NAME_PART.findall(claim.group())
    parts = [piece for part in found for piece in re.split(r"[-'’]", _POSSESSIVE.sub("", part)) if piece]
    in_capitals = bool(parts) and len(parts[0]) > 1 and parts[0].isupper()
    if parts and not in_capitals and parts[0] not in called and _BEGINS.search(text, 0, claim.start()):
        parts = parts[1:]
    return [part for part in parts if len(part) > 1 and part.lower() not in FUNCTION_WORDS]


def _bare(claim: str) -> str:
    """A name without its article and possessive, so that "The Union" and "Union's" are listed once."""
    first, _, rest = claim.partition(" ")
    return _POSSESSIVE.sub("", rest.strip() if rest and first.lower() in FUNCTION_WORDS else claim)


@lru_cache(1024)  # about 10 KB each: the passages of a debate are read again at every turn
def _words_of_source(text: str) -> frozenset[str]:
    text = for_matching(text)
    words = {_POSSESSIVE.sub("", word.lower()) for word in _SOURCE_WORD.findall(text)}
    return frozenset(words | {_initials(name) for name in re.findall(_NAME, text)})


def _initials(name: str) -> str:
    parts = [part.lower() for part in _NAME_PART.findall(name)]
    return "".join(part[0] for part in parts if part not in FUNCTION_WORDS)  # the New Development Bank: ndb


def _word_is_known(word: str, known: frozenset[str]) -> bool:
    if word in known or word in _TITLES or (len(stem := _DEMONYM.sub("", word)) > 2 and stem in known):
        return True
    if not "a" <= word[0] <= "ɏ":
        stem = word[: max(_STEM, len(word) - _INFLECTED)]
        return len(word) > _STEM and any(other.startswith(stem) for other in _by_stem(known).get(word[:_STEM], ()))
    return any(_is_demonym(word, other) or _is_demonym(other, word) for other in _by_stem(known).get(word[:_STEM], ()))


@lru_cache(512)
def _by_stem(known: frozenset[str]) -> Mapping[str, Iterable[str]]:
    """The words that a demonym or an inflected name may belong to, by their first letters."""
    words: dict[str, list[str]] = defaultdict(list)
    for word in known:
        words[word[:_STEM]].append(word)
    return words


def _is_demonym(form: str, place: str) -> bool:
    """Chinese of China: the same four letters or more, and two more at most."""
    stem = _DEMONYM.sub("", form)
    return len(stem) >= _STEM and place.startswith(stem) and len(place) <= len(stem) + 2
