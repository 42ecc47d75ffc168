"""Retrieval weighted by points of view.

Importing this is fast; FAISS, sentence-transformers and others load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vectorstore.corpus.files import Skipped, corpus_files
    from vectorstore.corpus.loader import Corpus, load_corpus
    from vectorstore.embedding.loading import load_embeddings
    from vectorstore.embedding.models import SentenceTransformerEmbeddings
    from vectorstore.errors import (
        CorpusError,
        EmbeddingsError,
        POVError,
        StoreError,
        StoreUnavailable,
        VectorStoreError,
    )
    from vectorstore.pov import POV
    from vectorstore.retriever import POVRetriever
    from vectorstore.store.any_store import POVStore, as_pov_store
    from vectorstore.store.building import build_index
    from vectorstore.store.faiss_store import FaissStore
    from vectorstore.store.postgres.store import PgVectorStore, TableFacts
    from vectorstore.store.pov_store import PovVectorStore

_NAMES = {  # by the module that has them
    "store.any_store": "POVStore as_pov_store",
    "corpus.files": "Skipped corpus_files",
    "corpus.loader": "Corpus load_corpus",
    "embedding.loading": "load_embeddings",
    "embedding.models": "SentenceTransformerEmbeddings",
    "errors": "CorpusError EmbeddingsError POVError StoreError StoreUnavailable VectorStoreError",
    "pov": "POV",
    "retriever": "POVRetriever",
    "store.building": "build_index",
    "store.faiss_store": "FaissStore",
    "store.postgres.store": "PgVectorStore TableFacts",
    "store.pov_store": "PovVectorStore",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "POV",
    "Corpus",
    "CorpusError",
    "EmbeddingsError",
    "FaissStore",
    "POVError",
    "POVRetriever",
    "POVStore",
    "PgVectorStore",
    "PovVectorStore",
    "SentenceTransformerEmbeddings",
    "Skipped",
    "StoreError",
    "StoreUnavailable",
    "TableFacts",
    "VectorStoreError",
    "as_pov_store",
    "build_index",
    "corpus_files",
    "load_corpus",
    "load_embeddings",
]


def __getattr__(name: str) -> Any:
    """Import a public name's module when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
