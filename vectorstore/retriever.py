# ruff: noqa: ARG002 - LangChain's signatures carry run_manager and **kwargs: Any
"""POVRetriever: a LangChain retriever that asks a FaissStore from points of view, without near-duplicates.

Knows the store by its `pov_search` alone.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from vectorstore.corpus.duplicates import same_passage, shingles
from vectorstore.pov import POV, Aggregate
from vectorstore.store.faiss_store import FaissStore, Mode


class POVRetriever(BaseRetriever):
    """Retrieve the chunks that matter to a question, seen from points of view.

    Each document carries `score`, `question_score`, `pov_scores` and `rank` in its metadata, as
    `FaissStore.pov_search` describes. `k`, `povs` and `pov_weight` may be given anew to each `invoke`.
    """

    store: FaissStore
    povs: list[POV] = Field(default_factory=list)
    pov_weight: float = 0.5
    k: int = 5
    mode: Mode = "dense"
    aggregate: Aggregate = "sum"
    calibrate: bool = False
    rerank: bool | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        povs: Sequence[POV] | None = None,
        pov_weight: float | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        return distinct_search(
            self.store,
            [query],
            [self.povs if povs is None else povs],
            [self.k if k is None else k],
            pov_weight=self.pov_weight if pov_weight is None else pov_weight,
            mode=self.mode,
            aggregate=self.aggregate,
            calibrate=self.calibrate,
            rerank=self.rerank,
        )[0]


def distinct_search(
    store: FaissStore,
    questions: Sequence[str],
    povs_per_question: Sequence[Sequence[POV]],
    ks: Sequence[int],
    **search: Any,
) -> list[list[Document]]:
    """Search for many questions in one call, without near-duplicates.

    Args:
        questions: n texts.
        povs_per_question: n lists of views.
        ks: how many documents each question gets, n numbers.
        search: further arguments of `FaissStore.pov_search`.

    Returns:
        For every question at most its k documents, best first. Errors as `pov_search`.
    """
    if not questions:
        return []
    fetch = 2 * max(ks) + 8
    while True:
        found = store.pov_search(questions, povs_per_question, k=fetch, **search)
        distinct = [without_near_duplicates(documents, k) for documents, k in zip(found, ks, strict=True)]
        complete = (
            len(own) == k or len(documents) < fetch for own, documents, k in zip(distinct, found, ks, strict=True)
        )
        if all(complete):
            return distinct
        fetch *= 4


def without_near_duplicates(documents: Sequence[Document], k: int) -> list[Document]:
    """Return the first k documents that say something new, ranked anew from 1."""
    kept: list[Document] = []
    seen: list[frozenset[str]] = []
    for document in documents:
        if len(kept) == k:
            break
        own = shingles(document.page_content)
        if any(same_passage(own, other) for other in seen):
            continue
        seen.append(own)
        kept.append(document)
        document.metadata["rank"] = len(kept)
    return kept
