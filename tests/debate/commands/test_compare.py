"""The command compare: what failed is told, and is in the exit code."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chains.schemas import Opinion, Question
from debate.cli import app
from debate.compare.comparison import compare_answers
from debate.compare.controls.answers import failed_control
from debate.compare.controls.questions import CONTROLS
from debate.compare.measures import Answer
from debate.compare.runner import Comparison

GIVEN = ["compare", "--models", "a", "b", "--questions", "q.txt", "--corpus", "docs", "--out", "c"]


def comparison(folder: Path, *, fails: bool) -> Comparison:
    answers = tuple((Answer("q", name, Opinion("Salt is dear.", 3, ()), 1.0),) for name in "ab")
    controls = tuple((failed_control(CONTROLS[0], name, "it broke"),) if fails else () for name in "ab")
    compared = tuple(compare_answers(answers, min_words=1, max_words=9))
    return Comparison(folder, ("a", "b"), (Question("q", "Why?"),), ((),), answers, compared, controls)


@pytest.mark.parametrize(("fails", "code"), [(True, 3), (False, 0)])
def test_failed_control_questions_are_named_and_end_with_their_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool, code: int
) -> None:
    monkeypatch.setattr("debate.compare.runner.compare_models", lambda *_: comparison(tmp_path, fails=fails))
    ended = CliRunner().invoke(app, GIVEN)
    assert ended.exit_code == code
    assert ("1 control question of b failed: it broke; run the same command again" in ended.stdout) == fails
