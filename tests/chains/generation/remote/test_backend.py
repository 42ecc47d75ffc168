"""Any LangChain model as a backend: chat or text, streaming or not, with or without a synchronous form."""

from collections.abc import AsyncIterator, Iterator
from threading import Barrier
from typing import Any

import pytest
from fakes import ScriptedBackend, ScriptedLLM
from langchain_core.exceptions import ContextOverflowError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from chains.errors import ChainError, ModelUnavailable, WindowExceeded
from chains.generation.backends import backend_for
from chains.generation.completion import complete_all, completion_chain, fits_window, fulfil
from chains.generation.contract import AttemptRequest, Sampling, WordLimits
from chains.generation.ladder import Asked
from chains.generation.local.pipeline import BatchedHuggingFacePipeline
from chains.schemas import Finish
from prompts import RenderedPrompt

PROMPT = RenderedPrompt("You are a judge.", "Can it?", "You are a judge.\nCan it?\nI hold that", opening="I hold that")
LIMITS = WordLimits(0, 50)
USAGE = {"input_tokens": 40, "output_tokens": 7, "total_tokens": 47}
LOOP = "The mills are open and the mills are full. "


class Chat(BaseChatModel):
    """A chat model that answers with the next of its texts and keeps what it was sent."""

    texts: list[str]
    seed: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    calls: list[dict[str, Any]] = []  # noqa: RUF012 - a field

    @property
    def _llm_type(self) -> str:
        return "chat"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.calls.append({"messages": messages, "seed": self.seed, "max_tokens": self.max_tokens})
        text = self.texts[len(self.calls) - 1]
        message = AIMessage(text, usage_metadata=USAGE, response_metadata={"finish_reason": "stop"})
        return ChatResult(generations=[ChatGeneration(message=message)])


class RefusingTwo(Chat):
    """Calls its first two prompts too long, whatever they are."""

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if len(self.calls) < 2:
            self.calls.append({})
            raise ContextOverflowError("too long")
        return super()._generate(messages)


class Meeting(Chat):
    """Answers only once so many callers wait for it."""

    parties: int
    _barrier: Barrier = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        self._barrier = Barrier(self.parties, timeout=20)

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        self._barrier.wait()
        return ChatResult(generations=[ChatGeneration(message=AIMessage("It can."))])


class Streaming(Chat):
    """Streams without an end; counts the chunks that were taken."""

    _taken: int = PrivateAttr(default=0)

    def _stream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for piece in self.texts:
            self.calls.append({})
            yield ChatGenerationChunk(message=AIMessageChunk(piece))


class AsyncOnly(Chat):
    """Has no synchronous form."""

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError

    async def _agenerate(self, messages: list[BaseMessage], *args: Any, **__: Any) -> ChatResult:
        return super()._generate(messages)


class AsyncStreaming(AsyncOnly):
    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        for piece in self.texts:
            self.calls.append({})
            yield ChatGenerationChunk(message=AIMessageChunk(piece))


class Failing(Chat):
    error: Any

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        self.calls.append({})
        raise self.error


def test_a_chat_model_gets_messages_and_its_text_is_not_led_by_the_opening() -> None:
    llm = Chat(texts=["It cannot."])
    found = completion_chain(llm, LIMITS).invoke(PROMPT)
    assert found.text == "It cannot."
    assert [message.content for message in llm.calls[0]["messages"]] == ["You are a judge.", "Can it?"]


def test_a_text_model_gets_one_text_and_goes_on_from_the_opening() -> None:
    llm = ScriptedLLM(script={"Can it?\nI hold that": "it cannot."})
    assert completion_chain(llm, LIMITS).invoke(PROMPT).text == "I hold that it cannot."


def test_seed_and_limit_are_passed_where_the_model_has_such_fields_and_the_model_itself_stays_as_it_is() -> None:
    llm = Chat(texts=["", "It cannot."])
    completion_chain(llm, LIMITS, seed=2).invoke(PROMPT)
    assert [call["seed"] for call in llm.calls] == [2018, 2019]
    assert {call["max_tokens"] for call in llm.calls} == {106}
    assert (llm.seed, llm.max_tokens) == (None, None)


def test_a_limit_that_the_user_set_stays() -> None:
    llm = Chat(texts=["It cannot."], max_tokens=4000)
    completion_chain(llm, LIMITS).invoke(PROMPT)
    assert llm.calls[0]["max_tokens"] == 4000


def test_arguments_that_are_bound_to_a_model_stay_bound() -> None:
    llm = Chat(texts=["It cannot."])
    found = completion_chain(llm.bind(stop=["!"]), LIMITS, seed=1).invoke(PROMPT)
    assert found.text == "It cannot."
    assert llm.calls[0]["seed"] == 1009


def test_arguments_bound_to_a_local_model_are_refused_with_what_to_give_instead() -> None:
    local = BatchedHuggingFacePipeline.model_construct()
    with pytest.raises(ChainError, match=r"max_new_tokens cannot be bound .* limits=WordLimits"):
        completion_chain(local.bind(max_new_tokens=5), LIMITS).invoke(PROMPT)


def test_the_fallback_of_a_local_model_answers_where_it_fails() -> None:
    local = BatchedHuggingFacePipeline.model_construct()  # without weights, so that every call fails
    llm = local.with_fallbacks([Chat(texts=["It cannot."])])
    assert completion_chain(llm, LIMITS).invoke(PROMPT).text == "It cannot."


def test_a_loop_is_stopped_while_it_streams() -> None:
    llm = Streaming(texts=[LOOP] * 500)
    (raw,) = backend_for(llm).attempt([AttemptRequest(PROMPT, Sampling(), 5000)])
    assert raw.finish is Finish.LOOP
    assert len(llm.calls) < 50
    assert raw.tokens_out == len(llm.calls)


def test_a_model_that_is_async_only_answers_too() -> None:
    assert completion_chain(AsyncOnly(texts=["It cannot."]), LIMITS).invoke(PROMPT).text == "It cannot."


async def test_a_model_that_is_async_only_answers_inside_a_running_loop() -> None:
    found = await completion_chain(AsyncOnly(texts=["It cannot."]), LIMITS).ainvoke(PROMPT)
    assert found.text == "It cannot."


class Silent(Chat):
    """Has a stream in which nothing comes, as a client has of a server that does not stream."""

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        yield from ()


class AsyncSilent(AsyncOnly):
    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        for piece in ():
            yield piece


@pytest.mark.parametrize("kind", [Silent, AsyncSilent])
def test_a_model_whose_stream_brings_nothing_is_asked_for_a_whole_answer(kind) -> None:
    assert completion_chain(kind(texts=["It can."]), LIMITS).invoke(PROMPT).text == "It can."


def test_a_loop_of_an_async_stream_is_stopped_too() -> None:
    llm = AsyncStreaming(texts=[LOOP] * 500)
    (raw,) = backend_for(llm).attempt([AttemptRequest(PROMPT, Sampling(), 5000)])
    assert raw.finish is Finish.LOOP
    assert len(llm.calls) < 50


def test_prompts_are_completed_concurrently_and_come_back_in_order() -> None:
    llm = ScriptedLLM(script={"first": "One.", "second": "Two."})
    prompts = [RenderedPrompt("", text, text) for text in ("first", "second")]
    assert [one.text for one in complete_all(llm, prompts, [LIMITS] * 2)] == ["One.", "Two."]


_LONG_QUESTION = "Can it, or may it, or must it, and who says so, and why, and since when?"
LONGER = RenderedPrompt("", _LONG_QUESTION, _LONG_QUESTION)


def test_forty_prompts_of_one_step_are_with_the_server_at_the_same_time() -> None:
    answered = complete_all(Meeting(texts=[], parties=40), [PROMPT] * 40, [LIMITS] * 40)
    assert [one.text for one in answered] == ["It can."] * 40


def test_prompts_that_were_too_long_are_known_from_then_on_and_a_shorter_one_is_not() -> None:
    llm = Failing(texts=[], error=ContextOverflowError("too long"))
    with pytest.raises(WindowExceeded, match="longer than the model's window: too long"):
        completion_chain(llm, LIMITS).invoke(LONGER)
    with pytest.raises(WindowExceeded):
        completion_chain(llm, LIMITS).invoke(PROMPT)
    assert not fits_window(llm, PROMPT, LIMITS)
    assert fits_window(llm, RenderedPrompt("", "Why?", "Why?"), LIMITS)
    assert fits_window(llm, PROMPT, WordLimits(0, 20))


def test_one_refusal_alone_is_no_window_so_that_other_prompts_are_still_sent() -> None:
    llm = Failing(texts=[], error=ContextOverflowError("too long"))
    with pytest.raises(WindowExceeded):
        completion_chain(llm, LIMITS).invoke(PROMPT)
    assert fits_window(llm, LONGER, LIMITS)


def test_a_longer_prompt_that_was_read_proves_refusals_wrong() -> None:
    llm = RefusingTwo(texts=["No."] * 9)
    chain = completion_chain(llm, LIMITS)
    with pytest.raises(WindowExceeded):
        chain.invoke(RenderedPrompt("", "Why?", "Why?"))
    with pytest.raises(WindowExceeded):
        chain.invoke(PROMPT)
    chain.invoke(LONGER)
    assert fits_window(llm, PROMPT, LIMITS)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionError("lost"), "ConnectionError: lost"),
        (TimeoutError("slow"), "TimeoutError: slow"),
        (TimeoutError(), "TimeoutError from the model's server"),
    ],
)
def test_a_lost_server_may_pass(error: Exception, told: str) -> None:
    llm = Failing(texts=[], error=error)
    with pytest.raises(ModelUnavailable, match=told):
        completion_chain(llm, LIMITS).invoke(PROMPT)
    assert len(llm.calls) == 1


def test_an_error_that_nobody_knows_comes_through_as_it_is() -> None:
    with pytest.raises(KeyError, match="what"):
        completion_chain(Failing(texts=[], error=KeyError("what")), LIMITS).invoke(PROMPT)


def test_a_window_that_the_model_s_profile_tells_is_kept() -> None:
    llm = Chat(texts=[], profile={"max_input_tokens": 200})
    assert fits_window(llm, PROMPT, LIMITS)
    assert not fits_window(llm, PROMPT, WordLimits(0, 200))


def test_one_model_has_one_backend_and_another_model_has_another() -> None:
    llm = Chat(texts=[])
    assert backend_for(llm) is backend_for(llm)
    assert backend_for(llm) is not backend_for(Chat(texts=[]))


@pytest.mark.parametrize(
    "texts",
    [
        ["It cannot, since the valleys are small."],
        ["", "It cannot, since the valleys are small."],
        [LOOP * 9, "It cannot, since the valleys are small."],
        ["<think>Hm.</think>Assistant: It cannot, since the valleys are small."],
        ["It cannot.", "No.", "Never."],
    ],
)
def test_the_same_texts_come_to_the_same_facts_through_a_server_and_a_local_model(texts: list[str]) -> None:
    prompt = RenderedPrompt("", "Can it?", "Can it?")
    limits = WordLimits(5, 50)
    (local,) = fulfil(ScriptedBackend(*texts), [Asked(prompt, limits)])
    (remote,) = fulfil(backend_for(Chat(texts=texts)), [Asked(prompt, limits)])
    assert remote == local
