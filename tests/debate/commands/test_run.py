from pathlib import Path

import pytest
from typer.testing import CliRunner

from debate.cli import app
from debate.errors import DebateError
from debate.terminal.session import notice_of


@pytest.mark.parametrize("flags", [(), ("--quiet",)])
@pytest.mark.parametrize(("model", "told"), [("smollm2", True), ("some/model", False)])
def test_a_run_with_the_bundled_model_says_first_that_its_text_is_for_trying_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, model: str, told: bool, flags: tuple[str, ...]
):
    def stop(settings, progress, **rest):
        progress.total(6, 0)
        raise DebateError("the first question would start here")

    monkeypatch.setattr("debate.run.runner.run_questions", stop)

    with caplog.at_level("INFO", "debate.lines"):
        result = CliRunner().invoke(app, ["run", "--model", model, *flags])

    assert "the first question would start here" in result.stderr
    assert (notice_of("smollm2", Path(), ()) in " ".join((result.output + caplog.text).split())) is told


def test_without_a_terminal_a_run_tells_its_progress_in_lines(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def stop(settings, progress, **rest):
        progress.stage("q1", "opinion")
        raise DebateError("it goes on here")

    monkeypatch.setattr("debate.run.runner.run_questions", stop)

    with caplog.at_level("INFO", "debate.lines"):
        CliRunner().invoke(app, ["run"])

    assert "0/0 done, 1 in opinion" in caplog.messages
