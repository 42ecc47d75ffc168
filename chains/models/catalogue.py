"""The models that are known here: what each needs, and whether this machine can run it.

Shapes are those of the published configurations, so that memory can be told before anything is downloaded; a folder or
a repository that is on this machine already is read for its own. Loads no model and asks no network.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chains.errors import ModelError
from chains.generation.local.memory import cache_bytes_per_token, weight_bytes
from chains.models.bundled import is_installed
from chains.models.preflight import read_config

PROMPT_TOKENS, NEW_TOKENS = 1500, 916  # an opinion of 500 words over five passages
ROWS = 16  # answers at once by which memory is told: the questions in flight by default


@dataclass(frozen=True)
class KnownModel:
    """A model by its name, its shape (a configuration's fields), and what it is good for."""

    name: str
    shape: SimpleNamespace
    good_for: str


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
        rows: answers that fit at once; 0 where it does not run here.
        on_disk: whether its files are on this machine.
        lacks: what is missing, such as a GPU, or "".
    """

    model: KnownModel
    weights: int
    cache: int
    free: int
    rows: int
    on_disk: bool
    lacks: str


def _shape(*values: Any) -> SimpleNamespace:
    layers, hidden, inner, heads, kv, head_dim, vocabulary, tied = values
    return SimpleNamespace(
        num_hidden_layers=layers,
        hidden_size=hidden,
        intermediate_size=inner,
        num_attention_heads=heads,
        num_key_value_heads=kv,
        head_dim=head_dim,
        vocab_size=vocabulary,
        tie_word_embeddings=tied,
    )


BUNDLED = KnownModel("smollm2", _shape(30, 576, 1536, 9, 3, 64, 49152, True), "trying everything out")
KNOWN = (
    BUNDLED,
    KnownModel(
        "unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit",
        _shape(40, 5120, 14336, 32, 8, 128, 131072, False),
        "the default on a GPU",
    ),
    KnownModel(
        "unsloth/gemma-2-27b-bnb-4bit", _shape(46, 4608, 36864, 32, 16, 128, 256000, True), "better over passages"
    ),
    KnownModel("unsloth/gemma-2-9b-bnb-4bit", _shape(42, 3584, 14336, 16, 8, 256, 256000, True), ""),
    KnownModel("unsloth/mistral-7b-v0.3-bnb-4bit", _shape(32, 4096, 14336, 32, 8, 128, 32768, False), ""),
    KnownModel("unsloth/llama-3-8b-bnb-4bit", _shape(32, 4096, 14336, 32, 8, 128, 128256, False), ""),
    KnownModel("unsloth/llama-3-70b-bnb-4bit", _shape(80, 8192, 28672, 64, 8, 128, 128256, False), "two large cards"),
    KnownModel("unsloth/Phi-3-mini-4k-instruct-bnb-4bit", _shape(32, 3072, 8192, 32, 32, 96, 32064, False), "8 GB"),
    KnownModel("unsloth/Phi-3-medium-4k-instruct-bnb-4bit", _shape(40, 5120, 17920, 40, 10, 128, 32064, False), ""),
)


def this_machine() -> Machine:
    """Look at the GPU and the memory of this machine."""
    import psutil
    import torch

    free = int(psutil.virtual_memory().available)
    if not torch.cuda.is_available():
        return Machine("", None, free)
    return Machine(torch.cuda.get_device_name(), int(torch.cuda.mem_get_info()[0]), free)


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


def planned_machine(card: str) -> Machine:
    """Return a machine with a card that one does not have: one of ``CARDS``, or a size such as ``24GiB``.

    Raises:
        ModelError: it is neither.
    """
    size = _SIZE.fullmatch(card.strip())
    free = float(size.group(1)) if size else CARDS.get(card.strip().upper().replace(" ", ""))
    if not free:
        raise ModelError(f"unknown card {card!r}; give a size such as 24GiB, or one of: {', '.join(CARDS)}")
    return Machine(f"planned: {card.strip()}", int(free * 2**30), this_machine().ram_free)


def fits(machine: Machine, models: Sequence[KnownModel] = KNOWN) -> list[Fit]:
    """Tell for each model what it needs and whether it fits the machine."""
    return [_fit(machine, model) for model in models]


def own_model(name: str) -> KnownModel:
    """Read the shape of a folder, or of a repository that is on this machine.

    Raises:
        ModelError: it is not here, or not a model of the Llama family's shape.
    """
    folder = Path(name) if Path(name).is_dir() else _cached(name)
    if folder is None:
        raise ModelError(f"{name!r} is neither a folder nor a repository on this machine; load it once, then ask again")
    config = SimpleNamespace(**read_config(folder / "config.json"))
    try:
        cache_bytes_per_token(config), weight_bytes(config, in_4_bits=True)
    except (AttributeError, TypeError) as error:
        raise ModelError(f"{folder / 'config.json'} does not tell the model's shape ({error})") from error
    return KnownModel(name, config, "yours")


def _fit(machine: Machine, model: KnownModel) -> Fit:
    bundled = model.name == BUNDLED.name
    on_gpu = machine.gpu_free is not None
    in_4_bits = not bundled and on_gpu
    weights = weight_bytes(model.shape, in_4_bits=in_4_bits or "bnb-4bit" in model.name)
    if not on_gpu and "bnb-4bit" not in model.name:
        weights *= 2  # float32, which transformers takes on a CPU; OpenVINO's copy is smaller
    row = (PROMPT_TOKENS + NEW_TOKENS) * cache_bytes_per_token(model.shape)
    free = machine.gpu_free if machine.gpu_free is not None else machine.ram_free
    lacks = _lacks(model.name, on_gpu=on_gpu)
    rows = 0 if "GPU" in lacks else max(0, (free - weights) // row)
    return Fit(model, weights, ROWS * row, free, int(rows), _on_disk(model.name), lacks)


def _lacks(name: str, *, on_gpu: bool) -> str:
    if name == BUNDLED.name:
        return "" if on_gpu or find_spec("openvino") else "extra cpu (optional: faster)"
    if "bnb-4bit" in name and not on_gpu:
        return "an NVIDIA GPU"
    missing = [library for library in ("unsloth", "bitsandbytes") if on_gpu and find_spec(library) is None]
    return f"extra gpu ({', '.join(missing)})" if missing else ""


def _on_disk(name: str) -> bool:
    return is_installed() if name == BUNDLED.name else Path(name).is_dir() or _cached(name) is not None


def _cached(name: str) -> Path | None:
    """The folder of a repository in the hub's cache on this machine, or None."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None
