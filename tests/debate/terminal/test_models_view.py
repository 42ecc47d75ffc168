import pytest
from typer.testing import CliRunner

from debate.cli import app

pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_table_has_every_model_with_memory_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(app, ["models"])
    assert shown.exit_code == 0
    assert "no NVIDIA GPU" in shown.stdout
    assert "unsloth/gemma-2-27b-bnb-4bit" in shown.stdout
    assert next(line for line in shown.stdout.splitlines() if "smollm2" in line).count("yes") == 2


def test_the_help_has_examples() -> None:
    assert "debate models runs/adapters/merged" in CliRunner().invoke(app, ["models", "--help"]).stdout


def test_a_model_that_is_not_here_is_one_line_and_exit_code_2() -> None:
    shown = CliRunner().invoke(app, ["models", "org/not-here"])
    assert (shown.exit_code, len(shown.stderr.splitlines())) == (2, 1)
