import pytest
import typer

from debate.terminal.session import one_line_errors


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
