"""The memory of models: give it back once nothing refers to one any more, and see how much there was at the peak."""

from __future__ import annotations

import gc


def release_memory() -> None:
    """Collect what is unreachable, and return the GPU's cached memory to it."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def begin_peak() -> None:
    """Let the peak of the GPU's memory begin now."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def gpu_peak() -> tuple[int, str] | None:
    """Return the bytes that were reserved on the GPU at the peak, and its name; None if there is none."""
    import torch

    if not torch.cuda.is_available():
        return None
    return int(torch.cuda.max_memory_reserved()), str(torch.cuda.get_device_name())
