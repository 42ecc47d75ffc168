"""The memory of this machine: what is free on the GPU or without one, the GPU's peak, and how to release it."""

import gc
from typing import Any

import psutil


def has_cuda() -> bool:
    """Return whether torch sees an NVIDIA GPU."""
    import torch

    return bool(torch.cuda.is_available())


def training_dtype() -> str:
    """Return the type in which this machine trains: float16 on a GPU such as a T4, which only emulates bfloat16."""
    import torch

    if not has_cuda():
        return "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"


def free_memory(*, on_gpu: bool, device: Any = None) -> int:
    """Return the bytes that this process may still allocate: on a GPU, under its own cap as well, or in main memory."""
    if not on_gpu:
        return int(psutil.virtual_memory().available)
    import torch

    free, total = torch.cuda.mem_get_info(device)
    reserved = torch.cuda.memory_reserved(device)
    capped = int(torch.cuda.get_per_process_memory_fraction(device) * total) - reserved
    return int(min(free, capped) + reserved - torch.cuda.memory_allocated(device))


def release_memory() -> None:
    """Collect garbage and release the GPU's cached memory."""
    import torch

    gc.collect()
    torch.cuda.empty_cache()  # does nothing without a GPU


def begin_peak() -> None:
    """Start measuring the GPU's peak memory."""
    import torch

    if has_cuda():
        torch.cuda.reset_peak_memory_stats()


def gpu_peak() -> tuple[int, str] | None:
    """Return the peak of bytes reserved on the GPU, and its name; None without a GPU."""
    import torch

    return (int(torch.cuda.max_memory_reserved()), torch.cuda.get_device_name()) if has_cuda() else None
