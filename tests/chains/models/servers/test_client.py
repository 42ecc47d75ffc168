"""Servers that misbehave, on loopback: the row holds the answer alone, or an error that says why there is none."""

import re
from collections.abc import Iterator

import pytest
from misbehaving_server import ANSWER, MisbehavingServer, misbehaving_server

from chains import Chunk, ModelSettings, OpinionRequest, WordLimits, load_llm, opinion_chain
from chains.errors import GenerationError, ModelUnavailable, WindowExceeded
from chains.generation.completion import complete_all, fits_window
from chains.schemas import Finish, Opinion
from prompts import RenderedPrompt

pytestmark = pytest.mark.enable_socket
CHUNKS = [Chunk(f"c{n}", f"Valley {n} of Ruritania holds grain for some months. " * 8) for n in range(5)]


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving_server() as running:
        yield running


def opinion(server: MisbehavingServer, model: str) -> Opinion:
    llm = load_llm(ModelSettings(name=server.url(model)))
    return opinion_chain(llm, limits=WordLimits(20, 120)).invoke(OpinionRequest("Can Ruritania feed itself?", CHUNKS))


def words(found: Opinion) -> str:
    return re.sub(r" \[\d\]", "", found.answer)


@pytest.mark.parametrize(
    "model",
    ["good", "stream", "thinks", "thinks-untagged", "thinks-apart", "role", "json", "fence", "echo", "strict"],
)
def test_of_what_a_server_sends_the_answer_alone_is_kept(server: MisbehavingServer, model: str) -> None:
    assert words(opinion(server, model)) == ANSWER


@pytest.mark.parametrize(
    ("model", "reason"),
    [("empty", "finish_reason=stop"), ("null", "finish_reason=stop"), ("refusal", "finish_reason=content_filter")],
)
def test_an_answer_without_text_is_an_error_after_the_ladder(
    server: MisbehavingServer, model: str, reason: str
) -> None:
    with pytest.raises(GenerationError, match=rf"the model returned no text \({reason}\), in 3 attempts"):
        opinion(server, model)
    assert len(server.asked) == 3


def test_a_model_that_only_thinks_gets_more_room_and_then_is_an_error(server: MisbehavingServer) -> None:
    with pytest.raises(GenerationError, match=r"no text \(finish_reason=length\)"):
        opinion(server, "thinks-only")
    first, second, third = (body["max_tokens"] for body in server.asked)
    assert second == third == first + 2048


def test_a_page_in_place_of_json_may_pass(server: MisbehavingServer) -> None:
    with pytest.raises(ModelUnavailable, match="answered with a page"):
        opinion(server, "html")


def test_a_server_that_is_down_is_asked_once_a_call(server: MisbehavingServer) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        opinion(server, "down")
    assert caught.value.retry_after == 0
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again_after_the_wait_that_it_asked_for(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    assert words(opinion(server, "busy")) == ANSWER
    assert waits == [7]


@pytest.mark.parametrize("model", ["small", "cuts"])
def test_where_the_server_finds_the_prompt_too_long_passages_are_dropped_by_name(
    server: MisbehavingServer, model: str
) -> None:
    found = opinion(server, model)
    assert words(found) == ANSWER
    assert found.dropped
    assert [*found.chunk_ids, *found.dropped] == [chunk.id for chunk in CHUNKS]


def test_a_prompt_that_the_server_cut_and_that_cannot_be_shortened_is_an_error_that_says_so(
    server: MisbehavingServer,
) -> None:
    llm = load_llm(ModelSettings(name=server.url("cuts")))
    with pytest.raises(WindowExceeded, match=r"read 150 tokens of a prompt of about .* num_ctx"):
        opinion_chain(llm).invoke(OpinionRequest("Why?", [Chunk("c1", "Grain, and more grain. " * 200)]))


def test_what_one_answer_taught_of_the_window_the_next_one_knows(server: MisbehavingServer) -> None:
    llm = load_llm(ModelSettings(name=server.url("small")))
    chain = opinion_chain(llm, limits=WordLimits(20, 120))
    request = OpinionRequest("Can Ruritania feed itself?", CHUNKS)
    chain.invoke(request)
    calls = len(server.asked)
    chain.invoke(request)
    assert len(server.asked) == calls + 1


def test_a_window_that_the_server_tells_is_kept_before_it_is_asked() -> None:
    with misbehaving_server(max_model_len=1000) as server:
        llm = load_llm(ModelSettings(name=server.url("good")))
        short, long = (RenderedPrompt("", text, text) for text in ("word " * 200, "word " * 800))
        assert fits_window(llm, short, WordLimits(0, 100))
        assert not fits_window(llm, long, WordLimits(0, 100))
    assert server.asked == []


def test_a_loop_is_stopped_while_it_is_streamed(server: MisbehavingServer) -> None:
    llm = load_llm(ModelSettings(name=server.url("stream-loop")))
    (found,) = complete_all(llm, [RenderedPrompt("", "Why?", "Why?")], [WordLimits(0, 5000)])
    assert [attempt.finish for attempt in found.attempts] == [Finish.LOOP] * 3
    assert found.text == "The mills are open and the mills are full."


def test_the_seed_and_the_limit_are_sent_in_the_form_that_most_servers_read(server: MisbehavingServer) -> None:
    opinion(server, "good")
    (body,) = server.asked
    assert (body["seed"], body["max_tokens"]) == (0, int(120 * 1.8) + 16)
    assert "max_completion_tokens" not in body


def test_a_parameter_that_the_server_does_not_know_is_not_sent_again(server: MisbehavingServer) -> None:
    opinion(server, "strict")
    assert ["seed" in body for body in server.asked] == [True, False, False]
    assert "max_completion_tokens" in server.asked[-1]
