"""What is left of a bar when it ends."""

import io
from itertools import starmap

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


@pytest.mark.parametrize("width", [80, 100])
def test_the_time_left_is_whole_however_much_is_in_progress(width: int) -> None:
    """Regression: it was cut, or on a second line."""
    told = io.StringIO()
    bar = RunBar(Console(file=told, force_terminal=True, width=width), 2, 2)
    bar.total(12, 0)
    begun = [(one, "retrieve") for one in "abcabc"]
    list(starmap(bar.stage, [*begun, ("a", "opinion"), ("b", "opinion"), ("a", "positions")]))
    with bar:
        pass
    assert "about 10 s" in told.getvalue()
    assert "1 in debate" in told.getvalue()
