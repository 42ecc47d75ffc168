"""A model or a judge that fails ends no comparison: it is told by name, and tried again by the same call."""

from collections.abc import Callable
from pathlib import Path

import pytest
from comparing import compare_settings
from fakes import ScriptedLLM, TopicEmbedding
from openpyxl import load_workbook

from debate.compare.page import write_comparison_page
from debate.compare.runner import Comparison, compare_models
from debate.compare.settings import CompareSettings
from debate.compare.sheet import write_comparison
from debate.errors import RunFolderError
from debate.progress import Progress
from vectorstore import FaissStore

LONG = "The union ended in 1911, and that settled the matter for everybody. The tariff on salt doubled in that year."


@pytest.fixture
def settings(tmp_path: Path) -> CompareSettings:
    return compare_settings(tmp_path)


class Warned(Progress):
    """Keeps what it is warned of."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, what: str) -> None:
        self.warnings.append(what)


def compared(
    settings: CompareSettings, load: Callable[[str], ScriptedLLM], progress: Progress | None = None
) -> Comparison:
    store = FaissStore.from_texts(["The union ended in 1911.", "The tariff on salt doubled."], TopicEmbedding())
    return compare_models(settings, progress, load=load, store=store)


def told(found: Comparison) -> list[str]:
    return [one.told for one in found.failures()]


def works(name: str) -> ScriptedLLM:
    return ScriptedLLM(script={"": "1" if name == "judge" else LONG})


def fails_at_controls(name: str) -> ScriptedLLM:
    controls = {"Treaty of Lausanne": "raise the server is gone"} if name == "other" else {}
    return ScriptedLLM(script=controls | {"": LONG})


def test_a_model_that_fails_at_control_questions_is_told_and_the_comparison_ends(settings) -> None:
    """Regression: an error at the control questions ended the whole comparison, and no model was named."""
    found = compared(settings, fails_at_controls)
    assert [len([one for one in of_model if one.opinion]) for of_model in found.answers] == [3, 3]
    assert told(found) == [
        "4 control questions of other failed, the first with: the server is gone; run the same command again"
    ]


def test_failed_control_questions_are_asked_again_by_the_same_call_and_no_others(settings) -> None:
    compared(settings, fails_at_controls)
    asked = works("other")
    found = compared(settings, lambda _: asked)
    assert (len(asked.prompts), told(found)) == (4, [])
    assert [len(of_model) for of_model in found.controls] == [10, 10]


def test_a_failed_control_question_counts_neither_as_right_nor_as_wrong(settings) -> None:
    book = load_workbook(write_comparison(compared(settings, fails_at_controls)))
    rows = [dict(zip([c.value for c in book["models"][1]], [c.value for c in row], strict=True)) for row in book["models"].iter_rows(min_row=2)]  # fmt: skip
    assert [row["control questions"] for row in rows] == [10, 6]
    assert rows[1]["failed"].startswith("4 control questions of other failed")
    assert "failed: the server is gone" in [row[3].value for row in book["controls"].iter_rows()]


def cannot_load(name: str) -> ScriptedLLM:
    if name == "other":
        raise RuntimeError("CUDA error: out of memory")
    return works(name)


def test_a_model_that_cannot_be_loaded_is_told_and_the_others_answer(settings) -> None:
    progress = Warned()
    found = compared(settings, cannot_load, progress)
    assert all(one.opinion for one in found.answers[0])
    assert told(found) == [
        "3 answers of other failed, the first with: CUDA error: out of memory; run the same command again",
        "10 control questions of other failed, the first with: CUDA error: out of memory; run the same command again",
    ]
    assert progress.warnings == ["other cannot be loaded: CUDA error: out of memory; the comparison goes on without it"]
    page = write_comparison_page(found).read_text(encoding="utf-8")
    assert "3 answers of other failed, the first with: CUDA error: out of memory" in page


def test_a_model_that_could_not_be_loaded_answers_all_by_the_same_call(settings) -> None:
    compared(settings, cannot_load)
    assert told(compared(settings, works)) == []


class BreaksAfter(ScriptedLLM):
    """A judge whose server is gone after some verdicts."""

    calls: int = 2

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        if len(self._prompts) >= self.calls:
            raise RuntimeError("503 overloaded")
        return super()._call(prompt, stop, run_manager, **kwargs)


@pytest.fixture
def judged(settings) -> CompareSettings:
    return settings.model_copy(update={"judge": "judge", "concurrency": 1, "controls": False})


def answers_differ(name: str) -> ScriptedLLM:
    return ScriptedLLM(script={"": "1" if name == "judge" else f"{LONG} So {name} says to everybody."})


def test_a_judge_that_fails_after_some_verdicts_keeps_them_and_the_comparison_ends(judged) -> None:
    """Regression: it ended the whole comparison, and the message did not name the judge."""
    broken = BreaksAfter(script={"": "1"})
    found = compared(judged, lambda name: broken if name == "judge" else answers_differ(name))
    assert told(found) == ["2 judgements of judge failed, the first with: 503 overloaded; run the same command again"]
    row = next(iter(load_workbook(write_comparison(found))["judge"].iter_rows(min_row=2, values_only=True)))
    assert row[:9] == ("judge", "plain", "other", 0, 0, 1, 1, 0, 2)


def test_a_judge_that_failed_is_asked_again_only_about_what_it_has_not_judged(judged) -> None:
    broken = BreaksAfter(script={"": "1"})
    compared(judged, lambda name: broken if name == "judge" else answers_differ(name))
    mended = ScriptedLLM(script={"": "1"})
    found = compared(judged, lambda _: mended)
    assert (len(mended.prompts), told(found)) == (4, [])
    assert sum(tally.ties for _, tally in found.judge_tallies()) == 3


def test_a_judge_that_cannot_be_loaded_is_told_and_the_answers_stay(judged) -> None:
    def load(name: str) -> ScriptedLLM:
        if name == "judge":
            raise RuntimeError("no such file")
        return answers_differ(name)

    found = compared(judged, load)
    assert all(one.opinion for of_model in found.answers for one in of_model)
    assert told(found) == ["3 judgements of judge failed, the first with: no such file; run the same command again"]


def test_a_folder_that_cannot_be_written_ends_the_comparison(settings) -> None:
    settings.out.mkdir()
    (settings.out / "controls.jsonl").mkdir()
    (settings.out / "compare.toml").write_text("", encoding="utf-8")
    with pytest.raises(RunFolderError):
        compared(settings, works)
