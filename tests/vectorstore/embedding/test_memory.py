import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from vectorstore.embedding.cross_encoder import CrossEncoder
from vectorstore.embedding.memory import encode
from vectorstore.embedding.models import SentenceTransformerEmbeddings


class OnAFullCard:
    """A model that has no memory until it is moved to the CPU."""

    def __init__(self, error: RuntimeError | None = None) -> None:
        self.error = error or torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 46.00 MiB.")
        self.device = torch.device("cuda")
        self.threads: set[int] = set()

    def to(self, place: str) -> None:
        self.device = torch.device(place)

    def copied(self) -> "OnAFullCard":
        self._take_memory()
        return self

    def encode_document(self, texts: list[str], **options: object) -> np.ndarray:
        self._take_memory()
        return np.ones((len(texts), 2), dtype=np.float32)

    def _take_memory(self) -> None:
        if self.device.type == "cuda":
            raise self.error


class OnACard(OnAFullCard):
    """A model that notes which threads compute with it."""

    def _take_memory(self) -> None:
        self.threads.add(threading.get_ident())


def test_a_model_moves_to_the_cpu_where_a_server_has_taken_the_card_s_memory(caplog: pytest.LogCaptureFixture) -> None:
    model = OnAFullCard()
    with caplog.at_level(logging.WARNING):
        vectors = encode(model, "encode_document", ["a", "b"])
    assert (model.device.type, vectors.shape) == ("cpu", (2, 2))
    assert "runs on the CPU from now on (CUDA out of memory" in caplog.text


FULL = [
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    torch.AcceleratorError("CUDA error: out of memory"),
]


@pytest.mark.parametrize("error", FULL)
def test_so_it_does_where_the_driver_or_cublas_has_no_memory(error: RuntimeError) -> None:
    """Regression: they raise other errors than PyTorch's own, and the run ended."""
    model = OnAFullCard(error)
    assert encode(model, "encode_document", ["a"]).shape == (1, 2)
    assert model.device.type == "cpu"


def test_any_other_error_of_a_card_is_told() -> None:
    with pytest.raises(RuntimeError, match="an illegal memory access"):
        encode(OnAFullCard(RuntimeError("CUDA error: an illegal memory access")), "encode_document", ["a"])


def test_embeddings_go_on_after_the_card_was_full() -> None:
    assert SentenceTransformerEmbeddings(OnAFullCard()).embed_documents(["a"]) == [[1.0, 1.0]]


def test_a_stance_space_is_made_on_the_cpu_where_the_card_is_full() -> None:
    model = OnAFullCard()
    embeddings = SentenceTransformerEmbeddings(model, stance=OnAFullCard.copied)
    assert embeddings.encode_stance(["a"]).tolist() == [[1.0, 1.0]]
    assert model.device.type == "cpu"


def test_a_reranker_is_made_on_the_cpu_where_the_card_is_full() -> None:
    model = OnAFullCard()
    reranker = CrossEncoder(model, {})

    def made(base: OnAFullCard) -> CrossEncoder:
        base.copied()
        return reranker

    with pytest.raises(KeyError, match="head"):  # made; it has no weights
        SentenceTransformerEmbeddings(model, reranker=made).score_pairs([("a", "b")])
    assert model.device.type == "cpu"


def test_one_thread_computes_on_a_card_for_all() -> None:
    model = OnACard()
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(lambda n: encode(model, "encode_document", [str(n)]), range(16)))
    assert len(model.threads) == 1
