"""ChunkStore: chunks and their vectors as a LangChain VectorStore.

It embeds, checks and locks; `search` searches. Knows no points of view: see `pov_store`.
"""

import threading
import uuid
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance
from numpy.typing import NDArray

from vectorstore.errors import StoreError
from vectorstore.pov import unit
from vectorstore.store import ranking
from vectorstore.store.documents import metadata_json, refuse_unknown
from vectorstore.store.encoder import Encoder, valid_texts
from vectorstore.store.filters import Filter
from vectorstore.store.search import Searcher

if TYPE_CHECKING:
    from vectorstore.store.documents import DocumentTable
    from vectorstore.store.index import VectorIndex
    from vectorstore.store.postgres.table import PgTable


class ChunkStore(VectorStore):
    """Chunks with unit vectors; scores are cosines. Safe to call from several threads, which take turns.

    Args:
        encoder: of the embedding model.
        index: the vectors, by position.
        table: the documents, by the same positions.
        lock: held during each call; default: a new lock.
    """

    def __init__(
        self,
        encoder: Encoder,
        index: "VectorIndex | PgTable",
        table: "DocumentTable | PgTable",
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._encoder = encoder
        self._lock: AbstractContextManager[Any] = lock or threading.RLock()
        self._hold(index, table)

    def __len__(self) -> int:
        """Return the number of chunks."""
        with self._lock:
            return len(self._table)

    @property
    def embeddings(self) -> Embeddings:
        """The embedding model."""
        return self._encoder.embedding

    @property
    def ids(self) -> list[str]:
        """The id of every chunk."""
        with self._lock:
            return self._table.ids

    @property
    @abstractmethod
    def kind(self) -> str:
        """How it is searched: "flat" is exact, others are approximate."""

    def close(self) -> None:
        """Release resources outside this process, such as a connection; the next call opens them again."""

    def save(self, folder: str | Path) -> None:
        """Write the store into a folder.

        Raises:
            StoreError: it cannot be written there, or the store is kept in a database.
        """
        raise StoreError(f"{type(self).__name__} keeps its chunks itself and is not saved to {folder}.")

    def adding(self, chunks: int) -> AbstractContextManager[None]:
        """Return the context in which so many chunks are added in several calls; a store may prepare for them."""
        del chunks
        return nullcontext()

    @abstractmethod
    def _put(
        self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Add rows, instead of those of equal ids; the metadata are JSON. Called inside the lock."""

    @abstractmethod
    def _remove(self, ids: Sequence[str] | None) -> bool:
        """Delete rows, all if `ids` is None; return whether any existed. Called inside the lock."""

    def _hold(self, index: "VectorIndex | PgTable", table: "DocumentTable | PgTable") -> None:
        self._index, self._table = index, table
        self._changed()

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Embed and add texts. An existing id is overwritten; an id of None gets a new one."""
        refuse_unknown(kwargs, "metadatas, ids")
        listed = valid_texts(texts)
        vectors = self._encoder.documents(listed)
        return self.add_embedded(listed, vectors, metadatas, ids=ids)

    def add_embedded(
        self,
        texts: Sequence[str],
        vectors: NDArray[Any],
        metadatas: Sequence[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
    ) -> list[str]:
        """Add texts whose vectors (n, d) were computed before; otherwise as `add_texts`."""
        texts = valid_texts(texts)
        named = valid_texts(one or str(uuid.uuid4()) for one in (ids if ids is not None else [None] * len(texts)))
        metas = metadatas if metadatas is not None else [{}] * len(texts)
        if not len(texts) == len(named) == len(metas) == len(vectors):
            raise StoreError(
                f"{len(texts)} texts came with {len(named)} ids, {len(metas)} metadatas and {len(vectors)} "
                "vectors. Give one of each a text."
            )
        if not named:
            return []
        last = {identifier: i for i, identifier in enumerate(named)}  # of equal ids in one call the last counts
        rows = list(last.values())
        encoded = [metadata_json(metas[i], named[i]) for i in rows]
        new = self._encoder.unit(np.asarray(vectors)[rows]).astype(np.float32)
        with self._lock:
            self._check_dimension(new)
            self._put(list(last), [texts[i] for i in rows], encoded, new)
            self._changed()
        return named

    def set_metadatas(self, ids: Sequence[str], metadatas: Sequence[dict[str, Any]]) -> None:
        """Give documents that are here other metadata; their texts and vectors stay."""
        encoded = [metadata_json(metadata, ids[i]) for i, metadata in enumerate(metadatas)]
        with self._lock:
            self._table.set_metadatas(self._table.positions(ids), encoded)

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete by id, everything when `ids` is None; unknown ids are passed over."""
        refuse_unknown(kwargs, "ids")
        with self._lock:
            if self._remove(ids):
                self._changed()
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents of those ids that are here, in the order asked."""
        with self._lock:
            return [self._table.document(i) for i in self._table.positions(ids)]

    def similarity_search(
        self, query: str, k: int = 4, *, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        """Return the k chunks nearest to the query; for `filter` see `pov_search`."""
        return [document for document, _ in self.similarity_search_with_score(query, k, filter=filter, **kwargs)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, *, filter: Filter | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """Return the k nearest chunks with their cosines, the largest first."""
        refuse_unknown(kwargs, "k, filter")
        return self._nearest(self._encoder.queries([query])[0], k, filter)

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, *, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        """Return the k chunks nearest to a vector (d,)."""
        refuse_unknown(kwargs, "k, filter")
        return [document for document, _ in self._nearest(self._encoder.padded(unit([embedding]))[0], k, filter)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return k chunks near the query and unlike each other (Carbonell and Goldstein 1998)."""
        vector = self._encoder.question_half(self._encoder.queries([query]))[0].tolist()
        return self.max_marginal_relevance_search_by_vector(vector, k, fetch_k, lambda_mult, **kwargs)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return k chunks near a vector and unlike each other, out of the `fetch_k` nearest."""
        ranking.check_k(k)
        found = self.similarity_search_by_vector(embedding, fetch_k, **kwargs)
        with self._lock:
            vectors = self.vectors([str(document.id) for document in found])
        chosen = maximal_marginal_relevance(np.asarray(embedding), list(vectors), lambda_mult, k)
        return [found[i] for i in chosen]

    def _select_relevance_score_fn(self) -> Any:
        return lambda cosine: (1 + cosine) / 2

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the unit vectors (n, d) of those ids that are here, in the order asked.

        They are what questions are compared with; a stance half is left out.
        """
        return self._encoder.question_half(self.stored_vectors(ids))

    def stored_vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors (n, d) of those ids as stored, for `add_embedded`."""
        with self._lock:
            return self._index.vectors(self._table.positions(ids))

    def _nearest(self, vector: NDArray[np.float64], k: int, wanted: Filter | None) -> list[tuple[Document, float]]:
        ranking.check_k(k)
        with self._lock:
            if not len(self):
                return []
            self._check_dimension(vector[None, :])
            allowed = None if wanted is None else self._table.matching(wanted)
            return self._searcher.nearest(vector, k, allowed)

    def _changed(self) -> None:
        self._searcher = Searcher(self._index, self._table)

    def _check_dimension(self, vectors: NDArray[Any]) -> None:
        if self._index.dimension not in (None, vectors.shape[1]):
            raise StoreError(
                f"The vectors have {vectors.shape[1]} dimensions, the store {self._index.dimension}. Use the "
                "embedding model that the store was built with."
            )
        if not np.isfinite(vectors).all():
            raise StoreError("The vectors contain numbers that are not finite. Check the embedding model.")
