"""Whatever documents and models write, the workbook opens, holds it as text, and runs nothing."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from example_rows import ANSWER_ROW, FACTS
from hostile import HOSTILE, result
from openpyxl import Workbook, load_workbook

from chains.schemas import Opinion, Question
from debate.errors import RunFolderError
from debate.output.facts import run_facts
from debate.output.sheet import cell_text
from debate.output.workbook import write_workbook
from debate.results import QuestionResult
from debate.settings import DebateSettings
from prompts import PersonaSet

OTHER = Question("q2", "And imports?")


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


@pytest.fixture
def sheets(tmp_path: Path) -> Workbook:
    write_workbook(tmp_path / "results.xlsx", [ANSWER_ROW, replace(ANSWER_ROW, question=OTHER)], FACTS)
    return load_workbook(tmp_path / "results.xlsx")


def test_header_and_question_stay_in_sight_and_columns_can_be_filtered(sheets: Workbook) -> None:
    sheet = sheets["results"]
    assert (sheet.freeze_panes, sheet["A1"].value, sheet["A1"].font.bold) == ("B2", "instruction", True)
    assert sheet.auto_filter.ref == sheet.dimensions


def test_it_prints_landscape_as_wide_as_a_page_with_the_header_on_each(sheets: Workbook) -> None:
    sheet = sheets["debate"]
    assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"


def test_columns_for_programs_are_not_printed(sheets: Workbook) -> None:
    assert sheets["chunks"].print_area == "'chunks'!$A$1:$H$7"


@pytest.mark.parametrize(
    ("text", "height"), [("one line", 15.75), ("a\nb", 28.5), ("漢" * 440, 117.75), ("x " * 9000, 409)]
)
def test_a_row_is_as_high_as_its_answer_up_to_what_excel_shows(tmp_path: Path, text: str, height: float) -> None:
    row = replace(ANSWER_ROW, question=Question("q", "?"), opinion=Opinion(text, 1, ()), turns=(), verdict=None)
    sheet = load_workbook(written(tmp_path, row))["results"]
    assert sheet.row_dimensions[2].height == pytest.approx(height, abs=1)


def test_counts_lead_to_the_first_passage_and_the_first_turn_of_their_question(sheets: Workbook) -> None:
    links = {cell.value: cell.hyperlink.location for cell in sheets["results"][3] if cell.hyperlink}
    assert links == {2: "'chunks'!A5", 1: "'debate'!A4"}


def test_a_turn_leads_back_to_its_question(sheets: Workbook) -> None:
    links = [cell.hyperlink.location for cell in sheets["debate"][4] if cell.hyperlink]
    assert links == ["'results'!A3"]


def test_support_is_shown_as_a_percentage_and_kept_as_a_number(sheets: Workbook) -> None:
    cell = next(cell for cell in sheets["results"][2] if cell.number_format == "0%")
    assert cell.value == 0.5


def test_a_reader_can_rate_rows_from_1_to_5(sheets: Workbook) -> None:
    (asked,) = sheets["results"].data_validations.dataValidation
    assert (str(asked.sqref), asked.formula1, asked.formula2) == ("D2:D3", "1", "5")


def test_settings_personas_and_points_of_view_have_a_sheet(tmp_path: Path) -> None:
    facts = replace(FACTS, every_setting=(("seed", "7"),), personas=FACTS.speakers)
    write_workbook(tmp_path / "results.xlsx", [ANSWER_ROW], facts)
    rows = list(load_workbook(tmp_path / "results.xlsx")["run"].iter_rows(min_row=2, values_only=True))
    assert rows == [
        ("setting", "seed", "7", None),
        ("persona", "Hawk", "a hawk", None),
        ("point of view", "the run", "growth is good", 3),
        ("point of view", "the run", "growth is everything", -1),
        ("point of view", "Hawk", "growth is good", 3),
    ]


def test_the_settings_that_are_set_are_told_in_words(tmp_path: Path) -> None:
    """Regression: the sheet showed None, [], {} and True as Python writes them."""
    given = {"questions": tmp_path / "q.csv", "corpus": tmp_path, "also": ("csv", "parquet"), "glossary": {"a": "b"}}
    settings = DebateSettings(**given, baseline=True)
    speakers = FACTS.speakers
    told = dict(run_facts("t", settings, PersonaSet(speakers), speakers[0], speakers).every_setting)
    assert (told["also"], told["glossary"], told["baseline"]) == ("csv, parquet", "a = b", "yes")
    assert not {"None", "[]", "{}", "", "True", "False"} & set(told.values())


def test_a_workbook_without_rows_has_its_headers(tmp_path: Path) -> None:
    assert list(pd.read_excel(written(tmp_path), sheet_name="debate").columns)[:3] == ["question", "turn", "round"]


class Interrupted:
    """Rows that Ctrl-C cuts off after the first."""

    def __iter__(self) -> Iterator[QuestionResult]:
        yield ANSWER_ROW
        raise KeyboardInterrupt


def test_a_workbook_that_is_interrupted_leaves_nothing_half_open(tmp_path: Path) -> None:
    """Regression: openpyxl's open sheets raised errors wherever they happened to be collected."""
    with pytest.raises(KeyboardInterrupt):
        write_workbook(tmp_path / "results.xlsx", Interrupted())
    gc.collect()  # an error in here is an error of this test
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_leaves_nothing_half_open(tmp_path: Path) -> None:
    with pytest.raises(
        RunFolderError, match=r"cannot write .*results\.xlsx: No such file or directory; the rows are safe"
    ):
        write_workbook(tmp_path / "none" / "results.xlsx", [ANSWER_ROW])
    gc.collect()
