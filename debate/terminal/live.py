"""What a terminal is shown: live bars, and text from documents and models made fit for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


def readable(text: object) -> str:
    """Take out what would steer the terminal, such as escape sequences and overrides of the reading direction."""
    return _STEERS.sub("\ufffd", str(text))


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
        self._bar.stop()
