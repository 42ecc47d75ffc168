"""Question lists: xlsx, csv, txt or jsonl become ``Question`` objects. Knows nothing of the rest of a run.

A table needs a column ``question`` (``questions``, ``instruction`` and ``prompt`` serve as well) and may have
``id`` and ``about``. A text file holds one question a line; lines that begin with # are comments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from debate.errors import QuestionsError

if TYPE_CHECKING:
    from chains.schemas import Question

_QUESTION_COLUMNS = ("question", "questions", "instruction", "prompt")
_ABOUT_COLUMNS = ("about", "input", "text")
_SUFFIXES = (".xlsx", ".csv", ".txt", ".jsonl")

Row = tuple[int, Mapping[str, Any]]  # the row's number as a person sees it, and its cells by column


def read_questions(path: Path, sheet: str | None = None) -> list[Question]:
    """Read a question list, in its order.

    Raises:
        QuestionsError: the file is missing, unreadable or of an unknown kind, lacks the sheet or the
            question column, holds no question, or uses an id twice.
    """
    from chains.schemas import Question

    rows = list(_rows(path, sheet))
    questions: list[Question] = []
    taken: dict[str, int] = {}
    for number, row in rows:
        text = _cell(row, _QUESTION_COLUMNS)
        if not text:
            continue
        _check_text(path, number, text)
        question_id = _cell(row, ("id",)) or f"q{len(questions) + 1:03d}"
        if question_id in taken:
            raise QuestionsError(
                f"{path}, row {number}: the id {question_id!r} stands in row {taken[question_id]} already; "
                "ids must differ"
            )
        taken[question_id] = number
        questions.append(Question(id=question_id, text=text, about=_cell(row, _ABOUT_COLUMNS)))
    if not questions:
        raise QuestionsError(f"{path} holds no question; write at least one under the column 'question'")
    return questions


def _check_text(path: Path, number: int, text: str) -> None:
    """Raise QuestionsError for what is no text: a zero byte, or half of a character that takes two units."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise QuestionsError(f"{path}, row {number}: {text[:60]!r} holds characters that are no text; write it anew")


def _rows(path: Path, sheet: str | None) -> Iterator[Row]:
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise QuestionsError(f"{path}: unknown kind of question list; use one of {', '.join(_SUFFIXES)}")
    if not path.is_file():
        raise QuestionsError(f"there is no question list {path}; check --questions")
    if suffix in (".xlsx", ".csv"):
        return _table_rows(path, sheet)
    lines = _text_lines(path)
    return _jsonl_rows(path, lines) if suffix == ".jsonl" else _txt_rows(lines)


def _text_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"cannot read {path} as UTF-8 text: {error}; save it as UTF-8") from error


def _txt_rows(lines: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("#"):
            yield number, {"question": line}


def _jsonl_rows(path: Path, lines: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise QuestionsError(f"{path}, line {number} is not JSON: {error.msg}; mend or remove the line") from error
        if not isinstance(row, dict) or not any(column in row for column in _QUESTION_COLUMNS):
            raise QuestionsError(f'{path}, line {number} has no "question"; write {{"question": "…"}}')
        yield number, row


def _table_rows(path: Path, sheet: str | None) -> Iterator[Row]:
    import pandas as pd

    try:
        if path.suffix.lower() == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        else:
            frame = pd.read_excel(path, sheet_name=sheet or 0, dtype=str, keep_default_na=False, engine="openpyxl")
    except pd.errors.EmptyDataError as error:
        raise QuestionsError(f"{path} is empty; write a column 'question' with at least one row") from error
    except ValueError as error:
        if "Worksheet" in str(error):
            names = ", ".join(_sheet_names(path))
            raise QuestionsError(f"{path} has no sheet {sheet!r}; it has: {names}; check --sheet") from error
        raise QuestionsError(f"cannot read {path}: {error}; save it again as xlsx or UTF-8 csv") from error
    except (BadZipFile, KeyError, OSError) as error:
        raise QuestionsError(f"cannot read {path}: {error}; save it again as xlsx or UTF-8 csv") from error
    frame.columns = [str(column).strip().lower() for column in frame.columns]
    if not any(column in frame.columns for column in _QUESTION_COLUMNS):
        found = ", ".join(frame.columns) or "none at all"
        raise QuestionsError(f"{path} has no column 'question' (its columns: {found}); name one of them 'question'")
    for number, row in enumerate(frame.to_dict("records"), 2):  # row 1 is the header
        yield number, row


def _sheet_names(path: Path) -> list[str]:
    import pandas as pd

    with pd.ExcelFile(path, engine="openpyxl") as book:
        return [str(name) for name in book.sheet_names]


def _cell(row: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    for column in columns:
        value = row.get(column)
        if value is not None and str(value).strip():
            return str(value).strip()
    return ""
