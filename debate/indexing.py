"""A folder of documents → an index that runs use, embedded once and brought up to date after.

No run takes an unfinished index; where it is kept, ``debate.index_places`` knows. Knows nothing of terminals: it
reports to a ``Watcher``.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from debate.errors import IndexFolderError
from debate.index_places import IndexPlace, place_of
from debate.locking import as_text
from debate.progress import Progress
from debate.settings import DebateSettings
from vectorstore import Corpus, PovVectorStore, SentenceTransformerEmbeddings, load_corpus, load_embeddings
from vectorstore.cache import cache_folder
from vectorstore.corpus.chunking import CHUNK_WORDS
from vectorstore.corpus.duplicates import count_near_duplicates
from vectorstore.embedding.models import HUB_NAME
from vectorstore.store.building import Changes, update_store
from vectorstore.store.index import Kind, kind_for

# Comparing each new chunk with every one is quadratic; beyond this it would take a tenth of the embedding's time.
MOST_COMPARED = 50_000


class Watcher(Protocol):
    """Is told how an index comes along."""

    def preparing(self, what: str) -> None:
        """Something is being loaded."""

    def step(self, what: str, done: int, total: int) -> None:
        """So much of a countable step is done."""


@dataclass(frozen=True)
class IndexSummary:
    """What indexing came to; ``repeated`` chunks have the very words of another and are held once."""

    place: str
    files: int
    skipped: tuple[str, ...]
    chunks: int
    changes: Changes
    repeated: int
    embeddings: str
    backend: str
    kind: str


def index_documents(
    corpus: Path,
    out: str | Path,
    watcher: Watcher,
    *,
    embeddings: SentenceTransformerEmbeddings,
    kind: Kind | None = None,
    chunk_words: int = CHUNK_WORDS,
    follow_links: bool = False,
    force: bool = False,
    wait: bool = False,
) -> tuple[PovVectorStore, IndexSummary]:
    """Make ``out`` an index of exactly the documents under ``corpus``; only what is new is embedded.

    Args:
        kind: of a new index; see ``FaissStore``.
        follow_links: read what links that lead out of ``corpus`` point to, too.
        force: replace the index of another folder of documents.
        wait: for another process that works on the same index.

    Raises:
        IndexFolderError: ``out`` holds something else, or another process works on it.
        VectorStoreError: nothing to read, or a damaged index.
        KeyboardInterrupt: interrupted; what was embedded is kept, and the same call goes on.
    """
    place = place_of(out)
    with place.held(wait=wait):
        _check_source(place, corpus, force)
        documents = load_corpus(
            corpus,
            chunk_words=chunk_words,
            progress=lambda *done: watcher.step("reading files", *done),
            follow_links=follow_links,
        )
        unfinished = {"documents": as_text(corpus.resolve())}
        place.note(unfinished)
        with _between_batches() as pause:

            def embedded(done: int, total: int) -> None:
                watcher.step("embedding chunks", done, total)
                pause()

            store = place.open_or_start(embeddings, kind or kind_for(len(documents)))
            place.note(unfinished, store)
            changes = update_store(store, documents, folder=place.folder, progress=embedded)
        summary = _summary(place.name, documents, store, changes, embeddings)
        place.note(_record(corpus, summary), store)
    return store, summary


def open_index(index: str | Path, embeddings: SentenceTransformerEmbeddings) -> PovVectorStore:
    """Open a finished index, the vectors of a folder mapped into memory.

    Raises:
        IndexFolderError: there is none, or it is unfinished.
        StoreError: it is damaged, or another embedding model's.
    """
    check_index(index)
    return place_of(index).open(embeddings)


def check_index(index: str | Path) -> None:
    """Make sure that a place holds a finished index; see ``open_index``."""
    record = place_of(index).record()
    if "finished" not in record:
        state = "is unfinished" if record else "holds no index"
        documents = record.get("documents", "DOCUMENTS")
        raise IndexFolderError(f"{index} {state}; run: debate index {documents} --out {index}")


def load_store(settings: DebateSettings, progress: Progress) -> tuple[PovVectorStore, tuple[str, ...]]:
    """Return a run's store and the files that could not be read.

    ``settings.index`` is used as it is, with the embedding model that it was made with. Without one, the documents'
    index is kept in the user's cache and brought up to date, so that neither a resumed run nor another one over the
    same documents embeds them again.
    """
    model = settings.embeddings or (embeddings_of(settings.index) if settings.index else None)
    embeddings = load_embeddings(model, backend=settings.embeddings_backend, progress=progress.preparing)
    progress.preparing(f"embedding with {embeddings.name} through {embeddings.backend}")
    if settings.index is not None:
        return open_index(settings.index, embeddings), ()
    if settings.corpus is None:
        raise IndexFolderError("corpus is not given; pass --corpus or --index")
    links = settings.follow_links
    folder = _cached_index(settings.corpus, embeddings.name + "\nwith links" * links)
    store, summary = index_documents(
        settings.corpus, folder, _Told(progress), embeddings=embeddings, follow_links=links, wait=True
    )
    return store, summary.skipped


def embeddings_of(index: str | Path) -> str | None:
    """Return the embedding model that an index was made with; None for the bundled one."""
    name = str(place_of(index).record().get("embeddings", HUB_NAME))
    return None if name == HUB_NAME else name


class _Told:
    """Passes an index's news on to a run's progress, in words, at every tenth of a step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._said: tuple[str, int] | None = None

    def preparing(self, what: str) -> None:
        self._progress.preparing(what)

    def step(self, what: str, done: int, total: int) -> None:
        tenth = (what, 10 * done // max(total, 1))
        if tenth != self._said:
            self._said = tenth
            self._progress.preparing(f"{what}: {done} of {total}")


def _cached_index(corpus: Path, made_with: str) -> Path:
    key = hashlib.sha256(os.fsencode(corpus.resolve()) + f"\n{made_with}".encode()).hexdigest()[:12]
    return cache_folder() / "indexes" / f"{Path(as_text(corpus.resolve())).name}-{key}"


def _summary(
    place: str,
    documents: Corpus,
    store: PovVectorStore,
    changes: Changes,
    embeddings: SentenceTransformerEmbeddings,
) -> IndexSummary:
    return IndexSummary(
        place=place,
        files=documents.files,
        skipped=tuple(f"{one.path}: {one.reason}" for one in [*documents.skipped, *documents.partial]),
        chunks=len(store),
        changes=changes,
        repeated=documents.repeated,
        embeddings=embeddings.name,
        backend=embeddings.backend,
        kind=store.kind,
    )


def near_duplicates(store: PovVectorStore) -> int | None:
    """Count the chunks that a retriever would leave out beside another; None where they are too many to compare."""
    if len(store) > MOST_COMPARED:
        return None
    documents = store.get_by_ids(store.ids)
    return count_near_duplicates(store.vectors(store.ids), [document.page_content for document in documents])


def _check_source(place: IndexPlace, corpus: Path, force: bool) -> None:
    """Refuse a place that holds other things, or the index of other documents, which would be deleted."""
    before = place.record().get("documents")
    if before is None and place.holds_something_else():
        raise IndexFolderError(f"{place.name} holds files that are no index; give a new folder with --out")
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
