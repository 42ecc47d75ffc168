"""What a training gives: losses by step, the adapter's folder, and what it took."""

import math
from dataclasses import dataclass
from pathlib import Path

from debate.training.data.dataset import LeftOut
from debate.training.memory import Forecast, MemoryReport


@dataclass(frozen=True)
class Losses:
    """Mean loss a token of the answers, as (step, loss) in order."""

    training: tuple[tuple[int, float], ...]
    validation: tuple[tuple[int, float], ...]

    @property
    def before(self) -> float:
        """Return the validation loss of the model without an adapter."""
        return self.validation[0][1]

    @property
    def kept(self) -> tuple[int, float]:
        """Return the step whose adapter was kept, and its validation loss: the lowest after the first step."""
        numbers = [one for one in self.validation[1:] if math.isfinite(one[1])]
        return min(numbers, key=lambda one: one[1])

    @property
    def told(self) -> str:
        """Return both in words; a training that made the model worse says so."""
        step, loss = self.kept
        worse = "; the adapter is no better than the model: lower --learning-rate, or give more answers"
        return f"{self.before:.3f} before, {loss:.3f} at step {step} (kept){worse if loss >= self.before else ''}"


@dataclass(frozen=True)
class FinetuneResult:
    """The result of a training.

    Attributes:
        adapter: the adapter's folder, usable as ``--model``.
        dropped_passages: passages that did not fit ``max_seq_length``, over all examples.
        losses: of training and validation, by step; none of training where a finished one was only merged.
        forecast: the estimated memory; None for an unknown model shape.
    """

    adapter: Path
    examples: int
    held_out: int
    left_out: tuple[LeftOut, ...]
    dropped_passages: int
    losses: Losses
    forecast: Forecast | None
    memory: MemoryReport
    seconds: float
    merged: Path | None = None
    gguf: Path | None = None
