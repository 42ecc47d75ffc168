"""The step that every chain shares: a rendered prompt goes in, a completion that keeps its contract comes out.

Takes any LangChain language model. A local one makes an attempt for all prompts together and climbs the ladder for
those that looped or stayed short; for others the answer is cut afterwards, and what could not be kept is noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, BaseLanguageModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue, PromptValue, StringPromptValue
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, ensure_config

from chains.generation.contract import AttemptRequest, RawText, WordLimits
from chains.generation.pipeline import BatchedHuggingFacePipeline
from chains.schemas import Completion
from chains.text.refusal import is_abstention
from chains.text.repetition import detect_loop
from chains.text.sentences import cut_at_sentence, word_count
from prompts import RenderedPrompt

_TOKENS_PER_WORD = 1.8  # as in chains.generation.engine
_SEEDS_A_ROW = 1009  # prime: the attempts of neighbouring seeds share no seed


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
        if isinstance(self._llm, BatchedHuggingFacePipeline):
            return _climb(self._llm, [input], [self._limits], self._seed, config)[0]
        contract: dict[str, Any] = {}
        if hasattr(self._llm, "max_tokens"):  # a server's model that loops would fill its window
            contract = {"max_tokens": int(self._limits.maximum * _TOKENS_PER_WORD) + 16}
        value = prompt_value(self._llm, input)
        result = self._llm.generate_prompt([value], callbacks=ensure_config(config).get("callbacks"), **contract)
        generation = result.generations[0][0]
        usage = getattr(getattr(generation, "message", None), "usage_metadata", None) or {}
        text = generation.text.encode(errors="replace").decode()  # half of a surrogate pair is no text
        raw = RawText(text, usage.get("input_tokens", 0), usage.get("output_tokens", 0))
        return _completion([raw], self._limits)


def complete_all(
    llm: BaseLanguageModel[Any],
    prompts: Sequence[RenderedPrompt],
    limits: Sequence[WordLimits],
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> list[Completion]:
    """Complete prompts together, each within its own limits: a local model in one batch, a server concurrently."""
    if isinstance(llm, BatchedHuggingFacePipeline):
        return _climb(llm, prompts, limits, seed, config)

    def complete(pair: tuple[RenderedPrompt, WordLimits], config: RunnableConfig) -> Completion:
        return completion_chain(llm, pair[1], seed).invoke(pair[0], config)

    return RunnableLambda(complete).batch(list(zip(prompts, limits, strict=True)), config)


def prompt_value(llm: BaseLanguageModel[Any], prompt: RenderedPrompt) -> PromptValue:
    """Put a prompt into the form that a model that is not local was made for: messages or plain text."""
    if isinstance(llm, BaseChatModel):
        return ChatPromptValue(messages=[SystemMessage(prompt.system), HumanMessage(prompt.user)])
    return StringPromptValue(text=prompt.text)


def fits_window(llm: BaseLanguageModel[Any], prompt: RenderedPrompt, limits: WordLimits) -> bool:
    """Tell whether a prompt leaves room for its answer; a server checks its own window, so True there."""
    return not isinstance(llm, BatchedHuggingFacePipeline) or llm.fits(prompt, limits.maximum)


def _climb(
    llm: BatchedHuggingFacePipeline,
    prompts: Sequence[RenderedPrompt],
    limits: Sequence[WordLimits],
    seed: int,
    config: RunnableConfig | None,
) -> list[Completion]:
    """Run the first attempt for every prompt, and the next for those that looped or stayed short."""
    tries: list[list[RawText]] = [[] for _ in prompts]
    left = list(range(len(prompts)))
    for step, sampling in enumerate(llm.ladder):
        asked = [
            AttemptRequest(prompts[n], sampling, limits[n].maximum, seed * _SEEDS_A_ROW + step, prompts[n].said)
            for n in left
        ]
        for n, raw in zip(left, llm.attempt(asked, config), strict=True):
            tries[n].append(raw)
        left = [n for n in left if _short(_cut(tries[n][-1].text, limits[n]), limits[n])]
        if not left:
            break
    return [_completion(one, limit) for one, limit in zip(tries, limits, strict=True)]


def _cut(text: str, limits: WordLimits) -> str:
    loop = detect_loop(text)
    return cut_at_sentence((text[: loop.start] if loop else text).strip(), limits.maximum)


def _short(text: str, limits: WordLimits) -> bool:
    return word_count(text) < limits.minimum and not is_abstention(text)


def _completion(tries: Sequence[RawText], limits: WordLimits) -> Completion:
    """Take the longest try, and say what happened on the way."""
    texts = [_cut(raw.text, limits) for raw in tries]
    text = max(texts, key=word_count)
    loops = [
        f"{f'attempt {n}: ' if len(tries) > 1 else ''}loop cut after {word_count(kept)} words"
        for n, (raw, kept) in enumerate(zip(tries, texts, strict=True), 1)
        if detect_loop(raw.text)
    ]
    notes = [f"{word_count(text)} words, {limits.minimum} asked for"] if _short(text, limits) else []
    notes += [f"{len(tries)} attempts"] if len(tries) > 1 else []
    return Completion(text, tries[0].tokens_in, sum(raw.tokens_out for raw in tries), "; ".join(loops), tuple(notes))
