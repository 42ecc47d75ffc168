"""What every answer is held to: how long it is, and how it may be sampled. Settings only, no model.

The default order of attempts, the *ladder*, was chosen for 4-bit models, whose best-known fault is to fall
into repetition: each step forbids more of what was said already, the last one adds a little chance.
"""

from __future__ import annotations

from dataclasses import dataclass


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
        if not 0 <= self.minimum < self.maximum:
            raise ValueError(f"word limits {self.minimum}-{self.maximum}: 0 <= minimum < maximum is needed")

    @property
    def enough(self) -> int:
        """From here on the first sentence boundary ends the answer: a tenth of the way to the maximum."""
        return self.minimum + (self.maximum - self.minimum) // 10 if self.minimum else self.maximum


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen.

    Attributes:
        repetition_penalty: divides the score of tokens that the answer used already; 1.0 is off. Unlike
            transformers' own, it leaves the prompt alone, so that passages can be quoted.
        no_repeat_ngram: no n-gram of this many tokens comes twice in the answer; 0 is off.
        no_repeat_said: no n-gram of this many tokens comes out of a text that somebody else said.
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
# came again ("Continging Reserve Arrangement"); above 6 of another's words it echoes the turn before.
SMALL_MODEL_LADDER = (
    Sampling(repetition_penalty=1.15, no_repeat_ngram=9, no_repeat_said=6),
    Sampling(repetition_penalty=1.2, no_repeat_ngram=5, no_repeat_said=6, temperature=0.7),
    Sampling(repetition_penalty=1.1, no_repeat_ngram=6, no_repeat_said=6, temperature=0.9),
)
