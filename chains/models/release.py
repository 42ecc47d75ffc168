"""Give a model's memory back once nothing refers to it any more."""

from __future__ import annotations

import gc


def release_memory() -> None:
    """Collect what is unreachable, and return the GPU's cached memory to it."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
