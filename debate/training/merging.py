"""Write the trained model as one: merged in 16 bits for servers, or as a GGUF for llama.cpp."""

import shutil
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from debate.errors import TrainingError
from debate.training.loading import has_unsloth, load_trained, model_name
from debate.training.settings import FinetuneSettings


def write_merged(model: Any, tokenizer: Any, settings: FinetuneSettings) -> Path:
    """Write the base model with the saved adapter added into its weights, in 16 bits.

    Args:
        model: the trained model; None loads it from the adapter's folder.

    Raises:
        TrainingError: the folder cannot be written.
    """
    target = settings.out / "merged"
    try:
        if has_unsloth():
            model = model or load_trained(settings)
            model.save_pretrained_merged(str(target), tokenizer, save_method="merged_16bit")
        else:
            _merged_by_peft(settings).save_pretrained(str(target))
            tokenizer.save_pretrained(str(target))
    except (OSError, SafetensorError) as error:
        raise TrainingError(
            f"cannot write {target}: {error}; the adapter is finished: make room and run the same command again"
        ) from error
    return target


def write_gguf(model: Any, tokenizer: Any, settings: FinetuneSettings) -> Path:
    """Write a GGUF through unsloth, quantised as asked for.

    Args:
        model: the trained model; None loads it from the adapter's folder.

    Raises:
        TrainingError: unsloth could not make it.
    """
    target = settings.out / "gguf"
    model = model or load_trained(settings)
    try:
        model.save_pretrained_gguf(str(target), tokenizer, quantization_method=settings.gguf)
    except (OSError, RuntimeError, ValueError) as error:
        if not any(target.glob("*.gguf")):
            shutil.rmtree(target, ignore_errors=True)  # the 16 bits that were to be converted
        reason = " ".join(str(error).split())
        raise TrainingError(
            f"cannot write a GGUF {settings.gguf!r} to {target}: {reason}; unsloth fetches llama.cpp for it (it "
            "needs git, cmake and the network) and lists what it can write; --merge writes what llama.cpp can convert"
        ) from error
    return target


def _merged_by_peft(settings: FinetuneSettings) -> Any:
    """Load the base again, unquantised, and add the saved adapter to it."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(model_name(settings), dtype="bfloat16", use_safetensors=True)
    return PeftModel.from_pretrained(base, str(settings.out)).merge_and_unload()
