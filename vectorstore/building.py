"""build_index: documents → a FaissStore; embeds only what is new and goes on after an interruption."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from vectorstore.corpus import chunk_id
from vectorstore.errors import CorpusError
from vectorstore.index import Kind, kind_for
from vectorstore.persistence import MANIFEST
from vectorstore.store import FaissStore

BATCH = 512
# Saving writes the whole store, so the next save waits until it has grown by this share: linear work in all.
GROWTH_BETWEEN_SAVES = 0.5
FEWEST_BETWEEN_SAVES = 2048


def build_index(
    documents: Sequence[Document],
    embeddings: Embeddings,
    *,
    folder: str | Path | None = None,
    store: FaissStore | None = None,
    kind: Kind | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FaissStore:
    """Make a store hold exactly these documents.

    Args:
        documents: those without an id get one from their text.
        embeddings: the embedding model.
        folder: where the store is kept: loaded if one is there, saved along the way and at the end, so an
            interrupted build goes on where it stopped.
        store: a store to bring up to date instead of a new one.
        kind: see `FaissStore.from_texts`; for a new store only.
        progress: called with (chunks done, chunks to embed) after every batch.

    Returns:
        The store. Chunks that it held already are not embedded again, others are deleted, and a changed
        metadata is taken over.

    Raises:
        CorpusError: no documents. StoreError: the folder's store is damaged or of another model.
    """
    wanted = {document.id or chunk_id(document.page_content): document for document in documents}
    if not wanted:
        raise CorpusError("There are no documents to index. Check the folder that they were loaded from.")
    place = None if folder is None else Path(folder)
    if store is None and place is not None and (place / MANIFEST).is_file():
        store = FaissStore.load(place, embeddings)
    if store is None:
        store = FaissStore(embeddings, kind=kind or kind_for(len(wanted)))
    new = _reconcile(store, wanted)
    unsaved = 0
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        chosen = [wanted[identifier] for identifier in batch]
        store.add_texts([d.page_content for d in chosen], [d.metadata for d in chosen], ids=batch)
        unsaved += len(batch)
        if place is not None and unsaved > max(FEWEST_BETWEEN_SAVES, GROWTH_BETWEEN_SAVES * len(store)):
            store.save(place)
            unsaved = 0
        if progress is not None:
            progress(start + len(batch), len(new))
    if place is not None:
        store.save(place)
    return store


def _reconcile(store: FaissStore, wanted: dict[str, Document]) -> list[str]:
    """Delete what is not wanted, take over changed metadata, and return the ids that have to be embedded."""
    held = {str(document.id): document for document in store.get_by_ids(store.ids)}
    store.delete([identifier for identifier in held if identifier not in wanted])
    same = [i for i, document in held.items() if i in wanted and wanted[i].page_content == document.page_content]
    moved = [i for i in same if not _same_json(wanted[i].metadata, held[i].metadata)]
    store.add_embedded(
        [wanted[i].page_content for i in moved],
        store.stored_vectors(moved),
        [wanted[i].metadata for i in moved],
        ids=moved,
    )
    unchanged = set(same)
    return [identifier for identifier in wanted if identifier not in unchanged]


def _same_json(one: object, other: object) -> bool:
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)
