"""The journal of a run: one line of JSON a finished row, appended and synced, never rewritten.

It is the record that everything else is made from. A process killed while it writes leaves half a line at the
end; opening the journal cuts that off, so that only whole rows count. Keeps no row in memory, only where it lies.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from debate.errors import RunFolderError
from debate.results import QuestionResult

_RESULT = TypeAdapter(QuestionResult)


class Journal:
    """Finished rows on disk, by question id; a row written again (a retried failure) replaces the earlier one.

    Args:
        path: the file; made where it is missing.

    Raises:
        RunFolderError: the file cannot be opened, or a line of it is not a row.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offsets: dict[str, int] = {}
        self._failed: set[str] = set()
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise RunFolderError(f"cannot write {path}: {error.strerror}; choose another --out") from error
        try:
            self._recover()
        except RunFolderError:
            self._file.close()
            raise

    def __contains__(self, question_id: object) -> bool:
        return question_id in self._offsets

    def __len__(self) -> int:
        return len(self._offsets)

    @property
    def failed(self) -> frozenset[str]:
        """Return the ids of the rows that failed."""
        return frozenset(self._failed)

    def extend(self, results: Sequence[QuestionResult]) -> None:
        """Write rows and sync them to the disk together.

        Raises:
            RunFolderError: the disk is full or gone; rows that were written before are kept.
        """
        lines = [_line(result) for result in results]
        offset = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(b"".join(lines))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise RunFolderError(
                f"cannot write {self.path}: {error.strerror}; {len(self)} finished rows are kept: "
                "make room and run the same command again"
            ) from error
        for result, line in zip(results, lines, strict=True):
            self._note(result.question.id, offset, failed=bool(result.error))
            offset += len(line)

    def row(self, question_id: str) -> QuestionResult:
        """Read one row back."""
        self._file.seek(self._offsets[question_id])
        return self._parse(self._file.readline())

    def rows(self, order: dict[str, int]) -> Iterator[QuestionResult]:
        """Read all rows back one by one, in this order of their ids; others follow as they finished."""
        last = len(order)
        for question_id in sorted(self._offsets, key=lambda one: (order.get(one, last), self._offsets[one])):
            yield self.row(question_id)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _recover(self) -> None:
        self._file.seek(0)
        offset = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                self._file.truncate(offset)
                break
            result = self._parse(line, number)
            self._note(result.question.id, offset, failed=bool(result.error))
            offset += len(line)

    def _parse(self, line: bytes, number: int | None = None) -> QuestionResult:
        try:
            return _RESULT.validate_json(line)
        except ValidationError as error:
            where = f", line {number}," if number else ""
            raise RunFolderError(
                f"{self.path}{where} is not a row of a run; restore the file or remove the line"
            ) from error

    def _note(self, question_id: str, offset: int, *, failed: bool) -> None:
        self._offsets[question_id] = offset
        (self._failed.add if failed else self._failed.discard)(question_id)


def _line(result: QuestionResult) -> bytes:
    try:
        return _RESULT.dump_json(result) + b"\n"
    except PydanticSerializationError:  # half of a surrogate pair, which is no text in UTF-8: a question mark instead
        values = _RESULT.dump_python(result, mode="json")
        return json.dumps(values, ensure_ascii=False).encode(errors="replace") + b"\n"
