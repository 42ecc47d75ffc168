"""Typed records in a JSON Lines file."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from debate.errors import RunFolderError
from debate.files.jsonl import JsonLines

Record = TypeVar("Record")


class Records(Generic[Record]):
    """Records of one type in a JSON Lines file.

    Args:
        path: the file; the first append makes it.
        kind: a dataclass.
        what: the name of a record in error messages.
        of_today: turns what an older version wrote into what today's writes.
    """

    def __init__(
        self,
        path: Path,
        kind: type[Record],
        what: str,
        of_today: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values,
    ) -> None:
        self._file = JsonLines(path)
        self._kind: TypeAdapter[Any] = TypeAdapter(kind)
        self._what = what
        self._of_today = of_today

    def read(self) -> list[Record]:
        """Return all records, in the order in which they were added.

        Raises:
            RunFolderError: the file cannot be read, or a line is not a record of that kind.
        """
        found = []
        for number, (_, line) in enumerate(self._file.lines(), 1):
            try:
                found.append(self._kind.validate_python(self._of_today(json.loads(line))))
            except (ValueError, AttributeError) as error:  # pydantic's are among them
                raise RunFolderError(
                    f"{self._file.path}, line {number} is not a valid {self._what}; remove the line"
                ) from error
        return found

    def add(self, records: Sequence[Record]) -> None:
        """Append records, synced to the disk together; what is not valid Unicode becomes a question mark."""
        values = [self._kind.dump_python(one, mode="json") for one in records]
        self._file.append([json.dumps(one, ensure_ascii=False).encode(errors="replace") + b"\n" for one in values])
