"""How many tasks are worth having in flight: more threads pay only as long as a core of the machine waits.

Threads that all have work for the interpreter hand its lock around, which costs a fifth of their time and finishes
nothing sooner; threads that wait for a server's model are what a run is wide for.
"""

from __future__ import annotations

import math
import time

_LOOK_EVERY = 0.2  # seconds
_BUSY = 0.9  # of one core


class Pace:
    """The number of tasks to have in flight: ``first``, then as many as would have kept a core busy, up to ``most``.

    Args:
        most: where it ends, at least 1.
        first: where it begins; ``most`` where all tasks are to begin at once.
    """

    def __init__(self, most: int, first: int = 1) -> None:
        self._most = most
        self.width = min(first, most)
        self._wall, self._cpu = time.monotonic(), time.process_time()

    @property
    def patience(self) -> float | None:
        """Seconds to wait for a task before ``widen`` is asked again; None once the width is at its most."""
        return _LOOK_EVERY if self.width < self._most else None

    def widen(self) -> None:
        """Look at what share of a core was used since the last look, where that was long enough ago to tell."""
        wall, cpu = time.monotonic(), time.process_time()
        if self.width == self._most or wall - self._wall < _LOOK_EVERY:
            return
        used = (cpu - self._cpu) / (wall - self._wall)
        self._wall, self._cpu = wall, cpu
        if used < _BUSY:
            self.width = min(math.ceil(self.width / max(used, 1 / self._most)), self._most)
