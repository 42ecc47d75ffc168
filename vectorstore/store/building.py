"""build_index: build or update a FaissStore from documents; embeds only what is new, and resumes."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from vectorstore.corpus.loader import chunk_id
from vectorstore.errors import CorpusError, StoreError
from vectorstore.runtime.arguments import checked
from vectorstore.store.faiss_store import FaissStore
from vectorstore.store.index import Kind, kind_for
from vectorstore.store.persistence import MANIFEST
from vectorstore.store.pov_store import PovVectorStore

BATCH = 256
# Saving writes the whole store: at most once in so many seconds, and at most a twentieth of the time.
SECONDS_BETWEEN_SAVES = 60.0
SHARE_OF_SAVES = 20


@dataclass(frozen=True)
class Changes:
    """The result of an update, in chunks; `moved` are unchanged chunks at a new place."""

    new: int
    unchanged: int
    deleted: int
    moved: int = 0


@checked(StoreError)
def build_index(
    documents: Sequence[Document],
    embeddings: Embeddings,
    *,
    folder: str | Path | None = None,
    store: FaissStore | None = None,
    kind: Kind | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FaissStore:
    """Build a store of exactly these documents: `open_or_start`, then `update_store`.

    Args:
        documents: those without an id get one derived from their text.
        embeddings: any LangChain embeddings.
        folder: where to keep the store; None keeps it in memory.
        store: a store to update, instead of the folder's or a new one.
        kind: see `FaissStore.from_texts`; for a new store only.
        progress: see `update_store`.

    Raises:
        CorpusError: no documents.
        StoreError: the folder's store is damaged or of another model.
    """
    if store is None:
        store = open_or_start(folder, embeddings, kind or kind_for(len(documents)))
    update_store(store, documents, folder=folder, progress=progress)
    return store


def open_or_start(folder: str | Path | None, embeddings: Embeddings, kind: Kind) -> FaissStore:
    """Load the store that is kept in a folder; if there is none, start one of this kind.

    Raises:
        StoreError: the folder's store is damaged or of another model.
    """
    if folder is not None and (Path(folder) / MANIFEST).is_file():
        return FaissStore.load(folder, embeddings)
    return FaissStore(embeddings, kind=kind)


def update_store(
    store: PovVectorStore,
    documents: Sequence[Document],
    *,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    batch: int | None = None,
) -> Changes:
    """Make a store contain exactly these documents, and return what changed.

    Chunks already in the store are not embedded again, missing ones are deleted, and changed metadata is replaced.

    Args:
        folder: where to save the store, during the update and at the end, so that an interrupted update resumes. None
            for a store in a database.
        progress: called with (chunks done, chunks to embed) before the first batch and after each; if it raises
            KeyboardInterrupt, everything embedded so far is saved first.
        batch: chunks embedded between two calls of `progress`; default: 256.

    Raises:
        CorpusError: no documents.
        StoreError: the folder cannot be written to.
    """
    wanted = {document.id or chunk_id(document.page_content): document for document in documents}
    if not wanted:
        raise CorpusError("There are no documents to index. Check the folder that they were loaded from.")
    place = None if folder is None else Path(folder)
    before = len(store)
    new, moved = _reconcile(store, wanted)
    changes = Changes(len(new), len(store), before - len(store), moved)
    chosen = {identifier: wanted[identifier] for identifier in new}
    try:
        with store.adding(len(new)):
            _embed(store, chosen, place, progress or (lambda *_: None), batch or BATCH)
    except KeyboardInterrupt as interrupt:
        if place is not None and _BETWEEN_BATCHES in interrupt.args:
            store.save(place)
        raise
    if place is not None and (new or moved or changes.deleted or not (place / MANIFEST).is_file()):
        store.save(place)
    return changes


_BETWEEN_BATCHES = "between two batches"


def _embed(
    store: PovVectorStore, new: dict[str, Document], place: Path | None, progress: Callable[[int, int], None], size: int
) -> None:
    """Embed and add the new documents batch by batch, saving along the way."""
    ids = list(new)
    due = time.monotonic() + SECONDS_BETWEEN_SAVES
    _report(progress, 0, len(ids))
    for start in range(0, len(ids), size):
        batch = ids[start : start + size]
        chosen = [new[identifier] for identifier in batch]
        store.add_texts([d.page_content for d in chosen], [d.metadata for d in chosen], ids=batch)
        if place is not None and time.monotonic() >= due:
            began = time.monotonic()
            store.save(place)
            spent = time.monotonic() - began
            due = time.monotonic() + max(SECONDS_BETWEEN_SAVES, SHARE_OF_SAVES * spent)
        _report(progress, start + len(batch), len(ids))


def _report(progress: Callable[[int, int], None], done: int, total: int) -> None:
    """Call `progress`; an interrupt that it raises is marked, since the store is whole at that moment."""
    try:
        progress(done, total)
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(_BETWEEN_BATCHES) from interrupt


def _reconcile(store: PovVectorStore, wanted: dict[str, Document]) -> tuple[list[str], int]:
    """Delete what is not wanted, take over changed metadata; return the ids to embed and how many moved."""
    held = {str(document.id): document for document in store.get_by_ids(store.ids)}
    same = {i for i, document in held.items() if i in wanted and wanted[i].page_content == document.page_content}
    store.delete([identifier for identifier in held if identifier not in same])
    moved = [i for i in same if not _same_json(wanted[i].metadata, held[i].metadata)]
    store.set_metadatas(moved, [wanted[i].metadata for i in moved])
    return [identifier for identifier in wanted if identifier not in same], len(moved)


def _same_json(one: object, other: object) -> bool:
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)
