"""Time, tokens and peak memory of a model's answers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psutil

from chains.generation.local.machine import begin_peak, gpu_peak
from chains.models.servers.address import is_server

_MIB = 2**20


@dataclass(frozen=True)
class Effort:
    """What answers of one model took. Time in which nothing was finished, as before a kill, is in none.

    Attributes:
        tokens: that were generated, all attempts together.
        seconds: by the wall clock, loading left out; answers that were written together share it.
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
        """Return both as one."""
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
    """Measures the answers of a model as they finish."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._since = time.monotonic()
        self._resident = 0
        begin_peak()

    def read(self, tokens: Sequence[int]) -> list[Effort]:
        """Return what each of the answers that have just finished took: an equal part of the time since the last ones.

        Args:
            tokens: of each answer.
        """
        self._resident = max(self._resident, int(psutil.Process().memory_info().rss))
        peak, where = gpu_peak() or (self._resident, "CPU, whole process")
        if is_server(self._model):
            peak, where = 0, "a server"
        since, self._since = self._since, time.monotonic()
        seconds = (self._since - since) / max(1, len(tokens))
        return [Effort(self._model, 1, one, seconds, peak, where) for one in tokens]


def together(efforts: Iterable[Effort]) -> dict[str, Effort]:
    """Return by model what all its answers took."""
    found: dict[str, Effort] = {}
    for one in efforts:
        found[one.model] = found[one.model].and_then(one) if one.model in found else one
    return found
