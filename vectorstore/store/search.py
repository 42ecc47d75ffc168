"""Search a store: fold question and views into one query vector, find the nearest chunks, score them again.

The second scoring is in double precision and by part, so that a chunk's score is the sum of its parts for every kind of
index. A reranker, if any, then reads the best chunks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from langchain_core.documents import Document

from vectorstore.pov import POV, Aggregate
from vectorstore.store import ranking
from vectorstore.store.filters import Filter
from vectorstore.store.lexical import LexicalIndex
from vectorstore.store.ranking import Floats, Positions

if TYPE_CHECKING:
    from vectorstore.store.documents import DocumentTable
    from vectorstore.store.index import VectorIndex
    from vectorstore.store.postgres.table import PgTable

# Chunks that a reranker reads for a question. Perspectrum dev, evidence R@5: .780 with 20, .791 with 30 and with 40.
DEPTH = 30
# Readings for a question, shared among its views: each of many moves a score by little, and costs as much to read as
# one alone. The example's 12 questions by 4 views and by 3: the same first 5 and 3 chunks as with DEPTH for each view.
READINGS = 60

# Passages nearest to a question among which directions between statements, and negative weights, choose.
ON_TOPIC = 100

# Of a question, its views and some passages: what each passage gains for each view (n, m).
Reader = Callable[[str, Sequence[POV], Sequence[str]], Floats]


class SearchOptions(TypedDict, total=False):
    """Keywords of `PovVectorStore.pov_search` besides `k`, for functions that pass them on."""

    pov_weight: float
    mode: ranking.Mode
    aggregate: Aggregate
    calibrate: bool
    rerank: bool | None
    filter: Filter | None


@dataclass(frozen=True)
class PovQuery:
    """One question with its views, as vectors `basis` (1+m, d) and the factors (r, 1+m) of their scores."""

    question: str
    povs: Sequence[POV]
    basis: Floats
    factor: Floats

    @property
    def topic(self) -> Floats | None:
        """What the passages are to be about (1, d): the question and its plain views; None if all views are plain.

        A direction between two statements is about neither of them, and what is unlike a statement is about anything.
        """
        share = self.topic_share
        return None if share is None else np.asarray(share @ self.basis)[None, :]

    @property
    def topic_share(self) -> Floats | None:
        """The topic's factors (1+m,) of the question and its views; see ``topic``."""
        plain = np.array([True, *(pov.against is None and pov.weight >= 0 for pov in self.povs)])
        if plain.all() or not self.factor[:, ~plain].any():
            return None
        share = np.where(plain, self.factor, 0).mean(axis=0)
        share[0] = max(share[0], share[1:].sum()) or 1.0  # the question counts as much as all plain views
        return np.asarray(share)

    @property
    def hears_views(self) -> bool:
        """Whether any view has a part in the score."""
        return bool(self.factor[:, 1:].any())


class Searcher:
    """Searches one state of an index and its documents; replaced after every change."""

    def __init__(self, index: "VectorIndex | PgTable", table: "DocumentTable | PgTable") -> None:
        """Take the two; nothing is computed yet."""
        self._index = index
        self._table = table
        self._lexical: LexicalIndex | None = None
        self._moments: ranking.Moments | None = None

    def nearest(self, vector: Floats, k: int, allowed: Positions | None = None) -> list[tuple[Document, float]]:
        """Return the k chunks nearest to a vector (d,) with their cosines; of the allowed ones where they are given."""
        positions = self._candidates(vector[None, :], k, allowed)[0]
        scores = ranking.dots(self._index.vectors(positions), vector[None, :])[:, 0]
        order = ranking.order(scores, positions)[:k]
        return [(self._table.document(int(positions[i])), float(scores[i])) for i in order]

    def dense(
        self,
        queries: Sequence[PovQuery],
        k: int,
        *,
        calibrate: bool,
        reader: Reader | None,
        allowed: Positions | None = None,
    ) -> list[list[Document]]:
        """Search by cosine for many questions at once; with a reader its gains are added to the best."""
        scales = [self.moments().scale(q.basis) if calibrate else ranking.raw_scale(q.basis) for q in queries]
        folded = [(q.factor / s.spread) @ q.basis for q, s in zip(queries, scales, strict=True)]
        found = self._dense_candidates(queries, folded, max(k, DEPTH) if reader else k, allowed)
        results = []
        for query, scale, positions in zip(queries, scales, found, strict=True):
            parts = scale.apply(ranking.dots(self._index.vectors(positions), query.basis))
            if reader and query.hears_views and positions.size:
                self._read_best(reader, query, positions, parts)
            results.append(self._documents(positions, parts, query.factor, k))
        return results

    def hybrid(self, query: PovQuery, k: int, allowed: Positions | None = None) -> list[Document]:
        """Search by cosine and by words for one question; both halves are in standard deviations."""
        every = self._table.every_position
        scores = self.lexical().term_scores(query.question, query.povs)
        lexical = np.zeros((every[-1] + 1, scores.shape[1]))
        lexical[every] = scores
        scale = self.moments().scale(query.basis)
        wide = max(10 * k, ranking.SHORTLIST)
        among = every if allowed is None else allowed
        if query.topic is not None:
            asked = among[ranking.best(lexical[among, 0], max(k, ON_TOPIC))]
            near = self._candidates(query.topic, max(k, ON_TOPIC), allowed)[0]
            allowed = among = np.union1d(asked, near)
        dense = self._candidates((query.factor / scale.spread) @ query.basis, wide, allowed)
        words = [among[ranking.best(lexical[among] @ row, wide)] for row in query.factor]
        positions = np.unique(np.concatenate([*dense, *words]))
        semantic = scale.apply(ranking.dots(self._index.vectors(positions), query.basis))
        parts = ranking.fuse(semantic, lexical[positions])
        return self._documents(positions, parts, query.factor, k)

    def _dense_candidates(
        self, queries: Sequence[PovQuery], folded: Sequence[Floats], k: int, allowed: Positions | None
    ) -> list[Positions]:
        """Return each query's candidates; all plain queries are searched in one call."""
        topics = [query.topic for query in queries]
        plain = [vectors for vectors, topic in zip(folded, topics, strict=True) if topic is None]
        found = iter(self._candidates(np.vstack(plain), k, allowed) if plain else [])
        results = []
        for vectors, topic in zip(folded, topics, strict=True):
            if topic is None:
                rows = [next(found) for _ in vectors]
            else:
                near = self._candidates(topic, max(k, ON_TOPIC), allowed)[0]
                rows = self._candidates(vectors, k, near)
            results.append(np.unique(np.concatenate(rows)))
        return results

    def _candidates(self, vectors: Floats, k: int, allowed: Positions | None) -> list[Positions]:
        return self._index.search(vectors, k) if allowed is None else self._index.search_among(allowed, vectors, k)

    def moments(self) -> ranking.Moments:
        """Return the mean and covariance of the corpus' vectors, computed once."""
        if self._moments is None:
            self._moments = ranking.Moments.of(self._index.vectors(self._table.every_position))
        return self._moments

    def lexical(self) -> LexicalIndex:
        """Return the BM25 side, built once."""
        if self._lexical is None:
            self._lexical = LexicalIndex(self._table.texts)
        return self._lexical

    def _read_best(self, reader: Reader, query: PovQuery, positions: Positions, parts: Floats) -> None:
        depth = min(DEPTH, max(1, READINGS // len(query.povs)))
        best = ranking.order((parts @ query.factor.T).max(axis=1), positions)[:depth]
        texts = [self._table.document(int(positions[i])).page_content for i in best]
        parts[best, 1:] += reader(query.question, query.povs, texts)

    def _documents(self, positions: Positions, parts: Floats, factor: Floats, k: int) -> list[Document]:
        totals = (parts @ factor.T).max(axis=1)
        documents = []
        for rank, i in enumerate(ranking.order(totals, positions)[:k], start=1):
            document = self._table.document(int(positions[i]))
            document.metadata |= {
                "score": float(totals[i]),
                "question_score": float(parts[i, 0]),
                "pov_scores": [float(x) for x in parts[i, 1:]],
                "rank": rank,
            }
            documents.append(document)
        return documents
