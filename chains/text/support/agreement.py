"""Conflicts between a sentence and a passage that rules can see: another number, name or negation, or exchanged ones.

One-sided on purpose: a conflict refuses support; the absence of a conflict proves nothing. It does not know antonyms.
Text only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from chains.schemas import Conflict
from chains.text.content import claims_nothing, content_words, without_marks
from chains.text.support.distribution import shares_out_otherwise
from chains.text.support.entities import Name, names, source_words, unknown_parts
from chains.text.support.exchange import exchanged
from chains.text.support.negation import denials, denies_otherwise
from chains.text.support.numbers import MONTH, claimed_numbers, known_numbers
from chains.text.support.quantities import claimed_quantities, known_quantities
from vectorstore.text.sentences import split_sentences, word_count
from vectorstore.text.words import FUNCTION_WORDS

_TWO_YEARS = re.compile(r"\b(\d{4}),? (?:and|or) (?:in )?(\d{4})\b")
# "a promise made by the Fund": what, by whom.
_MADE_BY = re.compile(
    r"\b(?P<what>[a-z]{4,}) (?:[a-z]+ed|made|given|held|drawn|begun|taken|built|led|run|sent|sold|kept|told) by "
    r"(?:the )?(?P<whom>[A-Z][\w’'-]*)"
)
_CLAUSE = re.compile(r";| and ")
_MONTH = re.compile(MONTH)
_FRAGMENT = 3  # words; "Brazil 18." says who has what, and has no verb that tells it
_SAME_FACT, _LEAST_FACT = 0.9, 3  # of a sentence's content words, and how many it has to have


@dataclass(frozen=True)
class Passage:
    """A passage prepared for comparison, without Markdown marks.

    Attributes:
        sentences: those that claim something; the whole text where none does.
        content: the content words of these sentences.
        neighbours: those of every two sentences that follow each other.
    """

    text: str
    sentences: tuple[str, ...]
    content: frozenset[str]
    neighbours: tuple[frozenset[str], ...]


@lru_cache(1024)  # read again for every part of an answer and every turn of a debate
def read_passage(text: str) -> Passage:
    """Take a passage apart, without its headings and source lines."""
    sentences = [without_marks(one.text) for one in split_sentences(text) if not claims_nothing(one.text)]
    text = without_marks(text)
    sentences = sentences or [text]
    words = [content_words(one) for one in sentences]
    neighbours = [one | other for one, other in pairwise(words)] or words
    return Passage(text, tuple(sentences), frozenset[str]().union(*words), tuple(neighbours))


def called_by_name(passages: Sequence[Passage]) -> frozenset[str]:
    """The names of one word that passages have inside a sentence, and nowhere in small letters.

    By them a capital that begins a sentence is known to begin a name.
    """
    found = {name.text for one in passages for text in one.sentences for name in names(text) if len(name.parts) == 1}
    small = {word for one in passages for word in one.text.split() if word[:1].islower()}
    return frozenset(name for name in found if name.isalpha() and name.lower() not in small)


def conflicts(
    sentence: str, passage: Passage, known: Sequence[str] = (), called: frozenset[str] = frozenset()
) -> tuple[Conflict, ...]:
    """Return what in a sentence differs from its passage; what is exchanged is looked for where nothing else does.

    Args:
        known: texts, such as the question, whose names may be added to what the passage says, but not put in the
            place of a name of it.
        called: see `called_by_name`.
    """
    content = content_words(sentence)
    alike, nearest = max(
        ((len(content & content_words(one)) / max(1, len(content)), one) for one in passage.sentences),
        key=lambda pair: pair[0],
    )
    found = {
        Conflict.NUMBER: not claimed_numbers(sentence) <= known_numbers(passage.text)
        or not claimed_quantities(sentence) <= known_quantities(passage.text)
        or _joins_years(sentence, passage)
        or _is_strange_fragment(sentence, passage),
        Conflict.NAME: _another_name(sentence, nearest, passage, known, called),
        Conflict.NEGATION: denies_otherwise(sentence, nearest, alike) and not _denied_alike(sentence, passage),
    }
    told = tuple(conflict for conflict, is_there in found.items() if is_there)
    if told:
        return told
    moved = (
        exchanged(sentence, passage.sentences, called)
        or shares_out_otherwise(sentence, passage.sentences, called)
        or _made_by_another(sentence, passage)
    )
    return (Conflict.EXCHANGE,) if moved else ()


def _made_by_another(sentence: str, passage: Passage) -> bool:
    """Whether something is said to be of somebody's making who stands with it in no sentence of the passage."""
    for found in _MADE_BY.finditer(sentence):
        what, whom = content_words(found["what"]), Name(found["whom"], (found["whom"],), *found.span("whom"))
        there = [one for one in passage.sentences if what & content_words(one)]
        if what and there and all(unknown_parts(whom, source_words(one)) for one in there):
            return True
    return False


def _is_strange_fragment(sentence: str, passage: Passage) -> bool:
    """Whether a few words with a number do not stand in the passage as they are: "India 5." of "South Africa 5"."""
    said = without_marks(sentence).strip(" .;:!")
    return word_count(said) <= _FRAGMENT and any(map(str.isdigit, said)) and said not in passage.text


def _joins_years(sentence: str, passage: Passage) -> bool:
    """Whether a sentence gives two years to one event of which its passage gives one to another event."""
    if _TWO_YEARS.search(passage.text):
        return False
    clauses = [clause for one in passage.sentences for clause in _CLAUSE.split(one)]
    for year in (year for joined in _TWO_YEARS.finditer(sentence) for year in joined.groups()):
        events = [content_words(_MONTH.sub("", one.partition(year)[0])) for one in clauses if year in one]
        if any(events) and not any(event & content_words(sentence) for event in events):
            return True
    return False


def _denied_alike(sentence: str, passage: Passage) -> bool:
    """Whether any sentence of the passage denies the same word; the nearest may speak of something else."""
    denied = denials(sentence).denied
    return any(denied & denials(one).denied for one in passage.sentences)


def denied_by(sentence: str, passages: Sequence[Passage]) -> bool:
    """Whether a passage states what a sentence denies, in the same words and without a negation."""
    content = content_words(sentence)
    shared = {one: len(content & content_words(one)) for passage in passages for one in passage.sentences}
    nearest = max(shared.values(), default=0)
    if len(content) < _LEAST_FACT or nearest < _SAME_FACT * len(content):
        return False
    near = [one for one, words in shared.items() if words == nearest]
    return all(denies_otherwise(sentence, one, 1.0) and not denials(one).denied for one in near)


def _another_name(sentence: str, nearest: str, passage: Passage, known: Sequence[str], called: frozenset[str]) -> bool:
    """Whether a name is in neither passage nor known, or stands where the nearest sentence has another."""
    words, elsewhere = source_words(passage.text), source_words(*known)
    said = [*_at_first(sentence, called), *names(sentence)]
    if any(unknown_parts(name, words | elsewhere) for name in said):
        return True
    own, near = source_words(sentence), source_words(nearest)
    strangers = [name for name in said if unknown_parts(name, near)]
    replaced = [name for name in [*_at_first(nearest, called), *names(nearest)] if unknown_parts(name, own)]
    return any(
        _neighbours(sentence, stranger) & _neighbours(nearest, name) for stranger in strangers for name in replaced
    )


def _at_first(sentence: str, called: frozenset[str]) -> list[Name]:
    """The first word, where it is known as a name."""
    first = re.match(r"\w+", sentence)
    return [Name(first.group(), (first.group(),), 0, first.end())] if first and first.group() in called else []


def _neighbours(sentence: str, name: Name) -> set[tuple[str, str]]:
    """The content words next to a name, each with its side."""
    before = [word for word in sentence[: name.start].split() if _bare(word) not in FUNCTION_WORDS]
    behind = [word for word in sentence[name.end :].split() if _bare(word) not in FUNCTION_WORDS]
    sides = (("before", before[-1:]), ("behind", behind[:1]))
    return {(side, stemmed) for side, near in sides for word in near for stemmed in content_words(word)}


def _bare(word: str) -> str:
    return word.strip(".,;:!?\"'“”()").lower()
