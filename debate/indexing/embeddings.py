"""What embeds an index: a model here, or one in each worker of a Ray cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from debate.indexing.settings import IndexSettings
from vectorstore import SentenceTransformerEmbeddings, load_embeddings
from vectorstore.store.building import BATCH


@contextmanager
def index_embeddings(
    settings: IndexSettings, progress: Callable[[str], None]
) -> Iterator[tuple[SentenceTransformerEmbeddings, int]]:
    """Yield the embedding model, and how many chunks go to it together.

    Raises:
        ClusterError: there is no such cluster, or its workers were lost.
        VectorStoreError: the model cannot be loaded.
    """
    name, backend = settings.embeddings, settings.embeddings_backend
    if not settings.ray:
        yield load_embeddings(name, backend=backend, progress=progress), BATCH
        return
    from debate.cluster.ray_embeddings import embeddings_on_ray

    workers, gpus = settings.workers, settings.gpus_per_worker
    with embeddings_on_ray(settings.ray, name, backend, workers=workers, gpus_per_worker=gpus, progress=progress) as (
        model,
        count,
    ):
        yield model, BATCH * count
