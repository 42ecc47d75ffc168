"""What is left of a bar when it ends."""

import io

import pytest
from rich.console import Console

from debate.terminal.run_view import RunBar


def fail(bar: RunBar) -> None:
    bar.preparing("opening the index")
    raise ZeroDivisionError


@pytest.mark.parametrize("is_terminal", [True, False])
def test_above_an_error_no_bar_is_left(is_terminal: bool) -> None:
    """Regression: the error stood under "0/1 questions … opening the index"."""
    told = io.StringIO()
    console = Console(file=told, force_terminal=is_terminal, width=80)
    with pytest.raises(ZeroDivisionError), RunBar(console, 2, 2) as bar:
        fail(bar)
    shown = told.getvalue().rpartition("\x1b[2K")[2] if is_terminal else told.getvalue()
    assert "opening the index" not in shown
