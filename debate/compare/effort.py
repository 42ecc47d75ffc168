"""What a model's answers took: time, tokens, and memory at its peak."""

from __future__ import annotations

import time
from dataclasses import dataclass

_MIB = 2**20


@dataclass(frozen=True)
class Effort:
    """What one session of one model took; answers that were kept from an earlier session are not in it.

    Attributes:
        tokens: that were generated, all attempts together.
        seconds: by the wall clock, loading left out.
        peak: bytes: reserved on the GPU, else resident of the whole process; 0 where the model runs elsewhere.
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
        import torch

        self._model = model
        self._started = time.monotonic()
        self._remote = model.startswith(("http://", "https://"))
        self._on_gpu = torch.cuda.is_available()
        self._peak = 0
        if self._on_gpu:
            torch.cuda.reset_peak_memory_stats()

    def look(self) -> None:
        """Note the memory that is in use now."""
        import psutil

        if not self._remote and not self._on_gpu:
            self._peak = max(self._peak, int(psutil.Process().memory_info().rss))

    def read(self, answers: int, tokens: int) -> Effort:
        """Return what was measured since it was made."""
        import torch

        self.look()
        seconds = time.monotonic() - self._started
        if self._remote:
            return Effort(self._model, answers, tokens, seconds, 0, "a server")
        if self._on_gpu:
            peak, where = int(torch.cuda.max_memory_reserved()), str(torch.cuda.get_device_name())
            return Effort(self._model, answers, tokens, seconds, peak, where)
        return Effort(self._model, answers, tokens, seconds, self._peak, "CPU, whole process")
