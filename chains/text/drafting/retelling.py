"""Whether two sentences tell the same fact, by the words that they share. Text only."""

import re

from vectorstore.text.words import FUNCTION_WORDS

_SAME = 0.75  # of the smaller sentence's words; rewordings of one fact lie above, two facts on one topic below
# Of 8,506 pairs of sentences of one passage, in speeches and country reports, 21 share as much; a retold fact does.
_SAME_IN_A_PART, _LEAST_WORDS = 0.52, 4
_SAME_OF_ONE = 0.5  # where both speak of the same one: "Defenders answer that …", "Defenders argue that …"
_WORD = re.compile(r"\w+")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.lower()) if len(word) > 3 or word.isdigit())


def retells(sentence: str, other: str, of_one_passage: bool) -> bool:
    """Whether two sentences say the same: half of their words do where both are of one passage or on one subject."""
    one, two = _words(sentence), _words(other)
    if of_one_passage and _tell_one_fact(one - FUNCTION_WORDS, two - FUNCTION_WORDS):
        return True
    begins = {found.group().lower() for text in (sentence, other) if (found := _WORD.search(text))}
    of_one = len(begins) == 1 and not begins & FUNCTION_WORDS
    return _say_the_same(one, two, _SAME_OF_ONE if of_one else _SAME)


def _say_the_same(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    """Whether two sentences share so many of their words; two that differ in a number do not."""
    if {word for word in one if word.isdigit()} != {word for word in other if word.isdigit()}:
        return False
    return bool(one & other) and _shared(one, other) >= share


def _tell_one_fact(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences of a passage share enough words, and a number where both have some."""
    numbers = [{word for word in words if word.isdigit()} for words in (one, other)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return False
    return min(len(one), len(other)) >= _LEAST_WORDS and _shared(one, other) >= _SAME_IN_A_PART


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller one's words that both have."""
    return len(one & other) / max(1, min(len(one), len(other)))
