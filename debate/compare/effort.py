"""Time, tokens and peak memory of a model's answers."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from chains.generation.local.machine import begin_peak, gpu_peak
from chains.models.servers.address import is_server

_MIB = 2**20


@dataclass(frozen=True)
class Effort:
    """What one session of one model took; answers that were kept from an earlier session are not in it.

    Attributes:
        tokens: that were generated, all attempts together.
        seconds: by the wall clock, loading left out.
        peak: bytes: reserved on the GPU, else resident of the whole process; 0 if the model runs elsewhere.
        where: what the peak was measured on.
    """

    model: str
    answers: int
    tokens: int
    seconds: float
    peak: int
    where: str

    @property
    def tokens_a_second(self) -> float:
        """Return the speed of all answers together."""
        return self.tokens / self.seconds if self.seconds else 0.0

    def and_then(self, other: Effort) -> Effort:
        """Return two sessions as one."""
        return Effort(
            self.model,
            self.answers + other.answers,
            self.tokens + other.tokens,
            self.seconds + other.seconds,
            max(self.peak, other.peak),
            other.where,
        )

    @property
    def peak_mib(self) -> int:
        """Return the peak in MiB."""
        return round(self.peak / _MIB)


class Meter:
    """Measures a session from its making to ``read``."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._started = time.monotonic()
        self._resident = 0
        begin_peak()

    def look(self) -> None:
        """Note the memory that is in use now."""
        self._resident = max(self._resident, int(psutil.Process().memory_info().rss))

    def read(self, answers: int, tokens: int) -> Effort:
        """Return what was measured since it was made."""
        self.look()
        seconds = time.monotonic() - self._started
        if is_server(self._model):
            return Effort(self._model, answers, tokens, seconds, 0, "a server")
        peak, where = gpu_peak() or (self._resident, "CPU, whole process")
        return Effort(self._model, answers, tokens, seconds, peak, where)
