"""The memory of a training: an estimate before anything is loaded, and what was used.

The estimate follows from the model's configuration: weights, the adapter with gradients and optimiser states,
activations for the backward pass, and logits. How many of the last two are kept depends on the trainer: on a CPU the
activations of every layer; with transformers on a GPU those of one layer and each layer's input; with unsloth one layer
only, and the logits of a few hundred positions at a time.
"""

import resource
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import psutil

from chains.generation.local.machine import begin_peak, gpu_peak
from chains.generation.local.memory import heads_of, weight_bytes
from debate.errors import TrainingError
from debate.training.settings import FinetuneSettings

Way = Literal["cpu", "transformers", "unsloth"]

_GIB = 2**30
_SHAPE = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size")
_LOWER = (64, 32, 16)  # ranks that are tried where a higher one does not fit
_SHORTER = (1536, 1024, 768, 512)  # sequences, likewise
_CHUNK_ROWS = 512  # positions that unsloth scores at a time


@dataclass(frozen=True)
class _Costs:
    """Bytes by who trains: of a LoRA parameter, a kept activation, a score, and of the libraries themselves."""

    parameter: int
    activation: float
    score: int
    libraries: int


# A CPU keeps float32: a LoRA parameter with its gradient and two optimiser states; the last two of the activations and
# scores were fitted to what benchmarks/results/training-memory-cpu-2026-11-27.txt holds. A GPU keeps 16 bits and an
# optimiser in 8 bits; unsloth's were fitted to benchmarks/results/training-gpu-2026-11-27.txt, those of transformers
# to training-gpu-2026-11-29.txt.
_COSTS: dict[Way, _Costs] = {
    "cpu": _Costs(parameter=16, activation=5.3, score=26, libraries=int(0.54 * _GIB)),
    "transformers": _Costs(parameter=10, activation=1, score=15, libraries=int(0.2 * _GIB)),
    "unsloth": _Costs(parameter=10, activation=1.7, score=1, libraries=int(0.2 * _GIB)),
}


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
    """Bytes that a training is expected to take, by what takes them."""

    weights: int
    adapter: int
    activations: int
    scores: int
    libraries: int

    @property
    def total(self) -> int:
        """Return their sum."""
        return self.weights + self.adapter + self.activations + self.scores + self.libraries


def forecast(config: Any, *, tokens: int, batch: int, rank: int, way: Way, in_4_bits: bool = True) -> Forecast | None:
    """Forecast a training of ``batch`` examples of ``tokens`` tokens with a LoRA adapter on every linear layer.

    Args:
        config: a transformers configuration; None is returned where it is not of a Llama-like model.
    """
    if any(getattr(config, name, None) is None for name in _SHAPE):
        return None
    costs = _COSTS[way]
    heads, head_dim = heads_of(config)
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    wide, narrow = head_dim * config.num_attention_heads, head_dim * heads
    adapter = rank * layers * (2 * (hidden + wide) + 2 * (hidden + narrow) + 3 * (hidden + inner))
    one_layer = 4 * hidden + 4 * inner + 5 * wide
    kept = {"cpu": layers * one_layer, "transformers": layers * hidden + 2 * one_layer, "unsloth": one_layer}
    positions = tokens * batch
    scored = min(positions, _CHUNK_ROWS) if way == "unsloth" else positions
    return Forecast(
        weights=weight_bytes(config, in_4_bits=in_4_bits and way != "cpu") * (2 if way == "cpu" else 1),
        adapter=adapter * costs.parameter,
        activations=int(positions * kept[way] * costs.activation),
        scores=scored * config.vocab_size * costs.score,
        libraries=costs.libraries,
    )


def check_rank(config: Any, settings: FinetuneSettings) -> str:
    """Return what to say of a rank that some layers are too narrow for; "" for any other.

    A layer of m × n numbers has no higher rank than the smaller of m and n, and one side of each is the hidden size.

    Raises:
        TrainingError: every layer is too narrow.
    """
    if any(getattr(config, name, None) is None for name in _SHAPE):
        return ""
    heads, head_dim = heads_of(config)
    widest = config.hidden_size
    narrowest = min(widest, heads * head_dim, config.intermediate_size)
    if settings.rank > widest:
        raise TrainingError(
            f"no layer of {settings.model} has a rank above {widest}, got --rank {settings.rank}; change --rank (16 is "
            "usual)"
        )
    if settings.rank <= narrowest:
        return ""
    return f"--rank {settings.rank} is above {narrowest}, the rank of the narrowest layers, which learn no more by it"


def check_memory(config: Any, settings: FinetuneSettings, tokens: int, way: Way, free: int) -> Forecast | None:
    """Forecast a training and make sure that it fits.

    Args:
        tokens: of the longest example.
        free: bytes that are free where it is to run.

    Raises:
        TrainingError: it does not fit; the message says what takes the memory, and what would fit.
    """
    wanted = _forecast(config, settings, tokens, way)
    if wanted is None or wanted.total <= free:
        return wanted
    smaller = next((flags for flags, one in _smaller(config, settings, tokens, way) if one <= free), None)
    remedy = f"{smaller} would fit" if smaller else "take a smaller model (debate models lists what this machine runs)"
    parts = {
        "weights": wanted.weights,
        "adapter": wanted.adapter,
        "activations": wanted.activations,
        "scores": wanted.scores,
    }
    told = ", ".join(f"{name} {size / _GIB:.1f}" for name, size in parts.items())
    where = "memory" if way == "cpu" else "GPU memory"
    raise TrainingError(
        f"training {settings.model} takes about {wanted.total / _GIB:.1f} GiB of {where} ({told}) and "
        f"{free / _GIB:.1f} GiB are free; {remedy}"
    )


def _smaller(config: Any, settings: FinetuneSettings, tokens: int, way: Way) -> Iterator[tuple[str, int]]:
    """Flags of smaller trainings, from what costs least to what costs most, and the bytes of each."""
    batch, accumulation = settings.batch_size, settings.accumulation
    while batch > 1:
        batch, accumulation = batch // 2, accumulation * 2
        yield from _tried(config, settings, tokens, way, batch_size=batch, accumulation=accumulation)
    steps = {"batch_size": batch, "accumulation": accumulation} if batch != settings.batch_size else {}
    for rank in (one for one in _LOWER if one < settings.rank):
        steps["rank"] = rank
        yield from _tried(config, settings, tokens, way, **steps)
    for shorter in (length for length in _SHORTER if length < tokens):
        yield from _tried(config, settings, shorter, way, **steps, max_seq_length=shorter)


def _tried(config: Any, settings: FinetuneSettings, tokens: int, way: Way, **changes: int) -> Iterator[tuple[str, int]]:
    found = _forecast(config, settings.model_copy(update=changes), tokens, way)
    if found is not None:
        yield " ".join(f"--{name.replace('_', '-')} {value}" for name, value in changes.items()), found.total


def _forecast(config: Any, settings: FinetuneSettings, tokens: int, way: Way) -> Forecast | None:
    return forecast(
        config, tokens=tokens, batch=settings.batch_size, rank=settings.rank, way=way, in_4_bits=settings.load_in_4bit
    )


def memory_in_use() -> int:
    """Return the bytes that the model took so far: reserved on the GPU, or resident on a machine without one."""
    begin_peak()
    peak = gpu_peak()
    return peak[0] if peak else _resident()


def memory_report(before: int) -> MemoryReport:
    """Return the peak since ``before`` was measured by ``memory_in_use``."""
    if peak := gpu_peak():
        import torch

        card = torch.cuda.get_device_properties(0)
        return MemoryReport(peak[1], peak[0], peak[0] - before, int(card.total_memory))
    resident = _resident()
    return MemoryReport("main memory", resident, resident - before, int(psutil.virtual_memory().total))


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
