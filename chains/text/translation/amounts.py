"""The amounts of a text in its language, and which of them a translation has lost: 32.8 billion is 328億, not 32.8億.

An amount has every value that its digits may mean: 1.500 is 1500 and 1.5; in "5 to 10 million", 5 may be 5 million. It
is lost if no amount of the translation has one of its values. Numbers in words are not read, Chinese numerals are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chains.text.support.kanji import KANJI, in_digits
from chains.text.translation.scales import percent_at, scale_at
from chains.text.translation.spelling import plain
from vectorstore.text.sentences import CITATION

_DIGITS = r"\d+(?:[.,']\d+)*"
_SPACED = rf"(?<!\d)\d{{1,3}}(?: \d{{3}})+(?:,\d+)?(?!\d)|{_DIGITS}"
_WITH_SPACES = ("de", "es", "fr", "pt", "ru")  # 1 500 is one number
_NUMERAL = re.compile(rf"(?<![\d{KANJI}数何.])(?:[{KANJI}]+(?=[万萬億亿兆割成])|[{KANJI}]{{2,}})|(?<=百分之)[{KANJI}]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}")
_SLASHED = re.compile(r"(\d+)/(\d+)(?!/)")
_BETWEEN = re.compile(r"[^\d.;!?。！？\n]{0,14}")
_AND = re.compile(r" ?(?:و|and|und|et|y|e|и)? ?")
_WORDS_BETWEEN = 2


@dataclass(frozen=True)
class Amount:
    """A number of a text with its scale.

    Attributes:
        text: as it is written: "32.8 billion", "5%".
        values: what it may mean, the likeliest first.
        percent: whether it is a percentage by itself.
        may_be_percent: or by the number behind it: "5 to 10 per cent".
        derived: another reading of numbers that are there by themselves too.
    """

    text: str
    values: tuple[Decimal, ...]
    power: int
    start: int
    end: int
    percent: bool = False
    may_be_percent: bool = False
    derived: bool = False


def amounts(text: str, language: str = "") -> list[Amount]:
    """Return the amounts of a text in their order.

    Args:
        language: the code of the text's; "" if it is not known.
    """
    text = _NUMERAL.sub(in_digits, CITATION.sub(" ", plain(text)))
    found = _summed(text, list(_numbers(text, language)))
    return _shared(text, found)


def lost_amounts(text: str, translation: str, language: str = "") -> list[str]:
    """Return the amounts of a text that its translation has less often, as the text writes them.

    Args:
        language: the code of the translation's.
    """
    offered = _Offered(amounts(translation, language))
    claimed = [one for one in amounts(text) if not one.derived]
    left = sorted(range(len(claimed)), key=lambda n: not claimed[n].percent)
    for any_reading in (False, True):
        left = [n for n in left if not offered.take(claimed[n], any_reading=any_reading)]
    return [claimed[n].text for n in sorted(left)]


class _Offered:
    """The amounts of a translation; each can stand for one of its text."""

    def __init__(self, found: Sequence[Amount]) -> None:
        self._free: dict[tuple[Decimal, bool, bool], list[int]] = defaultdict(list)
        self._taken: set[int] = set()
        for n, one in reversed(list(enumerate(found))):
            for place, value in enumerate(one.values):
                self._free[value, one.may_be_percent, place == 0].append(n)

    def take(self, wanted: Amount, *, any_reading: bool) -> bool:
        """Take an amount that says the same, if one is left."""
        values = wanted.values if any_reading else wanted.values[:1]
        kinds = (True,) if wanted.percent else (False, True)
        likeliest = (True, False) if any_reading else (True,)
        return any(self._take((value, kind, first)) for first in likeliest for value in values for kind in kinds)

    def _take(self, key: tuple[Decimal, bool, bool]) -> bool:
        free = self._free.get(key, [])
        while free:
            if (n := free.pop()) not in self._taken:
                self._taken.add(n)
                return True
        return False


def _numbers(text: str, language: str) -> Iterator[Amount]:
    end = 0
    for found in re.finditer(_SPACED if language in _WITH_SPACES else _DIGITS, text):
        if found.start() < end:
            continue
        slashed = _SLASHED.match(text, found.start())
        if slashed and (decimal := _slashed(text, slashed, language)):
            yield decimal
            end = slashed.end()
            continue
        *dates, last = _values(found.group())
        at = found.start()
        for values in dates:
            yield Amount(str(values[0]), values, 0, at, at)
        yield _amount(text, last, found.start(), found.end(), language)


def _amount(text: str, values: tuple[Decimal, ...], start: int, end: int, language: str) -> Amount:
    power, scaled = scale_at(text, end, language)
    percent, tenths = percent_at(text, start, scaled)
    values = tuple(_times(value, power + tenths) for value in values)
    said = text[start:scaled] + ("%" if percent and not tenths else "")
    return Amount(said.rstrip("."), values, power, start, scaled, percent, percent)


def _slashed(text: str, found: re.Match[str], language: str) -> Amount | None:
    """Persian writes 1/5 for 1.5: where a scale or per cent follows."""
    amount = _amount(text, (Decimal(f"{found[1]}.{found[2]}"),), found.start(), found.end(), language)
    persian = re.search("[\u0600-\u06ff]", text[found.end() : found.end() + 12])
    return amount if persian and (amount.power or amount.percent) else None


def _values(number: str) -> list[tuple[Decimal, ...]]:
    """What digits may mean; 12.05.2024 and other rows that are no number are several."""
    if number.isdecimal():
        return [(Decimal(number),)]
    parts, marks = re.findall(r"\d+", number), re.sub(r"\d", "", number)
    joined, decimal = Decimal("".join(parts)), Decimal(f"{''.join(parts[:-1])}.{parts[-1]}")
    if _THOUSANDS.fullmatch(number):
        if len(marks) > 1 or marks in "' ":
            return [(joined,)]
        return [(decimal, joined)] if parts[0].startswith("0") else [(joined, decimal)]
    whole = number[: -len(parts[-1]) - 1]
    if marks[-1] in ".," and (len(marks) == 1 or (marks[-1] not in marks[:-1] and _THOUSANDS.fullmatch(whole))):
        return [(decimal,)]
    return [(Decimal(one),) for one in parts]


def _times(value: Decimal, power: int) -> Decimal:
    return value.scaleb(power) if power else value


def _summed(text: str, found: list[Amount]) -> list[Amount]:
    """Make 3億2800万 one amount, and add what "1 million and 200 thousand" are together."""
    made: list[Amount] = []
    for one in found:
        before = next((own for own in reversed(made) if not own.derived), None)
        if before is None or not _goes_on(before, one):
            made.append(one)
            continue
        gap = text[before.end : one.start]
        total = tuple(a + b for a in before.values[:1] for b in one.values[:1])
        both = replace(one, text=text[before.start : one.end], values=total, start=before.start)
        if not gap:
            made[made.index(before)] = both
        elif one.power and _AND.fullmatch(gap):
            made += [one, replace(both, derived=True)]
        else:
            made.append(one)
    return made


def _goes_on(before: Amount, one: Amount) -> bool:
    return before.power > one.power and before.end <= one.start and one.values[0] < Decimal(10) ** before.power


def _shared(text: str, found: list[Amount]) -> list[Amount]:
    """Let a number have the scale and the per cent of the one behind it: 30 to 40 billion, 5～10%."""
    made: list[Amount] = []
    following: Amount | None = None
    power = 0
    for one in reversed(found):
        gap = text[one.end : following.start] if following and one.end <= following.start else None
        near = gap is not None and bool(_BETWEEN.fullmatch(gap)) and len(gap.split()) <= _WORDS_BETWEEN
        power = one.power or (power if near else 0)
        if following and near and not one.power and not one.percent and not one.derived:
            more = tuple(_times(value, power) for value in one.values) if power else ()
            one = replace(one, values=one.values + more, may_be_percent=following.may_be_percent)
        made.append(one)
        following = one if not one.derived else following
    return made[::-1]
