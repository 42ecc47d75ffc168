"""Similarity of texts: in meaning, and in the side that they take. Embeddings in, cosines out.

The side is read in the stance space of ``vectorstore``, where the embeddings have one: a position is embedded as
"question: position", as points of view are, and a turn as passages are. Other embeddings give their plain cosine, which
knows the topic better than the side.

Rounding depends on which texts share a batch (in bfloat16 by .0008 of a cosine). What is embedded together is therefore
decided by the texts of a call alone, never by what was embedded before: a resumed debate finds the same figures.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
Space = Literal["meaning", "passage", "position"]
_METHODS = {"meaning": "embed_documents", "passage": "encode_stance", "position": "encode_stance_views"}
_MOST = 512  # batches cached: a debater's passages and the positions recur in every turn


class Likeness:
    """Cosines by an embedding model; the texts of a call are embedded once."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings: Any = embeddings
        self._batch = lru_cache(_MOST)(self._embedded)
        self.knows_sides = bool(getattr(embeddings, "has_stance", False))

    def embed(self, texts: list[str]) -> Vectors:
        """Embed texts in one batch by their meaning into unit vectors, (texts, dimensions)."""
        return self._batch("meaning", tuple(texts))

    def meaning(self, text: str, others: Sequence[str]) -> Vectors:
        """Return the cosine of a text to each of the others."""
        return np.asarray(self._each("meaning", others) @ self._each("meaning", [text])[0])

    def side(self, question: str, text: str, positions: Sequence[str]) -> Vectors:
        """Return how near a text is to the side that each position takes on a question."""
        if not self.knows_sides:
            return self.meaning(text, positions)
        return np.asarray(self._sides(question, positions) @ self._each("passage", [text])[0])

    def positions(self, question: str, positions: Sequence[str]) -> Vectors:
        """Return how near positions on a question are to each other in the side that they take, (n, n)."""
        vectors = self._sides(question, positions) if self.knows_sides else self._each("meaning", positions)
        return np.asarray(vectors @ vectors.T)

    def _sides(self, question: str, positions: Sequence[str]) -> Vectors:
        return self._each("position", [f"{question}: {position}" for position in positions])

    def _each(self, space: Space, texts: Sequence[str]) -> Vectors:
        """Embed each text by itself: the same few come in other company again."""
        return np.concatenate([self._batch(space, (text,)) for text in texts])

    def _embedded(self, space: Space, texts: tuple[str, ...]) -> Vectors:
        vectors: Vectors = np.array(getattr(self._embeddings, _METHODS[space])(list(texts)), dtype=np.float64)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        vectors.flags.writeable = False  # every call gets the same array
        return vectors
