"""Passages embedded by the workers of a Ray cluster, for an index that one process writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from debate.amounts import amount
from debate.cluster.ray_cluster import RayCluster, reason
from debate.errors import ClusterError
from vectorstore import SentenceTransformerEmbeddings, load_embeddings
from vectorstore.embedding.loading import Backend
from vectorstore.errors import VectorStoreError
from vectorstore.store.building import BATCH

_LOST = {"max_restarts": 3, "max_task_retries": 3}  # embedding a slice again costs little and changes nothing


class Embedder:
    """An embedding model in a worker."""

    def __init__(self, name: str | None, backend: Backend) -> None:
        self._given = name, backend

    @cached_property
    def _embeddings(self) -> SentenceTransformerEmbeddings:
        """Load the model in a call and not at the start, whose errors Ray does not hand over."""
        name, backend = self._given
        return load_embeddings(name, backend=backend, rerank=False)

    def facts(self) -> tuple[str, str, bool]:
        """Return its name, what it computes with, and whether it has a stance space."""
        return self._embeddings.name, self._embeddings.backend, self._embeddings.has_stance

    def encode(self, method: str, texts: list[str]) -> NDArray[np.float32]:
        """Embed texts by a method of the embeddings."""
        vectors: NDArray[np.float32] = getattr(self._embeddings, method)(texts)
        return vectors


@contextmanager
def embeddings_on_ray(
    address: str,
    name: str | None,
    backend: Backend,
    *,
    workers: int | None = None,
    gpus_per_worker: float | None = None,
    progress: Callable[[str], None],
) -> Iterator[tuple[SentenceTransformerEmbeddings, int]]:
    """Yield embeddings whose passages workers embed, and how many workers there are; end these after.

    Raises:
        ClusterError: no cluster, none with the GPUs that are asked for, or a worker was lost again and again.
        VectorStoreError: no worker can load the model.
    """
    cluster = RayCluster(address)
    try:
        gpus = cluster.gpus_per_worker(gpus_per_worker)
        count = workers or cluster.room(gpus)
        progress(f"starting {amount(count, 'worker')}")
        actor = cluster.actors(Embedder, count, gpus, **_LOST)
        model = str(Path(name).resolve()) if name and Path(name).is_dir() else name
        spread = _Spread(cluster, [actor.remote(model, backend) for _ in range(count)])
        own_name, own_backend, has_stance = spread.facts()
        yield (
            SentenceTransformerEmbeddings(
                _Model(spread, "encode_documents", "encode_queries"),
                own_name,
                stance=(lambda _: _Model(spread, "encode_stance", "encode_stance_views")) if has_stance else None,
                backend=own_backend,
            ),
            count,
        )
    finally:
        cluster.close()


class _Model:
    """What ``SentenceTransformerEmbeddings`` asks of a model, answered by all workers together."""

    def __init__(self, spread: _Spread, documents: str, queries: str) -> None:
        self._spread = spread
        self._documents = documents
        self._queries = queries

    def encode_document(self, texts: list[str], **_: Any) -> NDArray[np.float32]:
        return self._spread.encode(self._documents, texts)

    def encode_query(self, texts: list[str], **_: Any) -> NDArray[np.float32]:
        return self._spread.encode(self._queries, texts)


class _Spread:
    """Texts to whichever worker is free, vectors back in the texts' order (Ray's ``ActorPool``)."""

    def __init__(self, cluster: RayCluster, handles: Sequence[Any]) -> None:
        self._ray = cluster.ray
        self._handles = handles
        self._pool = cluster.pool(handles)

    def facts(self) -> tuple[str, str, bool]:
        with self._told():
            known = self._ray.get([one.facts.remote() for one in self._handles])
        facts: tuple[str, str, bool] = known[0]
        if unlike := next((one for one in known if one != facts), None):
            raise ClusterError(
                f"one worker embeds with {facts[0]} through {facts[1]}, another with {unlike[0]} through {unlike[1]}; "
                "install the same on every machine, or pass --embeddings-backend"
            )
        return facts

    def encode(self, method: str, texts: list[str]) -> NDArray[np.float32]:
        # What one process embeds together: a vector depends in its last digits on the texts that it is padded with.
        slices = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        with self._told():
            parts = list(self._pool.map(lambda worker, some: worker.encode.remote(method, some), slices))
        return np.concatenate(parts)

    @contextmanager
    def _told(self) -> Iterator[None]:
        errors = self._ray.exceptions
        try:
            yield
        except errors.RayTaskError as error:
            if isinstance(error.cause, VectorStoreError):
                raise error.cause from None
            raise ClusterError(f"a worker failed: {reason(error)}; run the same command again") from error
        except errors.RayError as error:
            cause = f"a worker was lost or could not begin: {reason(error)}"
            raise ClusterError(f"{cause}; what was embedded is kept, run the same command again") from error
