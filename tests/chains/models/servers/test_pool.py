"""Several servers behind one name, on loopback."""

import pytest
from langchain_core.tools import tool
from misbehaving_server import misbehaving_server

from chains import ModelSettings, load_llm
from chains.errors import ModelError, ModelUnavailable
from chains.generation.completion import fits_window
from chains.generation.contract import WordLimits
from chains.generation.remote.pool import figures_of
from chains.models.loading import check_named
from prompts import RenderedPrompt

pytestmark = pytest.mark.enable_socket
NOBODY = "http://127.0.0.1:9/v1#good"


@tool
def search(query: str) -> str:
    """Find passages."""
    return query


def load(*urls: str):
    return load_llm(ModelSettings(name=",".join(urls)))


def test_two_servers_share_the_calls() -> None:
    with misbehaving_server() as one, misbehaving_server() as other:
        llm = load(one.url("good"), other.url("good"))
        llm.batch(["Why?", "How?"])
    assert (len(one.asked), len(other.asked)) == (1, 1)


def test_tools_go_to_whichever_server_answers() -> None:
    with misbehaving_server() as one, misbehaving_server() as other:
        llm = load(one.url("calls-tools"), other.url("calls-tools")).bind_tools([search])
        called = [llm.invoke("Why?").tool_calls[0]["name"], llm.invoke("How?").tool_calls[0]["name"]]
    assert called == ["search", "search"]
    assert [body["tools"][0]["function"]["name"] for body in one.asked + other.asked] == ["search"] * 2


def test_a_server_that_is_absent_at_the_beginning_is_left_out_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    with misbehaving_server() as one:
        check_named(ModelSettings(name=f"{NOBODY},{one.url('good')}"))
        llm = load(NOBODY, one.url("good"))
        llm.invoke("Why?")
    assert [figures.calls for figures in figures_of(llm)] == [1, 0]
    assert caplog.text.count("starts without one of its servers") == 1
    assert "http://127.0.0.1:9/v1" in caplog.text


def test_where_none_answers_each_is_named() -> None:
    with pytest.raises(ModelError, match=r"none of the 2 servers can be used: .*127\.0\.0\.1:9/.*127\.0\.0\.1:10/"):
        load(NOBODY, NOBODY.replace(":9", ":10"))


def test_two_names_are_no_one_model() -> None:
    with pytest.raises(ModelError, match="'good' and 'echo'; give the same name behind each #"):
        load("http://a:1/v1#good", "http://b:1/v1#echo")


def test_a_server_named_twice_is_refused() -> None:
    with pytest.raises(ModelError, match="named twice"):
        load("http://a:1/v1#good", "http://a:1/v1/#good")


def test_different_models_under_one_name_are_refused() -> None:
    with (
        misbehaving_server(root="org/small") as one,
        misbehaving_server(root="org/large") as other,
        pytest.raises(ModelError, match=r"different models under the name 'good' \(root is small and large\)"),
    ):
        load(one.url("good"), other.url("good"))


def test_a_server_that_was_started_again_with_another_model_is_not_used() -> None:
    with misbehaving_server(root="org/small") as one, misbehaving_server(root="org/small") as other:
        llm = load(one.url("down"), other.url("down"))
        one.about = other.about = {"root": "org/large"}
        with pytest.raises(ModelUnavailable):
            llm.invoke("Why?")
        with pytest.raises(ModelUnavailable, match=r"different models under the name 'down' \(root is"):
            llm.invoke("Why?")


def test_a_server_that_answers_as_another_model_is_refused_and_not_left_out() -> None:
    with (
        misbehaving_server() as one,
        misbehaving_server(answers_as="good") as other,
        pytest.raises(ModelError, match=r"does not list 'mine'; it has: .* It answered as 'good'"),
    ):
        load(one.url("mine"), other.url("mine"))


def test_a_repository_and_a_folder_of_its_name_are_the_same_model() -> None:
    with misbehaving_server(root="org/small") as one, misbehaving_server(root="/models/small/") as other:
        assert len(figures_of(load(one.url("good"), other.url("good")))) == 2


def test_a_prompt_has_to_fit_the_smallest_window() -> None:
    prompt = RenderedPrompt("", "Why? " * 500, "Why? " * 500)
    with misbehaving_server(max_model_len=100_000) as one, misbehaving_server(max_model_len=512) as other:
        wide, narrow = load_llm(ModelSettings(name=one.url("good"))), load(one.url("good"), other.url("good"))
    assert fits_window(wide, prompt, WordLimits(0, 50))
    assert not fits_window(narrow, prompt, WordLimits(0, 50))
