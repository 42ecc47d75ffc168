"""Metadata filters, one meaning for every store.

A filter names values, `{"speaker": "Ann", "year": [2023, 2024]}` (any of several), or conditions with the operators
that LangChain's stores share: `{"year": {"$gte": 2000}}`, `{"$or": [{"speaker": "Ann"}, {"year": 2024}]}`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from langchain_core.documents import Document

from vectorstore.errors import StoreError

# Metadata that a document must have, see above; or a test of the document.
Filter = Mapping[str, Any] | Callable[[Document], bool]
Condition = Callable[[Mapping[str, Any]], bool]

EXACT = 2**53  # from here on a float is not every whole number

_ABSENT = object()


def _is_among(value: Any, allowed: Sequence[Any]) -> bool:
    """Return whether a value is one of several."""
    return any(_is_same(value, one) for one in allowed)


def _is_same(value: Any, other: Any) -> bool:
    """Return whether two values are the same, as JSON compares them: true is not 1, in a list or dict neither."""
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_is_same, value, other))
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(_is_same(value[key], other[key]) for key in value)
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def _is_ordered(value: Any, other: Any) -> bool:
    """Return whether two values have an order: two numbers or two texts."""
    kinds = [(int, float) if isinstance(one, int | float) else str for one in (value, other)]
    return kinds[0] == kinds[1] and isinstance(value, kinds[0]) and isinstance(other, kinds[1])


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, one: _is_among(value, [one]),
    "$ne": lambda value, one: not _is_among(value, [one]),
    "$in": _is_among,
    "$nin": lambda value, several: not _is_among(value, several),
    "$gt": lambda value, one: _is_ordered(value, one) and value > one,
    "$gte": lambda value, one: _is_ordered(value, one) and value >= one,
    "$lt": lambda value, one: _is_ordered(value, one) and value < one,
    "$lte": lambda value, one: _is_ordered(value, one) and value <= one,
}
_COMBINE: dict[str, Callable[[Sequence[bool]], bool]] = {"$and": all, "$or": any}


def condition(wanted: Mapping[str, Any]) -> Condition:
    """Return the test of a document's metadata that a filter means; a document without a name passes `$ne` and `$nin`.

    Raises:
        StoreError: the filter has an unknown operator, or a value that no metadata has.
    """
    if not isinstance(wanted, Mapping):
        raise StoreError(f"The filter {wanted!r} is neither a dict nor a function. Use e.g. {{'speaker': 'Ann'}}.")
    nameless = next((name for name in wanted if not isinstance(name, str)), "")
    if nameless != "":
        raise StoreError(f"The filter's {nameless!r} is no name that metadata have. Write it as a text.")
    parts = [_part(name, value) for name, value in wanted.items()]
    return lambda metadata: all(part(metadata) for part in parts)


def _part(name: str, value: Any) -> Condition:
    if name in _COMBINE:
        if not isinstance(value, list | tuple) or not value:
            raise StoreError(f"The filter's {name} needs a list of filters, not {value!r}.")
        parts = [condition(one) for one in value]
        return lambda metadata: _COMBINE[name]([part(metadata) for part in parts])
    if name.startswith("$"):
        raise _unknown(name)
    tests = [(_COMPARE[operator], operand) for operator, operand in _operands(name, value).items()]
    return lambda metadata: all(test(metadata.get(name, _ABSENT), operand) for test, operand in tests)


def plain_values(wanted: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return the names for which a filter wants any of some plain values and nothing else.

    A database finds these itself: its equality is that of `condition`. It is not for a number beyond 2**53, which a
    float may round, and for a list or dict that may hold one.
    """
    each = {name: _operands(name, value) for name, value in wanted.items() if not name.startswith("$")}
    only = {name: tests["$in"] for name, tests in each.items() if tests.keys() == {"$in"}}
    return {name: allowed for name, allowed in only.items() if all(map(_is_plain, allowed))}


def _is_plain(value: Any) -> bool:
    return abs(value) < EXACT if isinstance(value, int | float) else not isinstance(value, list | dict)


def _operands(name: str, value: Any) -> Mapping[str, Any]:
    """Return operators and operands of what a filter wants of one name; a plain value or list is `$in`."""
    wanted: Mapping[str, Any] = {"$in": value if isinstance(value, list | tuple | set) else [value]}
    if isinstance(value, Mapping) and any(str(key).startswith("$") for key in value):
        wanted = value
    operands: dict[str, Any] = {}
    for operator, operand in wanted.items():
        if operator not in _COMPARE:
            raise _unknown(operator)
        if operator in ("$in", "$nin") and not isinstance(operand, list | tuple | set):
            raise StoreError(f"The filter's {operator} for {name!r} needs a list, not {operand!r}.")
        try:
            plain = list(operand) if isinstance(operand, set) else operand
            written = json.dumps([name, plain], allow_nan=False, ensure_ascii=False)
            written.encode()
        except (TypeError, ValueError) as error:
            raise StoreError(
                f"The filter's value {operand!r} for {name!r} is in no metadata: {error}. Use a text or a number."
            ) from error
        operands[operator] = json.loads(written)[1]  # a tuple is a list there, as in the metadata
    return operands


class Kinds(dict[str, set[str]]):
    """The names that a document must have to pass a filter, with the kinds of value that documents have there.

    A name that `$ne` or `$nin` passes without is left out.
    """

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        """Start with no document."""
        self._wanted = _compared(wanted)
        super().__init__((name, set()) for name in self._wanted)

    def note(self, metadata: Mapping[str, Any]) -> None:
        """Note what a document has."""
        for name in self.keys() & metadata.keys():
            self[name].add(kind_of(metadata[name]))

    def check(self, names: Callable[[], Iterable[str]]) -> None:
        """Raise StoreError where `trouble` says something."""
        if told := self.trouble(names):
            raise StoreError(told)

    def trouble(self, names: Callable[[], Iterable[str]]) -> str:
        """Say why nothing can pass: no document has a name, or values of its kind there; "" if neither.

        Args:
            names: returns those that the documents have.
        """
        for name, held in self.items():
            if not held:
                known = ", ".join(sorted(set(names()))) or "no metadata"
                return f"No document has {name!r}, which the filter asks for. They have: {known}."
            values, own = self._wanted[name], held - {"null"}
            if values and own and not {"null", *own} & values:
                asked, there = " and ".join(sorted(values)), " and ".join(sorted(own))
                return f"The filter compares {name!r} with a {asked}; the documents have a {there} there. Use one."
        return ""


def kind_of(value: Any) -> str:
    """Return what JSON calls a value."""
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def _compared(wanted: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the names that a document must have, each with the kinds of value that it is compared with."""
    found: dict[str, set[str]] = {}
    for name, value in wanted.items():
        if name in _COMBINE:
            for one in value:
                for inner, kinds in _compared(one).items():
                    found.setdefault(inner, set()).update(kinds)
            continue
        for operator, operand in _operands(name, value).items():
            if operator not in ("$ne", "$nin"):
                found.setdefault(name, set()).update(map(kind_of, operand if operator == "$in" else [operand]))
    return found


def _unknown(operator: str) -> StoreError:
    return StoreError(f"The filter's operator {operator!r} is unknown. Known: {', '.join([*_COMPARE, *_COMBINE])}.")
