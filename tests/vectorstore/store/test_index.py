"""VectorIndex: growing, and where it searches."""

import faiss
import numpy as np
import pytest

from vectorstore import StoreError
from vectorstore.store import index as module
from vectorstore.store.index import VectorIndex, kind_for


def random_vectors(count, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def recall(index, vectors):
    found = index.search(vectors[:50], 10)
    truth = np.argsort(-(vectors[:50] @ vectors.T), axis=1)[:, :10]
    return np.mean([len(set(t) & set(f[:10])) / 10 for t, f in zip(truth, found, strict=True)])


def test_cells_grow_with_what_is_added_in_batches(tmp_path):
    """Regression: the cells were made for the first batch and stayed, 13 of them for a million vectors."""
    vectors = random_vectors(20_000)
    index = VectorIndex("ivf")

    index.add(vectors[:512])
    index.add(vectors[512:8000])
    index.add(vectors[8000:])
    index.write(tmp_path / "index")

    assert faiss.read_index(str(tmp_path / "index")).nlist > 200
    assert (index.vectors([0, 511, 19_999]) == vectors[[0, 511, 19_999]]).all()
    assert recall(index, vectors) > 0.6


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_what_is_added_in_batches_is_found(kind):
    vectors = random_vectors(2000)
    index = VectorIndex(kind)

    index.add(vectors[:700])
    index.add(vectors[700:])

    assert recall(index, vectors) > 0.95


def test_a_large_store_is_a_graph_and_a_small_one_exact():
    assert (kind_for(module.LARGEST_FLAT), kind_for(module.LARGEST_FLAT + 1)) == ("flat", "hnsw")


@pytest.mark.parametrize(
    ("wanted", "kind", "visible", "device"),
    [
        ("auto", "flat", True, "cuda"),
        ("auto", "ivf", True, "cuda"),
        ("auto", "hnsw", True, "cpu"),
        ("auto", "flat", False, "cpu"),
        ("cpu", "flat", True, "cpu"),
        ("cuda", "flat", True, "cuda"),
    ],
)
def test_a_visible_gpu_searches_what_it_can(monkeypatch, wanted, kind, visible, device):
    monkeypatch.setattr(module, "gpu_visible", lambda: visible)

    assert VectorIndex(kind, wanted).device == device


@pytest.mark.parametrize(
    ("device", "kind", "message"),
    [("cuda", "flat", "sees no GPU.*faiss-gpu"), ("cuda", "hnsw", "CPU only"), ("tpu", "flat", "'tpu' is unknown")],
)
def test_a_device_that_cannot_be_had_is_an_error_with_its_remedy(monkeypatch, device, kind, message):
    monkeypatch.setattr(module, "gpu_visible", lambda: False)

    with pytest.raises(StoreError, match=message):
        VectorIndex(kind, device)
