"""Rows → ``results.jsonl`` and ``results.xlsx``, written as rows finish, always whole, safe to open.

The journal ``results.jsonl`` gets each finished row at once. The workbook is written beside and then renamed,
so that a reader never sees half of one, and so seldom that a long list does not spend its time on it.
No text ever becomes a formula.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from debate.errors import RunFolderError

if TYPE_CHECKING:
    import pandas as pd

    from chains.schemas import Chunk, Opinion, Question, Turn

DONE, FAILED = "done", "failed"
_CELL = 32_767  # characters that a cell of a workbook can hold
_CUT = " … [cut: the whole text is in results.jsonl]"
_WIDTHS = {
    "instruction": 50,
    "context": 70,
    "answer": 90,
    "text": 90,
    "question": 50,
    "parent_question": 40,
    "verdict": 60,
}
_NARROW = 16


@dataclass(frozen=True)
class QuestionResult:
    """All that came out of one question, or why it failed."""

    question: Question
    model: str
    seconds: float
    chunks: tuple[Chunk, ...] = ()
    opinion: Opinion | None = None
    turns: tuple[Turn, ...] = ()
    verdict: Turn | None = None
    error: str = ""

    @property
    def status(self) -> str:
        """Return done or failed."""
        return FAILED if self.error else DONE


class ResultsWriter:
    """Keeps the two result files of a run's folder.

    Args:
        folder: the run's folder, which exists.
        every: seconds between two versions of the workbook at the least; a workbook that takes long to
            write waits twenty times as long.
    """

    def __init__(self, folder: Path, every: float = 5.0) -> None:
        self.workbook = folder / "results.xlsx"
        self.journal = folder / "results.jsonl"
        self._results: list[QuestionResult] = []
        self._every = every
        self._next_write = 0.0
        self._file: IO[str] = self.journal.open("a", encoding="utf-8")

    def add(self, result: QuestionResult) -> None:
        """Take a finished row in: into the journal at once, into the workbook when it is due."""
        self._results.append(result)
        line = {"status": result.status, **asdict(result)}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
        if time.monotonic() >= self._next_write:
            self._write_workbook()

    def close(self, order: Sequence[str] = ()) -> None:
        """Write the final workbook, its rows in the order of these question ids, and close the journal."""
        position = {question_id: n for n, question_id in enumerate(order)}
        self._results.sort(key=lambda result: position.get(result.question.id, len(position)))
        self._write_workbook()
        self._file.close()

    def _write_workbook(self) -> None:
        started = time.monotonic()
        write_workbook(self.workbook, self._results)
        finished = time.monotonic()
        self._next_write = finished + max(self._every, 20 * (finished - started))


def write_workbook(path: Path, results: Sequence[QuestionResult]) -> None:
    """Write the workbook beside ``path`` and rename it into place.

    Raises:
        RunFolderError: the folder cannot be written to.
    """
    import pandas as pd

    sheets = {
        "results": pd.DataFrame([_row(result) for result in results]),
        "debate": pd.DataFrame([row for result in results for row in _turn_rows(result)]),
        "chunks": pd.DataFrame([row for result in results for row in _chunk_rows(result)]),
    }
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with pd.ExcelWriter(unfinished, engine="openpyxl") as writer:
            for name, frame in sheets.items():
                _write_sheet(writer, name, frame)
        unfinished.replace(path)
    except OSError as error:
        raise RunFolderError(f"cannot write {path}: {error.strerror}; free space or choose another --out") from error


def _row(result: QuestionResult) -> dict[str, Any]:
    opinion, question = result.opinion, result.question
    notes = [question.note, *(opinion.notes if opinion else ())]
    if opinion and opinion.dropped:
        notes.append(f"did not fit the window: {', '.join(opinion.dropped)}")
    if opinion and opinion.abstained:
        notes.append("abstained")
    return {
        "instruction": question.text,
        "context": "\n\n".join(f"[{n}] {chunk.text}" for n, chunk in enumerate(result.chunks, 1)),
        "answer": opinion.answer if opinion else "",
        "status": result.status,
        "question_id": question.id,
        "parent_question": question.parent_text,
        "chunk_ids": ", ".join(chunk.id for chunk in result.chunks),
        "citations": opinion.citations if opinion else "",
        "supported": opinion.supported if opinion else None,
        "words": opinion.words if opinion else 0,
        "loop": opinion.loop if opinion else "",
        "seconds": round(result.seconds, 1),
        "model": result.model,
        "verdict": result.verdict.text if result.verdict else "",
        "notes": "; ".join(note for note in notes if note),
        "error": result.error,
    }


def _turn_rows(result: QuestionResult) -> Iterable[dict[str, Any]]:
    turns = (*result.turns, *((result.verdict,) if result.verdict else ()))
    for number, turn in enumerate(turns, 1):
        yield {
            "question_id": result.question.id,
            "question": result.question.text,
            "turn": number,
            "round": turn.round or "verdict",
            "speaker": turn.speaker,
            "persona": turn.persona_id,
            "text": turn.text,
            "words": turn.words,
            "context": "\n\n".join(f"[{n}] {chunk.text}" for n, chunk in enumerate(turn.chunks, 1)),
            "chunk_ids": ", ".join(chunk.id for chunk in turn.chunks),
            "dropped": ", ".join(turn.dropped),
            "loop": turn.loop,
            "notes": "; ".join(turn.notes),
        }


def _chunk_rows(result: QuestionResult) -> Iterable[dict[str, Any]]:
    for chunk in result.chunks:
        yield {
            "question_id": result.question.id,
            "rank": chunk.rank,
            "chunk_id": chunk.id,
            "source": chunk.source,
            "text": chunk.text,
            "score": round(chunk.score, 4),
            "question_score": round(chunk.question_score, 4),
            "pov_scores": ", ".join(f"{score:.4f}" for score in chunk.pov_scores),
        }


def _write_sheet(writer: pd.ExcelWriter, name: str, frame: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for column in frame.columns:
        frame[column] = [_cell_text(value) if isinstance(value, str) else value for value in frame[column]]
    frame.to_excel(writer, sheet_name=name, index=False)
    sheet = writer.sheets[name]
    sheet.freeze_panes = "A2"
    if frame.empty:
        return
    sheet.auto_filter.ref = sheet.dimensions
    for index, column in enumerate(frame.columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(column, _NARROW)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.data_type == "f":  # openpyxl took a text that begins with = for a formula
                cell.data_type = "s"
                cell.quotePrefix = True


def _cell_text(text: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return text if len(text) <= _CELL else text[: _CELL - len(_CUT)] + _CUT
