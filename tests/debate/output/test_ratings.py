"""What a reader wrote into the workbook outlives the next writing of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from example_rows import ANSWER_ROW
from openpyxl import load_workbook

from debate.errors import RunFolderError
from debate.output.ratings import Ratings
from debate.output.workbook import write_workbook


def rate(workbook: Path, rating: object) -> None:
    book = load_workbook(workbook)
    book["results"]["D2"] = rating
    book.save(workbook)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    write_workbook(tmp_path / "results.xlsx", [ANSWER_ROW])
    return tmp_path / "results.xlsx"


@pytest.mark.parametrize("rating", [4, 2.5, "good"])
def test_a_rating_stands_in_the_workbook_that_is_written_again(workbook: Path, rating: object) -> None:
    rate(workbook, rating)
    ratings = Ratings(workbook)

    ratings.refresh()
    write_workbook(workbook, [ANSWER_ROW], rating=ratings.of)

    assert load_workbook(workbook)["results"]["D2"].value == rating


def test_a_rating_that_is_added_during_a_run_is_kept(workbook: Path) -> None:
    ratings = Ratings(workbook)
    ratings.keep()
    rate(workbook, 5)
    ratings.refresh()
    assert ratings.of(ANSWER_ROW) == 5


def test_another_answer_was_not_rated(workbook: Path) -> None:
    rate(workbook, 4)
    ratings = Ratings(workbook)
    ratings.refresh()
    assert ratings.of(replace(ANSWER_ROW, opinion=replace(ANSWER_ROW.opinion, answer="Another."))) is None


def test_a_workbook_whose_ratings_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "results.xlsx").write_bytes(b"no workbook")
    with pytest.raises(RunFolderError, match=r"cannot read the ratings in .*move the file away"):
        Ratings(tmp_path / "results.xlsx").refresh()


def correct(workbook: Path, answer: str) -> None:
    book = load_workbook(workbook)
    sheet = book["results"]
    column = next(cell.column for cell in sheet[1] if cell.value == "answer")
    sheet.cell(2, column).value = answer
    book.save(workbook)


def test_a_workbook_with_a_corrected_answer_is_kept_under_another_name(workbook: Path) -> None:
    """Regression: a resumed run wrote over the answers that a reader had corrected."""
    correct(workbook, "Better said.")
    ratings = Ratings(workbook)
    ratings.refresh()
    assert ratings.set_aside([ANSWER_ROW]) == workbook.with_name("results-edited.xlsx")
    assert not workbook.exists()


def test_a_second_corrected_workbook_takes_no_name_that_there_is(workbook: Path) -> None:
    correct(workbook, "Better said.")
    workbook.with_name("results-edited.xlsx").touch()
    ratings = Ratings(workbook)
    ratings.refresh()
    assert ratings.set_aside([ANSWER_ROW]) == workbook.with_name("results-edited1.xlsx")


def test_a_workbook_that_holds_only_answers_of_the_run_is_written_over(workbook: Path) -> None:
    rate(workbook, 4)
    ratings = Ratings(workbook)
    ratings.refresh()
    assert ratings.set_aside([ANSWER_ROW, replace(ANSWER_ROW, error="late")]) is None
    assert workbook.exists()


def test_a_workbook_without_that_column_has_no_ratings(workbook: Path) -> None:
    book = load_workbook(workbook)
    book["results"].delete_cols(4)
    book.save(workbook)
    ratings = Ratings(workbook)
    ratings.refresh()
    assert ratings.of(ANSWER_ROW) is None


def test_the_cell_of_a_rating_says_what_it_takes_and_takes_nothing_else(workbook: Path) -> None:
    (asked,) = load_workbook(workbook)["results"].data_validations.dataValidation
    assert (asked.showInputMessage, asked.showErrorMessage) == (True, True)
