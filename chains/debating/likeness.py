"""Similarity of texts: in meaning, and in the side that they take. Embeddings in, cosines out.

The side is read in the stance space of ``vectorstore``, where the embeddings have one: a position is embedded as
"question: position", as points of view are, and a turn as passages are. Other embeddings give their plain cosine, which
knows the topic better than the side.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
_MOST = 4096  # texts cached: passages and positions recur in every turn


class Likeness:
    """Cosines by an embedding model; texts are embedded once."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings: Any = embeddings
        self._known: dict[tuple[str, str], Vectors] = {}
        self.knows_sides = bool(getattr(embeddings, "has_stance", False))

    def embed(self, texts: list[str]) -> Vectors:
        """Embed texts by their meaning into unit vectors, (texts, dimensions)."""
        return self._vectors("meaning", texts, self._embeddings.embed_documents)

    def meaning(self, text: str, others: Sequence[str]) -> Vectors:
        """Return the cosine of a text to each of the others."""
        vectors = self.embed([text, *others])
        return np.asarray(vectors[1:] @ vectors[0])

    def side(self, question: str, text: str, positions: Sequence[str]) -> Vectors:
        """Return how near a text is to the side that each position takes on a question."""
        if not self.knows_sides:
            return self.meaning(text, positions)
        own = self._vectors("passage", [text], self._embeddings.encode_stance)
        return np.asarray(self._sides(question, positions) @ own[0])

    def positions(self, question: str, positions: Sequence[str]) -> Vectors:
        """Return how near positions on a question are to each other in the side that they take, (n, n)."""
        vectors = self._sides(question, positions) if self.knows_sides else self.embed(list(positions))
        return np.asarray(vectors @ vectors.T)

    def _sides(self, question: str, positions: Sequence[str]) -> Vectors:
        texts = [f"{question}: {position}" for position in positions]
        return self._vectors("position", texts, self._embeddings.encode_stance_views)

    def _vectors(self, space: str, texts: Sequence[str], encode: Callable[[list[str]], Any]) -> Vectors:
        known = {text: self._known.get((space, text)) for text in texts}
        new = [text for text, vector in known.items() if vector is None]
        if new:
            vectors = np.asarray(encode(new), dtype=np.float64)
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            known.update(zip(new, vectors, strict=True))
            if len(self._known) > _MOST:
                self._known.clear()
            self._known.update({(space, text): vector for text, vector in zip(new, vectors, strict=True)})
        return np.stack([np.asarray(known[text]) for text in texts])
