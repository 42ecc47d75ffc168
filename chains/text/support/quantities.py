"""Amounts with their unit: 117.5 billion euros are not 117.5 billion dollars, nor 5 per cent 5 percentage points.

Known in English are percentages, the larger currencies and the measures of trade. An amount without a unit may have any
that its source has of that kind, and any at all where the source has none. Text only.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from chains.text.content import without_marks
from chains.text.support.numbers import AMOUNT, claimed_numbers, fractions
from vectorstore.text.letters import for_matching

# Each kind's units with their spellings. "Won" and "rand" are left out: a verb and a company's name.
_UNITS = {
    "share": {"point": r"percentage points?|per ?cent points?", "percent": r"per ?cent|%|٪"},
    "money": {
        "dollar": r"dollars?|USD",
        "euro": r"euros?|EUR",
        "yuan": r"yuan|renminbi",
        "rouble": r"rou?bles?",
        "pound": r"pounds?",
        "yen": r"yen",
        "rupee": r"rupees?",
    },
    "measure": {
        "tonne": r"ton(?:ne)?s?",
        "kilogram": r"kilogram(?:me)?s?|kg",
        "barrel": r"barrels?",
        "metre": r"cubic met(?:re|er)s?",
        "kilometre": r"kilomet(?:re|er)s?|km",
    },
}
_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_SPELT = {unit: spelling for kind in _UNITS.values() for unit, spelling in kind.items()}
_OF = r"[ \u00a0-]?(?:(?:US|American) )?"  # between a number and its unit
QUANTITY = rf"[{''.join(_SIGNS)}]?{AMOUNT}(?:{_OF}(?:{'|'.join(_SPELT.values())})(?![A-Za-z]))?"
_UNIT = rf"(?<![A-Za-z])(?:{'|'.join(f'(?P<{unit}>{spelling})' for unit, spelling in _SPELT.items())})(?![A-Za-z])"
_NAMED = re.compile(rf"{_UNIT}|(?P<sign>[{''.join(_SIGNS)}])", re.IGNORECASE)
_QUANTITY = re.compile(rf"(?P<sign>[{''.join(_SIGNS)}])?\s?(?P<amount>{AMOUNT})(?:{_OF}{_UNIT})?", re.IGNORECASE)


def claimed_quantities(text: str) -> frozenset[tuple[str, str]]:
    """The numbers of a text that have a unit, each with it."""
    return frozenset((number, unit) for number, unit in _quantities(text) if unit)


@lru_cache(1024)
def known_quantities(text: str) -> frozenset[tuple[str, str]]:
    """The numbers of a source with every unit that they may have there."""
    named = {_unit(found) for found in _NAMED.finditer(for_matching(text))}
    open_to = [one for kind in _UNITS.values() for one in kind if one in named or not kind.keys() & named]
    found = {(number, one) for number, unit in _quantities(text) for one in ([unit] if unit else open_to)}
    return frozenset(found | {(str(round(100 * one)), "percent") for one in fractions(text)})


def _quantities(text: str) -> Iterator[tuple[str, str]]:
    for found in _QUANTITY.finditer(for_matching(without_marks(text))):
        yield from ((number, _unit(found)) for number in claimed_numbers(found["amount"]))


def _unit(found: re.Match[str]) -> str:
    return _SIGNS.get(found["sign"] or "") or next((one for one in _SPELT if found[one]), "")
