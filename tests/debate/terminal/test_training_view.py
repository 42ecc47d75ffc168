"""What a training shows while it runs: in a terminal, and without one."""

import io
import logging
import re

import pytest
from rich.console import Console

from debate.terminal.training_view import TrainingBar, TrainingLines


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def console(clock: Clock) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=150, color_system=None, get_time=clock)


@pytest.fixture
def lines(clock: Clock, caplog: pytest.LogCaptureFixture) -> TrainingLines:
    caplog.set_level(logging.INFO, logger="debate.lines")
    return TrainingLines(clock)


def test_the_bar_tells_the_steps_both_losses_the_memory_and_the_time_left(console: Console) -> None:
    with TrainingBar(console) as bar:
        bar.step(0, 30, None, 1.4)
        bar.step(3, 30, 1.25, None)
    shown = console.file.getvalue()
    assert re.search(r"training .* 3/30 loss 1\.250 +validation 1\.400 +\d+\.\d GiB elapsed .* left", shown)


def test_the_bar_tells_how_far_a_validation_is(console: Console) -> None:
    """Regression: the bar came after the first validation, which takes minutes on a CPU."""
    with TrainingBar(console) as bar:
        bar.step(0, 30, None, None)
        bar.batch("validating", 3, 12)
    assert re.search(r"validating 3/12 .* 0/30 ", console.file.getvalue())


def test_the_bar_tells_the_time_left_of_steps_that_take_minutes(console: Console, clock: Clock) -> None:
    """Regression: it was not known where a step took more than half a minute."""
    with TrainingBar(console) as bar:
        bar.step(0, 30, None, None)
        clock.now = 50
        bar.batch("training", 1, 2)
        clock.now = 100
        bar.step(1, 30, 1.25, None)
    assert "left 0:48:20" in console.file.getvalue()


def test_without_a_terminal_long_steps_are_told_about_every_half_minute(lines, clock, caplog) -> None:
    """Regression: there was a line for each validation alone."""
    lines.step(0, 30, None, None)
    lines.step(1, 30, 1.3, None)
    clock.now = 20
    lines.batch("training", 1, 2)
    clock.now = 40
    lines.step(2, 30, 1.25, None)
    clock.now = 75
    lines.batch("training", 1, 2)
    told = [re.sub(r"\d+\.\d GiB", "1.0 GiB", one) for one in caplog.messages]
    assert told == [
        "step 2 of 30, loss 1.250, 1.0 GiB, about 9 min left",
        "step 3 of 30, batch 1 of 2, loss 1.250, 1.0 GiB, about 14 min left",
    ]


def test_without_a_terminal_every_validation_is_told_and_how_far_a_long_one_is(lines, clock, caplog) -> None:
    lines.step(0, 30, None, None)
    clock.now = 31
    lines.batch("validating", 3, 12)
    lines.step(0, 30, None, 1.4)
    assert [re.sub(r", \d+\.\d GiB", "", one) for one in caplog.messages] == [
        "step 0 of 30, validating: batch 3 of 12",
        "step 0 of 30: validation loss 1.400",
    ]


def test_the_time_left_of_a_training_that_was_resumed_is_reckoned_from_there(lines, clock, caplog) -> None:
    lines.step(20, 30, None, None)
    clock.now = 60
    lines.step(22, 30, 1.25, None)
    assert caplog.messages[0].endswith("about 4 min left")
