"""Who has "18 each": the names that share out a number, in a sentence and in its passage.

"Brazil, India and Russia 18 each" became "Brazil 18 each" in an answer of a small model: every word is in the passage,
and the fact is lost. English only. Text only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chains.text.support.entities import Name, names
from chains.text.support.numbers import claimed_numbers

_EACH = re.compile(r"\beach\b")
_BEFORE = re.compile(r"(?P<amount>\d[\d.,]*)(?: [A-Za-z]+){0,3},? $")
_NEW_CLAIM = re.compile(r"[\d.:;]")  # in "China 41, Brazil and India 18 each" these are Brazil and India
_FAR = 200  # characters in which those who share are named
_BETWEEN = 1  # words between a name and its number, as in "Brazil gave 18"; more may be about its members
_AND, _COMMA = re.compile(r",? and (?:the )?"), re.compile(r", (?:the )?")
_OTHERS = re.compile(r"\b(?:and|both)\b|&|[A-Z]")  # before a name: it may not be the only one


@dataclass(frozen=True)
class _Share:
    """A number that is shared out, the names before it, and those in one list by it: one alone, or joined by "and"."""

    amount: frozenset[str]
    whose: frozenset[str]
    listed: frozenset[str]


def shares_out_otherwise(sentence: str, passage: Sequence[str], called: frozenset[str] = frozenset()) -> bool:
    """Whether a sentence gives a number "each" to one name, or to a name that does not have it in the passage.

    Args:
        passage: its sentences; the rule speaks only of numbers that they share out among two names or more.
        called: words that are known as names.
    """
    said = [one for one in _shares(sentence, called) if one.listed]
    if not said:
        return False
    there = [one for text in passage for one in _shares(text, called) if len(one.whose) > 1]
    text = " ".join(passage)
    return any(_is_other(one, [has.whose for has in there if has.amount & one.amount], text) for one in said)


def _is_other(said: _Share, groups: Sequence[frozenset[str]], passage: str) -> bool:
    """Whether one name has alone what groups share, or one of another fact of the passage has it with them."""
    strangers = [{name for name in said.listed - group if name in passage} for group in groups]
    return bool(groups) and (len(said.listed) == 1 or all(strangers))


def _shares(sentence: str, called: frozenset[str]) -> Iterator[_Share]:
    for each in _EACH.finditer(sentence):
        begin = max(0, each.start() - _FAR)
        if found := _BEFORE.search(sentence[begin : each.start()]):
            end = begin + found.start()
            start = max([begin, *(begin + one.end() for one in _NEW_CLAIM.finditer(sentence[begin:end]))])
            whose = [one for one in names(sentence, called) if start <= one.start and one.end <= end]
            listed = frozenset(one.text for one in _listed(sentence, whose, start, end))
            yield _Share(claimed_numbers(found["amount"]), frozenset(one.text for one in whose), listed)


def _listed(sentence: str, whose: Sequence[Name], start: int, end: int) -> Sequence[Name]:
    """The names of the list that stands by a number; none if it is not clear who is in it."""
    if not whose or len(sentence[whose[-1].end : end].split()) > _BETWEEN:
        return ()
    first = len(whose) - 1
    while first and (_COMMA if first < len(whose) - 1 else _AND).fullmatch(
        sentence[whose[first - 1].end : whose[first].start]
    ):
        first -= 1
    is_clear = first < len(whose) - 1 or not _OTHERS.search(sentence[start : whose[first].start])
    return whose[first:] if is_clear else ()
