"""A single agent's answers to a debated question, and what both cost."""

from __future__ import annotations

from typing import Literal

from pydantic.dataclasses import dataclass

Method = Literal["vote", "correction"]


@dataclass(frozen=True)
class Tokens:
    """What models read and wrote.

    Attributes:
        estimated: some of it from words, since a model did not say.
    """

    read: int = 0
    written: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """Both together."""
        return self.read + self.written

    def __add__(self, other: Tokens) -> Tokens:
        """Return both costs together."""
        return Tokens(self.read + other.read, self.written + other.written, self.estimated or other.estimated)


@dataclass(frozen=True)
class Baseline:
    """The answer of a single agent that had about as many tokens as the debate.

    Attributes:
        method: ``vote``: it answered ``tries`` times, and the position that most answers name counts
            (self-consistency, Wang et al. 2022, arXiv:2203.11171). ``correction``: it checked and corrected its own
            answer again and again (Self-Refine, Madaan et al. 2023, arXiv:2303.17651).
        text: the answer; of a vote, the first one that names its winner.
        winner: id of the persona whose position it takes; "" for none or a tie.
        share: of the answers of a vote, the share for the winner, in [0, 1]; None if there is none.
        chunk_ids, dropped: passages that it read, and those that did not fit its window.
        supported: share of its sentences that a passage supports.
    """

    method: Method
    text: str
    winner: str = ""
    share: float | None = None
    tries: int = 1
    tokens: Tokens = Tokens()
    chunk_ids: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    supported: float | None = None
