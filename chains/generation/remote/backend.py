"""Any LangChain language model as a backend: chat or text, streaming or not, synchronous or async only.

Passes seed, temperature and limit if the model has such fields, streams if it can, stops loops as they appear, and
learns the context window from the model's profile or from prompts that the server refused or cut.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import RunnableConfig, ensure_config
from langchain_core.runnables.config import ContextThreadPoolExecutor
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from chains.errors import WindowExceeded
from chains.generation.contract import SERVER_LADDER, AttemptRequest, RawText, Sampling, tokens_for
from chains.generation.remote.faults import (
    asked_to_wait,
    is_empty_stream,
    is_too_long,
    refused_parameter,
    refuses_system_role,
    unavailable,
)
from chains.generation.remote.streaming import Stopped, StreamReader
from chains.generation.remote.tuning import tuned
from prompts import RenderedPrompt
from vectorstore.runtime.event_loop import awaited

_LOG = logging.getLogger(__name__)
_BYTES_A_TOKEN = 4.0  # of a prompt, until the server has said how many tokens one had
_MOST_BYTES_A_TOKEN = 9  # no tokenizer packs prose tighter: a server that counts fewer tokens has cut the prompt
_AT_ONCE = 256  # requests of one step; the server queues what it cannot take
_LONG = 2000  # bytes; in shorter prompts the estimate is too rough


_PATIENT = Retrying(
    retry=retry_if_exception(lambda error: asked_to_wait(error) > 0),
    wait=lambda state: asked_to_wait(state.outcome.exception()),  # type: ignore[union-attr]
    stop=stop_after_attempt(3),
    reraise=True,
)


class RemoteBackend:
    """Attempts by any LangChain model.

    Args:
        llm: a chat model, a text model, or one with arguments bound.
    """

    ladder: Sequence[Sampling] = SERVER_LADDER
    parameters: float | None = None
    adapted: bool = False

    def __init__(self, llm: Any) -> None:
        self._llm = llm
        self._window: int | None = (getattr(llm, "profile", None) or {}).get("max_input_tokens")
        self._asynchronous = False
        self._unknown: frozenset[str] = frozenset()  # parameters that the server refused
        self._refused: set[tuple[int, int]] = set()  # (bytes, new tokens) of prompts that it called too long
        self._too_long: set[tuple[int, int]] = set()  # those that are believed
        self._bytes_a_token = _BYTES_A_TOKEN
        self._no_system_role = False

    def caller(self) -> AbstractContextManager[None]:
        """Nothing waits for a remote model's callers."""
        return nullcontext()

    def fits(self, prompt: RenderedPrompt, max_words: int) -> bool:
        """Return whether a prompt leaves room for its answer, as far as the window is known."""
        size, new = _size(prompt), tokens_for(max_words)
        if any(size >= refused and new >= beside for refused, beside in self._too_long):
            return False
        return self._window is None or size / self._bytes_a_token + new <= self._window

    def attempt(self, requests: Sequence[AttemptRequest], config: RunnableConfig | None = None) -> list[RawText]:
        """Call the model once for each request, concurrently.

        Raises:
            WindowExceeded: a prompt is longer than the model's window, or its server cut it.
            ModelUnavailable: the server is busy or lost.
        """
        config = ensure_config(config)
        if len(requests) == 1:
            return [self._when_it_said(requests[0], config)]
        at_once = min(len(requests), config.get("max_concurrency") or _AT_ONCE)
        with ContextThreadPoolExecutor(at_once) as executor:
            return list(executor.map(lambda request: self._when_it_said(request, config), requests))

    def _when_it_said(self, request: AttemptRequest, config: RunnableConfig) -> RawText:
        """Retry a request alone if a busy server said when, so the step's other requests are not repeated."""
        return _PATIENT(self._one, request, config)

    def _one(self, request: AttemptRequest, config: RunnableConfig) -> RawText:
        new = tokens_for(request.max_words) + request.spare_tokens
        llm, sent = tuned(self._llm, request.seed, request.sampling.temperature, new, self._unknown)
        try:
            raw = self._read(llm, request, {"callbacks": config.get("callbacks")})
        except Exception as error:  # of any library
            if refused := refused_parameter(error, sent):
                self._unknown |= {refused}
                return self._one(request, config)
            if not self._no_system_role and refuses_system_role(error):
                self._no_system_role = True
                return self._one(request, config)
            if is_too_long(error):
                self._learn_refusal(_size(request.prompt), new)
                raise WindowExceeded(f"the prompt is longer than the model's window: {error}") from error
            if (passing := unavailable(error)) is not None:
                raise passing from error
            raise
        self._check_whole(request.prompt, raw, new)
        return raw

    def _learn_refusal(self, size: int, new: int) -> None:
        """Accept a window after two refused prompts; a single refusal may be another fault that mentions a window."""
        self._refused |= {(size, new)}
        if len(self._refused) > 1:
            self._too_long |= self._refused

    def _learn_whole(self, size: int, new: int) -> None:
        """Forget refusals disproved by a prompt of at least that length that was read."""
        wrong = {(refused, beside) for refused, beside in self._refused if refused <= size and beside <= new}
        self._refused -= wrong
        self._too_long -= wrong

    def _read(self, llm: Any, request: AttemptRequest, config: RunnableConfig) -> RawText:
        value = _Prompt(prompt=request.prompt, as_one=self._no_system_role)
        if not self._asynchronous:
            try:
                return self._stream(llm, value, request.max_words, config)
            except NotImplementedError:
                self._asynchronous = True
        return awaited(self._astream(llm, value, request.max_words, config))

    @staticmethod
    def _stream(llm: Any, value: PromptValue, max_words: int, config: RunnableConfig) -> RawText:
        reader = StreamReader(max_words)
        stream = llm.stream(value, config)
        try:
            for chunk in stream:
                if reason := reader.take(chunk):
                    stream.throw(Stopped(reason))  # the trace then says why it ended
        except (Stopped, StopIteration):
            return reader.raw_text()
        except ValueError as error:
            if not is_empty_stream(error):
                raise
            reader.take(llm.invoke(value, config))
        return reader.raw_text()

    @staticmethod
    async def _astream(llm: Any, value: PromptValue, max_words: int, config: RunnableConfig) -> RawText:
        reader = StreamReader(max_words)
        stream = llm.astream(value, config)
        try:
            async for chunk in stream:
                if reason := reader.take(chunk):
                    await stream.athrow(Stopped(reason))
        except (Stopped, StopAsyncIteration):
            return reader.raw_text()
        except ValueError as error:
            if not is_empty_stream(error):
                raise
            reader.take(await llm.ainvoke(value, config))
        return reader.raw_text()

    def _check_whole(self, prompt: RenderedPrompt, raw: RawText, new: int) -> None:
        """Notice a prompt that the server cut to its window without a word, by its own count of tokens."""
        size = _size(prompt)
        if not raw.tokens_in or size < _LONG:
            return self._learn_whole(size, new)
        if raw.tokens_in * _MOST_BYTES_A_TOKEN >= size:
            self._bytes_a_token = size / raw.tokens_in
            return self._learn_whole(size, new)
        self._too_long |= {(size, new)}
        message = (
            f"the server read {raw.tokens_in} tokens of a prompt of about {size / _BYTES_A_TOKEN:.0f}: it cut the "
            "prompt to its window; give it a longer one (Ollama: num_ctx), or ask with fewer or shorter passages"
        )
        _LOG.warning(message)
        raise WindowExceeded(message)


class _Prompt(PromptValue):
    """A prompt in the form that the model was made for: messages, or one text."""

    prompt: RenderedPrompt
    as_one: bool = False  # for a model that takes no system message

    def to_string(self) -> str:
        return self.prompt.text

    def to_messages(self) -> list[BaseMessage]:
        if self.as_one:
            return [HumanMessage(f"{self.prompt.system}\n\n{self.prompt.user}".strip())]
        system = [SystemMessage(self.prompt.system)] if self.prompt.system else []
        return [*system, HumanMessage(self.prompt.user)]


def _size(prompt: RenderedPrompt) -> int:
    return len(prompt.text.encode(errors="replace"))
