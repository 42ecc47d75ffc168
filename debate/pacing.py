"""How many tasks are worth having in flight: more threads pay only as long as a core of the machine waits.

Threads that all have work for the interpreter hand its lock around, which costs a quarter of their time and finishes
nothing sooner; threads that wait for a server's model are what a run is wide for.
"""

from __future__ import annotations

import math
import time

_LOOK_EVERY = 0.2  # seconds
_BUSY = 0.9  # of one core


class Pace:
    """The number of tasks to have in flight: one at first, then about as many as keep a core busy.

    Args:
        most: how many there may be, at least 1.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.width = 1
        self._wall, self._cpu = time.monotonic(), time.process_time()

    @property
    def patience(self) -> float | None:
        """Seconds to wait for a task before the next look; None where nothing could come of it."""
        return _LOOK_EVERY if self.width < self._most else None

    def look(self) -> None:
        """Set the width by what share of a core was used since the last look, once that was long enough ago to tell.

        One fewer where it was busy; as many as would have kept it busy where it waited.
        """
        wall, cpu = time.monotonic(), time.process_time()
        if wall - self._wall < _LOOK_EVERY:
            return
        used = (cpu - self._cpu) / (wall - self._wall)
        self._wall, self._cpu = wall, cpu
        if used < _BUSY:
            self.width = min(math.ceil(self.width / max(used, 1 / self._most)), self._most)
        else:
            self.width = max(self.width - 1, 1)


class AtOnce(Pace):
    """As many as there may be, always: what is asked together is answered together."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.width = most

    def look(self) -> None:
        """Change nothing."""
