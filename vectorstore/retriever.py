# ruff: noqa: ARG002 - LangChain's word is `filter`, and its signature carries run_manager
"""POVRetriever: a LangChain retriever that searches from points of view, without near-duplicates."""

from collections.abc import Sequence
from typing import Any, Unpack

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, field_validator

from vectorstore.corpus.duplicates import same_passage, shingles
from vectorstore.pov import POV, Aggregate
from vectorstore.store.any_store import POVStore, as_pov_store
from vectorstore.store.filters import Filter
from vectorstore.store.ranking import Mode, check_k
from vectorstore.store.search import SearchOptions


class POVRetriever(BaseRetriever):
    """Retrieve the chunks that matter to a question, seen from points of view.

    `invoke(question)` returns at most `k` documents, best first and without near-duplicates. Their metadata has
    `score`, `question_score`, `pov_scores` (one per view) and `rank` (from 1). `k`, `povs`, `pov_weight` and `filter`
    can also be passed to `invoke`.

    Args:
        store: a `FaissStore`, or any LangChain vector store or retriever (see `as_pov_store`).
        povs: the points of view; none is a plain search.
        pov_weight, k, mode, aggregate, calibrate, rerank, filter: see `FaissStore.pov_search`.

    Raises:
        POVError (when run): the weight or a view's weight is out of range.
        StoreError: `store` is not a store; when run, it cannot be searched.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    store: POVStore
    povs: list[POV] = Field(default_factory=list)
    pov_weight: float = 0.5
    k: int = 5
    mode: Mode = "dense"
    aggregate: Aggregate = "sum"
    calibrate: bool = False
    rerank: bool | None = None
    filter: Filter | None = None

    @field_validator("store", mode="before")
    @classmethod
    def _any_store(cls, store: Any) -> POVStore:
        return as_pov_store(store)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        povs: Sequence[POV] | None = None,
        pov_weight: float | None = None,
        filter: Filter | None = None,
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
            filter=self.filter if filter is None else filter,
        )[0]


def distinct_search(
    store: POVStore,
    questions: Sequence[str],
    povs_per_question: Sequence[Sequence[POV]],
    ks: Sequence[int],
    **search: Unpack[SearchOptions],
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
    for k in ks:
        check_k(k)
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
    """Return the first k documents without near-duplicates, ranked from 1."""
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
