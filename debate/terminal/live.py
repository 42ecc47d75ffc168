"""A live bar that other output does not break."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from debate.in_progress import duration

_PACE_OF = 3600.0  # seconds by which the time left is reckoned; of a step that takes longer than that, it is not known


class Description(ProgressColumn):
    """What a task is at, on one line, cut where the terminal is narrow: the times behind it stay whole."""

    def render(self, task: Task) -> Text:
        """Return the column's text."""
        return Text(task.description, no_wrap=True, overflow="ellipsis")


class TimeLeft(ProgressColumn):
    """The time left by an estimate of the task's own; "?" while there is none."""

    def __init__(self, seconds: Callable[[], float | None]) -> None:
        super().__init__(Column(no_wrap=True))
        self._seconds = seconds

    def render(self, task: Task) -> Text:  # noqa: ARG002 - rich's signature
        """Return the column's text."""
        seconds = self._seconds()
        return Text("?" if seconds is None else f"about {duration(seconds)}")


class LiveBar:
    """A bar with columns before and after it, the time elapsed and the time left; live inside a ``with``.

    Args:
        left: tells the time left; default: as fast as the bar moved lately.
    """

    def __init__(
        self,
        console: Console,
        before: Sequence[ProgressColumn],
        after: Sequence[ProgressColumn],
        left: ProgressColumn | None = None,
        bar_width: int = 12,
    ) -> None:
        times = (
            *(TextColumn("elapsed"), TimeElapsedColumn(Column(no_wrap=True))),
            *(TextColumn("left"), left or TimeRemainingColumn()),
        )
        self._bar = Progress(
            *before, BarColumn(bar_width=bar_width), *after, *times, console=console, speed_estimate_period=_PACE_OF
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Above an error, what was going on is no longer true.
        self._bar.live.transient = kind is not None and issubclass(kind, Exception)
        self._bar.stop()
