"""The journal knows its rows by their heads; whole rows are read only where they are asked for."""

from dataclasses import replace
from pathlib import Path

import pytest
from example_rows import ANSWER_ROW, OPINION

from debate import RunFolderError
from debate.run.records.journal import Journal

ABSTAINED = replace(
    ANSWER_ROW, question=replace(ANSWER_ROW.question, id="q2"), opinion=replace(OPINION, abstained=True)
)
FAILED = replace(ANSWER_ROW, question=replace(ANSWER_ROW.question, id="q3"), error="it broke")


def test_a_reopened_journal_knows_which_rows_failed_and_which_abstained(tmp_path: Path) -> None:
    Journal(tmp_path / "results.jsonl").extend([ANSWER_ROW, ABSTAINED, FAILED])
    opened = Journal(tmp_path / "results.jsonl")
    assert opened.finished == {ANSWER_ROW.question.key, ABSTAINED.question.key, FAILED.question.key}
    assert (opened.abstained, opened.failed) == ({ABSTAINED.question.key}, {FAILED.question.key})
    assert list(opened.rows()) == [ANSWER_ROW, ABSTAINED, FAILED]


def test_a_row_that_was_retried_counts_as_it_is_now(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "results.jsonl")
    journal.extend([FAILED])
    journal.extend([replace(FAILED, error="")])
    assert (journal.failed, Journal(tmp_path / "results.jsonl").failed) == (frozenset(), frozenset())


def test_a_row_that_was_retried_comes_last(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "results.jsonl")
    journal.extend([FAILED, ANSWER_ROW, replace(FAILED, error="")])
    assert [row.question.id for row in journal.rows()] == [ANSWER_ROW.question.id, "q3"]


def test_a_retried_row_that_now_answers_is_no_abstention(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "results.jsonl")
    journal.extend([ABSTAINED, replace(ABSTAINED, opinion=OPINION)])
    assert journal.abstained == frozenset()


def test_a_line_that_is_no_row_is_told_with_its_number_when_the_journal_is_opened(tmp_path: Path) -> None:
    Journal(tmp_path / "results.jsonl").extend([ANSWER_ROW])
    with (tmp_path / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"question": {"id": "q9", "text": "Why?"}}\n')
    with pytest.raises(RunFolderError, match=r"results\.jsonl, line 2, is not a row of a run"):
        Journal(tmp_path / "results.jsonl")


def test_a_damaged_row_behind_a_whole_head_is_told_when_it_is_read(tmp_path: Path) -> None:
    Journal(tmp_path / "results.jsonl").extend([ANSWER_ROW])
    text = (tmp_path / "results.jsonl").read_text(encoding="utf-8")
    (tmp_path / "results.jsonl").write_text(text.replace('"turns":[{', '"turns":[7,{'), encoding="utf-8")
    with pytest.raises(RunFolderError, match="is not a row of a run"):
        list(Journal(tmp_path / "results.jsonl").rows())


def test_a_row_answers_no_question_of_the_same_text_about_something_else(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "results.jsonl")
    journal.extend([ANSWER_ROW])
    same, other = replace(ANSWER_ROW.question, id="q9"), replace(ANSWER_ROW.question, about="the canal alone")
    assert (journal.answered(same), journal.answered(other)) == (ANSWER_ROW, None)
    assert other.key not in journal


def test_a_journal_without_a_row_has_none_to_give_and_needs_no_file(tmp_path: Path) -> None:
    assert list(Journal(tmp_path / "results.jsonl").rows([ANSWER_ROW.question])) == []


def test_a_failed_row_answers_no_other_question_and_hides_no_answer(tmp_path: Path) -> None:
    journal, again = Journal(tmp_path / "results.jsonl"), replace(ANSWER_ROW.question, id="q9")
    journal.extend([FAILED])
    alone = journal.answered(again)
    journal.extend([ANSWER_ROW, FAILED])
    assert (alone, journal.answered(again)) == (None, ANSWER_ROW)


def test_a_row_that_failed_behind_an_abstention_is_a_failure_alone(tmp_path: Path) -> None:
    Journal(tmp_path / "results.jsonl").extend([replace(ABSTAINED, error="it broke")])
    opened = Journal(tmp_path / "results.jsonl")
    assert (opened.failed, opened.abstained) == ({ABSTAINED.question.key}, frozenset())


def test_a_row_is_read_with_the_question_as_the_list_has_it_now(tmp_path: Path) -> None:
    Journal(tmp_path / "results.jsonl").extend([ANSWER_ROW])
    now = replace(ANSWER_ROW.question, note="not deepened: a timeout")
    assert [row.question for row in Journal(tmp_path / "results.jsonl").rows([now])] == [now]
