"""Whatever documents and models write, the workbook opens, holds it as text, and runs nothing."""

from pathlib import Path

import pandas as pd
import pytest
from hostile import HOSTILE, result
from openpyxl import load_workbook

from chains.schemas import Chunk, Opinion, Question
from debate.output.workbook import cell_text, write_workbook
from debate.results import QuestionResult, result_row


def written(folder: Path, *results: QuestionResult) -> Path:
    write_workbook(folder / "results.xlsx", results)
    return folder / "results.xlsx"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_sheet(tmp_path: Path, text: str) -> None:
    book = load_workbook(written(tmp_path, result(text)))
    cells = [cell for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert book["results"]["C2"].data_type == "s"


@pytest.mark.parametrize("text", HOSTILE[:9] + HOSTILE[-1:])
def test_text_reads_back_as_it_was(tmp_path: Path, text: str) -> None:
    answer = pd.read_excel(written(tmp_path, result(text)), sheet_name="results", keep_default_na=False)["answer"][0]
    assert answer.replace("\r", "\n") == text.replace("\r", "\n")


def test_control_characters_are_taken_out() -> None:
    assert cell_text("a\x00b\x0bc\x1fd\ne") == "abcd\ne"


def test_what_a_cell_cannot_hold_is_cut_with_a_word_about_the_whole() -> None:
    cut = cell_text("x" * 40_000)
    assert len(cut) == 32_767
    assert cut.endswith("[cut: the whole text is in results.jsonl]")


def test_a_cell_is_cut_by_utf_16_units_and_never_within_a_character() -> None:
    """Regression: 20,000 emoji are 40,000 units, which Excel takes for a damaged file."""
    cut = cell_text("x" + "🕊" * 20_000)
    assert len(cut.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert "\ufffd" not in cut


def test_the_sheets_open_ready_to_read(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, result("text")))["results"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet["A1"].font.bold) == ("A2", "A1:Q2", True)
    assert sheet["B2"].alignment.wrap_text


def test_a_workbook_without_rows_has_its_headers(tmp_path: Path) -> None:
    assert list(pd.read_excel(written(tmp_path), sheet_name="debate").columns)[:2] == ["question_id", "question"]


def test_passages_are_numbered_as_the_answer_s_markers_count_them() -> None:
    chunks = tuple(Chunk(name, f"text of {name}") for name in ("c1", "c2", "c3"))
    opinion = Opinion("It is so [2].", 3, ("c1", "c3"), dropped=("c2",))

    row = result_row(QuestionResult(Question("q1", "Is it?"), "m", 1.0, chunks, opinion))

    assert row["context"] == "[1] text of c1\n\n[2] text of c3"
    assert row["chunk_ids"] == "c1, c3"
    assert "did not fit the window: c2" in row["notes"]
