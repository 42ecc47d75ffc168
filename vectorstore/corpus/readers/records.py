"""What a reader returns: the records of one file, and what was left out of it."""

import json
import math
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# The column or key that holds a record's text, in the order they are looked for.
TEXT_FIELDS = ("text", "content", "page_content", "body", "passage", "context")
TITLE_FIELDS = ("title", "name", "heading")
# Metadata of ours, a search's included; a column of this name is kept beside it as "column_NAME".
OURS = frozenset({"source", "title", "start", "row", "score", "question_score", "pov_scores", "rank"})
# Python refuses to read and write whole numbers of more than 4,300 digits.
MOST_DIGITS = 300
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Record:
    """One text of a file: the whole of it, or a row of a table (`row` counts from 1, the header apart)."""

    text: str
    title: str
    row: int | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: _NONE)


class Records(list[Record]):
    """The records of a file, a plain list.

    Attributes:
        left_out: what of the file is not among them, each with its place and the reason.
    """

    def __init__(self, records: Iterable[Record] = (), left_out: Iterable[str] = ()) -> None:
        """Hold them."""
        super().__init__(records)
        self.left_out = list(left_out)


def field_record(fields: Iterable[tuple[str, Any]], row: int, title: str) -> Record:
    """Turn names and values into a record: the text field, or every filled one as a `name: value` line.

    Args:
        fields: the same name may come twice; both values are kept.
        title: where no field is a title.
    """
    filled = [(name, value) for name, value in fields if value not in (None, "")]
    first = {name.casefold(): i for i, (name, _) in reversed(list(enumerate(filled)))}
    text_at = next((first[name] for name in TEXT_FIELDS if name in first), None)
    title_at = next((first[name] for name in TITLE_FIELDS if name in first), None)
    heading = title if title_at is None else _in_words(filled[title_at][1], ", ")
    if text_at is None:
        return Record("\n".join(f"{name}: {_in_words(value, ', ')}" for name, value in filled), heading, row)
    others = (pair for i, pair in enumerate(filled) if i not in (text_at, title_at))
    return Record(_in_words(filled[text_at][1], "\n\n"), heading, row, metadata(others))


def _in_words(value: Any, between: str) -> str:
    """Return a value as text: the texts of a list, and anything else that is none as JSON writes it."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return between.join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def metadata(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return fields as metadata: unique names that are not `OURS`, and values that JSON can hold."""
    kept: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    for given, value in fields:
        name = f"column_{given}" if given.casefold() in OURS else given
        kept[_unique(name, kept, counts)] = _plain(value)
    return kept


def _plain(value: Any) -> Any:
    """Keep what JSON can hold; a date or any other value becomes its text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if isinstance(value, str | int | list | dict) else str(value)


def parse_json(text: str) -> tuple[Any, list[str]]:
    """Read JSON, and return its value and the keys that occur twice in one object.

    The further values of such a key are kept under "KEY (2)" and so on. A number that JSON cannot hold again, as NaN or
    1e999, becomes its text.
    """
    repeated: list[str] = []

    def real(digits: str) -> float | str:
        return float(digits) if math.isfinite(float(digits)) else digits

    def whole(digits: str) -> int | str:
        return int(digits) if len(digits) <= MOST_DIGITS else digits

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        counts: Counter[str] = Counter()
        for name, value in pairs:
            if name in kept:
                repeated.append(name)
            kept[_unique(name, kept, counts)] = value
        return kept

    return json.loads(text, parse_constant=str, parse_float=real, parse_int=whole, object_pairs_hook=fields), repeated


def _unique(name: str, taken: Container[str], counts: Counter[str]) -> str:
    """Return a name, or with the next number behind it that makes it one of its own; `counts` holds those given."""
    while True:
        counts[name] += 1
        one = name if counts[name] == 1 else f"{name} ({counts[name]})"
        if one not in taken:
            return one
