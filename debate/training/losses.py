"""The losses of a training, in a module without heavy imports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Losses:
    """Mean loss a token of the answers, as (step, loss) in order."""

    training: tuple[tuple[int, float], ...]
    validation: tuple[tuple[int, float], ...]
