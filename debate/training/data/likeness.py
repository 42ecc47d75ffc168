"""Which questions and which rows are nearly the same. Text only.

A question on another name is another question. Names are told by their capitals; in a script without capitals, and in
Japanese or Chinese, each word or character that stands in place of another counts as one.
"""

import re
import zlib
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from chains.text.content import content_words
from chains.text.support.clause_words import is_country
from vectorstore.corpus.duplicates import same_passage, shingles
from vectorstore.text.letters import UNSPACED, for_matching

_SAME_QUESTION = 0.75  # of the content words of both
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_HIRAGANA = re.compile("[\u3040-\u309f]")  # endings and particles
_HASHES = 128
_NEAR = 0.65  # of the hashes; texts with 85% in common are below it once in a thousand million times
_FACTORS = np.random.default_rng(0).integers(1, 2**63, _HASHES, np.uint64) * np.uint64(2) + np.uint64(1)


def same_question(one: str, other: str) -> bool:
    """Whether questions are the same but for capitals, a few letters or words; not where names or numbers differ."""
    words, others = content_words(one), content_words(other)
    alike = len(words & others) >= _SAME_QUESTION * len(words | others)
    return (alike or same_passage(shingles(one), shingles(other))) and not _differ_in_a_name(one, other)


def repeated(texts: Sequence[str]) -> list[bool]:
    """Say of each text whether it is nearly the same as one before it that is not itself such a repetition.

    The shares that two texts have in common are estimated first by MinHash (Broder 1997), for all texts before one at
    once; only pairs near the limit are compared in full, so that thousands of answers take seconds.
    """
    marks = np.empty((len(texts), _HASHES), np.uint64)
    first = np.zeros(len(texts), bool)
    for at, text in enumerate(texts):
        marks[at] = _marks(text)
        shared = (marks[:at] == marks[at]).mean(axis=1)
        near = np.flatnonzero(first[:at] & (shared >= _NEAR))
        first[at] = not any(same_passage(shingles(text), shingles(texts[int(other)])) for other in near)
    return [not one for one in first]


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
