"""A training in the terminal: a bar or log lines with the loss, then a summary."""

from rich.console import Console
from rich.progress import MofNCompleteColumn, TextColumn

from debate.amounts import amount
from debate.progress import LINES
from debate.readable import one_line, tell
from debate.terminal.live import LiveBar
from debate.training.dataset import TrainingData
from debate.training.memory import memory_report
from debate.training.result import FinetuneResult

_REASONS_SHOWN = 10
_GIB = 2**30


class TrainingBar(LiveBar):
    """A live bar of steps, with the newest losses and the memory that was taken so far."""

    def __init__(self, console: Console) -> None:
        told = TextColumn("{task.fields[told]}")
        super().__init__(console, [TextColumn("training")], [MofNCompleteColumn(), told])
        self._task = self._bar.add_task("training", total=None, told="", visible=False)  # until there is a step
        self._loss = self._validation = ""

    def preparing(self, what: str) -> None:
        tell(self._bar.console, what)

    def examples(self, data: TrainingData) -> None:
        for line in _data_lines(data):
            tell(self._bar.console, line)

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        self._loss = self._loss if loss is None else f"loss {loss:.3f}"
        self._validation = self._validation if validation is None else f"validation {validation:.3f}"
        memory = f"{memory_report(0).peak / _GIB:.1f} GiB"
        told = "  ".join(filter(None, (self._loss, self._validation, memory)))
        self._bar.update(self._task, completed=done, total=total, told=told, visible=True)


class TrainingLines:
    """The same news as log lines, for ``--quiet`` and without a terminal."""

    def preparing(self, what: str) -> None:
        LINES.info("%s", what)

    def examples(self, data: TrainingData) -> None:
        for line in _data_lines(data):
            LINES.info("%s", line)

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        if validation is not None:
            LINES.info("step %d of %d: validation loss %.3f", done, total, validation)
        elif loss is not None:
            LINES.debug("step %d of %d: loss %.3f", done, total, loss)


def print_result(console: Console, result: FinetuneResult) -> None:
    """Print the result of a training: losses, memory, and how to use the adapter; of one only merged, its folders."""
    use = f"{result.adapter} (README.md, loss.png); use it: debate run --model {result.adapter} ..."
    lines = [*(_training_lines(result) if result.losses.training else ()), ("adapter", use)]
    lines += [("merged", str(result.merged))] if result.merged else []
    lines += [("gguf", str(result.gguf))] if result.gguf else []
    for name, value in lines:
        tell(console, f"{name:16} {value}")


def _training_lines(result: FinetuneResult) -> list[tuple[str, str]]:
    memory = result.memory
    return [
        ("examples", f"{result.examples}, {result.held_out} held out, {amount(len(result.left_out), 'row')} left out"),
        ("validation loss", result.losses.told),
        ("time", f"{result.seconds / 60:.1f} min"),
        (
            "peak memory",
            f"{memory.peak / _GIB:.1f} of {memory.total / _GIB:.1f} GiB ({memory.share:.0%}), "
            f"{memory.for_training / _GIB:.1f} GiB ({memory.for_training / memory.total:.0%}) for training "
            f"({memory.where})" + (f"; forecast {result.forecast.total / _GIB:.1f}" if result.forecast else ""),
        ),
    ]


def _data_lines(data: TrainingData) -> list[str]:
    lines = [f"{amount(len(data.training), 'example')} to learn from, {len(data.validation)} to validate on"]
    lines += [f"left out: {one_line(one.place)}: {one_line(one.reason)}" for one in data.left_out[:_REASONS_SHOWN]]
    more = len(data.left_out) - _REASONS_SHOWN
    return [*lines, f"left out: {amount(more, 'more row')}; left-out.txt will list all"] if more > 0 else lines
