"""Numbers in words in front of a scale: half a million, drei Millionen, سی و پنج میلیون.

English is read whole; of the other languages the words for one to ten, the tens, a hundred and a half. Chinese and
Japanese numerals are no words here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from chains.text.support.numbers import NUMBER_WORDS, numbers_in_words
from chains.text.translation.scales import scale_at
from chains.text.translation.spelling import plain

_ENGLISH_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE = "|".join(_ENGLISH_SCALES)
_PART_OF = (  # not in "two and a half million"
    rf"(?<!\band )(?<!\band a )\b(?:(?:a )?(?P<half>half)(?:[ -]an?)?|"
    rf"(?:(?P<three>three) |an? |one )?quarters?(?:[ -](?:of )?an?)?)[ -](?:{_SCALE})\b"
)
_ENDS_WITH_SCALE = "|".join(f"(?<={scale})" for scale in _ENGLISH_SCALES)
_ENGLISH = re.compile(rf"(?P<part>{_PART_OF})|\b{NUMBER_WORDS}(?:{_ENDS_WITH_SCALE})\b", re.IGNORECASE)
_VALUES = [Decimal(n) for n in (*range(1, 11), *range(20, 101, 10))]
_HALF = Decimal("0.5")
# One to ten, the tens from twenty on, a hundred and a half; forms of one are between slashes.
_WORDS: Mapping[str, str] = {
    "de": "ein/eine/einer/einem/einen zwei drei vier fünf sechs sieben acht neun zehn zwanzig dreißig vierzig fünfzig "
    "sechzig siebzig achtzig neunzig hundert halbe/halben",
    "es": "un/una dos tres cuatro cinco seis siete ocho nueve diez veinte treinta cuarenta cincuenta sesenta setenta "
    "ochenta noventa cien/ciento medio/media",
    "fr": "un/une deux trois quatre cinq six sept huit neuf dix vingt trente quarante cinquante soixante "
    "soixante-dix quatre-vingts/quatre-vingt quatre-vingt-dix cent/cents demi",
    "pt": "um/uma dois/duas três quatro cinco seis sete oito nove dez vinte trinta quarenta cinquenta sessenta setenta "
    "oitenta noventa cem/cento meio/meia",
    "ru": "один/одного/одна/одну/одной два/две/двух три/трёх/трех четыре/четырёх/четырех пять/пяти шесть/шести "
    "семь/семи восемь/восьми девять/девяти десять/десяти двадцать/двадцати тридцать/тридцати сорок/сорока "
    "пятьдесят/пятидесяти шестьдесят/шестидесяти семьдесят/семидесяти восемьдесят/восьмидесяти "
    "девяносто/девяноста сто/ста пол",
    "fa": "یک دو سه چهار پنج شش هفت هشت نه ده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد/یکصد نیم",
    "ar": "واحد/واحدة اثنان/اثنين/اثنا/اثني ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني تسعة/تسع "
    "عشرة/عشر عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين ثمانون/ثمانين تسعون/تسعين "
    "مائة/مئة نصف",
}
_AND = r"[ -](?:(?:y|e|et|и) |و ?)?"


@dataclass(frozen=True)
class InWords:
    """A number in words with its scale, and where it stands."""

    start: int
    end: int
    value: Decimal
    power: int


def amounts_in_words(text: str, language: str) -> Iterator[InWords]:
    """Yield the numbers in words that have a scale, of a text in the spelling of ``plain``."""
    if language in ("", "en"):
        yield from _in_english(text)
    elif language in _WORDS:
        yield from _in(text, language)


def _in_english(text: str) -> Iterator[InWords]:
    for found in _ENGLISH.finditer(text):
        power = _ENGLISH_SCALES[re.split("[ -]", found.group().lower())[-1]]
        if found["part"]:
            part = _HALF if found["half"] else Decimal("0.75" if found["three"] else "0.25")
            value = part.scaleb(power)
        else:
            value = Decimal(next(iter(numbers_in_words(found.group()))))
        yield InWords(found.start(), found.end(), value, power)


def _in(text: str, language: str) -> Iterator[InWords]:
    values = _values(language)
    for found in _run(language).finditer(text):
        power, end = scale_at(text, found.end(), language)
        words = [values[word.lower()] for word in re.findall(_word(language), found.group(), re.IGNORECASE)]
        if power > 2 and end > found.end():
            yield InWords(found.start(), end, _HALF if _HALF in words else _sum(words), power)


def _sum(words: list[Decimal]) -> Decimal:
    """Add words, of which a hundred multiplies what is before it."""
    total = Decimal(0)
    for value in words:
        total = total * value if total and value == _VALUES[-1] else total + value
    return total


@cache
def _values(language: str) -> Mapping[str, Decimal]:
    rows = zip(_WORDS[language].split(), [*_VALUES, _HALF], strict=True)
    return {form: value for forms, value in rows for form in plain(forms).split("/")}


@cache
def _word(language: str) -> str:
    return rf"(?:{'|'.join(sorted(_values(language), key=len, reverse=True))})(?![^\W\d_])"


@cache
def _run(language: str) -> re.Pattern[str]:
    article = "[وبلف]?" if language == "ar" else ""
    return re.compile(rf"(?<![^\W_]){article}{_word(language)}(?:{_AND}{_word(language)})*", re.IGNORECASE)
