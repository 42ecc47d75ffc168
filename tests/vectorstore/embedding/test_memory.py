import logging

import numpy as np
import pytest
import torch

from vectorstore.embedding.memory import encode
from vectorstore.embedding.models import SentenceTransformerEmbeddings


class OnAFullCard:
    """A model that has no memory until it is moved to the CPU."""

    def __init__(self) -> None:
        self.place = "cuda"

    def to(self, place: str) -> None:
        self.place = place

    def encode_document(self, texts: list[str], **options: object) -> np.ndarray:
        if self.place == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 46.00 MiB.")
        return np.ones((len(texts), 2), dtype=np.float32)


def test_a_model_moves_to_the_cpu_where_a_server_has_taken_the_card_s_memory(caplog: pytest.LogCaptureFixture) -> None:
    model = OnAFullCard()
    with caplog.at_level(logging.WARNING):
        vectors = encode(model, "encode_document", ["a", "b"])
    assert (model.place, vectors.shape) == ("cpu", (2, 2))
    assert "runs on the CPU from now on (CUDA out of memory" in caplog.text


def test_embeddings_go_on_after_the_card_was_full() -> None:
    assert SentenceTransformerEmbeddings(OnAFullCard()).embed_documents(["a"]) == [[1.0, 1.0]]
