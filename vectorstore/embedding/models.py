"""Sentence-transformers models as LangChain `Embeddings`. Loads nothing: see `loading`."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.embedding.cross_encoder import CrossEncoder
from vectorstore.embedding.memory import encode, while_memory_lasts
from vectorstore.embedding.scripts import foreign_script
from vectorstore.errors import EmbeddingsError

HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"


class SentenceTransformerEmbeddings(Embeddings):
    """A loaded `SentenceTransformer` as LangChain embeddings: unit vectors, float32.

    Args:
        model: anything with `encode` as sentence-transformers has it, and `encode_query` if queries differ.
        name: what the model is called in messages and manifests.
        batch_size: texts a forward pass; 32 is sentence-transformers' own default.
        stance: makes the model of a second space, in which views and passages of one side lie together (see
            `stance_adapter`); called when it is first needed. None: there is no such space.
        reranker: makes the cross-encoder of `cross_encoder` in the same way. None: there is none.
        backend: what the model computes with, "torch" or "openvino".
        scripts: the scripts that the model has learnt, see `scripts.learnt_scripts`; None: not known.

    Calls from several threads are safe; they wait for each other, since fast tokenizers are not re-entrant.
    """

    def __init__(
        self,
        model: Any,
        name: str = HUB_NAME,
        batch_size: int = 32,
        stance: Callable[[Any], Any] | None = None,
        reranker: Callable[[Any], CrossEncoder] | None = None,
        backend: str = "torch",
        scripts: frozenset[str] | None = None,
    ) -> None:
        """Hold a model that was loaded elsewhere."""
        self.name = name
        self.backend = backend
        self.batch_size = batch_size
        self.scripts = scripts
        self._model = model
        self._make_stance = stance
        self._stance_model: Any = None
        self._make_reranker = reranker
        self._reranker: CrossEncoder | None = None
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages; a list of n lists of d floats of length 1."""
        return self.encode_documents(texts).tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        """Embed one question or view; d floats of length 1."""
        return self.encode_queries([text])[0].tolist()  # type: ignore[no-any-return]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed passages into an array (n, d)."""
        return self._encode(texts, "encode_document")

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed questions and views, with the model's query prompt if it has one, into an array (n, d)."""
        return self._encode(texts, "encode_query")

    def reads(self, text: str) -> bool:
        """Whether at least half of a text's letters are of scripts that the model has learnt, or these are unknown."""
        return self.scripts is None or not foreign_script(text, self.scripts)

    @property
    def has_stance(self) -> bool:
        """Whether there is a stance space."""
        return self._make_stance is not None

    def encode_stance(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed passages into the stance space (n, d).

        Raises:
            EmbeddingsError: there is none, or its adapter is damaged.
        """
        return self._encode(texts, "encode_document", self._stance())

    def encode_stance_views(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed views, each as "question: view", into the stance space (n, d); errors as `encode_stance`."""
        return self._encode(texts, "encode_query", self._stance())

    @property
    def has_reranker(self) -> bool:
        """Whether there is a cross-encoder that reads views and passages together."""
        return self._make_reranker is not None

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Return how well each pair's passage serves its "question: view", (n,); see `CrossEncoder.score`.

        Raises:
            EmbeddingsError: there is no reranker, or its weights are damaged.
        """
        if self._make_reranker is None:
            raise EmbeddingsError(f"{self.name} has no reranker. The bundled model has: load_embeddings().")
        with self._lock:
            if self._reranker is None:
                self._reranker = while_memory_lasts(self._model, partial(self._make_reranker, self._model))
            return self._reranker.score(pairs)

    def _stance(self) -> Any:
        if self._make_stance is None:
            raise EmbeddingsError(f"{self.name} has no stance space. The bundled model has: load_embeddings().")
        with self._lock:
            if self._stance_model is None:
                self._stance_model = while_memory_lasts(self._model, partial(self._make_stance, self._model))
        return self._stance_model

    def _encode(self, texts: Sequence[str], method: str, model: Any = None) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        with self._lock:
            chosen = model or self._model
            return encode(chosen, method, texts, batch_size=self.batch_size, normalize_embeddings=True)
