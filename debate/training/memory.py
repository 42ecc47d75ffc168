"""Memory that a training takes: what was used, and a forecast before anything is loaded.

The forecast is arithmetic on a model's configuration: weights in 4 bits, the adapter with its gradients and optimiser
states, the activations kept by gradient checkpointing, those of one layer, and the scores of the vocabulary.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from typing import Any

from chains.generation.memory import weight_bytes

_GIB = 2**30
_ADAPTER_BYTES = 4 + 4 + 2  # a parameter's weight and gradient in float32, and two optimiser states in 8 bits
_ACTIVATION_BYTES = 2  # 16 bits
_LOSS_BYTES = 4 + 4 + 2  # of a score: float32, its gradient, and the 16-bit score that it came from
_CONTEXT = int(0.6 * _GIB)  # CUDA's own context and the libraries' workspaces


@dataclass(frozen=True)
class MemoryReport:
    """Bytes at their peak: of the process or the card, for the training alone, and what there is."""

    where: str
    peak: int
    for_training: int
    total: int

    @property
    def share(self) -> float:
        """Return the peak's share of what there is."""
        return self.peak / self.total


@dataclass(frozen=True)
class Forecast:
    """Bytes that a training is expected to take on a GPU, by what takes them."""

    weights: int
    adapter: int
    activations: int
    scores: int

    @property
    def total(self) -> int:
        """Return their sum, the libraries' own share included."""
        return self.weights + self.adapter + self.activations + self.scores + _CONTEXT


def forecast(config: Any, *, tokens: int, batch: int, rank: int, in_4_bits: bool = True) -> Forecast:
    """Forecast a training of ``batch`` examples of ``tokens`` tokens with a LoRA adapter on every linear layer.

    Args:
        config: a transformers configuration of a Llama-like model.
    """
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    wide, narrow = head_dim * config.num_attention_heads, head_dim * heads
    adapter = rank * layers * (2 * (hidden + wide) + 2 * (hidden + narrow) + 3 * (hidden + inner))
    one_layer = 3 * inner + 6 * hidden + 2 * wide + 2 * narrow
    positions = tokens * batch
    return Forecast(
        weights=weight_bytes(config, in_4_bits=in_4_bits),
        adapter=adapter * _ADAPTER_BYTES,
        activations=positions * (layers * hidden + 2 * one_layer) * _ACTIVATION_BYTES,
        scores=positions * config.vocab_size * _LOSS_BYTES,
    )


def memory_in_use() -> int:
    """Return the bytes that the model took so far: reserved on the GPU, or resident on a machine without one."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
        return int(torch.cuda.memory_reserved())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def memory_report(before: int) -> MemoryReport:
    """Return the peak since ``before`` was measured by ``memory_in_use``."""
    import psutil
    import torch

    if torch.cuda.is_available():
        peak = int(torch.cuda.max_memory_reserved())
        card = torch.cuda.get_device_properties(0)
        return MemoryReport(str(card.name), peak, peak - before, int(card.total_memory))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return MemoryReport("main memory", peak, peak - before, int(psutil.virtual_memory().total))
