"""``compare.xlsx``: the paired tests, and the answers side by side."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from debate.compare.controls.answers import ControlAnswer, answerable
from debate.compare.measures import Answer
from debate.compare.runner import Comparison
from debate.compare.statistics import TOO_FEW
from debate.compare.trained_on import TrainedOn
from debate.output.workbook import add_sheet, new_workbook

_FIGURES = ("mean first", "mean second", "difference", "low", "high", "p")
_TESTS = ("measure", "first", "second", "questions", *_FIGURES, "verdict", "better is", "meaning")
_CONTROLS = ("control questions", "right", "exact", "abstained rightly", "abstained wrongly")
_EFFORT = ("answers timed", "tokens/s", "seconds", "peak MiB", "measured on")
_MODELS = ("model", "style", "backend", *_CONTROLS, *_EFFORT, "failed", "trained on")
_MODEL_WIDTHS = {"model": 30, "measured on": 24, "failed": 60, "trained on": 60}
_SAYS = ("ties", "contradicts itself", "no verdict", "failed", "p")
_JUDGED = ("judge", "first", "second", "first preferred", "second preferred", *_SAYS)
_ANSWER_WIDTH = 70
_TEST_WIDTHS = {"measure": 30, "first": 30, "second": 30, "verdict": 30, "meaning": 60}
_SAID = {True: "yes", False: "no", None: ""}
_BETTER = {1: "more", -1: "less", 0: ""}
_VOTED = ("first", "second", "first preferred", "second preferred", "ties", "p")


def write_comparison(comparison: Comparison) -> Path:
    """Write the workbook into the comparison's folder.

    Raises:
        RunFolderError: it cannot be written.
    """
    path = comparison.folder / "compare.xlsx"
    with new_workbook(path, "close it in the other program") as book:
        texts = dict.fromkeys(comparison.models, _ANSWER_WIDTH)
        add_sheet(book, "compare", _TESTS, _test_rows(comparison), _TEST_WIDTHS)
        known = ("answerable",) if any(one.answerable is not None for one in comparison.questions) else ()
        add_sheet(book, "answers", ("question", *known, "context", *comparison.models), _answer_rows(comparison), texts)
        if any(comparison.controls):
            add_sheet(book, "controls", ("question", "expected", *comparison.models), _control_rows(comparison), texts)
        add_sheet(book, "models", _MODELS, model_rows(comparison), _MODEL_WIDTHS)
        for name, columns, rows in (
            ("judge", _JUDGED, list(_judge_rows(comparison))),
            ("votes", _VOTED, list(_vote_rows(comparison))),
        ):
            if rows:  # nobody judged or voted
                add_sheet(book, name, columns, rows)
    return path


def _test_rows(comparison: Comparison) -> Iterable[dict[str, object]]:
    for one in comparison.compared:
        row: dict[str, object] = {"measure": one.measure, "first": one.first, "second": one.second}
        if one.paired is not None:
            row["questions"] = one.paired.pairs
            ends = one.paired.interval or (TOO_FEW, TOO_FEW)
            values = (one.paired.first, one.paired.second, one.paired.difference, *ends, one.paired.p)
            row |= {name: _rounded(value) for name, value in zip(_FIGURES, values, strict=True)}
        yield row | {"verdict": one.verdict, "better is": _BETTER[one.better], "meaning": one.meaning}


def _rounded(value: float | str) -> float | str:
    return value if isinstance(value, str) else round(value, 4)


def _answer_rows(comparison: Comparison) -> Iterable[dict[str, str]]:
    for n, question in enumerate(comparison.questions):
        context = "\n\n".join(f"[{m}] {chunk.text}" for m, chunk in enumerate(comparison.passages[n], 1))
        texts = {model: _text(of[n]) for model, of in zip(comparison.models, comparison.answers, strict=True)}
        yield {"question": question.text, "answerable": _SAID[question.answerable], "context": context} | texts


def _text(answer: Answer) -> str:
    return answer.opinion.answer if answer.opinion else f"failed: {answer.error}"


def _control_rows(comparison: Comparison) -> Iterable[dict[str, str]]:
    for control, answers in comparison.control_answers():
        row = {"question": f"{control.asked}\n({control.passage})", "expected": control.expected}
        told = zip(comparison.models, answers, strict=True)
        yield row | {model: f"{answer.mark}: {answer.error or answer.text}" for model, answer in told if answer}


def model_rows(comparison: Comparison) -> Iterable[dict[str, object]]:
    """Tell of each model what it did with the control questions, and what its answers took (which varies by run)."""
    efforts = {one.model: one for one in comparison.efforts}
    for model, answers, controls in zip(comparison.models, comparison.answers, comparison.controls, strict=True):
        styles = dict.fromkeys(one.style for one in answers if one.style and one.opinion and not one.opinion.abstained)
        backends = dict.fromkeys(one.backend for one in answers if one.backend)
        row: dict[str, object] = {"model": model, "style": ", ".join(styles), "backend": ", ".join(backends)}
        if controls:
            row |= _controls([one for one in controls if not one.error])
        if effort := efforts.get(model):
            row |= {
                "answers timed": effort.answers,
                "tokens/s": round(effort.tokens_a_second, 1),
                "seconds": round(effort.seconds, 1),
                "peak MiB": effort.peak_mib or "",
                "measured on": effort.where,
            }
        failed = [one.told for one in comparison.failures() if one.model == model]
        learned = [line for one in comparison.trained if one.model == model for line in _learned(one)]
        yield row | {"failed": "\n".join(failed), "trained on": "\n".join(learned)}


def _learned(trained: TrainedOn) -> Sequence[str]:
    return trained.questions or (trained.told,)


def _controls(answered: Sequence[ControlAnswer]) -> dict[str, object]:
    told = answerable(answered)
    return {
        "control questions": len(answered),
        "right": sum(one.right for one in answered),
        "exact": sum(one.exact for one in answered),
        "abstained rightly": f"{sum(one.abstained for one in answered if one not in told)} of "
        f"{len(answered) - len(told)}",
        "abstained wrongly": f"{sum(one.abstained for one in told)} of {len(told)}",
    }


def _judge_rows(comparison: Comparison) -> Iterable[dict[str, object]]:
    for judge, found in comparison.judge_tallies():
        counts = (*found.wins, found.ties, found.contradictions, found.unread, found.failed)
        values = (judge, *found.models, *counts, round(found.p, 4))
        yield dict(zip(_JUDGED, values, strict=True))


def _vote_rows(comparison: Comparison) -> Iterable[dict[str, object]]:
    for found in comparison.vote_tallies():
        yield dict(zip(_VOTED, (*found.models, *found.wins, found.ties, round(found.p, 4)), strict=True))
