"""Write the workbook, the report and the exports of a run from its journal.

During a run the workbook is a preview, and failing to write it is a warning. At the end every file is tried before the
first error is raised.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from debate.errors import RunFolderError
from debate.output.exports import write_exports
from debate.output.facts import report_title, run_facts
from debate.output.ratings import Ratings
from debate.output.report import write_report
from debate.output.workbook import write_workbook
from debate.results import QuestionResult
from debate.settings import DebateSettings
from prompts import Persona, PersonaSet

Rows = Callable[[], Iterable[QuestionResult]]

_LOG = logging.getLogger(__name__)
_PREVIEW_EVERY = 5.0  # seconds between two previews at least
_PREVIEW_SHARE = 100  # and at least so many times as long as writing one takes: 1% of the run at most


class Outputs:
    """The files of one run for people."""

    def __init__(
        self, folder: Path, settings: DebateSettings, personas: PersonaSet, writer: Persona, debaters: Sequence[Persona]
    ) -> None:
        self.workbook = folder / "results.xlsx"
        self._folder = folder
        self._settings = settings
        self._facts = run_facts(report_title(folder.name), settings, personas, writer, debaters)
        self._ratings = Ratings(self.workbook)
        self._due = 0.0
        self._warned = False

    def add_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Have the report say more of the run: names and values."""
        self._facts = replace(self._facts, settings=(*self._facts.settings, *facts))

    def write_preview(self, rows: Rows) -> None:
        """Write the workbook if it is due; if it cannot be replaced because it is open elsewhere, warn."""
        started = time.monotonic()
        if started < self._due:
            return
        try:
            self._write_workbook(rows)
        except RunFolderError as error:
            if not self._warned:
                _LOG.warning("%s", error)
            self._warned = True
        finished = time.monotonic()
        self._due = finished + max(_PREVIEW_EVERY, _PREVIEW_SHARE * (finished - started))

    def write(self, rows: Rows) -> None:
        """Write everything.

        Raises:
            RunFolderError: a file cannot be written; the others are.
        """
        errors = self._tried(rows)
        if errors:
            raise errors[0]

    def write_what_there_is(self, rows: Rows) -> None:
        """Write everything for a run that stops; what cannot be written is a warning."""
        for error in self._tried(rows):
            _LOG.warning("%s", error)

    def _tried(self, rows: Rows) -> list[RunFolderError]:
        errors: list[RunFolderError] = []
        writes: list[Callable[[], None]] = [
            lambda: self._write_workbook(rows),
            lambda: write_report(self._folder / "report.html", rows, self._facts),
            lambda: write_exports(self._folder, self._settings.also, rows, self._facts, self._ratings.of),
        ]
        for write in writes:
            try:
                write()
            except RunFolderError as error:
                errors.append(error)
        return errors

    def _write_workbook(self, rows: Rows) -> None:
        self._ratings.refresh()
        if aside := self._ratings.set_aside(rows()):
            _LOG.warning(
                "%s had answers that are not the run's; it is kept as %s, and what you changed stands there",
                self.workbook.name,
                aside.name,
            )
        write_workbook(self.workbook, rows(), self._facts, self._ratings.of)
        self._ratings.keep()
