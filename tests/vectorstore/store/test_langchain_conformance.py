"""LangChain's own suites for vector stores, retrievers and embeddings, with nothing excused."""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_tests.integration_tests import (
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
    VectorStoreIntegrationTests,
)
from langchain_tests.unit_tests import EmbeddingsUnitTests

from vectorstore import POV, FaissStore, POVRetriever, SentenceTransformerEmbeddings
from vectorstore.embedding.loading import bundled_model


class ScriptedModel:
    def encode_document(self, texts, **settings):
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

    encode_query = encode_document


class TestFlatStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self):
        return FaissStore(self.get_embeddings())


class TestHnswStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self):
        return FaissStore(self.get_embeddings(), kind="hnsw")


class TestIvfStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self):
        return FaissStore(self.get_embeddings(), kind="ivf")


class TestDenseRetriever(RetrieversIntegrationTests):
    mode = "dense"

    @property
    def retriever_constructor(self):
        return POVRetriever

    @property
    def retriever_constructor_params(self):
        store = FaissStore.from_texts(["sanctions", "trade", "climate", "war"], DeterministicFakeEmbedding(size=8))
        return {"store": store, "povs": [POV("trade brings peace")], "mode": self.mode}

    @property
    def retriever_query_example(self):
        return "what brings peace"


class TestHybridRetriever(TestDenseRetriever):
    mode = "hybrid"


class TestEmbeddingsUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self):
        return SentenceTransformerEmbeddings

    @property
    def embedding_model_params(self):
        return {"model": ScriptedModel()}


@pytest.mark.integration
class TestEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return SentenceTransformerEmbeddings

    @property
    def embedding_model_params(self):
        from sentence_transformers import SentenceTransformer

        return {"model": SentenceTransformer(str(bundled_model()), device="cpu")}
