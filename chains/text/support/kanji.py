"""Chinese numerals in digits: 三十五 is 35, 二〇一二 is 2012."""

import re

_DIGITS = {sign: n for n, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
KANJI = "".join([*_DIGITS, *_UNITS])


def in_digits(found: re.Match[str]) -> str:
    """Return a match of signs of ``KANJI`` in digits."""
    signs = found.group()
    if not _UNITS.keys() & set(signs):
        return "".join(str(_DIGITS[sign]) for sign in signs)
    total = digit = 0
    for sign in signs:
        if unit := _UNITS.get(sign):
            total, digit = total + max(digit, 1) * unit, 0
        else:
            digit = _DIGITS[sign]
    return str(total + digit)
