"""The catalogue of known models, with their shapes.

Shapes come from the published configurations, so memory can be estimated before a download and without a network. A
folder or a repository that is on this machine is read for its own.
"""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from chains.errors import ModelError
from chains.generation.local.memory import cache_bytes_per_token, weight_bytes
from chains.models.bundled import is_installed
from chains.models.hub import shape_of
from chains.models.preflight import read_config


@dataclass(frozen=True)
class KnownModel:
    """A model of the catalogue.

    Attributes:
        shape: the fields of its configuration.
        good_for: a few words for the user.
        backend: the best one for it without a GPU.
        download: bytes of its weights, or None if unknown.
        worth: its rank among models that can write, higher is better; 0 is never recommended.
        is_base: it was not trained to follow instructions.
    """

    name: str
    shape: SimpleNamespace
    good_for: str = ""
    backend: Literal["auto", "openvino"] = "auto"
    download: int | None = None
    worth: int = 0
    is_base: bool = False

    @property
    def needs_gpu(self) -> bool:
        """Whether its weights are stored in a form that only an NVIDIA GPU reads."""
        return "bnb-4bit" in self.name

    @property
    def is_converted(self) -> bool:
        """Whether it is stored as OpenVINO runs it."""
        return is_converted(self.name)


def is_converted(name: str) -> bool:
    """Return whether a folder or repository holds a model that was converted for OpenVINO already."""
    folder = Path(name)
    return (folder / "openvino_model.xml").is_file() if folder.is_dir() else name.endswith("-ov")


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


_QWEN3_4B = _shape(36, 2560, 9728, 32, 8, 128, 151936, True)
BUNDLED = KnownModel("smollm2", _shape(30, 576, 1536, 9, 3, 64, 49152, True), "trying everything out")
KNOWN = (
    BUNDLED,
    KnownModel(
        "OpenVINO/Qwen2.5-1.5B-Instruct-int4-ov",
        _shape(28, 1536, 8960, 12, 2, 128, 151936, True),
        "a small laptop",
        worth=1,
    ),
    KnownModel(
        "OpenVINO/Phi-4-mini-instruct-int4-ov",
        _shape(32, 3072, 8192, 24, 8, 128, 200064, True),
        "a laptop with 8 GB",
        worth=2,
    ),
    KnownModel("Qwen/Qwen3-4B-Instruct-2507", _QWEN3_4B, "16 GB, 13 free; many languages", "openvino", worth=3),
    KnownModel("unsloth/Qwen3-4B-Instruct-2507-bnb-4bit", _QWEN3_4B, "an 8 GB card; many languages", worth=4),
    KnownModel(
        "unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit",
        _shape(40, 5120, 14336, 32, 8, 128, 131072, False),
        "the default on a GPU",
        worth=5,
    ),
    KnownModel(
        "unsloth/gemma-3-12b-it-bnb-4bit",
        _shape(48, 3840, 15360, 16, 8, 256, 262208, True),
        "a 16 GB card; many languages",
    ),
    KnownModel(
        "unsloth/gemma-3-27b-it-bnb-4bit",
        _shape(62, 5376, 21504, 32, 16, 128, 262208, True),
        "a 24 GB card; many languages",
        worth=6,
    ),
    KnownModel(
        "unsloth/gemma-2-27b-bnb-4bit",
        _shape(46, 4608, 36864, 32, 16, 128, 256000, True),
        "better over passages",
        is_base=True,
    ),
    KnownModel("unsloth/gemma-2-9b-bnb-4bit", _shape(42, 3584, 14336, 16, 8, 256, 256000, True), is_base=True),
    KnownModel("unsloth/mistral-7b-v0.3-bnb-4bit", _shape(32, 4096, 14336, 32, 8, 128, 32768, False), is_base=True),
    KnownModel("unsloth/llama-3-8b-bnb-4bit", _shape(32, 4096, 14336, 32, 8, 128, 128256, False), is_base=True),
    KnownModel(
        "unsloth/llama-3-70b-bnb-4bit",
        _shape(80, 8192, 28672, 64, 8, 128, 128256, False),
        "two large cards",
        is_base=True,
    ),
    KnownModel("unsloth/Phi-3-mini-4k-instruct-bnb-4bit", _shape(32, 3072, 8192, 32, 32, 96, 32064, False), "8 GB"),
    KnownModel("unsloth/Phi-3-medium-4k-instruct-bnb-4bit", _shape(40, 5120, 17920, 40, 10, 128, 32064, False)),
)


def own_model(name: str) -> KnownModel | None:
    """Read the shape of a folder, or of a repository that is on this machine; None if it is neither.

    Raises:
        ModelError: it is here, and not a model of the Llama family's shape.
    """
    folder = Path(name) if Path(name).is_dir() else _cached(name)
    return model_of(name, shape_of(read_config(folder / "config.json")), str(folder)) if folder else None


def model_of(name: str, shape: SimpleNamespace, where: str, download: int | None = None) -> KnownModel:
    """Return a model of this shape.

    Raises:
        ModelError: its memory cannot be estimated from its shape.
    """
    try:
        cache_bytes_per_token(shape), weight_bytes(shape, in_4_bits=True)
    except (AttributeError, TypeError) as error:
        raise ModelError(f"config.json of {where} does not give the model's shape ({error})") from error
    return KnownModel(name, shape, "yours", download=download)


def is_on_disk(name: str) -> bool:
    """Return whether a model's files are on this machine."""
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
