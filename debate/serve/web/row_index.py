"""What a list of rows shows of each row, read once from a run's journal and brought up to date as it grows.

Keeps a summary and the place of each row, never a row; 10,000 rows take a few megabytes.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from chains.schemas import Question
from debate.amounts import length
from debate.errors import RunFolderError
from debate.files.jsonl import JsonLines
from debate.results import QuestionResult

Order = Literal["", "latest", "id", "supported", "words", "-seconds"]
Show = Literal["", "done", "failed", "abstained", "looped", "unsupported", "dropped", "debated"]
_NAMED = 3  # of broken lines
_MOMENT = 0.05  # seconds that a request spends on reading
_RESULT = TypeAdapter(QuestionResult)


class _Text(BaseModel):
    loop: str = ""
    dropped: tuple[str, ...] = ()


class _Opinion(_Text):
    answer: str = ""
    words: int = 0
    supported: float | None = None
    abstained: bool = False
    unsupported: tuple[str, ...] = ()


class _Line(BaseModel):
    """As much of a row as its summary needs."""

    question: Question
    status: str = "done"
    seconds: float = 0.0
    error: str = ""
    outcome: str | None = None
    opinion: _Opinion | None = None
    turns: tuple[_Text, ...] = ()
    verdict: _Text | None = None

    def tags(self) -> list[str]:
        texts = [one for one in (self.opinion, *self.turns, self.verdict) if one]
        found = {
            "abstained": bool(self.opinion and self.opinion.abstained),
            "looped": any(one.loop for one in texts),
            "dropped": any(one.dropped for one in texts),
            "unsupported": bool(self.opinion and self.opinion.unsupported),
            "debated": bool(self.turns),
        }
        return [self.status, *(tag for tag, is_so in found.items() if is_so)]


@dataclass(frozen=True)
class RowSummary:
    """One row in a list; ``supported`` in percent."""

    id: str
    question: str
    parent: str
    tags: tuple[str, ...]
    words: int
    length: str
    supported: int | None
    seconds: float
    turns: int
    error: str
    outcome: str

    @property
    def failed(self) -> bool:
        """Whether the row failed."""
        return "failed" in self.tags


@dataclass(frozen=True)
class RowPage:
    """A piece of a list: how many rows fit what was asked for, and whether the journal was read to its end."""

    rows: tuple[RowSummary, ...]
    fitting: int
    read: int
    complete: bool


class RowIndex:
    """The rows of one journal; several threads may ask."""

    def __init__(self, path: Path) -> None:
        self._file = JsonLines(path)
        self._rows: dict[str, tuple[RowSummary, int]] = {}  # by key, the latest last
        self._keys: dict[str, str] = {}  # of the latest row with an id
        self._broken: list[int] = []  # numbers of lines that are not rows
        self._lines = 0
        self._end = 0
        self._lock = Lock()

    @property
    def end(self) -> int:
        """Up to which byte the journal was read."""
        return self._end

    @property
    def damage(self) -> str:
        """Return which lines are not rows, and what to do; "" if all are."""
        if not self._broken:
            return ""
        remedy = f"restore the file, or remove the line{'s' * (len(self._broken) > 1)}"
        if len(self._broken) == 1:
            return f"line {self._broken[0]} of {self._file.path.name} is not a row of this run; {remedy}"
        named = ", ".join(map(str, self._broken[:_NAMED])) + ", …" * (len(self._broken) > _NAMED)
        return f"{len(self._broken)} lines of {self._file.path.name} ({named}) are not rows of this run; {remedy}"

    def read_on(self) -> bool:
        """Read what is new, for a moment at most; whether the end was reached."""
        until = time.monotonic() + _MOMENT
        with self._lock:
            if self._file.size() < self._end:  # another run was put in its place
                self._rows.clear()
                self._keys.clear()
                self._broken.clear()
                self._lines = self._end = 0
            for offset, line in self._file.lines(self._end):
                self._note(line, offset)
                self._end = offset + len(line)
                if time.monotonic() > until:
                    return False
        return True

    def page(self, start: int, count: int, *, show: Show = "", order: Order = "", find: str = "") -> RowPage:
        """Return a piece of the rows that fit, in an order."""
        complete = self.read_on()
        with self._lock:
            rows = [row for row, _ in self._rows.values()]
        words = find.lower().split()
        fits = [one for one in rows if (not show or show in one.tags) and (not words or _has(one, words))]
        if order:
            fits.sort(key=_KEYS[order.lstrip("-")], reverse=order == "-seconds")
        if order == "latest":
            fits.reverse()
        return RowPage(tuple(fits[start : start + count]), len(fits), len(rows), complete)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def failed(self) -> int:
        """How many rows failed, of those that were read."""
        with self._lock:
            return sum(row.failed for row, _ in self._rows.values())

    def result(self, question_id: str) -> QuestionResult | None:
        """Return a whole row by its question's id; None if it has none yet.

        Raises:
            RunFolderError: the journal cannot be read.
        """
        while not self.read_on() and question_id not in self._keys:
            pass
        with self._lock:
            key = self._keys.get(question_id)
            if key is None:
                return None
            offset = self._rows[key][1]
        try:
            return _RESULT.validate_json(next(self._file.at([offset])))
        except ValidationError as error:
            place = f"{self._file.path}, byte {offset},"
            raise RunFolderError(f"{place} is not a row of a run; restore the file") from error

    def neighbours(self, question_id: str) -> tuple[str, str]:
        """Return the ids of the rows before and after one; "" if there is none."""
        with self._lock:
            ids = [row.id for row, _ in self._rows.values()]
        if question_id not in ids:
            return "", ""
        place = ids.index(question_id)
        return (ids[place - 1] if place else ""), (ids[place + 1] if place + 1 < len(ids) else "")

    def _note(self, line: bytes, offset: int) -> None:
        self._lines += 1
        try:
            row = _Line.model_validate_json(line)
        except ValidationError:
            self._broken.append(self._lines)
            return
        key = row.question.key
        self._rows.pop(key, None)
        self._rows[key] = (_summary(row), offset)
        self._keys[row.question.id] = key


def _summary(row: _Line) -> RowSummary:
    opinion = row.opinion
    return RowSummary(
        id=row.question.id,
        question=row.question.text,
        parent=row.question.parent_id,
        tags=tuple(row.tags()),
        words=opinion.words if opinion else 0,
        length=length(opinion.words, opinion.answer) if opinion else "",
        supported=None if opinion is None or opinion.supported is None else round(100 * opinion.supported),
        seconds=round(row.seconds, 1),
        turns=len(row.turns),
        error=row.error,
        outcome=row.outcome or "",
    )


def _has(row: RowSummary, words: list[str]) -> bool:
    text = f"{row.id} {row.question} {row.error}".lower()
    return all(word in text for word in words)


def _natural(text: str) -> Iterator[tuple[int, str]]:
    """Order q2 before q10."""
    for digits, rest in re.findall(r"(\d+)|(\D+)", text):
        yield (int(digits[:18]) if digits else -1, rest)


_KEYS: dict[str, Callable[[RowSummary], Any]] = {
    "latest": lambda _: 0,
    "id": lambda row: tuple(_natural(row.id)),
    "supported": lambda row: 101 if row.supported is None else row.supported,
    "words": lambda row: row.words,
    "seconds": lambda row: row.seconds,
}
