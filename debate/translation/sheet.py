"""``translation.xlsx``: each text of a run next to its translation, and the translations of names and terms."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from debate.output.columns import Cell, Column, Kind
from debate.output.sheet import Sheet
from debate.output.workbook import new_workbook
from debate.translation.runner import TranslatedPart, TranslatedRun


def write_translation(translated: TranslatedRun) -> Path:
    """Write the bilingual workbook into the translation's folder.

    Raises:
        RunFolderError: it cannot be written; the translations are kept.
    """
    path = translated.folder / "translation.xlsx"
    with new_workbook(
        path, "the translations are kept: make room (or close the workbook in the other program)"
    ) as book:
        _add(book, "translation", translated.language, _columns(translated.language), translated.parts)
        agreed = ((name, text, "") for name, text in translated.glossary.items())
        unchecked = ((name, "", f"not checked: {why}") for name, why in translated.unchecked.items())
        names = [*agreed, *unchecked]
        _add(book, "names", translated.language, _name_columns(translated.language), names)
    return path


def _add(book: Workbook, name: str, language: str, columns: tuple[Column, ...], records: Iterable[Any]) -> None:
    sheet = Sheet(book, name, columns, columns[-1].name, language)
    for record in records:
        sheet.add([column.value(record) for column in columns], {})
    sheet.finish()


def _columns(language: str) -> tuple[Column, ...]:
    return (
        Column("question_id", lambda one: one.part.question_id, width=12),
        Column("part", lambda one: one.part.what, width=10),
        Column("speaker", lambda one: one.part.speaker, width=18),
        Column("text", lambda one: one.part.text, width=70),
        Column(language, lambda one: one.translation.text if one.translation else "", width=70, language=language),
        Column("missing", lambda one: ", ".join(one.translation.missing) if one.translation else "", width=24),
        Column("added", lambda one: ", ".join(one.translation.added) if one.translation else "", width=10),
        Column("tries", lambda one: one.translation.tries if one.translation else None, Kind.WHOLE, 7),
        Column("notes", _notes, width=40),
    )


def _notes(one: TranslatedPart) -> Cell:
    if one.translation is None:
        return f"failed: {one.error}"
    found = one.translation
    names = f"names not checked: {', '.join(one.unchecked)}" if one.unchecked else ""
    return "; ".join(note for note in (*found.faults, *found.notes, found.loop, names) if note)


def _name_columns(language: str) -> tuple[Column, ...]:
    return (
        Column("name", lambda one: one[0], width=40),
        Column(language, lambda one: one[1], width=40, language=language),
        Column("notes", lambda one: one[2], width=40),
    )
