"""A streamed answer is stopped where it repeats itself or is far too long; what a model thinks before it is not counted."""

import pytest
from langchain_core.messages import AIMessageChunk

from chains.generation.remote.streaming import StreamReader
from chains.schemas import Finish


def words(first: int, count: int) -> str:
    return " ".join(f"word{n}" for n in range(first, first + count))


@pytest.mark.parametrize(("count", "stops"), [(100, ""), (101, "stopped: it is long enough")])
def test_an_answer_is_stopped_beyond_twice_the_words_that_were_asked_for(count: int, stops: str) -> None:
    reader = StreamReader(max_words=50)
    assert (reader.take(words(0, count)), reader.raw_text().finish == Finish.LENGTH) == (stops, bool(stops))


def test_a_model_may_think_for_longer_than_its_answer_may_be() -> None:
    reader = StreamReader(max_words=50)
    thought, short = reader.take(f"<think>{words(0, 300)}"), reader.take(f"</think>{words(300, 60)}")
    assert (thought, short, reader.take(f" {words(360, 60)}")) == ("", "", "stopped: it is long enough")


def test_what_was_thought_twice_is_no_loop_of_the_answer() -> None:
    reader = StreamReader(max_words=50)
    assert reader.take(f"<think>{(words(0, 40) + ' ') * 4}</think>{words(300, 60)}") == ""
    assert reader.raw_text().finish == Finish.STOP


@pytest.mark.parametrize(("reason", "text"), [("length", "It committed 117"), ("stop", "It committed 117.")])
def test_a_number_that_the_limit_cut_at_its_point_ends_no_sentence(reason: str, text: str) -> None:
    reader = StreamReader(max_words=50)
    reader.take(AIMessageChunk("It committed 117.", response_metadata={"finish_reason": reason}))
    assert reader.raw_text().text == text
