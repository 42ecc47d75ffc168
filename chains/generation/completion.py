"""The step that every chain shares: a rendered prompt goes in, a held-to-contract completion comes out.

Takes any LangChain language model. A local pipeline gets its own chat template and keeps the contract while
it generates; for others the answer is cut afterwards, and what could not be kept is noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, BaseLanguageModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.outputs import Generation
from langchain_core.prompt_values import ChatPromptValue, PromptValue, StringPromptValue
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, ensure_config

from chains.generation.contract import WordLimits
from chains.generation.pipeline import BatchedHuggingFacePipeline
from chains.schemas import Completion
from chains.text.repetition import detect_loop
from chains.text.sentences import cut_at_sentence, word_count
from prompts import RenderedPrompt

_TOKENS_PER_WORD = 1.8  # as in chains.generation.engine


def completion_chain(
    llm: BaseLanguageModel[Any], limits: WordLimits, seed: int = 0
) -> Runnable[RenderedPrompt, Completion]:
    """Return a Runnable that sends a prompt and brings back the completion."""
    return _Completion(llm, limits, seed)


class _Completion(Runnable[RenderedPrompt, Completion]):
    """Leaves no trace of its own: the model's call stands in the trace right under the step that made it."""

    def __init__(self, llm: BaseLanguageModel[Any], limits: WordLimits, seed: int) -> None:
        self._llm = llm
        self._limits = limits
        self._seed = seed

    def invoke(self, input: RenderedPrompt, config: RunnableConfig | None = None, **_: Any) -> Completion:
        local = isinstance(self._llm, BatchedHuggingFacePipeline)
        contract: dict[str, Any] = {"limits": self._limits, "seed": self._seed, "said": input.said} if local else {}
        if not local and hasattr(self._llm, "max_tokens"):  # a server's model that loops would fill its window
            contract = {"max_tokens": int(self._limits.maximum * _TOKENS_PER_WORD) + 16}
        value = prompt_value(self._llm, input)
        result = self._llm.generate_prompt([value], callbacks=ensure_config(config).get("callbacks"), **contract)
        generation = result.generations[0][0]
        if local:
            completion: Completion = (generation.generation_info or {})["completion"]
            return completion
        return _cut(generation, self._limits)


def complete_all(
    llm: BaseLanguageModel[Any],
    prompts: Sequence[RenderedPrompt],
    limits: Sequence[WordLimits],
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> list[Completion]:
    """Complete prompts together, each within its own limits: a local model in one batch, a server concurrently."""
    if not isinstance(llm, BatchedHuggingFacePipeline):

        def complete(pair: tuple[RenderedPrompt, WordLimits], config: RunnableConfig) -> Completion:
            return completion_chain(llm, pair[1], seed).invoke(pair[0], config)

        return RunnableLambda(complete).batch(list(zip(prompts, limits, strict=True)), config)
    values = [prompt_value(llm, prompt) for prompt in prompts]
    said = "\n".join(dict.fromkeys(prompt.said for prompt in prompts))
    callbacks = (config or {}).get("callbacks")
    result = llm.generate_prompt(values, callbacks=callbacks, limits=list(limits), seed=seed, said=said)
    return [(row[0].generation_info or {})["completion"] for row in result.generations]


def prompt_value(llm: BaseLanguageModel[Any], prompt: RenderedPrompt) -> PromptValue:
    """Put a prompt into the form that the model was made for: messages, its chat template, or plain text."""
    if isinstance(llm, BaseChatModel):
        return ChatPromptValue(messages=[SystemMessage(prompt.system), HumanMessage(prompt.user)])
    if isinstance(llm, BatchedHuggingFacePipeline):
        chat = llm.as_chat(prompt.system, prompt.user)
        if chat is not None:
            return StringPromptValue(text=chat + prompt.opening)
    return StringPromptValue(text=prompt.text)


def fits_window(llm: BaseLanguageModel[Any], prompt: RenderedPrompt, limits: WordLimits) -> bool:
    """Tell whether a prompt leaves room for its answer; a server checks its own window, so True there."""
    if not isinstance(llm, BatchedHuggingFacePipeline):
        return True
    return llm.fits(prompt_value(llm, prompt).to_string(), limits)


def _cut(generation: Generation, limits: WordLimits) -> Completion:
    """What the contract leaves of a server's answer, and the tokens that the server counted."""
    text = generation.text.encode(errors="replace").decode().strip()  # half of a surrogate pair is no text
    loop = detect_loop(text)
    what = f"loop cut after {word_count(text[: loop.start])} words" if loop else ""
    text = cut_at_sentence(text[: loop.start].rstrip() if loop else text, limits.maximum)
    words = word_count(text)
    notes = (f"{words} words, {limits.minimum} asked for",) if words < limits.minimum else ()
    usage = getattr(getattr(generation, "message", None), "usage_metadata", None) or {}
    return Completion(text, usage.get("input_tokens", 0), usage.get("output_tokens", 0), what, notes)
