"""Which questions each seed became, kept in ``questions.jsonl``: a resumed run finds the same children."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from chains.schemas import Question
from debate.errors import RunFolderError

_FAMILY = TypeAdapter(tuple[Question, ...])


class DeepenedQuestions:
    """The children of each seed question, by the seed's id; appended as they are made.

    Raises:
        RunFolderError: the file holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._children: dict[str, tuple[Question, ...]] = {}
        if path.exists():
            self._read()

    def get(self, seed: Question) -> tuple[Question, ...] | None:
        """Return a seed's children, or None where they were not made yet."""
        return self._children.get(seed.id)

    def extend(self, made: Iterable[tuple[Question, Sequence[Question]]]) -> None:
        """Keep the children of these seeds, synced to the disk together."""
        lines = b""
        for seed, children in made:
            self._children[seed.id] = tuple(children)
            family = {"seed": seed.id, "questions": [asdict(child) for child in children]}
            lines += json.dumps(family, ensure_ascii=False).encode() + b"\n"
        try:
            with self._path.open("ab") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RunFolderError(f"cannot write {self._path}: {error.strerror}; make room and run it again") from error

    def _read(self) -> None:
        try:
            text = self._path.read_bytes()
        except OSError as error:
            raise RunFolderError(f"cannot read {self._path}: {error.strerror}; restore or remove it") from error
        whole = text[: text.rfind(b"\n") + 1]  # a killed process leaves half a line at the end
        if len(whole) < len(text):
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                family = json.loads(line)
                self._children[family["seed"]] = _FAMILY.validate_python(family["questions"])
            except (ValueError, KeyError, TypeError, ValidationError) as error:
                raise RunFolderError(
                    f"{self._path}, line {number} is not a list of questions; remove the line"
                ) from error
