"""A workbook's dates and times as the sheet shows them: 3 May 1911, 03.05.11, 2:30 PM, 30:00:00.

A format that leaves the order to the reader's own country, or names months in another language than English, gives
the date as ISO 8601 writes it.
"""

import re
from datetime import datetime, time, timedelta
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?:\[(?P<elapsed>h+|m+|s+)\]|(?P<second>s+))(?:\.(?P<part>0+))?'
    r"|(?P<unseen>\[[^\]]*\]|_.|\*.)|(?P<noon>AM/PM|A/P)|(?P<year>y+)|(?P<month>m+)|(?P<day>d+)|(?P<hour>h+)"
    r"|(?P<era>[egb]+)|(?P<letter>.)",
    re.IGNORECASE | re.DOTALL,
)
_LANGUAGE = re.compile(r"\[\$[^-\]]*-([0-9A-Fa-f]{1,8})\]")
ENGLISH = 0x09  # the lower ten bits of a Windows language
_DATED = frozenset(["year", "month", "day", "era"])
_SECONDS = {"h": 3600, "m": 60, "s": 1}
DAY = 86_400
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@lru_cache(1024)
def is_date(section: str) -> bool:
    """Return whether a section of a number format shows a date, a time or a length of time."""
    return bool(is_date_format(section)) or any(token["elapsed"] for token in _TOKEN.finditer(section))


def shown_date(value: float, section: str, epoch: datetime) -> str:
    """Return what a cell with this format shows; "" for a day that the calendar does not have.

    Args:
        value: days since the epoch.
    """
    tokens = _with_minutes(section)
    digits = max((len(token["part"] or "") for _, token in tokens), default=0)
    if any(kind == "elapsed" for kind, _ in tokens):
        length = round(abs(value) * DAY, digits)
        return "-" * (value < 0) + "".join(_elapsed(length, kind, token) for kind, token in tokens)
    try:
        moment = from_excel(round(value * DAY, digits) / DAY, epoch)
    except (OverflowError, ValueError):
        return ""
    if value < 0 or moment is None or isinstance(moment, timedelta):
        return ""
    if isinstance(moment, time):
        if any(kind in _DATED for kind, _ in tokens):
            return moment.isoformat()
        moment = datetime.combine(epoch, moment)
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if not _is_known(section, tokens):
        dated = any(kind in _DATED for kind, _ in tokens)
        timed = not dated or moment.time() != time()
        return " ".join([moment.date().isoformat()] * dated + [moment.time().isoformat()] * timed)
    half = any(kind == "noon" for kind, _ in tokens)
    return "".join(_text(moment, kind, token, half) for kind, token in tokens).strip()


@lru_cache(1024)
def _with_minutes(section: str) -> list[tuple[str, re.Match[str]]]:
    """Return each token with its kind: an "m" behind hours or before seconds is minutes."""
    tokens = list(_TOKEN.finditer(section))
    kinds = [
        "elapsed" if token["elapsed"] else "second" if token["second"] else str(token.lastgroup) for token in tokens
    ]
    timed = [i for i, kind in enumerate(kinds) if kind in ("year", "month", "day", "hour", "second", "elapsed")]
    for before, i, after in zip([None, *timed], timed, [*timed[1:], None], strict=False):
        behind_hours = before is not None and tokens[before][0].strip("[]").lower().startswith("h")
        if kinds[i] == "month" and (behind_hours or (after is not None and kinds[after] == "second")):
            kinds[i] = "minute"
    return list(zip(kinds, tokens, strict=True))


def _is_known(section: str, tokens: list[tuple[str, re.Match[str]]]) -> bool:
    """Return whether a format tells what it shows: no era, no reader's own order, no names but English ones."""
    found = _LANGUAGE.search(section)
    language = int(found[1], 16) if found else ENGLISH
    if any(kind == "era" for kind, _ in tokens) or language > 0xEFFF:  # F800 and F400 are the reader's own
        return False
    named = any(kind in ("month", "day") and len(token[0]) > 2 for kind, token in tokens)
    return not named or language & 0x3FF == ENGLISH


def _text(moment: datetime, kind: str, token: re.Match[str], half: bool) -> str:
    length = len(token[0])
    if kind == "year":
        return f"{moment.year:04}" if length > 2 else f"{moment.year % 100:02}"
    if kind in ("month", "day") and length > 2:
        name = _MONTHS[moment.month - 1] if kind == "month" else _DAYS[moment.weekday()]
        return name[:1] if length == 5 else name[:3] if length == 3 else name
    if kind == "noon":
        return token[0].split("/")[moment.hour >= 12]
    if kind == "second":
        whole, part = len(token["second"]), token["part"] or ""
        return f"{moment.second:0{min(whole, 2)}}" + f".{moment.microsecond:06}"[: len(part) + 1] * bool(part)
    if kind in ("month", "day", "hour", "minute"):
        number = (moment.hour - 1) % 12 + 1 if kind == "hour" and half else getattr(moment, kind)
        return f"{number:0{min(length, 2)}}"
    return _literal(token)


def _elapsed(seconds: float, kind: str, token: re.Match[str]) -> str:
    part = len(token["part"] or "")
    if kind == "elapsed":
        unit = token["elapsed"].lower()
        whole = f"{seconds / _SECONDS[unit[0]]:.{part}f}" if part else str(int(seconds // _SECONDS[unit[0]]))
        return whole.zfill(len(unit))
    if kind in ("minute", "hour"):
        return f"{int(seconds // _SECONDS[kind[0]] % 60):0{min(len(token[0]), 2)}}"
    if kind == "second":
        return f"{seconds % 60:0{2 + part + bool(part)}.{part}f}"
    return _literal(token)


def _literal(token: re.Match[str]) -> str:
    return token["quoted"] or token["escaped"] or token["letter"] or ""
