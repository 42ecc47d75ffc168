"""Encode on the GPU while it has memory, and on the CPU from then on: a model's server may take all of the card."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)


def encode(model: Any, method: str, texts: Sequence[Any], **options: Any) -> NDArray[np.float32]:
    """Call an encoding method of a `SentenceTransformer`; (texts,) -> (texts, dimensions).

    Where the GPU has no memory left, the model moves to the CPU with a warning and encodes there.
    """
    import torch

    call = {"convert_to_numpy": True, "show_progress_bar": False, **options}
    try:
        return np.asarray(getattr(model, method)(list(texts), **call), dtype=np.float32)
    except torch.OutOfMemoryError as error:
        _LOG.warning("the GPU has no memory left for the embedding model; it runs on the CPU from now on (%s)", error)
        model.to("cpu")
        torch.cuda.empty_cache()
        return np.asarray(getattr(model, method)(list(texts), **call), dtype=np.float32)
