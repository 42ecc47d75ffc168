import pytest
from typer.testing import CliRunner

from debate.cli import app
from debate.commands.run import TRYING_OUT
from debate.errors import DebateError


@pytest.mark.parametrize(("model", "told"), [("smollm2", True), ("some/model", False)])
def test_a_run_with_the_bundled_model_says_first_that_its_text_is_for_trying_out(
    monkeypatch: pytest.MonkeyPatch, model: str, told: bool
):
    def stop(*arguments, **settings):
        raise DebateError("the run would start here")

    monkeypatch.setattr("debate.run.runner.run_questions", stop)

    result = CliRunner().invoke(app, ["run", "--model", model])

    assert "the run would start here" in result.stderr
    assert (TRYING_OUT in result.stderr) is told
