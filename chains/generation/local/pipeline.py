"""A loaded local model as a LangChain language model that merges concurrent calls into batches.

It is its own backend (``chains.generation.contract``): one attempt per request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.outputs import Generation, GenerationChunk, LLMResult
from langchain_core.prompt_values import PromptValue, StringPromptValue
from langchain_core.runnables import RunnableConfig, ensure_config
from langchain_huggingface import HuggingFacePipeline
from pydantic import Field, PrivateAttr

from chains.errors import GenerationError
from chains.generation.contract import AttemptRequest, RawText, Sampling, tokens_for
from chains.generation.local.batching import CallMerger
from chains.generation.local.chat_template import prompt_text
from chains.generation.local.memory import parameters_of
from prompts import RenderedPrompt

if TYPE_CHECKING:
    from chains.generation.local.engine import GenerationEngine, GenerationRequest

_MAX_WORDS = 500  # of a call that asks for no other length
_KEYWORDS = frozenset({"max_words", "max_new_tokens", "seed", "do_not_repeat", "sampling"})


class BatchedHuggingFacePipeline(HuggingFacePipeline):
    """A ``HuggingFacePipeline`` that merges concurrent calls into batches.

    Call keywords: ``max_words`` (500), ``max_new_tokens``, ``seed``, ``sampling`` (a ``Sampling``) and
    ``do_not_repeat`` (text that must not be repeated word for word). Chains use ``attempt``, through
    ``chains.generation.completion``.
    """

    pipeline: Any = Field(default=None, exclude=True, repr=False)  # its own repr fails with an OpenVINO model
    _engine: GenerationEngine = PrivateAttr()
    _merger: CallMerger[GenerationRequest, RawText] = PrivateAttr()
    _ladder: tuple[Sampling, ...] = PrivateAttr()
    _seed: int = PrivateAttr(default=0)

    @classmethod
    def over(
        cls, engine: GenerationEngine, model_id: str, ladder: Sequence[Sampling], seed: int = 0
    ) -> BatchedHuggingFacePipeline:
        """Wrap an engine in a text-generation pipeline and in this class."""
        from transformers import pipeline

        inner = pipeline("text-generation", model=engine.model, tokenizer=engine.tokenizer)
        llm = cls(pipeline=inner, model_id=model_id)
        llm._engine = engine
        llm._merger = CallMerger(engine.attempt)
        llm._ladder = tuple(ladder)
        llm._seed = seed
        return llm

    @property
    def contract_backend(self) -> BatchedHuggingFacePipeline:
        """What the contract asks for attempts: this model itself."""
        return self

    @property
    def ladder(self) -> Sequence[Sampling]:
        """How each attempt samples, first to last."""
        return self._ladder

    @property
    def parameters(self) -> float:
        """About how many parameters the model has."""
        return parameters_of(self._engine.model.config)

    @property
    def adapted(self) -> bool:
        """Whether the model has an adapter."""
        return bool(getattr(self._engine.model, "peft_config", None))

    @property
    def window(self) -> int:
        """Tokens that a prompt and its answer may take together."""
        return self._engine.window

    def attempt(self, requests: Sequence[AttemptRequest], config: RunnableConfig | None = None) -> list[RawText]:
        """Continue each prompt once, batched with the calls of other threads; LangChain's callbacks are called.

        Raises:
            WindowExceeded: a prompt with its answer is longer than the model's window.
            GenerationError: not enough memory for one prompt.
        """
        values: list[PromptValue] = [
            StringPromptValue(text=prompt_text(self._engine.tokenizer, one.prompt)) for one in requests
        ]
        result = self.generate_prompt(values, callbacks=ensure_config(config).get("callbacks"), requests=list(requests))
        return [(row[0].generation_info or {})["raw"] for row in result.generations]

    def fits(self, prompt: RenderedPrompt, max_words: int) -> bool:
        """Return whether a prompt leaves room for an answer of so many words."""
        return self.get_num_tokens(prompt_text(self._engine.tokenizer, prompt)) + tokens_for(max_words) <= self.window

    def get_num_tokens(self, text: str) -> int:
        """Return the length of a text in this model's tokens."""
        return self._engine.count_tokens(text)

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Register somebody who is going to call, so that batches wait for them (see ``CallMerger``)."""
        with self._merger.caller():
            yield

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        attempts: Sequence[AttemptRequest] | None = kwargs.pop("requests", None)
        if attempts is None:
            requests = [self._plain_request(prompt, **kwargs) for prompt in prompts]
        else:
            requests = [_request(prompt, one) for prompt, one in zip(prompts, attempts, strict=True)]
        if run_manager and run_manager.handlers:
            requests = [replace(one, told=_listener(run_manager, row)) for row, one in enumerate(requests)]
        raw = self._merger.submit(requests)
        return LLMResult(
            generations=[[_generation(one, stop)] for one in raw], llm_output={"token_usage": _token_usage(raw)}
        )

    def _plain_request(self, prompt: str, **keywords: Any) -> GenerationRequest:
        from chains.generation.local.engine import GenerationRequest

        if unknown := keywords.keys() - _KEYWORDS:
            known = ", ".join(sorted(_KEYWORDS))
            raise TypeError(f"unknown keyword {', '.join(sorted(unknown))}; a local model takes {known}")
        if not prompt:
            raise GenerationError("the prompt is empty, and a model that continues text needs some; write a prompt")
        max_words = int(keywords.get("max_words", _MAX_WORDS))
        return GenerationRequest(
            prompt,
            keywords.get("sampling", self._ladder[0]),
            max_words,
            int(keywords.get("max_new_tokens", tokens_for(max_words))),
            int(keywords.get("seed", self._seed)),
            str(keywords.get("do_not_repeat", "")),
        )

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        """Yield the whole text as one chunk, since it is generated in a batch with calls of other threads."""
        written = self._generate([prompt], stop, None, **kwargs).generations[0][0]
        chunk = GenerationChunk(text=written.text, generation_info=written.generation_info)
        if run_manager:
            run_manager.on_llm_new_token(chunk.text, chunk=chunk)
        yield chunk


def _request(text: str, asked: AttemptRequest) -> GenerationRequest:
    from chains.generation.local.engine import GenerationRequest

    new_tokens = tokens_for(asked.max_words) + asked.spare_tokens
    return GenerationRequest(text, asked.sampling, asked.max_words, new_tokens, asked.seed, asked.do_not_repeat)


def _listener(run_manager: CallbackManagerForLLMRun, row: int) -> Callable[[str], None]:
    """Report to LangChain's callbacks what a row writes; a call of several prompts has only the first one's manager."""

    def told(piece: str) -> None:
        run_manager.on_llm_new_token(piece, chunk=GenerationChunk(text=piece, generation_info={"row": row}))

    return told


def _token_usage(raw: Sequence[RawText]) -> dict[str, int]:
    read, written = sum(one.tokens_in for one in raw), sum(one.tokens_out for one in raw)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _generation(raw: RawText, stop: list[str] | None) -> Generation:
    text = raw.text
    for word in stop or ():
        text = text.split(word, 1)[0]
    return Generation(text=text, generation_info={"raw": raw, "finish_reason": str(raw.finish)})
