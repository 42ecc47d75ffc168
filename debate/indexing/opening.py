"""Open the index of a run: the one that its settings name, or one of its documents in the user's cache."""

import hashlib
import os
from pathlib import Path

from debate.errors import IndexFolderError
from debate.files.locking import as_text
from debate.indexing.building import index_documents
from debate.indexing.places import place_of
from debate.indexing.settings import IndexSettings
from debate.progress import Progress
from debate.settings import DebateSettings
from vectorstore import PovVectorStore, SentenceTransformerEmbeddings, load_embeddings
from vectorstore.corpus.loader import check_corpus
from vectorstore.embedding.loading import check_embeddings
from vectorstore.embedding.models import HUB_NAME
from vectorstore.runtime.cache import cache_folder


def open_index(index: str | Path, embeddings: SentenceTransformerEmbeddings | None = None) -> PovVectorStore:
    """Open a finished index, the vectors of a folder mapped into memory.

    Args:
        embeddings: the model that it was made with; default: it is loaded.

    Raises:
        IndexFolderError: there is none, or it is unfinished.
        StoreError: it is damaged, or another embedding model's.
    """
    check_index(index)
    return place_of(index).open(embeddings or load_embeddings(embeddings_of(index)))


def check_index(index: str | Path, corpus: Path | None = None) -> None:
    """Make sure that a place holds a finished index; see ``open_index``.

    Args:
        corpus: the documents that are given beside the index, and that would be read without it.
    """
    place = place_of(index)
    record = place.record()
    if "finished" not in record:
        instead = f", or leave --index out to read --corpus {corpus}" if corpus else ""
        if not record and place.folder and place.folder.is_dir() and place.holds_something_else():
            remedy = f"if these are your documents, run: debate index {index} --out myindex"
            raise IndexFolderError(f"{index} contains files, but no index; {remedy}{instead}")
        state = "is unfinished" if record else "contains no index"
        documents = record.get("documents", corpus or "DOCUMENTS")
        raise IndexFolderError(f"{index} {state}; run: debate index {documents} --out {index}{instead}")


def load_store(settings: DebateSettings, progress: Progress) -> tuple[PovVectorStore, tuple[str, ...]]:
    """Return a run's store and the files that could not be read.

    ``settings.index`` is used unchanged, with the embedding model that it was made with. Otherwise the index of the
    documents is kept in the user's cache and updated, so neither a resumed run nor another run over the same documents
    embeds them again.
    """
    embeddings = load_embeddings(_model_of(settings), backend=settings.embeddings_backend, progress=progress.preparing)
    progress.preparing(f"embedding with {embeddings.name} through {embeddings.backend}")
    if settings.index is not None:
        return open_index(settings.index, embeddings), ()
    if settings.corpus is None:
        raise IndexFolderError("corpus is not given; pass --corpus or --index")
    links = settings.follow_links
    folder = _cached_index(settings.corpus, embeddings.name + "\nwith links" * links)
    cached = IndexSettings(out=str(folder), follow_links=links)
    store, summary = index_documents(settings.corpus, cached, _Told(progress), embeddings, wait=True)
    return store, summary.skipped


def check_store(settings: DebateSettings) -> None:
    """Check quickly that ``load_store`` can begin.

    Raises:
        IndexFolderError, VectorStoreError: as ``load_store``.
    """
    if settings.index is not None:
        check_index(settings.index, settings.corpus)
    elif settings.corpus is not None:
        check_corpus(settings.corpus, follow_links=settings.follow_links)
    check_embeddings(_model_of(settings), settings.embeddings_backend)


def _model_of(settings: DebateSettings) -> str | None:
    return settings.embeddings or (embeddings_of(settings.index) if settings.index else None)


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
