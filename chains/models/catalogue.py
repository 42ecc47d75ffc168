"""The catalogue of known models (``catalogue.toml``), with their shapes.

Shapes come from the published configurations, so memory can be estimated before a download and without a network. A
folder or a repository that is on this machine is read for its own.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

from chains.errors import ModelError
from chains.generation.local.memory import cache_bytes_per_token, weight_bytes
from chains.models.bundled import is_installed
from chains.models.folders import read_config
from chains.models.hub import shape_of


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


_FIELDS = (
    *("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads"),
    *("num_key_value_heads", "head_dim", "vocab_size", "tie_word_embeddings"),
)


def _known() -> tuple[KnownModel, ...]:
    listed = tomllib.loads(files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8"))["model"]
    shapes = (SimpleNamespace(**dict(zip(_FIELDS, one.pop("shape"), strict=True))) for one in listed)
    return tuple(KnownModel(shape=shape, **one) for one, shape in zip(listed, shapes, strict=True))


KNOWN = _known()
BUNDLED = KNOWN[0]


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
