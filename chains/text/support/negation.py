"""Whether two sentences on the same subject deny the same, by the words that follow a "not".

In languages written with spaces the first content word behind a negation is the one denied; in Persian, Arabic,
Chinese and Japanese, where it is part of the verb, two sentences differ if only one of them denies anything. It does
not know antonyms ("rose", "fell"), nor what a "not" far from its verb denies. Text only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.words import FUNCTION_WORDS, stem

_NO_DENIAL = re.compile(
    r"\b(?:not (?:only|just|merely|simply|least|to mention)|no (?:doubt|less|fewer|matter|wonder)|whether or not"
    r"|nothing but|no\. ?(?=\d)|nicht nur|pas seulement|не только|no s[óo]lo)\b",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"(?:\b(?:not|never|neither|nor|cannot|no longer|hardly|scarcely|barely|(?:fail|refus|declin)(?:s|es|ed|ing|e)? to"
    r"|unable to|against(?= \w+ing\b)|nicht|nie|niemals|pas|jamais|nunca|jam[áa]s|не|никогда|não)|n't)(?!\w)",
    re.IGNORECASE,
)
_FOR = re.compile(r"\b(?:in favou?r of|for) (?=\w+ing\b)", re.IGNORECASE)  # "not in favour of closing" denies closing
_OF_A_NOUN = re.compile(
    r"\b(?:no|none|nobody|without|kein\w*|ohne|aucune?|sans|ning[úu]n\w*|нет|без|nenhum\w*)(?!\w)", re.I
)
_IN_THE_VERB = re.compile(
    r"ない|ません|なかった|なく|ず(?=[、にと])|[不没沒未無无]|\bن(?:می|کرد|شد|داشت|دار|بود|خواه|یست|توان|گذاش|داد)|"
    r"(?<!\w)(?:لا|لم|لن|ليس|لیس|لیست)(?!\w)"
)
_WORD = re.compile(rf"[^\W\d_{UNSPACED}]+(?:-[^\W\d_{UNSPACED}]+)*")
_CLAUSE_END = re.compile(r"[,;:.!?()—–]|\b(?:but|while|although|because|aber|mais|pero|но)\b")
_ALIKE = 0.5  # of a sentence's content words: below it the two speak of different things
_ALIKE_IN_THE_VERB = 0.7


@dataclass(frozen=True)
class Denials:
    """The stems of a sentence's content words: those denied and those not; and whether a verb's own form denies."""

    denied: frozenset[str]
    said: frozenset[str]
    in_the_verb: bool


def denies_otherwise(sentence: str, other: str, alike: float) -> bool:
    """Whether one of two sentences denies what the other says.

    Args:
        alike: the share of the first one's content words that the other has.
    """
    one, two = denials(sentence), denials(other)
    if alike >= _ALIKE_IN_THE_VERB and one.in_the_verb != two.in_the_verb:
        return True
    turned = (one.denied - one.said) & (two.said - two.denied) | (one.said - one.denied) & (two.denied - two.said)
    return alike >= _ALIKE and bool(turned)


@lru_cache(4096)
def denials(sentence: str) -> Denials:
    """Return which content words of a sentence directly follow a negation."""
    text = _FOR.sub("", _NO_DENIAL.sub(" ", for_matching(sentence)))
    words = [
        (found.start(), stem(found.group().lower())) for found in _WORD.finditer(text) if _is_content(found.group())
    ]
    places = {at for cue in _CUE.finditer(text) for at in _behind(text, words, cue.end(), 1)}
    places |= {at for cue in _OF_A_NOUN.finditer(text) for at in _behind(text, words, cue.end(), 2)}
    return Denials(
        frozenset(word for at, word in words if at in places),
        frozenset(word for at, word in words if at not in places),
        bool(_IN_THE_VERB.search(text)),
    )


def _is_content(word: str) -> bool:
    return word.lower() not in FUNCTION_WORDS and not _CUE.fullmatch(word) and not _OF_A_NOUN.fullmatch(word)


def _behind(text: str, words: list[tuple[int, str]], start: int, count: int) -> Iterator[int]:
    """The places of the first content words behind an offset, within its clause."""
    end = _CLAUSE_END.search(text, start)
    limit = end.start() if end else len(text)
    yield from [at for at, _ in words if start <= at < limit][:count]
