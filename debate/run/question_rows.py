"""Rows of a question list that may not be what their writer meant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from unicodedata import normalize

from debate.errors import QuestionsError
from vectorstore.corpus.rows import Row
from vectorstore.corpus.tables import Table, goes_on

_ENDS = (".", "?", "!", "…", "。", "？", "！", "؟")
# What opens, and what closes it; the marks of German and Swedish close with those that open in English.
_PAIRS = {
    "“": "”",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "＂": "＂",
    "(": ")",
    "[": "]",
}
_SEPARATED = (".csv", ".tsv")
# What a spreadsheet shows in place of a value, and saves as text.
_ERRORS = frozenset(["#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!"])
_EDGES = ("'", "‘", "’", "`")  # apostrophes otherwise
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


def check_row(path: Path, table: Table, row: Row, used: Mapping[int, str], asked: int) -> None:
    """Refuse a row whose question may not be what its writer meant.

    Args:
        used: the names of the columns that are read.
        asked: the column of the question.

    Raises:
        QuestionsError: a used cell cannot be read, or its quotation marks or an unquoted delimiter seem to have cut or
            joined cells.
    """
    fault = next((row.faults[i] for i in used if i in row.faults), None)
    if not fault and any(cell.strip() in _ERRORS for cell in row.cells[asked : asked + 1]):
        fault = f"its question is the error {row.cells[asked].strip()} of a spreadsheet"
    if fault:
        raise QuestionsError(f"{path}, row {row.number}: {fault}")
    if path.suffix.lower() in _SEPARATED and any('\\"' in cell and cell.startswith('"') for cell in row.cells):
        raise QuestionsError(f'{path}, row {row.number}: \\" does not stand for a quotation mark; write ""')
    if not table.delimiter:
        return
    if len(row.cells) <= asked and any(table.delimiter in row.cells[i] for i in row.quoted):
        raise QuestionsError(
            f"{path}, row {row.number}: quotation marks hold several cells; put each cell in marks of its own"
        )
    cells = row.cells[asked : asked + 2]
    cut = len(cells) > 1 and not {asked, asked + 1} & row.quoted and _is_cut(cells, spaced=table.spaced)
    if row.surplus or cut:
        raise QuestionsError(
            f"{path}, row {row.number} has {len(row.cells)} cells for {len(table.header)} columns, or a question that "
            f"continues in the next cell; put texts that contain {table.delimiter!r} in double quotes"
        )


def read_answerable(path: Path, number: int, text: str) -> bool | None:
    """Return whether a row says that the documents hold its answer; None if it says nothing.

    Raises:
        QuestionsError: it says neither yes nor no.
    """
    said = normalize("NFKC", text).strip(" .").casefold().removesuffix(".0")
    if not said:
        return None
    if said not in (*_YES, *_NO):
        raise QuestionsError(f"{path}, row {number}: answerable is {text[:60]!r}; write yes or no, or leave it empty")
    return said in _YES


def _is_cut(cells: Sequence[str], *, spaced: bool) -> bool:
    """Return whether a cell reads as the rest of the question before it."""
    own, rest = cells[0].strip(), cells[1].strip()
    if not own:
        return False
    if goes_on(own, cells[1]) and not spaced:
        return True
    if rest.endswith(("?", "？")) and not own.endswith(_ENDS):
        return True
    return _is_open(own, rest)


def _is_open(own: str, rest: str) -> bool:
    """Return whether a mark opens in the question and closes in the cell behind it."""
    if own[0] in _EDGES and own[-1] not in _EDGES and not rest.startswith(_EDGES) and rest.endswith(_EDGES):
        return True
    for at, sign in enumerate(own):
        ends = _PAIRS.get(sign, "")
        if ends and not any(one in own[at + 1 :] for one in ends) and any(one in rest for one in ends):
            return at == 0 or sign != "”"  # which mostly closes
    return False
