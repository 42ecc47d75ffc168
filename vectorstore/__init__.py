"""Retrieval weighted by points of view.

Importing this is fast; FAISS, sentence-transformers and others load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vectorstore.any_store import POVStore, as_pov_store
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
    from vectorstore.store.building import build_index
    from vectorstore.store.faiss_store import FaissStore
    from vectorstore.store.postgres.store import PgVectorStore, TableFacts
    from vectorstore.store.pov_store import PovVectorStore

_HOME = {
    "POV": "pov",
    "Corpus": "corpus.loader",
    "CorpusError": "errors",
    "EmbeddingsError": "errors",
    "FaissStore": "store.faiss_store",
    "POVError": "errors",
    "POVStore": "any_store",
    "POVRetriever": "retriever",
    "PgVectorStore": "store.postgres.store",
    "PovVectorStore": "store.pov_store",
    "SentenceTransformerEmbeddings": "embedding.models",
    "Skipped": "corpus.files",
    "StoreError": "errors",
    "StoreUnavailable": "errors",
    "TableFacts": "store.postgres.store",
    "VectorStoreError": "errors",
    "as_pov_store": "any_store",
    "build_index": "store.building",
    "corpus_files": "corpus.files",
    "load_corpus": "corpus.loader",
    "load_embeddings": "embedding.loading",
}

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
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
