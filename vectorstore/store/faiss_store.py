"""FaissStore: a store in memory, searched by FAISS, saved to and loaded from a folder."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.errors import StoreError
from vectorstore.store.documents import DocumentTable
from vectorstore.store.encoder import Encoder, valid_texts
from vectorstore.store.index import KINDS, Device, Kind, VectorIndex, kind_for
from vectorstore.store.persistence import Manifest, checked_file, read_manifest, save_folder
from vectorstore.store.pov_store import PovVectorStore


class FaissStore(PovVectorStore):
    """A LangChain vector store with searches from points of view. Scores are cosines. Thread-safe.

    Args:
        embedding: any LangChain embeddings; vectors are scaled to length 1.
        kind: "flat" is exact; "hnsw" and "ivf" are approximate, for large corpora. Deleting from "hnsw" rebuilds its
            graph.
        stance: also embed every passage in the model's stance space; None does so if the model has one.
        device: "auto" searches "flat" and "ivf" on the GPU if FAISS can use one; see `.device`.
    """

    _index: VectorIndex
    _table: DocumentTable

    def __init__(
        self, embedding: Embeddings, *, kind: Kind = "flat", stance: bool | None = None, device: Device = "auto"
    ) -> None:
        """Start empty."""
        super().__init__(Encoder(embedding, stance), VectorIndex(kind, device), DocumentTable())

    @property
    def kind(self) -> Kind:
        """The index kind."""
        return self._index.kind

    @property
    def device(self) -> str:
        """Where searches run: "cpu" or "cuda"."""
        return self._index.device

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        kind: Kind | None = None,
        **kwargs: Any,
    ) -> Self:
        """Build a store; `kind` None takes "flat" up to 200,000 chunks and "hnsw" above."""
        listed = valid_texts(texts)
        store = cls(embedding, kind=kind or kind_for(len(listed)), **kwargs)
        store.add_texts(listed, metadatas, ids=ids)
        return store

    def _put(
        self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        self._remove(ids)
        self._index.add(vectors)
        self._table.append(ids, texts, metadatas)

    def _remove(self, ids: Sequence[str] | None) -> bool:
        gone = set(range(len(self)) if ids is None else self._table.positions(ids))
        if gone:
            kept = [i for i in range(len(self)) if i not in gone]
            self._index.keep(kept)
            self._table.keep(kept)
        return bool(gone)

    def save(self, folder: str | Path) -> None:
        """Save the store to a folder, completely or not at all; replaces a store that is there.

        Raises:
            StoreError: the folder cannot be written to.
        """
        with self._lock:
            probe = tuple(float(x) for x in self._encoder.probe())
            describe = partial(
                Manifest, self.kind, len(self), len(probe), self._encoder.name, probe, stance=self._encoder.stance
            )
            writers = {"index.faiss": self._index.write, "documents.arrow": self._table.write}
            try:
                save_folder(Path(folder), writers, describe)
            except (OSError, RuntimeError) as error:
                raise StoreError(f"The store could not be saved to {folder}: {error}") from error

    @classmethod
    def load(cls, folder: str | Path, embedding: Embeddings, *, mmap: bool = False, device: Device = "auto") -> Self:
        """Load a saved store, after checking every byte of it.

        Args:
            folder: the folder given to `save`.
            embedding: the same embedding model as when it was built.
            mmap: keep the vectors on disk, memory-mapped; texts always are.
            device: where to search, as in the constructor.

        Raises:
            StoreError: no store there; a truncated, edited, foreign or newer one; another embedding model.
        """
        place = Path(folder)
        manifest, index, table = _read(place, mmap=mmap, device=device)
        store = cls(embedding, kind=index.kind, stance=manifest.stance, device=device)
        store._encoder.check_probe(manifest, place)
        store._hold(index, table)
        return store


def _read(folder: Path, *, mmap: bool, device: Device) -> tuple[Manifest, VectorIndex, DocumentTable]:
    """Read a store's folder, every byte of it checked; what it holds fits together."""
    manifest = read_manifest(folder)
    index_file = checked_file(folder, manifest, "index")
    documents_file = checked_file(folder, manifest, "documents")
    kind = next((one for one in KINDS if one == manifest.kind), None)
    if kind is None:
        raise StoreError(f"{folder} has index kind {manifest.kind!r}, which this release does not know.")
    index = VectorIndex.read(index_file, kind, mmap=mmap, device=device)
    table = DocumentTable.read(documents_file)
    if not len(table) == manifest.count == len(index):
        raise StoreError(
            f"{folder}: {len(index)} vectors, {len(table)} texts, {manifest.count} expected. Build the store again."
        )
    return manifest, index, table
