"""What a model wrote for one prompt, and its attempts."""

from collections import Counter
from enum import StrEnum

from pydantic.dataclasses import dataclass

from chains.schemas.wording import in_words


@dataclass(frozen=True)
class Removal:
    """What cleaning took out of a model's output.

    Attributes:
        kind: what it was, such as ``reasoning``, ``label``, ``next speaker`` or ``talk about the task``.
        text: the words themselves.
    """

    kind: str
    text: str


class Finish(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"  # it ended its text
    LENGTH = "length"  # it reached the most that it was allowed
    LOOP = "loop"  # it repeated itself and was stopped
    FILTER = "content_filter"  # its provider stopped it


@dataclass(frozen=True)
class Attempt:
    """One call of the model on the way to a completion.

    Attributes:
        step: step of the ladder, from 1.
        continues: whether it continued an answer that was too short.
        words: of its text, once cleaned and cut before a loop.
        tokens_in, tokens_out: 0 if the model does not say.
        loop_after: words before the loop that it fell into, or None.
        failure: why none of its text could be used, or "".
    """

    step: int = 1
    continues: bool = False
    finish: Finish = Finish.STOP
    words: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    loop_after: int | None = None
    failure: str = ""


@dataclass(frozen=True)
class FailedStep:
    """An attempt, from 1, at a step of a graph such as ``opinion`` that failed, so that the step was tried again."""

    step: str
    attempt: int
    error: str


@dataclass(frozen=True)
class Completion:
    """What a model wrote for one prompt.

    Attributes:
        text: the answer, cut to its contract.
        tokens_in: length of the prompt in tokens; 0 if the model does not say.
        tokens_out: tokens generated, all attempts together.
        attempts: every call of the model, in order.
        removed: what was cleaned away from the text that was kept.
        short: whether the text is shorter than asked for: nothing new was left to say.
        loop: what was done about repetition, or "" if there was none.
        notes: anything else that a reader has to know, such as a contract that was not met.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    attempts: tuple[Attempt, ...] = ()
    removed: tuple[Removal, ...] = ()
    short: bool = False

    @property
    def loop(self) -> str:
        """Where loops were cut, for a reader; "" if there were none."""
        looped = {n: attempt.loop_after for n, attempt in enumerate(self.attempts, 1) if attempt.loop_after is not None}
        return "; ".join(f"attempt {n}: loop cut after {words} words" for n, words in looped.items())

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader has to know, in words."""
        short = ("shorter than asked for",) if self.short else ()
        failures = Counter(one.failure for one in self.attempts if one.failure and not one.continues)
        failed = [f"{count} failed attempt{'s' if count > 1 else ''}: {why}" for why, count in failures.items()]
        continued = len(self.attempts) - len(self._begun())
        times = (f"asked {continued} more time{'s' if continued > 1 else ''} to go on",) if continued else ()
        kinds = in_words(one.kind for one in self.removed)
        removed = (f"removed from the text: {', '.join(kinds)}",) if kinds else ()
        return (*short, *failed, *times, *removed)

    def _begun(self) -> list[tuple[int, Attempt]]:
        return [(n, one) for n, one in enumerate(self.attempts, 1) if not one.continues]
