"""Turn finished answers into training examples; every row that is left out is listed with the reason.

Reads results workbooks and any table with the columns ``instruction``, ``context`` and ``answer``.
"""

import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debate.amounts import amount
from debate.errors import TrainingDataError
from debate.output.sheet import CUT
from debate.training.data.corrections import without_old_measures
from debate.training.data.likeness import groups_of, repeated
from debate.training.data.tables import COLUMNS, LOG, Tell, read_rows
from debate.training.settings import FinetuneSettings
from vectorstore.text.letters import valid_text
from vectorstore.text.sentences import without_citations, word_count

Rows = list[tuple[int, Mapping[str, Any]]]  # with their numbers

_SELECTED_BY = {
    "min_supported": "supported",
    "min_rating": "rating",
    "max_copied": "copied",
}  # columns, by their filters
_PASSAGE = re.compile(r"(?:\A|\n\n)\[(\d{1,2})\] ")


@dataclass(frozen=True)
class Example:
    """One finished answer to learn from; ``place`` names its file and row."""

    question: str
    passages: tuple[str, ...]
    answer: str
    place: str


@dataclass(frozen=True)
class LeftOut:
    """A row that is not learned from, and why."""

    place: str
    reason: str


@dataclass(frozen=True)
class TrainingData:
    """Examples to learn from and to validate on; no question, nor a near-duplicate of it, is in both."""

    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    left_out: tuple[LeftOut, ...]


def read_training_data(settings: FinetuneSettings, tell: Tell = LOG.warning, working: Tell = LOG.info) -> TrainingData:
    """Read, check and split the rows of all data files.

    Args:
        settings: the files, and which of their rows count.
        tell: told of what is read, and of what a filter cannot select by.
        working: told of what takes its time.

    Raises:
        TrainingDataError: a file cannot be read or lacks a column, or fewer than two questions are left.
    """
    examples, left_out = read_examples(settings, tell, working)
    groups = _by_question(examples)
    if len(groups) < 2:
        reasons = f"; left out: {amount(len(left_out), 'row')}, the first: {left_out[0].reason}" if left_out else ""
        reasons = reasons or ("" if examples else "; the data have no rows below their column names")
        raise TrainingDataError(
            f"{len(groups)} question{'s' * (len(groups) != 1)} to learn from; at least 2 are needed, one to validate "
            f"on{reasons}"
        )
    order = list(range(len(groups)))
    random.Random(settings.seed).shuffle(order)  # noqa: S311 - a split, no secret
    held_out = set(order[: min(len(groups) - 1, max(1, round(len(groups) * settings.validation_share)))])
    return TrainingData(
        training=tuple(one for n, group in enumerate(groups) if n not in held_out for one in group),
        validation=tuple(one for n, group in enumerate(groups) if n in held_out for one in group),
        left_out=tuple(left_out),
    )


def read_examples(
    settings: FinetuneSettings, tell: Tell = LOG.warning, working: Tell = LOG.info
) -> tuple[list[Example], list[LeftOut]]:
    """Return the rows that pass the settings' filters, and those that do not; arguments as ``read_training_data``.

    Raises:
        TrainingDataError: a file cannot be read or lacks a column; no file has one that a filter selects by.
    """
    tables: dict[Path, Rows] = {}
    for path in settings.data:
        working(f"reading {path}")
        tables[path] = list(_checked_rows(path, tell))
    _check_filters(tables, settings, tell)
    _tell_ratings(tables, settings, tell)
    tables = {path: _without_old_measures(path, table, settings, tell) for path, table in tables.items()}
    rows = [(f"{path.name}, row {number}", row) for path, table in tables.items() for number, row in table]
    reasons = [_reason_against(row, settings) for _, row in rows]
    asked = [
        f"{row['instruction']} {row['answer']}" for (_, row), reason in zip(rows, reasons, strict=True) if not reason
    ]
    twice = iter(repeated(asked, lambda done: working(f"{done:,} of {len(asked):,} answers compared with one another")))
    kept: list[Example] = []
    left_out: list[LeftOut] = []
    for (place, row), reason in zip(rows, reasons, strict=True):
        if reason or next(twice):
            left_out.append(LeftOut(place, reason or "nearly the same as an earlier row"))
            continue
        answer = without_citations(_text(row, "answer"))  # the product adds them; the model does not write them
        kept.append(Example(_text(row, "instruction"), split_context(_text(row, "context")), answer, place))
    return kept, left_out


def _without_old_measures(path: Path, rows: Rows, settings: FinetuneSettings, tell: Tell) -> Rows:
    kept, corrected = without_old_measures(path, rows)
    flags = [flag for flag in ("--min-supported", "--max-copied") if flag in settings.filters]
    if corrected and flags:
        what = amount(corrected, "corrected answer")
        tell(f"{path}: {what}, of which nothing is measured, so {' and '.join(flags)} select none of them out")
    return kept


def _tell_ratings(tables: Mapping[Path, Rows], settings: FinetuneSettings, tell: Tell) -> None:
    rated = sum(_number(row, "rating") is not None for rows in tables.values() for _, row in rows)
    if rated and settings.min_rating is None:
        tell(
            f"{amount(rated, 'answer')} of the data {'is' if rated == 1 else 'are'} rated; --min-rating selects by that"
        )


def _check_filters(tables: Mapping[Path, Rows], settings: FinetuneSettings, tell: Tell) -> None:
    """Refuse a filter by a column that no file has; tell of the files without it where another has it."""
    names = {path: dict.fromkeys(name for _, row in rows for name in row) for path, rows in tables.items() if rows}
    for name, column in _SELECTED_BY.items():
        without = [path for path, own in names.items() if column not in own]
        if getattr(settings, name) is None or not without:
            continue
        flag, first = f"--{name.replace('_', '-')}", without[0]
        if len(without) == len(names):
            raise TrainingDataError(
                f"{first} has no column {column!r}, by which {flag} selects (it has: {', '.join(names[first])}); "
                f"leave out {flag}, or add the column"
            )
        what = "takes none of its rows" if column == "rating" else "takes all its rows"
        for path in without:
            tell(f"{path} has no column {column!r}, so {flag} {what}")


def split_context(context: str) -> tuple[str, ...]:
    """Split a workbook's context at its numbers, [1], [2] …; text without them is one passage."""
    context = context.strip()
    in_order: list[re.Match[str]] = []
    for found in _PASSAGE.finditer(context):
        if int(found.group(1)) == len(in_order) + 1:  # a passage's own footnote is out of order
            in_order.append(found)
    if not in_order or in_order[0].start() != 0:
        return (context,) if context else ()
    ends = [found.start() for found in in_order[1:]] + [len(context)]
    return tuple(context[found.end() : end].strip() for found, end in zip(in_order, ends, strict=True))


def _checked_rows(path: Path, tell: Tell) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, row in read_rows(path, tell):
        missing = [name for name in COLUMNS if name not in row]
        if missing:
            raise TrainingDataError(
                f"{path}, row {number} has no column {missing[0]!r} (it has: {', '.join(row)}); "
                "name the columns instruction, context and answer"
            )
        yield number, row


def _reason_against(row: Mapping[str, Any], settings: FinetuneSettings) -> str:
    """Say why a row is not learned from; "" if it is. Filters apply only where the row has their column."""
    if broken := next((name for name, value in row.items() if (told := f"{name}{value}") != valid_text(told)), None):
        return f"its {broken!a} contains half a surrogate pair, which is no text; correct it"
    status = _text(row, "status")
    words = word_count(_text(row, "answer"))
    supported, rating, copied = (_number(row, column) for column in _SELECTED_BY.values())
    if no_text := next((name for name in COLUMNS if isinstance(row[name], list | dict | bool)), ""):
        return f"its {no_text} is not text: {row[no_text]!r:.60}"
    if not _text(row, "instruction"):
        return "the question is empty"
    if not _text(row, "answer"):
        return "the answer is empty"
    if cut := next((name for name in COLUMNS if _text(row, name).endswith(CUT.strip())), ""):
        return f"its {cut} is cut, because a cell holds no more"
    if status and status != "done":
        return f"its status is {status}"
    for (name, column), number in zip(_SELECTED_BY.items(), (supported, rating, copied), strict=True):
        if getattr(settings, name) is not None and number is None and _text(row, column):
            return f"its {column} is no number: {_text(row, column)!r:.40}"
    if settings.min_supported is not None and "supported" in row and (supported or 0) < settings.min_supported:
        return f"supported {supported or 0:.0%}, below {settings.min_supported:.0%}"
    if settings.min_rating is not None and (rating is None or rating < settings.min_rating):
        return "not rated" if rating is None else f"rated {rating:g}, below {settings.min_rating:g}"
    if settings.max_copied is not None and copied is not None and copied > settings.max_copied:
        return f"copied {copied:.0%}, above {settings.max_copied:.0%}"
    if words < settings.min_words:
        return f"{amount(words, 'word')}, at least {settings.min_words} asked for"
    if settings.max_words is not None and words > settings.max_words:
        return f"{amount(words, 'word')}, at most {settings.max_words} asked for"
    if not settings.allow_defects and (defects := _text(row, "defects")):
        return f"defects: {'; '.join(defects.splitlines())}"
    return ""


def _by_question(examples: Sequence[Example]) -> list[list[Example]]:
    """Group the examples whose questions are the same or nearly so, in order."""
    return [[examples[at] for at in group] for group in groups_of([one.question for one in examples])]


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _number(row: Mapping[str, Any], name: str) -> float | None:
    text = _text(row, name)
    try:
        number = float(text.removesuffix("%").replace(",", ".")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
