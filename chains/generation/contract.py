"""The contract for every answer, and the types between the contract and a model.

A ``Backend`` makes one attempt for a batch of requests and returns the raw text. The contract on top cleans, retries
along the ladder, continues and shortens, in the same way for every backend.

The default *ladder* was chosen for 4-bit models, which tend to repeat themselves: each attempt forbids more repetition,
and the last one adds a little randomness.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from langchain_core.runnables import RunnableConfig

from chains.errors import ChainError
from chains.schemas import Finish
from prompts import RenderedPrompt


@dataclass(frozen=True)
class WordLimits:
    """How long an answer is, in words (characters for text without spaces).

    Attributes:
        minimum: the answer does not end before it.
        maximum: the answer ends at a sentence boundary before it.
    """

    minimum: int = 0
    maximum: int = 500

    def __post_init__(self) -> None:
        if not (isinstance(self.minimum, int) and isinstance(self.maximum, int) and 0 <= self.minimum < self.maximum):
            raise ChainError(
                f"word limits {self.minimum!r}-{self.maximum!r}: whole numbers with 0 <= minimum < maximum are needed"
            )


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen.

    Attributes:
        repetition_penalty: divides the score of tokens that the answer used already; 1.0 is off. Unlike
            transformers' own, it leaves the prompt alone, so that passages can be quoted.
        no_repeat_ngram: no n-gram of this many tokens occurs twice in the answer; 0 is off.
        no_repeat_said: no n-gram of this many tokens is taken from another speaker's text.
        temperature: 0 takes the likeliest token.
    """

    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0
    no_repeat_said: int = 12
    temperature: float = 0.0

    def __str__(self) -> str:
        parts = [f"penalty {self.repetition_penalty:g}", f"no repeated {self.no_repeat_ngram}-gram"]
        if self.temperature:
            parts.append(f"temperature {self.temperature:g}")
        return ", ".join(parts)


# Attempt by attempt. The first is gentle: 12-grams never repeat in good prose, and stopping them costs nothing.
LADDER = (
    Sampling(repetition_penalty=1.05, no_repeat_ngram=12),
    Sampling(repetition_penalty=1.15, no_repeat_ngram=6),
    Sampling(repetition_penalty=1.2, no_repeat_ngram=5, temperature=0.7),
)

# A 135M model loops under the gentle step on most prompts, so its ladder starts higher. Below 9 it misspelt names that
# recurred ("Continging Reserve Arrangement"); above 6 of another's words it echoes the turn before.
SMALL_MODEL_LADDER = (
    Sampling(repetition_penalty=1.15, no_repeat_ngram=9, no_repeat_said=6),
    Sampling(repetition_penalty=1.2, no_repeat_ngram=5, no_repeat_said=6, temperature=0.7),
    Sampling(repetition_penalty=1.1, no_repeat_ngram=6, no_repeat_said=6, temperature=0.9),
)

# A server's model takes a temperature and little else; the first attempt leaves it as the user set it.
SERVER_LADDER = (Sampling(), Sampling(temperature=0.5), Sampling(temperature=0.8))


_TOKENS_PER_WORD = 1.8  # English prose takes about 1.4; the rest is room for names and single digits


def tokens_for(max_words: int) -> int:
    """Return how many tokens a text of so many words may take."""
    return int(max_words * _TOKENS_PER_WORD) + 16


@dataclass(frozen=True)
class AttemptRequest:
    """One call of the model for one prompt.

    Attributes:
        prompt: for a model that continues text, ``prompt.text``; it ends with ``prompt.opening``.
        max_words: the model is stopped at the first sentence end from here on, or soon after.
        seed: of this attempt alone; two requests with equal fields bring the same text on the same machine.
        do_not_repeat: another speaker's text, which the answer must not repeat word for word (see ``Sampling``).
        spare_tokens: tokens beyond those of the words, for a model that thinks before it answers.
    """

    prompt: RenderedPrompt
    sampling: Sampling
    max_words: int
    seed: int = 0
    do_not_repeat: str = ""
    spare_tokens: int = 0


@dataclass(frozen=True)
class RawText:
    """What the model wrote in one call, word for word.

    Attributes:
        tokens_in, tokens_out: 0 if the model does not say.
        after_opening: whether the text continues from the prompt's opening words, which it then does not hold. A chat
            model behind a server does not see them as its own.
        refusal: why a server's model declined, where the server says so apart from the text.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    finish: Finish = Finish.STOP
    after_opening: bool = True
    refusal: str = ""


class Backend(Protocol):
    """A model as the contract sees it: one attempt for a batch of requests, nothing more."""

    @property
    def ladder(self) -> Sequence[Sampling]:
        """How each attempt samples, first to last."""

    @property
    def parameters(self) -> float | None:
        """About how many parameters the model has, or None if that is not known."""

    @property
    def adapted(self) -> bool:
        """Whether the model is known to have an adapter, which learned to answer from one prompt."""

    def attempt(self, requests: Sequence[AttemptRequest], config: RunnableConfig | None = None) -> list[RawText]:
        """Call the model once for each request, together where it can, and return the texts in order.

        Raises:
            WindowExceeded: a prompt with its answer is longer than the model's window.
        """

    def fits(self, prompt: RenderedPrompt, max_words: int) -> bool:
        """Return whether a prompt leaves room for its answer, as far as the window is known."""

    def caller(self) -> AbstractContextManager[None]:
        """Register the calling thread, so that batches wait for its requests."""
