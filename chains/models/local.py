"""Load a model and its tokenizer with OpenVINO, unsloth or transformers. The only importer of unsloth."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chains.errors import MissingExtra, ModelError
from chains.generation.local.machine import free_memory, has_cuda
from chains.models.adapters import CONFIG, adapter_base, is_adapter, is_found_by_peft
from chains.models.bundled import CONTEXT_WINDOW
from chains.models.openvino import load_openvino
from chains.models.preflight import ADAPTER_ERRORS, LOAD_ERRORS, check_fits, not_loaded
from chains.models.settings import ModelSettings
from vectorstore.embedding.openvino import openvino_available

_TOKENIZERS = ("tokenizer.json", "*.model", "vocab.*", "*.tiktoken")


def load_with_openvino(name: str, settings: ModelSettings) -> tuple[Any, Any]:
    """Load a model and its tokenizer with OpenVINO; errors as ``load_llm``."""
    check_openvino(name)
    if not Path(name).is_dir():
        check_fits(name, on_gpu=False, load_in_4bit=False, free=free_memory(on_gpu=False))
    tokenizer = _tokenizer(name, settings)  # before the model, whose conversion takes minutes
    return load_openvino(name), tokenizer


def check_openvino(name: str) -> None:
    """Check that OpenVINO is installed and can run what a folder holds.

    Raises:
        ModelError, MissingExtra: as ``load_llm``.
    """
    if not openvino_available():
        raise MissingExtra("optimum-intel and openvino", "cpu", "the openvino backend")
    if is_adapter(name):
        raise ModelError(
            f"OpenVINO cannot put the adapter in {name} on its model; merge them first, then give the "
            "merged folder, or use --backend transformers"
        )


def takes_unsloth(settings: ModelSettings) -> bool:
    """Return whether unsloth loads this model."""
    if settings.backend != "auto" or settings.name == "smollm2":  # too small to gain by it
        return settings.backend == "unsloth"
    return find_spec("unsloth") is not None and has_cuda()


def check_unsloth(name: str) -> None:
    """Check that unsloth is installed and there is a GPU.

    Raises:
        ModelError, MissingExtra: as ``load_llm``.
    """
    if find_spec("unsloth") is None:
        raise MissingExtra("unsloth", "gpu", "the unsloth backend")
    if not has_cuda():
        raise ModelError(
            f"unsloth needs an NVIDIA GPU and none is visible, so {name} cannot be loaded in 4 bits; "
            "use --model smollm2 here, or a server: --model http://host:port/v1#model"
        )


def import_unsloth() -> Any:
    """Import unsloth, which patches transformers."""
    os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")  # its compiled kernels fail on torch 2.11
    from unsloth import FastLanguageModel

    return FastLanguageModel


def load_with_unsloth(settings: ModelSettings) -> tuple[Any, Any]:
    """Load a model and its tokenizer with unsloth; errors as ``load_llm``."""
    if is_adapter(settings.name) and not is_found_by_peft(folder := Path(settings.name)):
        raise ModelError(
            f"unsloth looks for the base model from the current folder; write {adapter_base(folder)} as "
            f"base_model_name_or_path into {folder / CONFIG}"
        )
    FastLanguageModel = import_unsloth()  # noqa: N806 - a class
    try:
        model, tokenizer = FastLanguageModel.from_pretrained(
            model_name=settings.name,
            max_seq_length=settings.max_seq_length or CONTEXT_WINDOW,
            load_in_4bit=settings.load_in_4bit,
            trust_remote_code=settings.trust_remote_code,
        )
    except _errors_of(settings.name) as error:
        raise not_loaded(settings.name, error) from error
    FastLanguageModel.for_inference(model)
    return model, tokenizer


def four_bit(task: str, dtype: str = "bfloat16") -> Any:
    """Return how transformers quantises a model to 4 bits (NF4) on loading.

    Args:
        task: what it is for, for the error.
        dtype: in which it computes.

    Raises:
        MissingExtra: bitsandbytes is not installed.
    """
    from transformers import BitsAndBytesConfig

    if find_spec("bitsandbytes") is None:
        raise MissingExtra("bitsandbytes", "gpu", f"{task} in 4 bits")
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)


def load_with_transformers(name: str, settings: ModelSettings) -> tuple[Any, Any]:
    """Load a model and its tokenizer with transformers; errors as ``load_llm``."""
    from transformers import AutoModelForCausalLM

    on_gpu = has_cuda()
    options: dict[str, Any] = {"dtype": "auto" if on_gpu else "float32"}
    if on_gpu:
        options["device_map"] = "auto"
    if on_gpu and settings.load_in_4bit:
        options["quantization_config"] = four_bit(f"loading {name}")
    apart = is_adapter(name) and not is_found_by_peft(Path(name))
    try:
        model = AutoModelForCausalLM.from_pretrained(
            adapter_base(Path(name)) if apart else name,
            use_safetensors=True,
            trust_remote_code=settings.trust_remote_code,
            **options,
        )
        if apart:
            model.load_adapter(name, use_safetensors=True)
    except _errors_of(name) as error:
        raise not_loaded(name, error) from error
    return model, _tokenizer(name, settings)


def _errors_of(name: str) -> tuple[type[Exception], ...]:
    return ADAPTER_ERRORS if is_adapter(name) else LOAD_ERRORS


def _tokenizer(name: str, settings: ModelSettings) -> Any:
    from transformers import AutoTokenizer

    folder = Path(name)
    if is_adapter(folder) and not (folder / "tokenizer_config.json").is_file():
        name = adapter_base(folder)
    if Path(name).is_dir() and not any(next(Path(name).glob(one), None) for one in _TOKENIZERS):
        # transformers would make an empty one, with which no model writes a word
        raise ModelError(f"{name} has no tokenizer (tokenizer.json); copy it there from the model's own folder")
    try:
        return AutoTokenizer.from_pretrained(name, trust_remote_code=settings.trust_remote_code)
    except (OSError, ValueError) as error:
        raise not_loaded(name, error) from error
