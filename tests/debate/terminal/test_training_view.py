"""What a training shows while it runs: in a terminal, and without one."""

import io
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from debate.terminal.training_view import TrainingBar, TrainingLines, print_result
from debate.training.memory import Forecast, MemoryReport
from debate.training.progress import Part
from debate.training.result import FinetuneResult, Losses

GIB = 2**30


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
    assert re.search(r"training .* 3/30 loss 1\.250 val 1\.400 \d+\.\d GiB elapsed .* left", shown)


@pytest.mark.parametrize("at", ["training", "validating"])
def test_the_bar_is_whole_in_80_columns(clock: Clock, at: Part) -> None:
    """Regression: the memory and the time left were cut."""
    console = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None, get_time=clock)
    with TrainingBar(console) as bar:
        bar.step(0, 1000, None, 1.4)
        clock.now = 1000
        bar.step(50, 1000, 12.5, None)
        clock.now = 2000
        bar.step(100, 1000, 12.25, None)
        bar.batch(at, 10, 12)
    last = re.split(r"[\r\n]+", console.file.getvalue())[-2]
    told = {"training": "loss 12.250 val 1.400", "validating": "batch 10/12"}[at]
    assert re.search(rf"{at} .+ 100/1000 {told} +elapsed 0:33:20 left \d:\d\d:\d\d$", last.strip())


def result(**changes: object) -> FinetuneResult:
    losses = Losses(training=((1, 1.0),), validation=((0, 1.0), (1, 0.5)))
    memory = MemoryReport("main memory", 2 * GIB, GIB, 8 * GIB)
    forecast = Forecast(GIB, 0, 0, 0, GIB)
    made = FinetuneResult(Path("adapter"), 9, 1, (), 0, losses, forecast, memory, 60.0)
    return replace(made, **changes)


def test_the_memory_that_was_used_and_that_was_forecast_are_one_plain_line(console: Console) -> None:
    print_result(console, result())
    assert (
        "peak memory      2.0 GiB (25%) of the 8.0 GiB of main memory, 1.0 for the training; 2.0 GiB were forecast\n"
        in console.file.getvalue()
    )


def test_the_memory_of_a_model_that_cannot_be_forecast_is_told_alone(console: Console) -> None:
    print_result(console, result(forecast=None))
    assert (
        "peak memory      2.0 GiB (25%) of the 8.0 GiB of main memory, 1.0 for the training\n"
        in console.file.getvalue()
    )


def test_the_bar_tells_how_far_a_validation_is(console: Console) -> None:
    """Regression: the bar came after the first validation, which takes minutes on a CPU."""
    with TrainingBar(console) as bar:
        bar.step(0, 30, None, None)
        bar.batch("validating", 3, 12)
    assert re.search(r"validating .* 0/30 batch 3/12 ", console.file.getvalue())


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
