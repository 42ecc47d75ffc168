"""A workbook's numbers as the sheet shows them: 41%, 1,250.00, 007, 3 May 1911.

Number formats are a language of their own (ISO/IEC 29500-1, 18.8.31). What is not read of it, such as fractions, is
shown in full.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from vectorstore.corpus.readers.office.date_format import is_date, shown_date

LONGEST = 255  # of a number format, as spreadsheets have them
_DIGITS = 400  # of the largest double with the 30 decimals that a format may have
GENERAL_DIGITS = 15  # a double's certain ones
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_HOLDS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[]|["\\\[])+|(?<=;)(?=;|\Z)|\A(?=;)')
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<sign>[^-\]]*)[^\]]*\]|(?P<unseen>\[[^\]]*\]|_.|\*.)'
    r"|(?P<power>E[+-]0+)|(?P<general>General)|(?P<place>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<unread>[/@])|(?P<letter>.)",
    re.IGNORECASE | re.DOTALL,
)


def shown(value: float, number_format: str, epoch: datetime) -> str:
    """Return a number as a cell with this format shows it; `epoch` is the workbook's first day."""
    if len(number_format) > LONGEST:
        return general(value)
    section, sign = _section(value, number_format)
    if is_date(section):
        return shown_date(value, section, epoch) or general(value)
    tokens = _tokens(section)
    kinds = {token.lastgroup for token in tokens}
    if "general" in kinds:
        return sign + "".join(general(abs(value)) if token["general"] else _literal(token) for token in tokens)
    if "unread" in kinds or abs(value) >= 10**GENERAL_DIGITS:
        return general(value)
    text = _filled(abs(value), tokens).strip()
    return sign + text if any(digit in text for digit in "123456789") else text


def general(value: float) -> str:
    """Return a number as a cell without a format shows it."""
    return str(int(value)) if value == int(value) and abs(value) < 10**GENERAL_DIGITS else f"{value:.{GENERAL_DIGITS}g}"


@lru_cache(1024)
def _sections(number_format: str) -> tuple[list[str], list[re.Match[str] | None]]:
    """Return the sections of a format, and the conditions of the first two."""
    sections = _SECTION.findall(number_format) or [""]
    return sections, [_CONDITION.search(section) for section in sections[:2]]


@lru_cache(1024)
def _tokens(section: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(section))


def _section(value: float, number_format: str) -> tuple[str, str]:
    """Return the section for a value, and the sign that goes before it: a section for negative ones has its own."""
    sections, conditions = _sections(number_format)
    if any(conditions):
        for section, found in zip(sections, conditions, strict=False):
            if found and _HOLDS[found[1]](value, float(found[2])):
                return section, "-" if value < 0 else ""
        return sections[min(len(sections) - 1, 2)], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        return sections[1], ""
    return sections[2 if value == 0 and len(sections) > 2 else 0], "-" if value < 0 else ""


def _literal(token: re.Match[str]) -> str:
    return token["quoted"] or token["escaped"] or token["sign"] or token["percent"] or token["letter"] or ""


def _filled(value: float, tokens: Sequence[re.Match[str]]) -> str:
    """Return the text of a section, with a number's digits in their places."""
    pattern = "".join(token["place"] or token["point"] or token["comma"] or "" for token in tokens)
    before, _, behind = pattern.partition(".")
    places, decimals = before.replace(",", ""), behind.replace(",", "").replace(".", "")
    scaled = sum(len(part) - len(part.rstrip(",")) for part in (before, behind))
    percent = sum(token.lastgroup == "percent" for token in tokens)
    power = next((token["power"] for token in tokens if token["power"]), "")
    with localcontext(prec=_DIGITS):
        number = Decimal(repr(value)) * 100**percent / 1000**scaled
        if power:
            mantissa, _, exponent = f"{number:.{len(decimals)}E}".partition("E")
            power = f"E{exponent[0]}{exponent[1:].zfill(len(power) - 2)}"
        else:
            # As a spreadsheet rounds: .4155 up to .416.
            mantissa = f"{number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP):f}"
    whole, _, fraction = mantissa.partition(".")
    least = len(decimals.rstrip("#?"))
    fraction = fraction[:least] + fraction[least:].rstrip("0")
    digits = iter([*_whole(whole.lstrip("0"), places, grouped="," in before.rstrip(",")), *fraction])

    def text(token: re.Match[str]) -> str:
        if token["place"]:
            return next(digits, "")
        if token["point"]:
            return "." if fraction else ""
        return power if token["power"] else _literal(token)

    return "".join(map(text, tokens))


def _whole(digits: str, places: str, *, grouped: bool) -> list[str]:
    """Return the text of each place before the point; the first takes all digits that have no place of their own."""
    if not places:
        return []
    digits = digits.zfill(len(places) - places.index("0")) if "0" in places else digits
    marked = [
        digit + "," * (grouped and left > 0 and left % 3 == 0)
        for digit, left in zip(digits, range(len(digits) - 1, -1, -1), strict=True)
    ]
    own = len(places) - 1
    if len(marked) <= own:
        return [""] * (len(places) - len(marked)) + marked
    return ["".join(marked[: len(marked) - own]), *marked[len(marked) - own :]]
