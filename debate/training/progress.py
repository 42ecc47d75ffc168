"""How a training reports its progress."""

from typing import Literal

from debate.training.data.dataset import TrainingData

Part = Literal["training", "validating"]


class FinetuneProgress:
    """Receives how a training proceeds, and ignores it; subclasses show it."""

    def preparing(self, what: str) -> None:
        """Something is being loaded or written."""

    def warning(self, what: str) -> None:
        """The training goes on, but may not do what its user expects."""

    def examples(self, data: TrainingData) -> None:
        """The data was read."""

    def batch(self, part: Part, done: int, total: int) -> None:
        """So many batches are done of those of the step at work, or of a validation."""

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        """So many steps are done, at first those before a resume; a loss is given if it was measured at this step."""
