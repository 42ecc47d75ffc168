"""A training in the terminal: a bar or log lines with the loss, then a summary."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import MofNCompleteColumn, TextColumn

from debate.amounts import amount
from debate.in_progress import duration
from debate.progress import LINES, STAGES_EVERY
from debate.readable import one_line, tell
from debate.terminal.live import LiveBar
from debate.training.data.dataset import TrainingData
from debate.training.memory import memory_report
from debate.training.progress import FinetuneProgress, Part
from debate.training.result import FinetuneResult

_REASONS_SHOWN = 10
_GIB = 2**30
_WIDE = 100  # columns; in 80 there is no room for the memory


class TrainingBar(LiveBar, FinetuneProgress):
    """A live bar of steps with the newest losses and, in a wide terminal, the memory that was taken so far."""

    def __init__(self, console: Console) -> None:
        told = TextColumn("{task.fields[told]}")
        super().__init__(console, [TextColumn("{task.description}")], [MofNCompleteColumn(), told], bar_width=8)
        self._task = self._bar.add_task("training", total=None, told="", visible=False)  # until there is a step
        self._done = 0
        self._loss = self._validation = ""

    def preparing(self, what: str) -> None:
        tell(self._bar.console, what)

    def warning(self, what: str) -> None:
        tell(self._bar.console, f"warning: {what}")

    def examples(self, data: TrainingData) -> None:
        for line in _data_lines(data):
            tell(self._bar.console, line)

    def batch(self, part: Part, done: int, total: int) -> None:
        if part == "training":  # of a step, so that the bar moves and the time left is known where a step takes minutes
            self._bar.update(self._task, completed=self._done + done / total, description="training", told=self._told())
        else:
            self._bar.update(self._task, description="validating", told=f"batch {done}/{total}")

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        if not self._bar.tasks[self._task].visible:
            self._bar.reset(self._task, total=total, completed=done, visible=True)  # starts its clock
        self._done = done
        self._loss = self._loss if loss is None else f"loss {loss:.3f}"
        self._validation = self._validation if validation is None else f"val {validation:.3f}"
        self._bar.update(self._task, completed=done, told=self._told(), description="training")

    def _told(self) -> str:
        memory = _memory() if self._bar.console.width >= _WIDE else ""
        return " ".join(filter(None, (self._loss, self._validation, memory)))


class TrainingLines(FinetuneProgress):
    """The same news as log lines, for ``--quiet`` and without a terminal.

    Every validation is a line; what is at work between them is told about every ``STAGES_EVERY`` seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._told_at = clock()
        self._first: int | None = None  # step
        self._done = self._total = 0
        self._loss = ""

    def preparing(self, what: str) -> None:
        LINES.info("%s", what)

    def warning(self, what: str) -> None:
        LINES.warning("%s", what)

    def examples(self, data: TrainingData) -> None:
        for line in _data_lines(data):
            LINES.info("%s", line)

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        if self._first is None:
            self._first, self._began = done, self._clock()
        self._done, self._total = done, total
        self._loss = self._loss if loss is None else f"loss {loss:.3f}"
        if validation is not None:
            self._tell(f"step {done} of {total}: validation loss {validation:.3f}", done)
        else:
            self._tell_in_time(f"step {done} of {total}", done)

    def batch(self, part: Part, done: int, total: int) -> None:
        if part == "training":
            at = f"step {self._done + 1} of {self._total}, batch {done} of {total}"
            self._tell_in_time(at, self._done + done / total)
        else:
            self._tell_in_time(f"step {self._done} of {self._total}, validating: batch {done} of {total}", self._done)

    def _tell_in_time(self, what: str, done: float) -> None:
        if self._clock() - self._told_at >= STAGES_EVERY:
            self._tell(", ".join(filter(None, (what, self._loss))), done)

    def _tell(self, what: str, done: float) -> None:
        self._told_at = self._clock()
        trained = done - (self._first or 0)
        left = (self._told_at - self._began) / trained * (self._total - done) if trained else 0
        LINES.info("%s", ", ".join(filter(None, (what, _memory(), f"about {duration(left)} left" if left else ""))))


def _memory() -> str:
    return f"{memory_report(0).peak / _GIB:.1f} GiB"


def print_result(console: Console, result: FinetuneResult) -> None:
    """Print the result of a training: losses, memory, and how to use the adapter; of one only merged, its folders."""
    use = f"{result.adapter} (README.md, loss.png); use it: debate run --model {result.adapter} ..."
    lines = [*(_training_lines(result) if result.losses.training else _finished_lines(result)), ("adapter", use)]
    lines += [("merged", str(result.merged))] if result.merged else []
    lines += [("gguf", str(result.gguf))] if result.gguf else []
    for name, value in lines:
        tell(console, f"{name:16} {value}")


def _finished_lines(result: FinetuneResult) -> list[tuple[str, str]]:
    again = "finished already; nothing was trained. To train again, give another --out"
    return [("training", again), ("validation loss", result.losses.told)]


def _training_lines(result: FinetuneResult) -> list[tuple[str, str]]:
    return [
        ("examples", f"{result.examples}, {result.held_out} held out, {amount(len(result.left_out), 'row')} left out"),
        ("validation loss", result.losses.told),
        ("time", f"{result.seconds / 60:.1f} min"),
        ("peak memory", _peak(result)),
    ]


def _peak(result: FinetuneResult) -> str:
    memory, forecast = result.memory, result.forecast
    expected = f"; {forecast.total / _GIB:.1f} GiB were forecast" if forecast else ""
    trained = f"{memory.for_training / _GIB:.1f} for the training"
    whole = f"{memory.peak / _GIB:.1f} GiB ({memory.share:.0%}) of the {memory.total / _GIB:.1f} GiB of {memory.where}"
    return f"{whole}, {trained}{expected}"


def _data_lines(data: TrainingData) -> list[str]:
    lines = [f"{amount(len(data.training), 'example')} to learn from, {len(data.validation)} to validate on"]
    lines += [f"left out: {one_line(one.place)}: {one_line(one.reason)}" for one in data.left_out[:_REASONS_SHOWN]]
    more = len(data.left_out) - _REASONS_SHOWN
    return [*lines, f"left out: {amount(more, 'more row')}; left-out.txt will list all"] if more > 0 else lines
