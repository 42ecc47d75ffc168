"""Count the tokens that models read and write in a context.

Every completion, with all its attempts, is added to the meter of its context. If a model reports no counts, words are
counted as 1.4 tokens each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from chains.schemas import Completion, Tokens
from vectorstore.text.sentences import word_count

_TOKENS_A_WORD = 1.4  # of English prose


@dataclass
class Meter:
    """Counts tokens; ``total`` is the sum so far."""

    total: Tokens = field(default_factory=Tokens)

    def add(self, tokens: Tokens) -> None:
        """Count more tokens."""
        self.total += tokens


_METER: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count the tokens that models read and write within this context."""
    meter = Meter()
    before = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(before)


def count(tokens: Tokens) -> None:
    """Count tokens into the meter of this context, if there is one."""
    if (meter := _METER.get()) is not None:
        meter.add(tokens)


def tokens_of(prompt: str, written: Completion) -> Tokens:
    """Return what a completion cost: each attempt reads its prompt again."""
    told = Tokens(sum(one.tokens_in for one in written.attempts), sum(one.tokens_out for one in written.attempts))
    if told.read and told.written:
        return told
    read = word_count(prompt) * len(written.attempts)
    wrote = sum(one.words for one in written.attempts)
    return Tokens(round(_TOKENS_A_WORD * read), round(_TOKENS_A_WORD * wrote), estimated=True)
