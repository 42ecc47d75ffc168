"""A workbook's numbers as the sheet shows them: 41%, 1,250.00, 2011-05-03.

Number formats are a language of their own (ISO/IEC 29500-1, 18.8.31). The common part is read here: percentages,
decimals, thousands, signs of currency, dates and times. What else there is, such as fractions, is shown in full.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel

_PLACES = re.compile(r"[0#?][0#?,]*(?:\.([0#?]+),*)?")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^-\]]*)[^\]]*\]|_.|\*.|\[[^\]]*\]')
_UNREAD = re.compile(r"[/@]")  # fractions, texts
_POWER = re.compile(r"[0#?]+(?:\.([0#?]+))?E[+-]0+")
GENERAL_DIGITS = 15  # a double's certain ones


def shown(value: float, number_format: str, epoch: datetime) -> str:
    """Return a number as a cell with this format shows it; `epoch` is the workbook's first day."""
    if is_timedelta_format(number_format):
        return _duration(timedelta(days=value))
    if is_date_format(number_format):
        return _date(value, epoch)
    sections = number_format.split(";")
    negative = value < 0 and len(sections) > 1
    section = sections[1 if negative else 2 if value == 0 and len(sections) > 2 else 0]
    if not section and len(sections) > 1:
        return ""  # ";;;" hides a cell
    bare = _LITERAL.sub("", section)
    places = _PLACES.search(bare)
    if power := _POWER.search(bare):
        return f"{value:.{len(power[1] or '')}E}"
    if places is None or _UNREAD.search(bare) or abs(value) >= 10**GENERAL_DIGITS:
        return general(value)
    percent = bare.count("%")
    decimals = places[1] or ""
    number = _rounded(Decimal(repr(abs(value))) * 100**percent / 1000 ** _scaled(places[0]), len(decimals))
    least = len(decimals.rstrip("#?"))
    if len(decimals) > least:
        whole, _, fraction = number.partition(".")
        fraction = fraction[:least] + fraction[least:].rstrip("0")
        number = f"{whole}.{fraction}" if fraction else whole
    if "," not in places[0].rstrip(","):
        number = number.replace(",", "")
    sign = "-" if value < 0 and (not negative or "(" not in bare) else ""
    return sign + _around(section, number, percent)


def general(value: float) -> str:
    """Return a number as a cell without a format shows it."""
    return str(int(value)) if value == int(value) and abs(value) < 10**GENERAL_DIGITS else f"{value:.{GENERAL_DIGITS}g}"


def _rounded(value: Decimal, decimals: int) -> str:
    """Round as a spreadsheet does, .4155 up to .416, with a comma at each thousand."""
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


def _scaled(places: str) -> int:
    """Count the thousands that commas behind the last digit take away."""
    return max(len(part) - len(part.rstrip(",")) for part in places.split("."))


def _around(section: str, number: str, percent: int) -> str:
    """Put a number between the section's own letters, such as a currency's sign."""
    literal = _LITERAL.sub(lambda part: part[1] or part[2] or part[3] or "", section)
    found = _PLACES.search(literal)
    if found is None:
        return number + "%" * percent
    return (literal[: found.start()] + number + literal[found.end() :]).strip()


def _date(value: float, epoch: datetime) -> str:
    moment = from_excel(value, epoch)
    if isinstance(moment, datetime) and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="auto") if isinstance(moment, datetime) else _plain(moment)


def _plain(moment: date | time | timedelta | None) -> str:
    return "" if moment is None else str(moment)


def _duration(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{'-' * (seconds < 0)}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}:{abs(seconds) % 60:02}"
