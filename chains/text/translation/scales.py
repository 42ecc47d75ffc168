"""What stands behind a number and changes it: million, 億, میلیارد, per cent, in the languages of a translation.

The same word is another scale in another language: a German Billion is an English trillion. Words are read in the
spelling of ``spelling.plain``, in which Arabic and Persian letters are the same.
"""

import re
from collections.abc import Iterator, Mapping

# Exponents of ten with their words; * stands for up to three letters that a case, a plural or a dual adds.
_WORDS: Mapping[int, str] = {
    2: "hundred hundert",
    3: "thousand thousands tausend tsd mille millier milliers mil тыс тысяч* هزار* الف الفا الفی الاف الفان الفین",
    6: "million millions mn mln mio millionen millón millones milhão milhões mi млн миллион* میلیون* ملیون* ملایین",
    9: "billion billions bn mrd md mds milliarde milliarden milliard milliards millardo millardos bilhão bilhões bi "
    "млрд миллиард* میلیارد* ملیار* بلیون*",
    12: "trillion trillions tn trn bio billionen billón billones bilião biliões trilhão trilhões tri трлн триллион* "
    "تریلیون* ترلیون*",
}
# Of these words, what they are in which language; "" is for all others.
_ONLY_IN: Mapping[str, Mapping[str, int]] = {
    "mil": {"es": 3, "pt": 3},
    "mi": {"pt": 6},
    "bi": {"pt": 9},
    "tri": {"pt": 12},
    "mille": {"fr": 3},
    "md": {"fr": 9},
    "mds": {"fr": 9},
    "bio": {"de": 12},
    "billion": {"de": 12, "fr": 12, "": 9},
    "billions": {"fr": 12, "": 9},
    "trillion": {"de": 18, "fr": 18, "": 12},
    "trillions": {"fr": 18, "": 12},
}
_SIGNS = {"百": 2, "千": 3, "万": 4, "萬": 4, "億": 8, "亿": 8, "兆": 12}
_LETTERS = {"k": 3, "m": 6, "b": 9, "t": 12}  # $32.8b, 32.8B
_WHOLE = {word: power for power, words in _WORDS.items() for word in words.split() if not word.endswith("*")}
_STEMS = {word[:-1]: power for power, words in _WORDS.items() for word in words.split() if word.endswith("*")}
_ENDING = r"[^\W\d_]{0,3}"
_WORD = "|".join(
    word + (_ENDING if word in _STEMS else "") for word in sorted([*_WHOLE, *_STEMS], key=len, reverse=True)
)
_SCALE = re.compile(
    rf"[ -]?(?:(?P<word>{_WORD})(?![^\W\d_])\.?|(?P<sign>[{''.join(_SIGNS)}])|(?P<letter>[kmbt])(?![a-z\d]))",
    re.IGNORECASE,
)
_SCALE_AHEAD = rf"(?=(?:{_WORD})(?![^\W\d_]))|(?=千)"
# What a language writes in one word with the scale behind it.
_JOINED: Mapping[str, str] = {
    "de": r"[^\W\d_]{0,20}?",
    "ru": r"[^\W\d_]{0,20}?",
    "ar": "[وبلكف]{0,2}(?:ال)?",
    "fa": "(?:نیم)?",
}
_MONEY = re.compile(r"[$€£¥] ?[\d.,]+ ?\Z")
_TENTHS = "割(?!合|り当)|成(?![分员員立功果本为為年長长熟])"
_PERCENT = re.compile(
    r" ?-?(?:[%٪](?! ?・?(?:ポイント|points?\b))|per ?cents?\b(?![ -]points?)|pct\b|"
    r"パーセント(?!・?ポイント)|prozent(?![^\W\d_])|"
    rf"p(?:our|or) ?c(?:ent|ento|iento)\b|процент(?![^\W\d_]{{0,4}} пункт)|درصد|(?:فی |ب)الم(?:ئ|ائ|ی|ای)ة|"
    rf"(?P<tenths>{_TENTHS}))",
    re.IGNORECASE,
)
_POINTS = re.compile(r" ?-?(?:percentage|per ?cent|%)[ -]points?\b", re.IGNORECASE)
_PERCENT_BEFORE = re.compile(r"(?:百分之|[%٪]) ?\Z")


def scale_at(text: str, place: int, language: str) -> tuple[int, int]:
    """Return the exponent of ten of what stands behind a number, and where that ends; 0 if nothing changes it.

    Scales behind each other multiply: mil millones, 万亿, هزار میلیارد.
    """
    power = 0
    while (found := _SCALE.match(text, place)) and (known := _power(found, text, language)):
        power, place = power + known, found.end()
    return power, place


def percent_at(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Return whether a number is a percentage, by what stands behind or before it, and whether it counts in tenths."""
    found = _PERCENT.match(text, end)
    return bool(found or _PERCENT_BEFORE.search(text, max(0, start - 4), start)), bool(found and found["tenths"])


def points_at(text: str, end: int) -> int:
    """Return where the percentage points of an English number end; its own end if it counts none."""
    found = _POINTS.match(text, end)
    return found.end() if found else end


def bare_scales(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the end and the exponent of ten of each scale, whatever stands before it: fünfhunderttausend, مليونين."""
    last = 0
    before = "" if language in ("ja", "zh") else rf"(?<![^\W_]){_JOINED.get(language, '')}"
    for found in re.finditer(f"{before}(?:{_SCALE_AHEAD})", text, re.IGNORECASE):
        if found.end() >= last:
            power, last = scale_at(text, found.end(), language)
            yield last, power


def short_scale_at(text: str, end: int, language: str) -> int:
    """Return the exponent of ten that a letter behind an English number may mean: 5m people, or a wall of 5m."""
    found = re.compile(r"[kmb](?![^\W_])").match(text, end) if language in ("", "en") else None
    return _LETTERS[found.group()] if found else 0


def _power(found: re.Match[str], text: str, language: str) -> int:
    if found["sign"]:
        return _SIGNS[found["sign"]]
    if letter := found["letter"]:
        at_once = found.start("letter") == found.start()
        money = _MONEY.search(text, max(0, found.start() - 24), found.start("letter"))
        return _LETTERS[letter.lower()] if money or (letter.isupper() and at_once) else 0
    word = found["word"].lower()
    if word in _ONLY_IN:
        return _ONLY_IN[word].get(language, _ONLY_IN[word].get("", 0))
    return _WHOLE.get(word) or next(power for stem, power in _STEMS.items() if word.startswith(stem))
