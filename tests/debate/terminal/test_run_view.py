"""The summary at the end of a run."""

from dataclasses import replace
from pathlib import Path

from example_rows import ANSWER_ROW, OPINION
from rich.console import Console

from debate.run.records.journal import Journal
from debate.run.runner import RunSummary
from debate.terminal.run_view import print_summary


def test_an_answer_with_fewer_words_than_asked_for_is_marked_short(tmp_path: Path) -> None:
    row = replace(ANSWER_ROW, opinion=replace(OPINION, words=281))
    Journal(tmp_path / "results.jsonl").extend([row])
    console = Console(record=True, width=120)
    print_summary(
        console, RunSummary(tmp_path, tmp_path / "results.xlsx", (row.question,), total=1, failed=0, min_words=400)
    )
    assert "281 short" in console.export_text()


def test_an_answer_that_does_not_know_is_as_long_as_it_should_be(tmp_path: Path) -> None:
    row = replace(ANSWER_ROW, opinion=replace(OPINION, words=3, abstained=True))
    Journal(tmp_path / "results.jsonl").extend([row])
    console = Console(record=True, width=120)
    print_summary(
        console, RunSummary(tmp_path, tmp_path / "results.xlsx", (row.question,), total=1, failed=0, min_words=400)
    )
    assert "short" not in console.export_text()


def test_an_answer_whose_sentences_are_mostly_its_passages_own_is_marked_copied(tmp_path: Path) -> None:
    row = replace(ANSWER_ROW, opinion=replace(OPINION, words=433, copied=0.75))
    Journal(tmp_path / "results.jsonl").extend([row])
    console = Console(record=True, width=120)
    print_summary(
        console, RunSummary(tmp_path, tmp_path / "results.xlsx", (row.question,), total=1, failed=0, min_words=400)
    )
    assert "433 copied" in console.export_text()
