"""The amounts of a text in its language, and which of them a translation has lost: 32.8 billion is 328億, not 32.8億.

An amount has every value that its digits may mean: 1.500 is 1500 and 1.5; in "5 to 10 million", 5 may be 5 million. It
is lost if no amount of the translation has one of its values. Chinese numerals are read, and numbers in words that have
a scale; one that a text has in words may be in words that are not read, with a scale of its size.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chains.text.support.kanji import KANJI, in_digits
from chains.text.translation.scales import bare_scales, percent_at, points_at, scale_at, short_scale_at
from chains.text.translation.signs import is_minus, minus_at
from chains.text.translation.spelling import plain
from chains.text.translation.words import amounts_in_words
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
_YEARS = re.compile(r"(?<!\d)(1\d|20)(\d\d)[-–—/]\Z")


@dataclass(frozen=True)
class Amount:
    """A number of a text with its scale.

    Attributes:
        text: as it is written: "32.8 billion", "5%".
        values: what it may mean, the likeliest first.
        percent: whether it is a percentage by itself.
        may_be_percent: or by the number behind it: "5 to 10 per cent".
        points: whether it counts percentage points.
        minus: whether it is below zero.
        in_words: whether its number is in words.
        derived: another reading of numbers that are there by themselves too.
    """

    text: str
    values: tuple[Decimal, ...]
    power: int
    start: int
    end: int
    percent: bool = False
    may_be_percent: bool = False
    points: bool = False
    minus: bool = False
    in_words: bool = False
    derived: bool = False


def amounts(text: str, language: str = "") -> list[Amount]:
    """Return the amounts of a text in their order.

    Args:
        language: the code of the text's; "" if it is not known.
    """
    text = _prepared(text)
    found = sorted([*_numbers(text, language), *_in_words(text, language)], key=lambda one: one.start)
    return _shared(text, _summed(text, found))


def lost_amounts(text: str, translation: str, language: str = "") -> list[str]:
    """Return the amounts of a text that its translation has less often, as the text writes them.

    Args:
        language: the code of the translation's.
    """
    there = amounts(translation, language)
    offered = _Offered(there)
    claimed = [one for one in amounts(text) if not one.derived]
    left = sorted(range(len(claimed)), key=lambda n: not claimed[n].percent)
    for any_reading in (False, True):
        left = [n for n in left if not offered.take(claimed[n], any_reading=any_reading)]
    if any(claimed[n].in_words for n in left):
        unread = _unread(translation, language, there)
        left = [n for n in left if not _take_unread(unread, claimed[n])]
    return [claimed[n].text for n in sorted(left)]


def _unread(translation: str, language: str, there: Sequence[Amount]) -> Counter[int]:
    """The scales of a translation whose numbers are not read, as exponents of ten."""
    read = {one.end for one in there if one.power}
    return Counter(power for end, power in bare_scales(_prepared(translation), language) if end not in read)


def _take_unread(unread: Counter[int], wanted: Amount) -> bool:
    """Take a scale that a number in words may have: of half a million, also thousand."""
    if not wanted.in_words:
        return False
    for power in (wanted.power, wanted.power - 3):
        own = power == wanted.power or Decimal(10) ** power <= wanted.values[0] < Decimal(10) ** wanted.power
        if own and unread[power]:
            unread[power] -= 1
            return True
    return False


class _Offered:
    """The amounts of a translation; each can stand for one of its text."""

    def __init__(self, found: Sequence[Amount]) -> None:
        self._free: dict[tuple[Decimal, bool, bool], list[int]] = defaultdict(list)
        self._taken: set[int] = set()
        for n, one in reversed(list(enumerate(found))):
            for place, value in enumerate(one.values):
                self._free[-value if one.minus else value, one.may_be_percent, place == 0].append(n)

    def take(self, wanted: Amount, *, any_reading: bool) -> bool:
        """Take an amount that says the same, if one is left."""
        values = wanted.values if any_reading else wanted.values[:1]
        signed = [-value for value in values] if wanted.minus else [*values, *(-value for value in values)]
        kinds = (True,) if wanted.percent else (False,) if wanted.points else (False, True)
        likeliest = (True, False) if any_reading else (True,)
        return any(self._take((value, kind, first)) for first in likeliest for value in signed for kind in kinds)

    def _take(self, key: tuple[Decimal, bool, bool]) -> bool:
        free = self._free.get(key, [])
        while free:
            if (n := free.pop()) not in self._taken:
                self._taken.add(n)
                return True
        return False


def _prepared(text: str) -> str:
    return _NUMERAL.sub(in_digits, CITATION.sub(" ", plain(text)))


def _in_words(text: str, language: str) -> Iterator[Amount]:
    for one in amounts_in_words(text, language):
        value = one.value if language in ("", "en") else _times(one.value, one.power)
        yield Amount(text[one.start : one.end], (value,), one.power, one.start, one.end, in_words=True)


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
    bare, values = values, tuple(_times(value, power + tenths) for value in values)
    if short := short_scale_at(text, end, language):
        values += tuple(_times(value, short) for value in bare if not power)
    if years := _YEARS.search(text, max(0, start - 6), start):
        values += _full_year(years, text[start:end])
    begin, pointed = minus_at(text, start), points_at(text, scaled)
    said = text[begin:pointed] + ("%" if percent and not tenths else "")
    points, minus = pointed > scaled, is_minus(text, start, scaled, strict=not language)
    return Amount(said.rstrip("."), values, power, start, scaled, percent, percent, points, minus)


def _full_year(first: re.Match[str], end: str) -> tuple[Decimal, ...]:
    """The year that the end of 1914-18 means."""
    return (Decimal(first[1] + end),) if re.fullmatch(r"\d\d", end) and end > first[2] else ()


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
        both = replace(one, text=text[before.start : one.end], values=total, start=before.start, minus=before.minus)
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
