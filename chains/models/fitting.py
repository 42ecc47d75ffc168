"""Whether a model fits a machine, and which one to recommend. Loads no model and uses no network.

Weights are counted as they will run: NF4 on a GPU, 8 or 4 bits through OpenVINO, float32 through transformers on a CPU.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from chains.errors import ModelError
from chains.generation.local.machine import free_memory, has_cuda
from chains.generation.local.memory import cache_bytes_per_token, weight_bytes
from chains.models.catalogue import BUNDLED, KNOWN, KnownModel, is_on_disk

PROMPT_TOKENS, NEW_TOKENS = 1500, 916  # an opinion of 500 words over five passages
ROWS = 16  # answers at once for which memory is estimated: the default concurrency
_FEWEST = 2  # answers at once with which a model is recommended; one at a time takes most of a day for a short list
_CONVERSION = 1.7  # of the 16-bit weights: memory while OpenVINO converts them; 5.7 GiB measured for 3.3 GiB
# GiB that are free on an idle card, a little less than is printed on it.
CARDS = {
    "T4": 14.6,
    "L4": 22.0,
    "A10G": 22.0,
    "RTX3090": 23.2,
    "RTX4090": 23.2,
    "L40S": 44.3,
    "A100": 39.1,
    "H100": 78.6,
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?gi?b", re.IGNORECASE)


@dataclass(frozen=True)
class Machine:
    """What is free here: bytes of GPU memory (None without a GPU) and of main memory."""

    gpu: str
    gpu_free: int | None
    ram_free: int


@dataclass(frozen=True)
class Fit:
    """What a model needs and whether it fits.

    Attributes:
        weights, cache: bytes; the cache is that of ``ROWS`` answers at once.
        free: bytes where it would run.
        rows: answers that fit at once; 0 if it does not run here.
        on_disk: whether its files are on this machine.
        lacks: what is missing, such as a GPU, or "".
        short: bytes of memory that are missing.
    """

    model: KnownModel
    weights: int
    cache: int
    free: int
    rows: int
    on_disk: bool
    lacks: str
    short: int = 0


def this_machine() -> Machine:
    """Look at the GPU and the memory of this machine."""
    import torch

    free = free_memory(on_gpu=False)
    return (
        Machine(torch.cuda.get_device_name(), free_memory(on_gpu=True), free) if has_cuda() else Machine("", None, free)
    )


def planned_machine(card: str) -> Machine:
    """Return a machine with a card to plan for: one of ``CARDS``, or a size such as ``24GiB``.

    Raises:
        ModelError: it is neither.
    """
    size = _SIZE.fullmatch(card.strip())
    free = float(size.group(1)) if size else CARDS.get(card.strip().upper().replace(" ", ""))
    if not free:
        raise ModelError(f"unknown card {card!r}; give a size such as 24GiB, or one of: {', '.join(CARDS)}")
    return Machine(f"planned: {card.strip()}", int(free * 2**30), this_machine().ram_free)


def fits(machine: Machine, models: Sequence[KnownModel] = KNOWN) -> list[Fit]:
    """Return for each model what it needs and whether it fits the machine."""
    return [_fit(machine, model) for model in models]


def recommended(found: Sequence[Fit]) -> Fit | None:
    """Return the best model that writes and fits with room for two answers at once, or None."""
    roomy = [fit for fit in found if fit.model.worth and fit.rows >= _FEWEST]
    return max(roomy, key=lambda fit: fit.model.worth, default=None)


def _fit(machine: Machine, model: KnownModel) -> Fit:
    on_gpu = machine.gpu_free is not None and not model.is_converted
    weights = _weights(model, on_gpu=on_gpu)
    row = (PROMPT_TOKENS + NEW_TOKENS) * cache_bytes_per_token(model.shape)
    free = machine.gpu_free if on_gpu and machine.gpu_free is not None else machine.ram_free
    lacks = _lacks(model, on_gpu=on_gpu)
    short = max(0, weights + row - free, _converting(model, on_gpu=on_gpu) - free)
    rows = 0 if "GPU" in lacks or short else (free - weights) // row
    return Fit(model, weights, ROWS * row, free, int(rows), is_on_disk(model.name), lacks, short)


def _weights(model: KnownModel, *, on_gpu: bool) -> int:
    in_16_bits = weight_bytes(model.shape, in_4_bits=False)
    if (on_gpu and model.name != BUNDLED.name) or model.needs_gpu:
        return weight_bytes(model.shape, in_4_bits=True)
    if on_gpu:
        return in_16_bits
    if "int4" in model.name:
        return in_16_bits * 5 // 16  # 4 bits with a scale for each group; embeddings and head in 8
    if model.is_converted or model.backend == "openvino":
        return in_16_bits // 2  # 8 bits
    return 2 * in_16_bits  # float32, which transformers takes on a CPU


def _converting(model: KnownModel, *, on_gpu: bool) -> int:
    """The bytes needed once to convert a model for OpenVINO; its answers need far less."""
    converts = model.backend == "openvino" and not (on_gpu or model.is_converted)
    return int(weight_bytes(model.shape, in_4_bits=False) * _CONVERSION) if converts else 0


def _lacks(model: KnownModel, *, on_gpu: bool) -> str:
    if model.needs_gpu and not on_gpu:
        return "an NVIDIA GPU"
    if not on_gpu:
        optional = " (optional: faster)" if model.name == BUNDLED.name else ""
        needless = find_spec("openvino") or not (model.is_converted or model.backend == "openvino" or optional)
        return "" if needless else f"extra cpu{optional}"
    if model.name == BUNDLED.name:
        return ""
    missing = [library for library in ("unsloth", "bitsandbytes") if find_spec(library) is None]
    return f"extra gpu ({', '.join(missing)})" if missing else ""
