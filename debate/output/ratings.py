"""The reader's ratings, which exist only in the workbook and are read before it is written again.

A rating belongs to a row's id, question and answer; a new answer has no rating.
"""

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

    def of(self, result: QuestionResult) -> Cell:
        """Return the rating of a row, or None."""
        answer = result.opinion.answer if result.opinion else ""
        return self._known.get(_key(result.question.id, result.question.text, answer))

    def refresh(self) -> None:
        """Read the workbook if somebody saved it since ``keep``.

        Raises:
            RunFolderError: it cannot be read, so that its ratings would be lost.
        """
        if self._state() not in (None, self._written):
            self._known |= _read(self._workbook)

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
    rated = (record for record in records if record["rating"] is not None)
    return {_key(*(record[name] for name in _KEY)): record["rating"] for record in rated}


def _key(*cells: object) -> tuple[str, ...]:
    """The texts as a cell holds them, whatever the other program did to their blanks and line ends."""
    return tuple(" ".join(cell_text(str(cell or "")).split()) for cell in cells)
