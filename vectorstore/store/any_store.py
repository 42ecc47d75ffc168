"""Search other stores and retrievers from points of view.

They find candidates in their own way, for the question and for each view. The candidates are embedded once into a
`FaissStore` in memory and ranked there, so scores, reranking and filters mean the same as elsewhere.
"""

import logging
from collections.abc import Sequence
from itertools import chain
from typing import Any, Protocol, Unpack, runtime_checkable

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore

from vectorstore.corpus.loader import chunk_id
from vectorstore.embedding.loading import load_embeddings
from vectorstore.errors import StoreError
from vectorstore.pov import POV
from vectorstore.runtime.event_loop import awaited
from vectorstore.store.faiss_store import FaissStore
from vectorstore.store.filters import Kinds, condition
from vectorstore.store.ranking import check_k, check_questions
from vectorstore.store.search import SearchOptions

_LOG = logging.getLogger(__name__)

# Candidates requested from a vector store per passage wanted: a view may lift a passage from further down.
DEPTH = 4


@runtime_checkable
class POVStore(Protocol):
    """A store that can be searched from points of view, such as `FaissStore` or what `as_pov_store` returns."""

    @property
    def embeddings(self) -> Embeddings:
        """The embedding model."""

    def pov_search(
        self,
        questions: Sequence[str],
        povs_per_question: Sequence[Sequence[POV]],
        *,
        k: int = 5,
        **search: Unpack[SearchOptions],
    ) -> list[list[Document]]:
        """Search for many questions at once; see `FaissStore.pov_search`."""


def as_pov_store(source: POVStore | VectorStore | BaseRetriever, embeddings: Embeddings | None = None) -> POVStore:
    """Make any LangChain vector store or retriever searchable from points of view.

    Args:
        source: a `FaissStore` (returned as it is), a LangChain vector store, or a retriever.
        embeddings: used to rank passages; default: the vector store's own, else the bundled model.

    Returns:
        A store that asks the source for candidates, for the question and for each view, and ranks them itself.

    Raises:
        StoreError: the source is none of these.
    """
    if isinstance(source, POVStore):
        return source
    if isinstance(source, VectorStore | BaseRetriever):
        return CandidateStore(source, embeddings)
    raise StoreError(
        f"{type(source).__name__} is not a store. Use a FaissStore, a LangChain vector store or a retriever."
    )


class CandidateStore:
    """Ranks what another store or retriever finds.

    Args:
        source: asked for the question, and for the question with each view. A retriever returns as many as it does.
        embeddings: as in `as_pov_store`.
    """

    def __init__(self, source: VectorStore | BaseRetriever, embeddings: Embeddings | None = None) -> None:
        """Start with nothing found."""
        self._source = source
        own = source.embeddings if isinstance(source, VectorStore) else None
        self._held = FaissStore(embeddings or own or load_embeddings())

    @property
    def embeddings(self) -> Embeddings:
        """What passages are ranked with."""
        return self._held.embeddings

    def pov_search(
        self,
        questions: Sequence[str],
        povs_per_question: Sequence[Sequence[POV]],
        *,
        k: int = 5,
        **search: Unpack[SearchOptions],
    ) -> list[list[Document]]:
        """Search as `FaissStore.pov_search` does, among what the source finds for each question.

        A filter is applied to what was found: with a narrow one, give the source its own instead.
        """
        check_k(k)
        check_questions(questions, povs_per_question)
        results = []
        for question, povs in zip(questions, povs_per_question, strict=True):
            ids = self._found(question, povs, k)
            among: SearchOptions = {**search, "filter": self._allowed(ids, search.get("filter"))}
            results += self._held.pov_search([question], [povs], k=k, **among)
        return results

    def _found(self, question: str, povs: Sequence[POV], k: int) -> set[str]:
        """Ask the source, and hold what is new; return the ids of what it found."""
        asked = dict.fromkeys([question, *(f"{question} {pov.text}" for pov in povs)])
        found = {_id(document): document for query in asked for document in self._ask(query, DEPTH * k)}
        known = {document.id for document in self._held.get_by_ids(list(found))}
        new = [identifier for identifier in found if identifier not in known]
        self._held.add_texts(
            [found[one].page_content for one in new], [_kept(found[one].metadata) for one in new], ids=new
        )
        return set(found)

    def _ask(self, query: str, count: int) -> list[Document]:
        source = self._source
        try:
            return source.similarity_search(query, k=count) if isinstance(source, VectorStore) else source.invoke(query)
        except NotImplementedError:  # how LangChain's classes say that they can only be awaited
            if isinstance(source, VectorStore):
                return awaited(source.asimilarity_search(query, k=count))
            return awaited(source.ainvoke(query))

    def _allowed(self, ids: set[str], wanted: Any) -> Any:
        if wanted is None:
            return lambda document: document.id in ids
        if callable(wanted):
            return lambda document: document.id in ids and wanted(document)
        passes = condition(wanted)
        kinds, found = Kinds(wanted), [document.metadata for document in self._held.get_by_ids(list(ids))]
        for metadata in found:
            kinds.note(metadata)
        if found and (trouble := kinds.trouble(lambda: chain.from_iterable(found))):
            _LOG.warning("%s Looked at: the %d documents found for a question.", trouble, len(found))
        return lambda document: document.id in ids and passes(document.metadata)


def _id(document: Document) -> str:
    return document.id or chunk_id(document.page_content)


def _kept(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata as a store can keep them; what JSON has no form for becomes its text."""
    kept = {}
    for name, value in metadata.items():
        kept[name] = value if value is None or isinstance(value, str | int | float | list | dict) else str(value)
    return kept
