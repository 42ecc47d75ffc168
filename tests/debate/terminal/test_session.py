import logging

import pytest
import typer

from debate.terminal.session import is_for_the_terminal, one_line_errors


class BadRequestError(Exception):
    status_code = 400


def test_what_a_model_s_server_refuses_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, one_line_errors():
        raise BadRequestError("the word salt\nis forbidden")
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == "error: the model's server refused the request: the word salt is forbidden\n"


def test_what_has_no_run_is_interrupted_without_a_word_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Regression: an interrupted `debate ask` said how to resume a run."""
    with pytest.raises(typer.Exit) as ended, one_line_errors():
        raise KeyboardInterrupt
    assert (ended.value.exit_code, capsys.readouterr().err) == (130, "interrupted\n")


def test_an_error_of_nobody_s_comes_through() -> None:
    with pytest.raises(ZeroDivisionError), one_line_errors():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("name", "level", "is_shown"),
    [
        ("debate.run.questions", logging.WARNING, True),
        ("debate.lines", logging.INFO, True),
        ("chains.models.local", logging.WARNING, True),
        ("debate.log", logging.WARNING, False),
        ("vectorstore.corpus.loader", logging.WARNING, False),
        ("vectorstore.corpus.loader", logging.ERROR, True),
        ("debate.run.questions", logging.INFO, False),
    ],
)
def test_warnings_are_shown_unless_the_command_tells_them_itself(name: str, level: int, is_shown: bool) -> None:
    """Regression: a row that was left out of a question list was told nowhere."""
    record = logging.LogRecord(name, level, "", 0, "row 3 is left out", None, None)
    assert is_for_the_terminal(record) == is_shown
