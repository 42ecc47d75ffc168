"""Index a folder of documents: embed it once, then only what changed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from debate.errors import IndexFolderError
from debate.files.locking import as_text
from debate.indexing.places import IndexPlace, place_of
from debate.indexing.settings import IndexSettings
from vectorstore import Corpus, PovVectorStore, SentenceTransformerEmbeddings, StoreError, load_corpus
from vectorstore.corpus.duplicates import count_near_duplicates
from vectorstore.store.building import Changes, update_store
from vectorstore.store.index import Kind, kind_for

# Comparing each new chunk with every one is quadratic; beyond this it would take a tenth of the embedding's time.
MOST_COMPARED = 50_000


class Watcher(Protocol):
    """Reports how indexing proceeds."""

    def preparing(self, what: str) -> None:
        """Something is being loaded."""

    def step(self, what: str, done: int, total: int) -> None:
        """So much of a countable step is done."""


@dataclass(frozen=True)
class IndexSummary:
    """The result of indexing; ``repeated`` chunks have the same words as another and are stored once.

    Of ``unread`` chunks the embedding model has not learnt the script.
    """

    place: str
    files: int
    skipped: tuple[str, ...]
    chunks: int
    changes: Changes
    repeated: int
    unread: int
    embeddings: str
    backend: str
    kind: str


def index_documents(
    corpus: Path,
    settings: IndexSettings,
    watcher: Watcher,
    embeddings: SentenceTransformerEmbeddings,
    *,
    wait: bool = False,
    batch: int | None = None,
) -> tuple[PovVectorStore, IndexSummary]:
    """Make an index of exactly the documents under ``corpus``; only what is new is embedded.

    Args:
        settings: where the index is kept, and how the documents are read and cut.
        wait: for another process that works on the same index.
        batch: chunks embedded together; 256 unless given.

    Raises:
        IndexFolderError: the place holds something else, or another process works on it.
        VectorStoreError: nothing to read, or a damaged index.
        KeyboardInterrupt: interrupted; what was embedded is kept, and the same call continues.
    """
    place = place_of(settings.out)
    with place.held(wait=wait):
        _check_source(place, corpus, settings.force)
        documents = load_corpus(
            corpus,
            chunk_words=settings.chunk_words,
            progress=lambda *done: watcher.step("reading files", *done),
            follow_links=settings.follow_links,
        )
        unfinished = {"documents": as_text(corpus.resolve())}
        place.note(unfinished)
        with _between_batches() as pause:

            def embedded(done: int, total: int) -> None:
                watcher.step("embedding chunks", done, total)
                pause()

            kind = kind_for(len(documents)) if settings.kind == "auto" else settings.kind
            store = _opened(place, embeddings, kind)
            place.note(unfinished, store)
            changes = update_store(store, documents, folder=place.folder, progress=embedded, batch=batch)
        summary = _summary(place.name, documents, store, changes, embeddings)
        place.note(_record(corpus, summary), store)
    return store, summary


def _opened(place: IndexPlace, embeddings: SentenceTransformerEmbeddings, kind: Kind) -> PovVectorStore:
    """Open an index for changes; of a folder that cannot be opened, say how to be rid of it."""
    try:
        return place.open_or_start(embeddings, kind)
    except StoreError as error:
        if place.folder is None:
            raise
        raise IndexFolderError(f"{error} Remove {place.folder} and run the same command again.") from error


def _summary(
    place: str, documents: Corpus, store: PovVectorStore, changes: Changes, embeddings: SentenceTransformerEmbeddings
) -> IndexSummary:
    return IndexSummary(
        place=place,
        files=documents.files,
        skipped=tuple(f"{one.path}: {one.reason}" for one in [*documents.skipped, *documents.partial]),
        chunks=len(store),
        changes=changes,
        repeated=documents.repeated,
        unread=sum(not embeddings.reads(one.page_content) for one in documents),
        embeddings=embeddings.name,
        backend=embeddings.backend,
        kind=store.kind,
    )


def near_duplicates(store: PovVectorStore) -> int | None:
    """Count the chunks that a retriever would leave out beside another; None if they are too many to compare."""
    if len(store) > MOST_COMPARED:
        return None
    documents = store.get_by_ids(store.ids)
    return count_near_duplicates(store.vectors(store.ids), [document.page_content for document in documents])


def _check_source(place: IndexPlace, corpus: Path, force: bool) -> None:
    """Refuse a place that holds other things, or the index of other documents, which would be deleted."""
    before = place.record().get("documents")
    if before is None and place.holds_something_else():
        what, other = ("files", "folder") if place.folder else ("chunks", "table")
        raise IndexFolderError(f"{place.name} contains {what} that are not an index; give a new {other} with --out")
    if before not in (None, as_text(corpus.resolve())) and not force:
        raise IndexFolderError(f"{place.name} is the index of {before}; give another --out, or replace it with --force")


def _record(corpus: Path, summary: IndexSummary) -> dict[str, Any]:
    return {
        "documents": as_text(corpus.resolve()),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": summary.files,
        "skipped": list(summary.skipped),
        "chunks": summary.chunks,
        "embeddings": str(model.resolve()) if (model := Path(summary.embeddings)).is_dir() else summary.embeddings,
        "backend": summary.backend,
        "kind": summary.kind,
    }


@contextmanager
def _between_batches() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back until the function that this yields is called; a second one stops at once.

    Only the main thread may handle signals; elsewhere, as in a test or a server, nothing is held back.
    """
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    def pause() -> None:
        if asked:
            raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGINT, ask)
    except ValueError:  # not the main thread
        yield pause
        return
    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, before)
