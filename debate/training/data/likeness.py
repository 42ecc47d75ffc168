"""Which questions and which rows are nearly the same. Text only.

A question on another name is another question. Names are told by their capitals; in a script without capitals, and in
Japanese or Chinese, each word or character that stands in place of another counts as one.
"""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from math import ceil

import numpy as np
from numpy.typing import NDArray

from chains.text.content import content_words
from chains.text.support.clause_words import is_country
from vectorstore.corpus.duplicates import SAME_PASSAGE, same_passage, shingles
from vectorstore.text.letters import UNSPACED, for_matching

TOLD_EVERY = 5000  # texts, some ten seconds
_SAME_QUESTION = 0.75  # of the content words of both
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_HIRAGANA = re.compile("[\u3040-\u309f]")  # endings and particles
_HASHES = 128
_BANDS = 32  # of four hashes
_NEAR = 0.65  # of the hashes; texts with 85% in common are below it once in a thousand million times
_FACTORS = np.random.default_rng(0).integers(1, 2**63, _HASHES, np.uint64) * np.uint64(2) + np.uint64(1)


def same_question(one: str, other: str) -> bool:
    """Whether questions are the same but for capitals, a few letters or words; not where names or numbers differ."""
    words, others = content_words(one), content_words(other)
    alike = len(words & others) >= _SAME_QUESTION * len(words | others)
    return (alike or same_passage(shingles(one), shingles(other))) and not _differ_in_a_name(one, other)


def groups_of(questions: Sequence[str]) -> list[list[int]]:
    """Return the places of questions that are the same, in order; each is compared with the first of every group."""
    by_words = _Alike([content_words(one) for one in questions], _SAME_QUESTION)
    by_letters = _Alike([shingles(one) for one in questions], SAME_PASSAGE)
    groups: dict[int, list[int]] = {}  # by the place of the first
    for at, question in enumerate(questions):
        near = sorted(by_words.to(at) | by_letters.to(at))
        first = next((other for other in near if not _differ_in_a_name(question, questions[other])), at)
        groups.setdefault(first, []).append(at)
        if first == at:
            by_words.add(at)
            by_letters.add(at)
    return list(groups.values())


class _Alike:
    """Finds the sets, of those that were added, that share so much of both with one.

    Two such sets have one of their rarest members in common (prefix filtering; Chaudhuri, Ganti and Kaushik 2006), so
    few pairs are compared: tens of thousands of questions take seconds.
    """

    def __init__(self, sets: Sequence[frozenset[str]], share: float) -> None:
        self._sets, self._share = sets, share
        self._count = Counter(member for members in sets for member in members)
        self._places: dict[str, list[int]] = defaultdict(list)

    def add(self, at: int) -> None:
        for member in self._rarest(at):
            self._places[member].append(at)

    def to(self, at: int) -> set[int]:
        near = {place for member in self._rarest(at) for place in self._places.get(member, ())}
        return {place for place in near if have_in_common(self._sets[at], self._sets[place], self._share)}

    def _rarest(self, at: int) -> list[str]:
        members = self._sets[at]
        enough = len(members) - ceil(self._share * len(members)) + 1
        by_count = sorted(members, key=lambda member: (self._count[member], member))
        return by_count[:enough] or [""]  # two empty sets are alike


def have_in_common(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    """Return whether two sets have this share of their members in common (Jaccard)."""
    shared = len(one & other)
    return shared >= share * (len(one) + len(other) - shared)


def repeated(texts: Sequence[str], done: Callable[[int], object]) -> list[bool]:
    """Say of each text whether it is nearly the same as one before it that is not itself such a repetition.

    The shares that two texts have in common are estimated first by MinHash (Broder 1997), of those texts alone that
    agree in all hashes of a band (Indyk and Motwani 1998); only pairs near the limit are compared in full, so that
    thousands of answers take seconds. Of ten thousand million pairs with 85% in common, one agrees in no band.

    Args:
        texts: in order.
        done: told how many were compared, every ``TOLD_EVERY``.
    """
    marks = np.empty((len(texts), _HASHES), np.uint64)
    by_band: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    found: list[bool] = []
    for at, text in enumerate(texts):
        marks[at] = _marks(text)
        bands = [(n, band.tobytes()) for n, band in enumerate(marks[at].reshape(_BANDS, -1))]
        agreeing = np.array(sorted({place for band in bands for place in by_band.get(band, ())}), np.intp)
        near = agreeing[(marks[agreeing] == marks[at]).mean(axis=1) >= _NEAR]
        found.append(any(same_passage(shingles(text), shingles(texts[int(other)])) for other in near))
        if not len(found) % TOLD_EVERY:
            done(len(found))
        if not found[-1]:
            for band in bands:
                by_band[band].append(at)
    return found


def _marks(text: str) -> NDArray[np.uint64]:
    """The least of each of many hashes of a text's parts."""
    parts = np.array([zlib.crc32(part.encode(errors="replace")) for part in shingles(text)], np.uint64)
    mixed = np.outer(_FACTORS, parts + np.uint64(1))
    least: NDArray[np.uint64] = (mixed ^ (mixed >> np.uint64(29))).min(axis=1)
    return least


def _differ_in_a_name(one: str, other: str) -> bool:
    words, others = (_WORD.findall(for_matching(question)) for question in (one, other))
    in_small, others_in_small = ({word.casefold() for word in said} for said in (words, others))
    named = _named(words) <= others_in_small and _named(others) <= in_small
    return not named or _replaced(words, others)


def _named(words: Sequence[str]) -> set[str]:
    """The words with a digit or a capital, in small letters; the first has a capital anyway."""
    return {
        word.casefold()
        for at, word in enumerate(words)
        if any(sign.isdigit() for sign in word)
        or (word != word.lower() and (at > 0 or word[1:] != word[1:].lower() or is_country(word)))
    }


def _replaced(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether words or characters without capitals stand in place of others."""
    own, their = ([word for word in said if word.lower() == word.upper()] for said in (words, others))
    changes = SequenceMatcher(None, own, their, autojunk=False).get_opcodes()
    replaced = (
        tuple(_HIRAGANA.sub("", "".join(part)) for part in (own[start:end], their[begin:stop]))
        for change, start, end, begin, stop in changes
        if change == "replace"
    )
    return any(mine and yours and mine != yours for mine, yours in replaced)
