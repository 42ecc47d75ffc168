"""What this room's tests share: a deterministic embedding model and a store over it."""

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import FaissStore, load_embeddings


@pytest.fixture
def embeddings():
    return DeterministicFakeEmbedding(size=16)


@pytest.fixture
def store(embeddings):
    texts = [f"passage number {i} about topic {i % 7}" for i in range(60)]
    return FaissStore.from_texts(texts, embeddings, [{"n": i} for i in range(60)], ids=[f"p{i}" for i in range(60)])


@pytest.fixture(scope="session")
def minilm():
    return load_embeddings(device="cpu")
