"""PovVectorStore: a LangChain VectorStore with searches from points of view.

Subclasses store the chunks: `FaissStore` in memory and a folder, `PgVectorStore` in a database.
"""

from collections.abc import Sequence

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from vectorstore.pov import POV, Aggregate, check_pov_weight, coefficients
from vectorstore.store import ranking
from vectorstore.store.chunk_store import ChunkStore
from vectorstore.store.filters import Filter
from vectorstore.store.ranking import Mode
from vectorstore.store.search import PovQuery


class PovVectorStore(ChunkStore):
    """Base of the stores that can be searched from points of view. Scores are cosines. Thread-safe.

    Make one with `FaissStore`, `FaissStore.load`, `PgVectorStore.open` or `PgVectorStore.create`.
    """

    def pov_search(
        self,
        questions: Sequence[str],
        povs_per_question: Sequence[Sequence[POV]],
        *,
        pov_weight: float = 0.5,
        k: int = 5,
        mode: Mode = "dense",
        aggregate: Aggregate = "sum",
        calibrate: bool = False,
        rerank: bool | None = None,
        filter: Filter | None = None,
    ) -> list[list[Document]]:
        """Search for many questions at once, each from its own points of view.

        Args:
            questions: n texts.
            povs_per_question: n lists of views; an empty list is a plain search.
            pov_weight: λ, from 0 (the question alone) to 1 (the views alone).
            k: chunks per question.
            mode: "dense" scores by cosine; "hybrid" adds BM25, both standardised over the corpus.
            aggregate: "sum" of the views, or "max": the view that a chunk serves best.
            calibrate: standardise each dense term by its mean and spread over the corpus, so that a view that resembles
                everything does not dominate. "hybrid" always does.
            rerank: let the model's reranker read the 30 best with each view, and add its scores to `pov_scores`. None
                does so if the model has one, the mode is "dense" and nothing is calibrated.
            filter: search only documents with these metadata values, such as {"speaker": "Ann", "year": [2023, 2024]}
                (any of several) or {"year": {"$gte": 2000}} (see `filters`), or for which a function of the document
                returns True.

        Returns:
            For every question at most k documents, best first. Their metadata has `score`, `question_score`,
            `pov_scores` (one per view) and `rank` (from 1), with
            score = (1-λ)·question_score + λ·Σ ŵ_j·pov_scores[j] (see `pov`).

        Raises:
            POVError: λ or a weight out of range.
            StoreError: not a list of questions with a list of views for each, an unknown operator of a filter, or
                rerank=True where it is not possible.
        """
        check_pov_weight(pov_weight)
        ranking.check_mode(mode)
        ranking.check_k(k)
        ranking.check_questions(questions, povs_per_question)
        reader = self._encoder.reader(rerank, possible=mode == "dense" and not calibrate)
        queries = self._queries(questions, povs_per_question, pov_weight, aggregate)
        with self._lock:
            if mode == "hybrid" or calibrate:
                self._take_in_changes()
            if not len(self):
                return [[] for _ in questions]
            for query in queries[:1]:
                self._check_dimension(query.basis)
            allowed = None if filter is None else self._table.matching(filter)
            if mode == "hybrid":
                return [self._searcher.hybrid(query, k, allowed) for query in queries]
            return self._searcher.dense(queries, k, calibrate=calibrate, reader=reader, allowed=allowed)

    def _take_in_changes(self) -> None:
        """Have what is computed over the whole corpus computed again where others changed a shared store."""

    def _queries(
        self,
        questions: Sequence[str],
        povs_per_question: Sequence[Sequence[POV]],
        pov_weight: float,
        aggregate: Aggregate,
    ) -> list[PovQuery]:
        factors = [coefficients([p.weight for p in povs], pov_weight, aggregate) for povs in povs_per_question]
        vectors = self._encoder.queries(questions)
        return [
            PovQuery(question, povs, self._basis(question, vector, povs), factor)
            for question, vector, povs, factor in zip(questions, vectors, povs_per_question, factors, strict=True)
        ]

    def query_vectors(self, question: str, povs: Sequence[POV]) -> NDArray[np.float64]:
        """Return the vectors (1 + m, d) whose products with a stored passage are its scores for question and views."""
        return self._basis(question, self._encoder.queries([question])[0], povs)

    def _basis(self, question: str, vector: NDArray[np.float64], povs: Sequence[POV]) -> NDArray[np.float64]:
        return np.vstack([vector[None, :], self._encoder.povs(question, povs)]) if povs else vector[None, :]
