"""What embeds an index: a model here, or one in each worker of a Ray cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from debate.errors import SettingsError
from debate.settings.fields import ray_address
from vectorstore import SentenceTransformerEmbeddings, load_embeddings
from vectorstore.embedding.loading import Backend
from vectorstore.store.building import BATCH


@dataclass(frozen=True)
class RayAsked:
    """Which Ray cluster is to embed, and with how many workers; "" for none."""

    address: str = ""
    workers: int | None = None
    gpus_per_worker: float | None = None


@contextmanager
def index_embeddings(
    name: str | None, backend: Backend, ray: RayAsked, progress: Callable[[str], None]
) -> Iterator[tuple[SentenceTransformerEmbeddings, int]]:
    """Yield the embedding model, and how many chunks go to it together.

    Raises:
        SettingsError: an address that cannot be one, or workers without a cluster.
        ClusterError: there is no such cluster, or its workers were lost.
        VectorStoreError: the model cannot be loaded.
    """
    if not ray.address:
        if ray.workers is not None or ray.gpus_per_worker is not None:
            raise SettingsError("workers are Ray's; add --ray auto, or leave --workers and --gpus-per-worker out")
        yield load_embeddings(name, backend=backend, progress=progress), BATCH
        return
    try:
        address = ray_address(ray.address)
    except ValueError as error:
        raise SettingsError(f"--ray {ray.address} {error}") from error
    from debate.distributed.ray_embeddings import embeddings_on_ray

    with embeddings_on_ray(
        address, name, backend, workers=ray.workers, gpus_per_worker=ray.gpus_per_worker, progress=progress
    ) as (model, count):
        yield model, BATCH * count
