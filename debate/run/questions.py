"""Read question lists: xlsx, xlsm, csv, tsv, txt or jsonl.

A table needs a column ``question`` (or ``questions``, ``instruction``, ``prompt``) and may have ``id``, ``about``
and ``answerable`` (yes or no). A text file has one question per line; lines that begin with # are comments. A row whose
question a delimiter or a formula has spoiled is refused.
"""

from __future__ import annotations

import csv
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from debate.errors import QuestionsError
from debate.run.question_rows import check_row, read_answerable
from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers import csv_file, table_records
from vectorstore.corpus.readers.records import parse_json
from vectorstore.corpus.rows import trimmed
from vectorstore.corpus.tables import Table
from vectorstore.errors import CorpusError
from vectorstore.text.letters import is_seen

if TYPE_CHECKING:
    from chains.schemas import Question

LOG = logging.getLogger(__name__)

_QUESTION_COLUMNS = ("question", "questions", "instruction", "prompt")
_ABOUT_COLUMNS = ("about", "input", "text")
_NO_TEXT = re.compile("[\\0\\ud800-\\udfff]")
_USED_COLUMNS = frozenset([*_QUESTION_COLUMNS, "id", *_ABOUT_COLUMNS, "answerable"])
_WHERE = {".txt": "on a line of its own, without # before it", ".jsonl": 'as {"question": "…"}'}
_WORKBOOKS = (".xlsx", ".xlsm")
_SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".jsonl")

Fields = tuple[int, Mapping[str, str]]  # the row's number as a person sees it, and its cells by column


class _Asked(NamedTuple):
    """A row with a question; ``id`` and ``about`` are "" where it has none."""

    number: int
    id: str
    text: str
    about: str
    answerable: bool | None


def read_questions(path: Path, sheet: str | None = None) -> list[Question]:
    """Read a question list, in its order. A question without an id gets one that no other has.

    Raises:
        QuestionsError: the file is missing, unreadable or of an unknown kind, lacks the sheet or the
            question column, holds no question, uses an id twice, or a row may not be what its writer meant.
    """
    from chains.schemas import Question

    rows = [one for number, row in _rows(path, sheet) if (one := _asked(path, number, row))]
    if not rows:
        where = _WHERE.get(path.suffix.lower(), "under the column 'question'")
        raise QuestionsError(f"{path} contains no question; write at least one {where}")
    ids = _ids(path, rows)
    return [Question(own, one.text, one.about, answerable=one.answerable) for own, one in zip(ids, rows, strict=True)]


def _ids(path: Path, rows: Sequence[_Asked]) -> list[str]:
    """Return the id that each row gives, or one that no row gives."""
    given: dict[str, int] = {}
    for one in rows:
        if one.id and one.id in given:
            raise QuestionsError(
                f"{path}, row {one.number}: the id {one.id!r} is already used in row {given[one.id]}; ids must differ"
            )
        given[one.id] = one.number
    ids = []
    for place, one in enumerate(rows, start=1):
        own = one.id or next(made for n in count(place) if (made := f"q{n:03d}") not in given)
        given[own] = one.number
        ids.append(own)
    return ids


def _asked(path: Path, number: int, row: Mapping[str, str]) -> _Asked | None:
    """Return what a row asks, None if nothing; one that holds only other things is named."""
    text = _first(row, _QUESTION_COLUMNS)
    if _NO_TEXT.search(text):
        raise QuestionsError(
            f"{path}, row {number}: {text[:60]!r} contains characters that are not text; write it again"
        )
    asks = any(one.isalnum() and is_seen(one) for one in text)  # a lone comma or dash is none
    if not asks and any(row.values()):
        LOG.warning("%s, row %d is left out: it contains no question", path, number)
    if not asks:
        return None
    said = read_answerable(path, number, row.get("answerable", ""))
    return _Asked(number, _first(row, ("id",)), text, _first(row, _ABOUT_COLUMNS), said)


def _first(row: Mapping[str, str], columns: Iterable[str]) -> str:
    return next((value for column in columns if (value := trimmed(row.get(column, "")))), "")


def _rows(path: Path, sheet: str | None) -> Iterator[Fields]:
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise QuestionsError(f"{path}: unknown kind of question list; use one of {', '.join(_SUFFIXES)}")
    if not path.is_file():
        wrong = f"{path} is a folder, not a question list" if path.is_dir() else f"there is no question list {path}"
        raise QuestionsError(f"{wrong}; check --questions")
    if sheet is not None and suffix not in _WORKBOOKS:
        raise QuestionsError(f"{path} has no sheets, so there is none named {sheet!r}; leave out --sheet")
    if suffix in (".txt", ".jsonl"):
        lines = _lines(path)
        return _jsonl_rows(path, lines) if suffix == ".jsonl" else _txt_rows(lines)
    tables = _workbook(path, sheet) if suffix in _WORKBOOKS else _separated(path)
    if not tables:
        raise QuestionsError(f"{path} is empty; write a column 'question' with at least one row")
    return chain.from_iterable(_table_rows(path, table, is_first=table is tables[0]) for table in tables)


def _lines(path: Path) -> list[str]:
    r"""Return the lines of a text; only \n and \r\n end one, since a question may hold Unicode's other line ends."""
    lines = [line.removesuffix("\r") for line in _decoded(path).split("\n")]
    bare = next((number for number, line in enumerate(lines, 1) if "\r" in line), None)
    if bare:
        raise QuestionsError(f"{path}, line {bare} contains a carriage return alone; save the list with line ends \\n")
    return lines


def _decoded(path: Path) -> str:
    try:
        text, told = decode(path.read_bytes())
    except (OSError, CorpusError) as error:
        raise QuestionsError(f"cannot read {path}: {_with_subject(error)}") from error
    for one in told:
        LOG.warning("%s: %s", path, one)
    return text


def _with_subject(error: Exception) -> str:
    """Return an error as a clause; a corpus' errors continue behind the file's name."""
    return f"it {error}" if isinstance(error, CorpusError) else str(error)


def _txt_rows(lines: list[str]) -> Iterator[Fields]:
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("#"):
            yield number, {"question": line}


def _jsonl_rows(path: Path, lines: list[str]) -> Iterator[Fields]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row, repeated = parse_json(line)
        except json.JSONDecodeError as error:
            raise QuestionsError(f"{path}, line {number} is not JSON: {error.msg}; fix or remove the line") from error
        except RecursionError as error:
            raise QuestionsError(f"{path}, line {number} is nested too deeply; fix or remove the line") from error
        if isinstance(row, dict):  # as in a table, capitals do not matter
            repeated += [name for name, times in Counter(map(str.casefold, row)).items() if times > 1]
            row = {name.casefold(): value for name, value in row.items()}
        if not isinstance(row, dict) or all(row.get(column) in (None, "") for column in _QUESTION_COLUMNS):
            raise QuestionsError(f'{path}, line {number} has no "question"; write {{"question": "…"}}')
        twice = next((name for name in map(str.casefold, repeated) if name in _USED_COLUMNS), None)
        if twice:
            raise QuestionsError(f"{path}, line {number} has {twice!r} more than once; remove all but one")
        yield number, {column: _text(path, number, column, row[column]) for column in _USED_COLUMNS & row.keys()}


def _text(path: Path, number: int, column: str, value: Any) -> str:
    if value is None or (
        isinstance(value, str | int | float) and (column == "answerable" or not isinstance(value, bool))
    ):
        return "" if value is None else str(value)
    raise QuestionsError(f'{path}, line {number}: "{column}" is {type(value).__name__}, not text; write it in quotes')


def _separated(path: Path) -> list[Table]:
    try:
        found = csv_file.separated(_decoded(path), _QUESTION_COLUMNS, is_tsv=path.suffix.lower() == ".tsv")
    except (csv.Error, CorpusError) as error:
        raise QuestionsError(f"cannot read {path}: {_with_subject(error)}") from error
    if found.open_rows:
        raise QuestionsError(
            f'{path}, row {found.open_rows[0]}: a " opens a cell and never closes; close it, or write it twice'
        )
    if found.folded_rows:
        raise QuestionsError(
            f"{path}, row {found.folded_rows[0]}: a quotation mark is not closed on its own line, so several lines are "
            "read as one row; close it there, or write the row on one line"
        )
    return found.tables


def _workbook(path: Path, sheet: str | None) -> list[Table]:
    from vectorstore.corpus.readers.office.xlsx import read_tables

    try:
        tables, left_out = read_tables(path, _QUESTION_COLUMNS, sheet)
    except (OSError, CorpusError) as error:
        raise QuestionsError(f"cannot read {path}: {_with_subject(error)}") from error
    for one in left_out:
        LOG.warning("%s: %s", path, one)
    return tables


def _table_rows(path: Path, table: Table, *, is_first: bool) -> Iterator[Fields]:
    names = [name.casefold() for name in table.header]
    if not is_first and not any(name in _QUESTION_COLUMNS for name in names):
        raise QuestionsError(
            f"{path}, row {table.header_row} begins another table ({', '.join(table.header)}); put it into a sheet or "
            "file of its own, or remove the blank row above it if its rows are questions"
        )
    for one in table_records.in_doubt(table):
        LOG.warning("%s: %s", path, one)
    if not any(name in _QUESTION_COLUMNS for name in names):
        found = ", ".join(table.header) or "none at all"
        marked = any(name.strip("'‘’“”„«»`") in _QUESTION_COLUMNS for name in names)
        remedy = 'its quotation marks are not "; write "question"' if marked else "name one of them 'question'"
        raise QuestionsError(f"{path} has no column 'question' (its columns: {found}); {remedy}")
    used = {i: name for i, name in enumerate(names) if name in _USED_COLUMNS}
    for name in used.values():
        if names.count(name) > 1:
            raise QuestionsError(f"{path} has the column {name!r} {names.count(name)} times; rename all but one")
    asked = min((i for i in used if used[i] in _QUESTION_COLUMNS), key=lambda i: _QUESTION_COLUMNS.index(used[i]))
    for i in [i for i in used if i != asked and used[i] in _QUESTION_COLUMNS]:
        LOG.warning("%s: the column %r is not read, since %r has the questions", path, used.pop(i), used[asked])
    same = 1
    for row in table.rows:
        check_row(path, table, row, used, asked)
        if asked in row.repeated:  # a merged cell is asked once
            if any(i != asked and i not in row.repeated and row.cells[i : i + 1] not in ((), ("",)) for i in used):
                LOG.warning("%s, row %d is left out: it shares the question of the row above", path, row.number)
            continue
        fields = {name: row.cells[i] for i, name in used.items() if i < len(row.cells)}
        same = same + 1 if any(used.get(i) == "id" for i in row.repeated) else 1
        if same > 1:  # the id of a merged cell is that of its first row
            fields["id"] += f"-{same}"
        yield row.number, fields
