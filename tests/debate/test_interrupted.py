"""Ctrl-C before a command's own handling of it: one line and exit code 130, no traceback."""

import pytest
from typer.testing import CliRunner

from debate.__main__ import main
from debate.cli import app


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_interruption_while_the_command_is_imported_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("debate.cli.main", interrupted)
    with pytest.raises(SystemExit) as left:
        main(["finetune"])
    assert (left.value.code, capsys.readouterr().err) == (130, "interrupted\n")


def test_an_interruption_before_a_command_begins_its_work_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.commands.finetune.start_logging", interrupted)
    result = CliRunner().invoke(app, ["finetune", "--data", "a.xlsx", "--out", "b"])
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
