"""The reader's ratings and corrections, which exist only in the workbook and are read before it is written again.

A rating belongs to a row's id, question and answer; a new answer has no rating. A workbook with answers that a reader
changed is not written over: it is kept under another name.
"""

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook

from debate.errors import RunFolderError
from debate.output.columns import Cell
from debate.output.sheet import cell_text
from debate.results import QuestionResult

_KEY = ("question_id", "instruction", "answer")


class Ratings:
    """The ratings of one workbook, whatever the reader wrote there."""

    def __init__(self, workbook: Path) -> None:
        self._workbook = workbook
        self._written: tuple[int, int] | None = None
        self._known: dict[tuple[str, ...], Cell] = {}
        self._found: dict[tuple[str, ...], Cell] = {}

    def of(self, result: QuestionResult) -> Cell:
        """Return the rating of a row, or None."""
        return self._known.get(_key_of(result))

    def refresh(self) -> None:
        """Read the workbook if somebody saved it since ``keep``.

        Raises:
            RunFolderError: it cannot be read, so that its ratings would be lost.
        """
        self._found = _read(self._workbook) if self._state() not in (None, self._written) else {}
        self._known |= {key: rating for key, rating in self._found.items() if rating is not None}

    def set_aside(self, results: Iterable[QuestionResult]) -> Path | None:
        """Give the workbook that was just read another name if it has answers that none of the rows has.

        Returns:
            The new path, or None where there is nothing that the rows do not have.

        Raises:
            RunFolderError: it cannot be renamed.
        """
        own = {_key_of(result) for result in results} if self._found else set()
        if all(key in own for key in self._found if key[-1]):
            return None
        names = (self._workbook.with_name(f"{self._workbook.stem}-edited{n or ''}.xlsx") for n in count())
        aside = next(path for path in names if not path.exists())
        try:
            self._workbook.rename(aside)
        except OSError as error:
            raise RunFolderError(
                f"{self._workbook} has answers that were changed there, and cannot be renamed to {aside.name}: {error};"
                " close it and run the same command again"
            ) from error
        self._found = {}
        return aside

    def keep(self) -> None:
        """Remember the workbook as it was just written."""
        self._written = self._state()

    def _state(self) -> tuple[int, int] | None:
        try:
            found = self._workbook.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[tuple[str, ...], Cell]:
    try:
        book = load_workbook(path, read_only=True)
        rows = list(book["results"].iter_rows(values_only=True))
        book.close()
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise RunFolderError(
            f"cannot read the ratings in {path}: {error}; move the file away and run the same command again"
        ) from error
    header = rows[0] if rows else ()
    if not {"rating", *_KEY} <= set(header):
        return {}
    records = (dict(zip(header, row, strict=True)) for row in rows[1:])
    return {_key(*(record[name] for name in _KEY)): record["rating"] for record in records}


def _key_of(result: QuestionResult) -> tuple[str, ...]:
    return _key(result.question.id, result.question.text, result.opinion.answer if result.opinion else "")


def _key(*cells: object) -> tuple[str, ...]:
    """The texts as a cell holds them, whatever the other program did to their blanks and line ends."""
    return tuple(" ".join(cell_text(str(cell or "")).split()) for cell in cells)
