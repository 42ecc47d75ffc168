"""A live bar that other output does not break."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class LiveBar:
    """A bar with columns before and after it, the time elapsed and the time left; live inside a ``with``."""

    def __init__(self, console: Console, before: Sequence[ProgressColumn], after: Sequence[ProgressColumn]) -> None:
        times = (TextColumn("elapsed"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bar = Progress(*before, BarColumn(bar_width=24), *after, *times, console=console)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Above an error, what was going on is no longer true.
        self._bar.live.transient = kind is not None and issubclass(kind, Exception)
        self._bar.stop()
