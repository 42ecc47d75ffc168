"""Typed records in a JSON Lines file, appended as a comparison proceeds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from chains.schemas import Chunk
from debate.compare.controls import ControlAnswer
from debate.compare.effort import Effort
from debate.compare.judge import Judged
from debate.compare.measures import Answer
from debate.errors import RunFolderError
from debate.run.records.jsonl import JsonLines

Record = TypeVar("Record")


@dataclass(frozen=True)
class Passages:
    """What was retrieved for a question."""

    question: str
    chunks: tuple[Chunk, ...]


class Records(Generic[Record]):
    """A file of records of one kind.

    Args:
        what: the kind, for a message.
    """

    def __init__(self, path: Path, kind: type[Record], what: str) -> None:
        self._file = JsonLines(path)
        self._kind: TypeAdapter[Any] = TypeAdapter(kind)
        self._what = what

    def read(self) -> list[Record]:
        """Return all records, in the order in which they were added.

        Raises:
            RunFolderError: the file cannot be read, or a line is no record of that kind.
        """
        found = []
        for number, (_, line) in enumerate(self._file.lines(), 1):
            try:
                found.append(self._kind.validate_json(line))
            except ValidationError as error:
                raise RunFolderError(f"{self._file.path}, line {number} is no {self._what}; remove the line") from error
        return found

    def add(self, records: Sequence[Record]) -> None:
        """Keep records, synced to the disk together."""
        values = [self._kind.dump_python(one, mode="json") for one in records]
        self._file.append([json.dumps(one, ensure_ascii=False).encode(errors="replace") + b"\n" for one in values])


class ComparisonFiles:
    """The files of a comparison's folder."""

    def __init__(self, folder: Path, models: Sequence[str]) -> None:
        self.passages = Records(folder / "passages.jsonl", Passages, "passages")
        self.answers = [Records(folder / f"answers-{n}.jsonl", Answer, "answer") for n in range(1, len(models) + 1)]
        self.controls = Records(folder / "controls.jsonl", ControlAnswer, "answer to a control question")
        self.efforts = Records(folder / "efforts.jsonl", Effort, "effort of a model")
        self.judged = Records(folder / "judgements.jsonl", Judged, "judgement")

    def answers_by_key(self, number: int) -> dict[str, Answer]:
        """Return a model's answers by question; the latest counts."""
        return {one.question_key: one for one in self.answers[number].read()}

    def passages_by_key(self) -> dict[str, tuple[Chunk, ...]]:
        """Return the passages by question."""
        return {one.question: one.chunks for one in self.passages.read()}
