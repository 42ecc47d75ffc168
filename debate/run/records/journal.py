"""The journal of a run, ``results.jsonl``: one line per finished row, from which all other files are made.

Rows are identified by their question's key (id and text). Only their offsets are kept in memory. Opening and reading
change nothing on disk.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticSerializationError

from chains.schemas import Question
from debate.errors import RunFolderError
from debate.files.jsonl import JsonLines
from debate.results import QuestionResult

_RESULT = TypeAdapter(QuestionResult)


@dataclass(frozen=True)
class _Written:
    abstained: bool = False


@dataclass(frozen=True)
class _Head:
    """What resuming needs of a row; reading no more of it is ten times as fast, which counts at 100,000 rows."""

    question: Question
    model: str
    seconds: float
    error: str = ""
    opinion: _Written | None = None

    @property
    def abstained(self) -> bool:
        return not self.error and self.opinion is not None and self.opinion.abstained


_HEAD = TypeAdapter(_Head)


class Journal:
    """Finished rows on disk; a row written again (a retried failure) replaces the earlier one of the same key.

    Args:
        path: the file; the first append makes it.

    Raises:
        RunFolderError: the file cannot be read, or a line of it is not a row.
    """

    def __init__(self, path: Path) -> None:
        self._file = JsonLines(path)
        self._offsets: dict[str, int] = {}
        self._failed: set[str] = set()
        self._abstained: set[str] = set()
        self._answered: dict[tuple[str, str], str] = {}  # what a question asks -> the key of its row
        for number, (offset, line) in enumerate(self._file.lines(), 1):
            self._note(self._head(line, number), offset)

    def __contains__(self, key: object) -> bool:
        return key in self._offsets

    @property
    def failed(self) -> frozenset[str]:
        """Return the keys of the rows that failed."""
        return frozenset(self._failed)

    @property
    def finished(self) -> frozenset[str]:
        """Return the keys of all rows, failed ones included."""
        return frozenset(self._offsets)

    @property
    def abstained(self) -> frozenset[str]:
        """Return the keys of the rows whose answer is an abstention."""
        return frozenset(self._abstained)

    def extend(self, results: Sequence[QuestionResult]) -> None:
        """Write rows and sync them to the disk together.

        Raises:
            RunFolderError: the disk is full or gone; rows that were written before are kept.
        """
        lines = [_line(result) for result in results]
        offset = self._file.append(lines)
        for line in lines:
            self._note(self._head(line), offset)
            offset += len(line)

    def rows(self, questions: Iterable[Question] | None = None) -> Iterator[QuestionResult]:
        """Read the rows of these questions one by one, in their order; all rows unless questions are given.

        A question that has no row is passed over, and so is a row whose question is not among these.
        """
        if not self._offsets:  # before the first row there may be no file
            return
        if questions is None:
            yield from map(self._parse, self._file.at(list(self._offsets.values())))
            return
        finished = [one for one in questions if one.key in self._offsets]
        lines = self._file.at(self._offsets[one.key] for one in finished)
        for question, line in zip(finished, lines, strict=True):
            yield replace(self._parse(line), question=question)

    def answered(self, question: Question) -> QuestionResult | None:
        """Return a finished row that answers a question of exactly this text and background, under whatever id."""
        key = self._answered.get(question.asked)
        return None if key is None else self._parse(next(self._file.at([self._offsets[key]])))

    def _parse(self, line: bytes) -> QuestionResult:
        try:
            return _RESULT.validate_json(line)
        except ValidationError as error:
            raise self._no_row() from error

    def _head(self, line: bytes, number: int | None = None) -> _Head:
        try:
            return _HEAD.validate_json(line)
        except ValidationError as error:
            raise self._no_row(number) from error

    def _no_row(self, number: int | None = None) -> RunFolderError:
        where = f", line {number}," if number else ""
        return RunFolderError(f"{self._file.path}{where} is not a row of a run; restore the file or remove the line")

    def _note(self, row: _Head, offset: int) -> None:
        key = row.question.key
        self._offsets.pop(key, None)  # the latest row comes last
        self._offsets[key] = offset
        self._abstained.discard(key)
        if row.abstained:
            self._abstained.add(key)
        if row.error:
            self._failed.add(key)
        else:
            self._failed.discard(key)
            self._answered[row.question.asked] = key


def _line(result: QuestionResult) -> bytes:
    try:
        return _RESULT.dump_json(result) + b"\n"
    except PydanticSerializationError:  # half of a surrogate pair, which is no text in UTF-8: a question mark instead
        values = _RESULT.dump_python(result, mode="json")
        return json.dumps(values, ensure_ascii=False).encode(errors="replace") + b"\n"
