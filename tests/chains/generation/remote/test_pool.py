"""Several servers as one model: where a call goes when one of them fails."""

from typing import Any

import pytest
from langchain_core.language_models.llms import LLM
from pydantic import PrivateAttr

from chains.errors import ModelError, ModelUnavailable
from chains.generation.completion import complete_all
from chains.generation.contract import AttemptRequest, Sampling, WordLimits
from chains.generation.remote.pool import PooledChatModel, Server, ServerPool, figures_of
from prompts import RenderedPrompt

PROMPT = RenderedPrompt("", "Can it?", "Can it?")
REQUEST = AttemptRequest(PROMPT, Sampling(), 50)


class Shaky(LLM):
    """Answers with its own name, but loses the connection for the first calls."""

    name_of_server: str
    lost: int = 0
    _calls: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "shaky"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        self._calls += 1
        if self._calls <= self.lost:
            raise ConnectionError(f"{self.name_of_server} hung up")
        return f"It was {self.name_of_server} who answered."


class Checks:
    """Checks of one server, which fail so often."""

    def __init__(self, failing: int) -> None:
        self.failing, self.made = failing, 0

    def __call__(self) -> None:
        self.made += 1
        if self.made <= self.failing:
            raise ModelError("nobody is there")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def pool_of(*lost: int, failing_checks: int = 0, clock: Clock | None = None, left_out: Any = ()) -> ServerPool:
    servers = [
        Server(name, Shaky(name_of_server=name, lost=count), Checks(failing_checks))
        for name, count in zip("abc", lost, strict=False)
    ]
    return ServerPool(servers, left_out, clock or Clock())


def texts(pool: ServerPool, count: int = 1) -> list[str]:
    return [raw.text for raw in pool.attempt([REQUEST] * count)]


def test_a_call_goes_elsewhere_where_its_server_fails() -> None:
    assert texts(pool_of(99, 0)) == ["It was b who answered."]


def test_a_server_that_failed_gets_no_call_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    pool = pool_of(1, 0)
    assert [texts(pool)[0] for _ in range(3)] == ["It was b who answered."] * 3
    assert "the server a is left out for 5 s; other servers take its calls: ConnectionError: a hung up" in caplog.text


def test_a_server_that_answers_again_is_used_again() -> None:
    clock = Clock()
    pool = pool_of(1, 0, clock=clock)
    texts(pool)
    clock.now = 6.0
    assert texts(pool) == ["It was a who answered."]


def test_a_server_that_fails_its_check_stays_out() -> None:
    clock = Clock()
    pool = pool_of(1, 0, failing_checks=1, clock=clock)
    texts(pool)
    clock.now = 6.0
    assert texts(pool) == ["It was b who answered."]


def test_a_call_is_sent_to_two_servers_at_the_most() -> None:
    with pytest.raises(ModelUnavailable, match="b hung up"):
        texts(pool_of(9, 9, 0))


def test_where_none_answers_each_reason_is_given() -> None:
    pool = pool_of(0, 0, failing_checks=9, left_out=(0, 1))
    with pytest.raises(ModelUnavailable, match="none of the 2 servers answers: nobody is there; nobody is there"):
        texts(pool)


def test_where_none_answers_the_next_attempt_gives_a_server_time_to_start_again() -> None:
    pool = pool_of(0, 0, failing_checks=9, left_out=(0, 1))
    with pytest.raises(ModelUnavailable) as raised:
        texts(pool)
    assert raised.value.retry_after == 60.0


def test_the_call_that_loses_the_last_server_waits_for_one_too() -> None:
    with pytest.raises(ModelUnavailable, match="b hung up") as raised:
        texts(pool_of(9, 9))
    assert raised.value.retry_after == 60.0


def test_while_a_third_server_is_there_the_next_attempt_waits_for_none() -> None:
    with pytest.raises(ModelUnavailable) as raised:
        texts(pool_of(9, 9, 0))
    assert raised.value.retry_after == 0.0


def test_each_outage_is_told_once_however_many_calls_find_all_servers_gone(caplog: pytest.LogCaptureFixture) -> None:
    pool = pool_of(9, 9, failing_checks=99)
    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            texts(pool)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "the server a is left out for 5 s; other servers take its calls",
        "the server b is left out for 5 s; no server is left for its calls",
    ]


def test_a_server_that_was_absent_at_the_beginning_is_asked_again() -> None:
    clock = Clock()
    pool = pool_of(0, 0, clock=clock, left_out=(1,))
    before = texts(pool)
    clock.now = 6.0
    assert (before, texts(pool)) == (["It was a who answered."], ["It was b who answered."])


def test_requests_of_one_attempt_are_shared_out() -> None:
    assert sorted(texts(pool_of(0, 0), 2)) == ["It was a who answered.", "It was b who answered."]


def test_the_calls_of_one_question_go_to_one_server() -> None:
    pool = pool_of(0, 0)
    told = [pool.attempt([REQUEST], {"metadata": {"thread_id": "q"}})[0].text for _ in range(3)]
    assert set(told) == {"It was a who answered."}


def test_an_error_that_is_not_the_servers_is_raised_and_leaves_the_server_in() -> None:
    pool = ServerPool([Server("a", Shaky(name_of_server="a"), Checks(0))])
    with pytest.raises(AttributeError):
        pool.attempt([None])
    assert pool.figures()[0].left_out == ""


def test_chains_use_the_pool_of_a_pooled_model() -> None:
    llm = PooledChatModel(pool=pool_of(0, 0))
    made = complete_all(llm, [PROMPT], [WordLimits(0, 50)])
    assert made[0].text == "It was a who answered."
    assert [one.calls for one in figures_of(llm)] == [1, 0]


def test_a_pooled_model_answers_like_any_chat_model() -> None:
    assert PooledChatModel(pool=pool_of(9, 0)).invoke("Can it?").text == "It was b who answered."
