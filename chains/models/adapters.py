"""An adapter's folder: the model that it was trained on, and whether it can be put on it. Reads no weights.

The libraries look for a base model from the current folder alone, and raise a KeyError at a kind that they do not know.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chains.errors import MissingExtra, ModelError
from chains.models.folders import is_path, read_config

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
_BASE = "base_model_name_or_path"


def is_adapter(name: str | Path) -> bool:
    """Return whether a name is the folder of an adapter."""
    return (Path(name) / CONFIG).is_file()


def adapter_base(folder: Path) -> str:
    """Return what an adapter was trained on: a folder that is there, or a repository.

    A relative path is one from the current folder, as for peft, or else from the adapter's.

    Raises:
        ModelError: it names none, a folder that is not there, or an adapter; or peft does not know its kind.
        MissingExtra: peft is not installed.
    """
    file = folder / CONFIG
    config = read_config(file)
    named = config.get(_BASE)
    if not isinstance(named, str) or not _is_text(named):
        raise ModelError(f"{file} names no {_BASE}; write the model that the adapter was trained on, or train it again")
    base = _found(folder, named)
    if is_path(base) and not Path(base).is_dir():
        raise ModelError(
            f"the adapter in {folder} was trained on {base}, which is not there; put the base model back, or write "
            f"its path as {_BASE} into {file}"
        )
    if is_adapter(base):
        raise ModelError(
            f"{file} names {base} as {_BASE}, which is an adapter too; write the model itself, or that adapter's "
            "merged folder"
        )
    if find_spec("peft") is None:
        raise MissingExtra("peft", "train", f"the adapter in {folder}")
    _check_kind(file, config)
    return base


def is_found_by_peft(folder: Path) -> bool:
    """Return whether the libraries find the base model themselves: it is not relative to the adapter's folder."""
    return bool(adapter_base(folder) == read_config(folder / CONFIG)[_BASE])


def _found(folder: Path, base: str) -> str:
    beside = folder / base
    return str(beside.resolve()) if not Path(base).is_dir() and beside.is_dir() else base


def _is_text(value: str) -> bool:
    return bool(value.strip()) and value.isprintable()


def _check_kind(file: Path, config: dict[str, Any]) -> None:
    """Check that peft knows the adapter's kind; it is asked, which takes seconds, only about another than LoRA."""
    kind = config.get("peft_type")
    if kind == "LORA":
        return
    from peft import PeftType

    kinds = [one.value for one in PeftType]
    if kind not in kinds:
        got = "no peft_type" if kind is None else f"peft_type {kind!r:.40}"
        raise ModelError(
            f"{file} has {got}, which the installed peft does not know (it knows LORA and {len(kinds) - 1} more); "
            "correct it, copy the adapter again, or update peft"
        )
