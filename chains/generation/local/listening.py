"""Report the text of a batch while it is generated: a logits processor that changes no score.

Who is told may raise WritingStopped: once all do, the batch stops.
"""

import time
from collections.abc import Callable, Sequence

import torch
from transformers import LogitsProcessor

from chains.errors import WritingStopped

EVERY = 0.2  # seconds; decoding 16 texts takes some 3 ms
_HALF = "\ufffd"  # a character whose other bytes are in the next token


class GrowingText:
    """The text of one row, reported piece by piece.

    Args:
        told: called with each piece; without it nothing is decoded.
        decode: turns tokens into text.
    """

    def __init__(self, told: Callable[[str], None] | None, decode: Callable[[list[int]], str]) -> None:
        self._told = told
        self._decode = decode
        self._length = 0

    def read(self, ids: torch.Tensor) -> bool | None:
        """Take in the tokens that the row has so far; returns as ``take``."""
        return True if self._told is None else self.take(self._decode(ids.tolist()))

    def take(self, text: str) -> bool | None:
        """Take in the text that the row has so far; return whether it is wanted, None if nothing is new in it."""
        whole = text.rstrip(_HALF)
        if self._told is None or len(whole) <= self._length:
            return None
        piece, self._length = whole[self._length :], len(whole)
        try:
            self._told(piece)
        except WritingStopped:
            return False
        return True


class Listening(LogitsProcessor):  # type: ignore[misc]
    """Reports from time to time what the rows of a batch have written."""

    def __init__(
        self, prompt_length: int, rows: Sequence[GrowingText], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._prompt_length = prompt_length
        self._rows = list(rows)
        self._clock = clock
        self._next = clock() + EVERY

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """Return the scores (rows, vocabulary) as they are.

        Raises:
            WritingStopped: nobody wants what the rows write.
        """
        now = self._clock()
        if now >= self._next:
            self._next = now + EVERY
            answers = input_ids[:, self._prompt_length :].cpu()
            wanted = {row.read(ids) for row, ids in zip(self._rows, answers, strict=True)}
            if False in wanted and True not in wanted:
                raise WritingStopped
        return scores

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""
        self._rows = [self._rows[row] for row in rows.tolist()]
