"""``compare.xlsx``: the paired tests, and the answers side by side."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from debate.compare.measures import Answer
from debate.compare.runner import Comparison
from debate.compare.votes import Votes
from debate.output.workbook import add_sheet, new_workbook

_TESTS = (
    "measure",
    "first",
    "second",
    "questions",
    "mean first",
    "mean second",
    "difference",
    "low",
    "high",
    "p",
    "verdict",
)
_VOTED = ("first", "second", "first preferred", "second preferred", "ties", "p")


def write_comparison(comparison: Comparison) -> Path:
    """Write the workbook into the comparison's folder.

    Raises:
        RunFolderError: it cannot be written.
    """
    path = comparison.folder / "compare.xlsx"
    with new_workbook(path, "close it in the other program") as book:
        add_sheet(book, "compare", _TESTS, _test_rows(comparison))
        add_sheet(book, "answers", ("question", "context", *comparison.models), _answer_rows(comparison))
        add_sheet(book, "votes", _VOTED, _vote_rows(comparison))
    return path


def _test_rows(comparison: Comparison) -> Iterable[dict[str, object]]:
    for one in comparison.compared:
        row: dict[str, object] = {"measure": one.measure, "first": one.first, "second": one.second}
        if one.paired is not None:
            row |= {
                "questions": one.paired.pairs,
                "mean first": round(one.paired.first, 4),
                "mean second": round(one.paired.second, 4),
                "difference": round(one.paired.difference, 4),
                "low": round(one.paired.low, 4),
                "high": round(one.paired.high, 4),
                "p": round(one.paired.p, 4),
            }
        yield row | {"verdict": one.verdict}


def _answer_rows(comparison: Comparison) -> Iterable[dict[str, str]]:
    for n, question in enumerate(comparison.questions):
        context = "\n\n".join(f"[{m}] {chunk.text}" for m, chunk in enumerate(comparison.passages[n], 1))
        texts = {model: _text(of[n]) for model, of in zip(comparison.models, comparison.answers, strict=True)}
        yield {"question": question.text, "context": context} | texts


def _text(answer: Answer) -> str:
    return answer.opinion.answer if answer.opinion else f"failed: {answer.error}"


def _vote_rows(comparison: Comparison) -> Iterable[dict[str, object]]:
    votes = Votes(comparison.folder / "votes.jsonl")
    pairs = dict.fromkeys((one.first, one.second) for one in comparison.compared)
    for first, second in pairs:
        tally = votes.tally(first, second)
        values = (first, second, *tally.wins, tally.ties, round(tally.p, 4))
        yield dict(zip(_VOTED, values, strict=True))
