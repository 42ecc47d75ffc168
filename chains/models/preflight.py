"""Check a model before loading it: whether it exists, is complete, fits into memory, and can run here.

Loading a model takes minutes and memory, and the libraries' own errors name neither the folder nor the remedy. So the
usual mistakes are checked first, and errors of the libraries are translated. Reads configurations and file sizes, never
weights.
"""

from pathlib import Path
from typing import Any

import httpx
from safetensors import SafetensorError

from chains.errors import ModelError
from chains.models.adapters import CONFIG, WEIGHTS, adapter_base, is_adapter
from chains.models.folders import is_path, read_config
from vectorstore.embedding.memory import is_full

# What the libraries raise where a model cannot be loaded; a damaged safetensors file's error is none of the others.
LOAD_ERRORS = (OSError, ValueError, RuntimeError, SafetensorError)
ADAPTER_ERRORS = (*LOAD_ERRORS, LookupError, TypeError)  # and what peft raises at values that it does not expect
_OTHER_SHAPES = "ignore_mismatched_sizes"  # a setting of transformers, which it names where shapes differ
_GIB = 2**30
_HUB_ANSWERS_WITHIN = 10.0  # seconds
_ROOM = 1.15  # what loading needs beyond the weights: buffers, and the parts that are not quantised
_BYTES_A_PARAMETER = {"float32": 4, "bfloat16": 2, "float16": 2}


def check_there(name: str) -> None:
    """Check a model's name and configuration, without the libraries that load models.

    Args:
        name: a folder, or a repository, which the hub is asked about where it is not on this machine.

    Raises:
        ModelError: no such folder or repository, not a model's, or an adapter without its base.
        MissingExtra: an adapter, and peft is not installed.
    """
    if not name.strip():
        raise ModelError("the model's name is empty; give a folder, a repository, smollm2, or a server")
    folder = Path(name)
    if is_adapter(name):
        check_there(adapter_base(folder))
    elif folder.is_dir():
        read_config(folder / "config.json")
    elif is_path(name):
        raise ModelError(f"there is no folder {name}; check the path, or give a repository such as org/model")
    elif not _is_4bit_repository(name):  # a missing GPU is reported first, once that is known
        _check_hub(name)


def check_fits(name: str, *, on_gpu: bool, load_in_4bit: bool, free: int) -> None:
    """Check that an existing model can run here, before it is loaded.

    Args:
        free: bytes of memory that are free where it is to run.

    Raises:
        ModelError: 4 bits without a GPU, or too little memory.
    """
    folder = Path(name)
    if not folder.is_dir():
        if _is_4bit_repository(name):
            if not on_gpu:
                raise ModelError(_needs_gpu(name))
            _check_hub(name)
        return
    if is_adapter(name):
        check_fits(adapter_base(folder), on_gpu=on_gpu, load_in_4bit=load_in_4bit, free=free)
        return
    config = read_config(folder / "config.json")
    if (config.get("quantization_config") or {}).get("quant_method") == "bitsandbytes" and not on_gpu:
        raise ModelError(_needs_gpu(name))
    _check_memory(folder, config, on_gpu=on_gpu, load_in_4bit=load_in_4bit, free=free)


def _is_4bit_repository(name: str) -> bool:
    return "bnb-4bit" in name


def not_loaded(name: str, error: Exception) -> ModelError:
    """Translate a library's error while loading ``name`` into one line with reason and remedy."""
    from huggingface_hub import errors

    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and isinstance(cause, Exception):
        causes.append(cause)
    if any(isinstance(cause, RuntimeError) and is_full(cause) for cause in causes):
        return ModelError(f"not enough GPU memory for {name}; close what else uses the card, or take a smaller model")
    if any(isinstance(cause, errors.GatedRepoError) for cause in causes):
        return ModelError(f"the repository {name!r} is gated: accept its terms on the hub, then run: hf auth login")
    if any(isinstance(cause, errors.RepositoryNotFoundError) for cause in causes):
        return ModelError(
            f"there is no public repository {name!r} on the hub; check its spelling, or log in for a private one: "
            "hf auth login"
        )
    unreachable = (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, httpx.TransportError)
    if any(isinstance(cause, unreachable) for cause in causes):
        return ModelError(
            f"{name!r} is not on this machine and the hub cannot be reached; connect once to fetch it, or give a "
            "folder (debate models lists what is here)"
        )
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if is_adapter(name):
        wrong = "its weights have other shapes than it says" if _OTHER_SHAPES in reason else reason
        return ModelError(
            f"cannot put the adapter in {name} on its model: {wrong}; copy {CONFIG} and {WEIGHTS} there again, or "
            "train the adapter again"
        )
    if Path(name).is_dir():
        return ModelError(f"cannot load a model from the folder {name}: {reason}; it needs config.json and safetensors")
    return ModelError(f"cannot load the model {name!r}: {reason}; give a folder, a repository, smollm2, or a server")


def _check_hub(name: str) -> None:
    """Ask the hub for a repository that is not on this machine; transformers tries five times, and hides why."""
    from huggingface_hub import errors, get_hf_file_metadata, hf_hub_url, try_to_load_from_cache

    try:
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return
        get_hf_file_metadata(hf_hub_url(name, "config.json"), timeout=_HUB_ANSWERS_WITHIN)
    except errors.EntryNotFoundError:
        return  # an adapter's repository has no such file; loading will tell
    except (errors.HfHubHTTPError, errors.OfflineModeIsEnabled, httpx.TransportError, ValueError) as error:
        raise not_loaded(name, error) from error


def _check_memory(folder: Path, config: dict[str, Any], *, on_gpu: bool, load_in_4bit: bool, free: int) -> None:
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    dtype = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    parameters = stored / _BYTES_A_PARAMETER.get(dtype, 2)
    if config.get("quantization_config"):
        needed = stored * _ROOM
    elif on_gpu:
        needed = parameters * (0.55 if load_in_4bit else _BYTES_A_PARAMETER["bfloat16"]) * _ROOM
    else:
        needed = parameters * _BYTES_A_PARAMETER["float32"] * _ROOM
    if needed > free:
        where = "the GPU" if on_gpu else "memory"
        raise ModelError(
            f"the model in {folder} needs about {needed / _GIB:,.1f} GiB of {where} and {free / _GIB:,.1f} GiB are "
            "free; close other programs, or take a smaller model (debate models lists what this machine can run)"
        )


def _needs_gpu(name: str) -> str:
    return (
        f"{name} is stored in 4 bits and needs an NVIDIA GPU, and none is visible; "
        "use --model smollm2 here, or a server: --model http://host:port/v1#model"
    )
