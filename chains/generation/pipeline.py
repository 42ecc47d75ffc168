"""A loaded local model as a LangChain language model: concurrent calls become batches, answers keep their contract.

Knows nothing of loading (``chains.models.loading``) or generating (``chains.generation.engine``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.outputs import Generation, LLMResult
from langchain_huggingface import HuggingFacePipeline
from pydantic import PrivateAttr

from chains.generation.batching import CallMerger
from chains.generation.contract import WordLimits
from chains.schemas import Completion

if TYPE_CHECKING:
    from chains.generation.engine import GenerationEngine, GenerationRequest


class BatchedHuggingFacePipeline(HuggingFacePipeline):
    """A ``HuggingFacePipeline`` that merges concurrent calls and holds answers to their contract.

    Call keywords: ``limits`` (a ``WordLimits``, or one for each prompt), ``seed`` and ``said`` (text not to be
    repeated word for word). Each generation's ``generation_info`` holds the whole ``Completion`` under ``completion``.
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
        """Register the calling thread, so that batches wait for it (see ``chains.generation.batching``)."""
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
        from chains.generation.engine import GenerationRequest

        limits = kwargs.get("limits") or WordLimits()
        each = [limits] * len(prompts) if isinstance(limits, WordLimits) else limits
        seed = int(kwargs.get("seed", self._seed))
        said = str(kwargs.get("said", ""))
        requests = [GenerationRequest(prompt, one, seed, said) for prompt, one in zip(prompts, each, strict=True)]
        completions = self._merger.submit(requests)
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
