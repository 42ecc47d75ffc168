"""Compute on the GPU while it has memory, and on the CPU from then on: a model's server may take all of the card.

On a GPU one thread computes for all: each thread that calls CUDA keeps tens of megabytes of the card for itself.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.runtime.turnstile import one_at_a_time

_LOG = logging.getLogger(__name__)
Computed = TypeVar("Computed")


def encode(model: Any, method: str, texts: Sequence[Any], **options: Any) -> NDArray[np.float32]:
    """Call an encoding method of a `SentenceTransformer`; (texts,) -> (texts, dimensions), see `while_memory_lasts`."""
    call = partial(getattr(model, method), list(texts), convert_to_numpy=True, show_progress_bar=False, **options)
    return np.asarray(while_memory_lasts(model, call), dtype=np.float32)


@one_at_a_time
def while_memory_lasts(model: Any, compute: Callable[[], Computed]) -> Computed:
    """Return what is computed with a model.

    Where the GPU has no memory left, the model moves to the CPU with a warning, and it is computed there.
    """
    if str(getattr(model, "device", "cpu")) == "cpu":  # OpenVINO's models know no other place
        return compute()
    return _gpu_thread().submit(_or_on_the_cpu, model, compute).result()


def is_full(error: Exception) -> bool:
    """Return whether an error says that the GPU has no memory left: PyTorch's, the driver's, or cuBLAS' for its handle.

    The last two are no ``torch.OutOfMemoryError``.
    """
    return any(sign in str(error) for sign in ("out of memory", "ALLOC_FAILED"))


def warn_of_full(error: Exception) -> None:
    """Log that the embedding model runs on the CPU."""
    _LOG.warning("the GPU has no memory left for the embedding model; it runs on the CPU from now on (%s)", error)


def _or_on_the_cpu(model: Any, compute: Callable[[], Computed]) -> Computed:
    import torch

    try:
        return compute()
    except RuntimeError as error:
        if not is_full(error):
            raise
        warn_of_full(error)
    model.to("cpu")
    torch.cuda.empty_cache()
    return compute()


@cache
def _gpu_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="embedding")
