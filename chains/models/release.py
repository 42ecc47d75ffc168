"""Release the memory of models that are no longer used, and measure the GPU's peak."""

import gc


def release_memory() -> None:
    """Collect garbage and release the GPU's cached memory."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def begin_peak() -> None:
    """Start measuring the GPU's peak memory."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def gpu_peak() -> tuple[int, str] | None:
    """Return the peak of bytes reserved on the GPU, and its name; None without a GPU."""
    import torch

    if not torch.cuda.is_available():
        return None
    return int(torch.cuda.max_memory_reserved()), str(torch.cuda.get_device_name())
