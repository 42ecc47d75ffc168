"""What failed in a comparison: answers, control questions, judgements. Each is tried again by the same call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debate.amounts import amount


@dataclass(frozen=True)
class Failure:
    """What a model or a judge was asked in vain.

    Attributes:
        what: "answer", "control question" or "judgement".
        error: of the first.
    """

    model: str
    what: str
    number: int
    error: str

    @property
    def told(self) -> str:
        """Return it in a sentence."""
        which = f", the first with: {self.error}" if self.number > 1 else f": {self.error}"
        return f"{amount(self.number, self.what)} of {self.model} failed{which}; run the same command again"


def failures_among(model: str, what: str, errors: Sequence[str]) -> Iterator[Failure]:
    """Yield a failure if there is an error among these; "" is none."""
    if found := [one for one in errors if one]:
        yield Failure(model, what, len(found), found[0])


def told(error: BaseException) -> str:
    """Return what an error says, or its kind if it says nothing."""
    return str(error) or type(error).__name__
