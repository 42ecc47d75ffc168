"""``results.xlsx``: written row by row, safe to open, ready to read and print.

openpyxl's write-only mode keeps memory constant. No text becomes a formula; a text that is too long for a cell is cut
with a note about where to find the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from debate.files.atomic import atomic_file
from debate.output.columns import Column, Kind, Table
from debate.output.facts import RunFacts
from debate.output.sheet import Sheet
from debate.output.tables import tables_of
from debate.output.tables.results import Rating, unrated
from debate.results import QuestionResult

_NO_FACTS = RunFacts("")


def write_workbook(
    path: Path, results: Iterable[QuestionResult], facts: RunFacts = _NO_FACTS, rating: Rating = unrated
) -> None:
    """Write all results beside ``path`` and rename the finished file into place.

    Args:
        facts: the run's settings, personas and points of view.
        rating: what the reader wrote into the column of that name in an earlier workbook.

    Raises:
        RunFolderError: the folder cannot be written to; a workbook that was there before stays whole.
    """
    remedy = "the rows are safe in results.jsonl: make room (or close the workbook in the other program)"
    with new_workbook(path, remedy) as book:
        tables = tables_of(facts, rating)
        sheets = {table.name: Sheet(book, table.name, table.columns, table.printed) for table in tables}
        for result in results:
            _add(result, tables, sheets)
        for sheet in sheets.values():
            sheet.finish()
        _ask_for_ratings(sheets["results"])
        _add_run(book, facts)


def add_sheet(
    book: Workbook,
    name: str,
    columns: tuple[str, ...],
    rows: Iterable[Mapping[str, Any]],
    widths: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Add a sheet to a write-only workbook: a frozen header with filters, then the rows; a missing cell stays empty.

    Args:
        widths: of columns, in characters, where they are not the usual ones.
    """
    wide = _WIDTHS | dict(widths)
    kept = tuple(Column(column, itemgetter(column), width=wide.get(column, 16)) for column in columns)
    sheet = Sheet(book, name, kept, columns[-1])
    for row in rows:
        sheet.add([row.get(column, "") for column in columns], {})
    sheet.finish()


_WIDTHS = {"question": 40, "context": 40, "text": 90}


@contextmanager
def new_workbook(path: Path, remedy: str) -> Iterator[Workbook]:
    """Give a write-only workbook, and save it beside ``path`` and rename it into place where nothing failed.

    Its sheets are closed whatever happens: openpyxl's half-written ones raise errors when they are collected.

    Raises:
        RunFolderError: it cannot be written; ``remedy`` says what to do before the same command is run again.
    """
    book = Workbook(write_only=True)
    try:
        with atomic_file(path, remedy=f"{remedy} and run the same command again") as file:
            yield book
            book.save(file)
    finally:
        for sheet in book.worksheets:
            if not sheet.closed:
                sheet.close()


def _add(result: QuestionResult, tables: tuple[Table, ...], sheets: Mapping[str, Sheet]) -> None:
    """Add a question to every sheet; a link leads to its first row in another one."""
    begins = {name: sheet.next_row for name, sheet in sheets.items()}
    for table in tables:
        for row in table.rows(result):
            sheets[table.name].add(row, begins)


def _ask_for_ratings(sheet: Sheet) -> None:
    """Let the reader rate rows from 1 to 5; ``debate finetune --min-rating`` learns from the best ones only."""
    asked = DataValidation(type="decimal", operator="between", formula1="1", formula2="5", allow_blank=True)
    asked.promptTitle, asked.prompt = "Your rating", "1 (poor) to 5 (good); debate finetune --min-rating 4 reads it"
    asked.errorTitle, asked.error = "Your rating", "A number from 1 to 5"
    asked.showInputMessage = asked.showErrorMessage = True
    sheet.validate("rating", asked)


def _add_run(book: Workbook, facts: RunFacts) -> None:
    """Add the sheet that says how the run was made: settings, points of view, personas."""
    placed = enumerate({"what": 18, "name": 26, "value": 110, "weight": 8}.items())
    columns = [Column(name, itemgetter(n), Kind.TEXT, width) for n, (name, width) in placed]
    sheet = Sheet(book, "run", columns, "weight")
    for row in _run_rows(facts):
        sheet.add(row, {})
    sheet.finish()


def _run_rows(facts: RunFacts) -> Iterable[tuple[str, str, str, float | None]]:
    for name, value in facts.every_setting:
        yield "setting", name, value, None
    owners = [("the run", facts.views), *((one.name, one.povs) for one in facts.personas)]
    for persona in facts.personas:
        yield "persona", persona.name, persona.voice, None
    for owner, views in owners:
        for view in views:
            against = f"\nagainst: {view.against}" if view.against else ""
            yield "point of view", owner, f"{view.text}{against}", view.weight
