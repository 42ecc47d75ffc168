"""The numbers of a text in one spelling: 1,200 is 1200, ５ and ۵ are 5, thirty is 30, 1.5 billion is 1500000000.

Number words and fractions ("two thirds", "one in five") are read in English, scales (million, 億, میلیون …) in the
languages of ``_SCALES``. Ordinals in words, "dozens" and a mere "half" are not read. Text only.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from chains.text.support.kanji import KANJI, in_digits
from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.sentences import CITATION

__all__ = [
    "AMOUNT",
    "DATE",
    "FRACTION",
    "MONTH",
    "NUMBER_WORDS",
    "claimed_numbers",
    "fractions",
    "is_in_words",
    "known_numbers",
    "numbers_in_words",
]

_NOT_IN_WORD = rf"(?<![^\W{UNSPACED}])"  # CO2 holds no number; behind a kana one may begin
_NUMBER = r"\d+(?:[.,٫٬]\d+)*"
_LIST_NUMBER = re.compile(r"(?m)^[ \t]*\d{1,2}[.)]\s")  # "1. " counts items and claims nothing
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
DATE = rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{MONTH}(?:,?\s+\d{{4}})?|{MONTH}\s+\d{{1,4}}(?:,\s+\d{{4}})?"
_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12, "tn": 12,
    "tausend": 3, "millionen": 6, "milliarden": 9, "milliarde": 9, "milliards": 9, "milliard": 9,
    "mil": 3, "millones": 6, "milhões": 6, "bilhões": 9, "тысяч": 3, "млн": 6, "миллион": 6, "млрд": 9, "миллиард": 9,
    "هزار": 3, "میلیون": 6, "ملیون": 6, "میلیارد": 9, "ملیار": 9, "万": 4, "萬": 4, "億": 8, "亿": 8, "兆": 12,
}  # fmt: skip
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SCALED = rf"[ \u00a0-]?(?P<scale>(?:{_SCALE}))(?:(?![^\W\d_])|(?<=[{UNSPACED}])|(?<=[тн]))"
_RANGE = r"(?:\s*(?:to|and|or|-|–|—|bis|до|تا|から)\s*)"
_AMOUNT = re.compile(rf"{_NOT_IN_WORD}(?:(?P<from>{_NUMBER}){_RANGE})?(?P<number>{_NUMBER}){_SCALED}", re.IGNORECASE)
AMOUNT = rf"{_NUMBER}(?:[ \u00a0-]?(?:{_SCALE})(?![^\W\d_{UNSPACED}]))?"

_UNITS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORD_VALUES = {word: n for n, word in enumerate(_UNITS.split())} | {
    word: 10 * n for n, word in enumerate(_TENS.split(), 2)
}
_MAGNITUDES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_ONE_WORD = "|".join([*_TENS.split(), *reversed(_UNITS.split())])
NUMBER_WORDS = rf"(?:{_ONE_WORD})(?:(?:[ -]|[ ]and[ ])(?:{_ONE_WORD}|{'|'.join(_MAGNITUDES)}))*\b"
_IN_WORDS = re.compile(rf"\b{NUMBER_WORDS}", re.IGNORECASE)
_ORDINALS = "half third quarter fifth sixth seventh eighth ninth tenth"
_PARTS = {word: n for n, word in enumerate(_ORDINALS.split(), 2)}
_PART = "|".join(_PARTS)
FRACTION = (  # "a third" counts where it is no "third country"
    rf"\b(?:(?:an?|\d{{1,2}}|{_ONE_WORD}) (?:in|out of)(?: every)? (?:{_ONE_WORD}|\d{{1,3}})"
    rf"|(?:{_ONE_WORD})[ -](?:{_PART})s|(?:an?|one)[ -](?:{_PART})(?= of\b| more\b| less\b|[.,;:]|$))\b"
)
_WRITTEN_OUT = re.compile(rf"{FRACTION}|{NUMBER_WORDS}", re.IGNORECASE)
_NEAR = Fraction(1, 40)  # two thirds is said of 65 per cent, half of 48
_RHETORICAL = 2  # "one of", "the two sides" claim no count
_KANJI_NUMBER = re.compile(f"[{KANJI}]{{2,}}")  # one alone is a word as often: 一方, 十分


@lru_cache(1024)
def known_numbers(text: str) -> frozenset[str]:
    """The numbers that a source supports: with and without scale, in digits and words, and the months of its dates."""
    text = _prepared(text)
    words = {_spelled(value) for value in numbers_in_words(text)}
    numbers = {*map(_plain, re.findall(_NUMBER, text)), *_scaled(text), *words, *_months(text)}
    return frozenset(numbers | _known_fractions(text))


def claimed_numbers(text: str, least_in_words: int = _RHETORICAL + 1) -> frozenset[str]:
    """The numbers that a text claims: with their scale, and in words from ``least_in_words`` on."""
    text = _prepared(text)
    parts = set(map(str, fractions(text)))
    text = re.sub(FRACTION, " ", text, flags=re.IGNORECASE)
    words = {_spelled(value) for value in numbers_in_words(text) if value >= least_in_words}
    rest = _AMOUNT.sub(" ", text)
    bare = map(_plain, re.findall(rf"{_NOT_IN_WORD}{_NUMBER}", rest))
    return frozenset({*bare, *_scaled(text), *words, *_months(text), *parts})


def is_in_words(text: str) -> bool:
    """Whether a text is a number in words, or a fraction, and nothing else."""
    return bool(_WRITTEN_OUT.fullmatch(text))


def without_list_numbers(text: str) -> str:
    """A text without markers and the numbers of list items, neither of which claims anything."""
    return _LIST_NUMBER.sub("", CITATION.sub("", text))


def _prepared(text: str) -> str:
    return _KANJI_NUMBER.sub(in_digits, without_list_numbers(for_matching(text.replace("**", ""))))


def _months(text: str) -> set[str]:
    dates = (date.group() for date in re.finditer(DATE, text))
    return {month[:3].lower() for date in dates for month in re.findall(MONTH, date)}


def _plain(number: str) -> str:
    number = re.sub(r"[,٬](?=\d{3}(?!\d))", "", number).replace("٫", ".")
    return (number.rstrip("0").rstrip(".") if "." in number else number).lstrip("0") or "0"


def _scaled(text: str) -> Iterator[str]:
    for amount in _AMOUNT.finditer(text):
        for number in filter(None, (amount["from"], amount["number"])):
            if re.fullmatch(r"\d+(?:\.\d+)?", plain := _plain(number)):
                yield _spelled(Decimal(plain).scaleb(_SCALES[amount["scale"].lower()]))


def numbers_in_words(text: str) -> Iterator[int]:
    """The numbers that a text has in English words: thirty million is 30000000."""
    for found in _IN_WORDS.finditer(text):
        total = current = 0
        for word in re.split(r"[ -]", found.group().lower()):
            if word in _WORD_VALUES:
                current += _WORD_VALUES[word]
            elif word == "hundred":
                current *= 100
            elif word in _MAGNITUDES:
                total, current = total + current * 10 ** _MAGNITUDES[word], 0
        yield total + current


def fractions(text: str) -> Iterator[Fraction]:
    """The fractions that a text has in words, below 1."""
    for found in re.finditer(FRACTION, text, re.IGNORECASE):
        first, *_, last = re.split(r"[ -]", found.group().lower())
        count, whole = (_WORD_VALUES.get(word) or _PARTS.get(word.removesuffix("s"), word) for word in (first, last))
        count = 1 if count in ("a", "an") else count
        if 0 < int(count) < int(whole):
            yield Fraction(int(count), int(whole))


def _known_fractions(text: str) -> set[str]:
    """The fractions of a source, what they are in per cent, and those that its percentages are nearly."""
    stated = set(fractions(text))
    shares = [Fraction(_plain(one)) / 100 for one in re.findall(rf"({_NUMBER})(?=\s?(?:%|per ?cent))", text)]
    simple = {Fraction(count, whole) for whole in _PARTS.values() for count in range(1, whole)}
    near = {one for one in simple if any(abs(one - share) <= _NEAR for share in shares)}
    return {*map(str, stated | near), *(str(round(100 * one)) for one in stated)}


def _spelled(value: Decimal | int) -> str:
    return _plain(f"{Decimal(value):f}")
