"""Retrieval weighted by points of view.

Importing this is fast; FAISS, sentence-transformers and others load on first use.
"""

from typing import TYPE_CHECKING

from vectorstore.runtime.lazy import on_first_use

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
    "vectorstore.store.any_store": "POVStore as_pov_store",
    "vectorstore.corpus.files": "Skipped corpus_files",
    "vectorstore.corpus.loader": "Corpus load_corpus",
    "vectorstore.embedding.loading": "load_embeddings",
    "vectorstore.embedding.models": "SentenceTransformerEmbeddings",
    "vectorstore.errors": "CorpusError EmbeddingsError POVError StoreError StoreUnavailable VectorStoreError",
    "vectorstore.pov": "POV",
    "vectorstore.retriever": "POVRetriever",
    "vectorstore.store.building": "build_index",
    "vectorstore.store.faiss_store": "FaissStore",
    "vectorstore.store.postgres.store": "PgVectorStore TableFacts",
    "vectorstore.store.pov_store": "PovVectorStore",
}
__getattr__ = on_first_use(__name__, _NAMES)

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
