"""The reranker: a cross-encoder that scores how well a passage serves a view.

Vectors show what a passage is about. A passage that supports a view and one that rebuts it share words; telling them
apart takes both texts at once (Nogueira and Cho 2019). This is the bundled MiniLM with trained weights and a small head
on the mean of its token vectors; `reranker/README.md` has the training data and results.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedding.memory import encode
from vectorstore.embedding.weights import merged, read_weights

WEIGHTS = Path(__file__).with_name("reranker") / "weights.safetensors"
WEIGHTS_SHA256 = "f8f969eb848a4f9f3c61e518132224819a8d21b1d77f6d921cddf74706f2e7ce"


class CrossEncoder:
    """Scores pairs of texts; higher means that the second serves the first better.

    Args:
        reader: a `SentenceTransformer` that turns a pair into the mean of its token vectors, not scaled.
        head: the weights `head.0` (hidden layer, tanh) and `head.3` (one score).
        batch_size: pairs a forward pass.
    """

    def __init__(self, reader: Any, head: dict[str, NDArray[np.float32]], batch_size: int = 32) -> None:
        """Hold a reader that was loaded elsewhere."""
        self._reader = reader
        self._head = head
        self._batch_size = batch_size

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Return a score (n,) a pair; only differences between passages for one view mean anything."""
        options = {"batch_size": self._batch_size, "normalize_embeddings": False}
        vectors = encode(self._reader, "encode_document", pairs, **options)
        hidden = np.tanh(vectors @ self._head["head.0.weight"].T + self._head["head.0.bias"])
        scores = hidden @ self._head["head.3.weight"].T + self._head["head.3.bias"]
        return np.asarray(scores[:, 0], dtype=np.float64)


def cross_encoder(model: Any, place: Callable[[Any], Any] = lambda reader: reader) -> CrossEncoder:
    """Build it from a loaded all-MiniLM-L6-v2.

    Args:
        model: the `SentenceTransformer`, which is not changed.
        place: makes the merged reader faster, see `openvino`.

    Raises:
        EmbeddingsError: the weights are missing or damaged, or the model is another one.
    """
    from sentence_transformers import SentenceTransformer

    weights = read_weights(WEIGHTS, WEIGHTS_SHA256)
    head = {name: weights.pop(name).numpy() for name in sorted(weights) if name.startswith("head.")}
    whole = merged(model, weights)
    reader = SentenceTransformer(modules=[whole[0], whole[1]], device=str(model.device))  # without Normalize
    return CrossEncoder(place(reader), head)
