"""Who has "18 each": the names that share out a number, in a sentence and in its passage.

"Brazil, India and Russia 18 each" became "Brazil 18 each" in an answer of a small model: every word is in the passage,
and the fact is lost. English only. Text only.
"""

import re
from collections.abc import Iterator, Sequence

from chains.text.support.entities import names
from chains.text.support.numbers import claimed_numbers

# Back to the number or clause before: in "China 41, Brazil and India 18 each" these are Brazil and India.
_EACH = re.compile(r"(?P<whose>[^\d.:;]*)\b(?P<amount>\d[\d.,]*)(?P<unit>(?: (?!each)[A-Za-z]+){0,3}),? each\b")


def shares_out_otherwise(sentence: str, passage: Sequence[str], called: frozenset[str] = frozenset()) -> bool:
    """Whether a sentence gives a number "each" to one name, or to a name that does not have it in the passage.

    Args:
        passage: its sentences; the rule speaks only of numbers that they share out among two names or more.
        called: words that are known as names.
    """
    there = [one for text in passage for one in _shared(text, called) if len(one[1]) > 1]
    said = [one for one in _shared(sentence, called) if one[1]]
    groups = [(whose, [has for number, has in there if number & amount]) for amount, whose in said]
    return any(told and not any(len(whose) > 1 and whose <= has for has in told) for whose, told in groups)


def _shared(sentence: str, called: frozenset[str]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The numbers that are shared out in a sentence, each with the names before it."""
    for found in _EACH.finditer(sentence):
        start, end = found.span("whose")
        whose = [one.text for one in names(sentence, called) if start <= one.start and one.end <= end]
        yield claimed_numbers(found["amount"]), frozenset(whose)
