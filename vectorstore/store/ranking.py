"""Rank the candidates of a search: scores by part, scaling, fusion, order.

Parts are arrays (n, 1+m): for each candidate its score for the question and for every view.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import StoreError
from vectorstore.pov import POV

Mode = Literal["dense", "hybrid"]
Floats = NDArray[np.float64]
Positions = NDArray[np.int64]  # of chunks in a store

# Share of the cosine beside BM25. With the bundled model at a POV weight of .75, for .9, .8 and .7, Perspectrum's
# evidence R@5 is .763, .785 and .788, its same-stance P@5 .307, .279 and .266: .8 gives up little of either. Without a
# stance space .7 and .8 tie.
DENSE_SHARE = 0.8
# Each half of a hybrid search hands in this many candidates at least; all of both are scored exactly.
SHORTLIST = 200


@dataclass(frozen=True)
class Scale:
    """How each part is standardised: (x - mean) / spread, both (1+m,)."""

    mean: Floats
    spread: Floats

    def apply(self, parts: Floats) -> Floats:
        """Standardise parts (n, 1+m)."""
        return (parts - self.mean) / self.spread


@dataclass(frozen=True)
class Moments:
    """Mean (d,) and covariance (d, d) of a corpus' vectors; they give any query's mean and spread over it."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> Self:
        """Compute them for vectors (n, d), in blocks so that a large corpus is never copied whole."""
        count = max(1, len(vectors))
        mean = vectors.mean(axis=0, dtype=np.float64)
        square = np.zeros((vectors.shape[1], vectors.shape[1]))
        for start in range(0, len(vectors), 16_384):
            block = vectors[start : start + 16_384] - mean
            square += block.T @ block
        return cls(mean, square / count)

    def scale(self, basis: Floats) -> Scale:
        """Return the scale of the queries (1+m, d): mean v·μ and spread √(vᵀ Cov v) over the corpus."""
        variance = np.einsum("ij,jk,ik->i", basis, self.covariance, basis)
        return Scale(basis @ self.mean, _nonzero(np.sqrt(np.maximum(variance, 0))))


def raw_scale(basis: Floats) -> Scale:
    """Return the scale that does not change scores."""
    return Scale(np.zeros(len(basis)), np.ones(len(basis)))


def standardised(columns: Floats) -> Floats:
    """Standardise columns of scores (n, c) over the corpus; a constant column becomes zero."""
    return np.asarray((columns - columns.mean(axis=0)) / _nonzero(columns.std(axis=0)))


def _nonzero(spread: Floats) -> Floats:
    return np.where(spread > 1e-9, spread, 1.0)


def dots(vectors: NDArray[np.float32], basis: Floats) -> Floats:
    """Return the dot products (n, b), each summed on its own so that it is the same bits in any company."""
    wide = vectors.astype(np.float64)
    return np.stack([(wide * row).sum(axis=1) for row in basis], axis=1)


def fuse(semantic: Floats, lexical: Floats) -> Floats:
    """Mix standardised cosines and standardised BM25 scores, both (n, 1+m)."""
    return DENSE_SHARE * semantic + (1 - DENSE_SHARE) * lexical


def order(scores: Floats, positions: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order by falling score, ties by position in the store."""
    return np.lexsort((np.asarray(positions), -scores)).astype(np.int64)


def best(scores: Floats, count: int) -> NDArray[np.int64]:
    """Return the positions of the `count` largest scores, unordered."""
    if count >= len(scores):
        return np.arange(len(scores))
    return np.argpartition(-scores, count)[:count].astype(np.int64)


def check_k(k: int) -> None:
    """Raise StoreError if k is not a positive whole number."""
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise StoreError(f"k={k!r} is not a number of chunks from 1 up.")


def check_questions(questions: Sequence[str], povs_per_question: Sequence[Sequence[POV]]) -> None:
    """Raise StoreError if there is not a list of views for each of a list of questions."""
    if isinstance(questions, str):
        raise StoreError(f"{questions[:60]!r} is one question. Write a list of questions.")
    if wrong := [one for one in questions if not isinstance(one, str)]:
        raise StoreError(f"The question {wrong[0]!r:.60} is not a text. Write a list of texts.")
    if len(questions) != len(povs_per_question):
        raise StoreError(f"{len(questions)} questions came with {len(povs_per_question)} lists of POVs.")
    if single := [povs for povs in povs_per_question if not isinstance(povs, Sequence)]:
        raise StoreError(f"A question came with a {type(single[0]).__name__}. Write a list of POVs for each question.")
    if other := [pov for povs in povs_per_question for pov in povs if not isinstance(pov, POV)]:
        raise StoreError(f"{other[0]!r:.60} is not a POV. Write POV(text=..., weight=1.0).")


def check_mode(mode: str) -> None:
    """Raise StoreError for a mode that there is not."""
    if mode not in ("dense", "hybrid"):
        raise StoreError(f"mode {mode!r} is unknown. Use 'dense' or 'hybrid'.")
