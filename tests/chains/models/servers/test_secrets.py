"""The key that is sent to a server stands in nothing that comes back from it."""

import httpx
import pytest
from misbehaving_server import misbehaving_server

from chains import ModelError, ModelSettings, load_llm
from chains.models.servers.address import key_for
from chains.models.servers.secrets import without_key

KEY = "sk-live/0123456789+abcdef"


def sent_with(authorization: str, status: int, content: bytes) -> httpx.Response:
    request = httpx.Request("POST", "http://host/v1", headers={"authorization": authorization})
    return httpx.Response(status, content=content, request=request)


@pytest.mark.enable_socket
@pytest.mark.parametrize("model", ["tells-key", "streams-key"])
def test_a_server_that_repeats_the_key_is_quoted_without_it(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """Regression: the row's error, the log and the trace held the key."""
    monkeypatch.setenv("DEBATE_API_KEY", KEY)
    with misbehaving_server() as server, pytest.raises(Exception, match=r"\[key\]") as told:
        list(load_llm(ModelSettings(name=server.url(model))).stream("Why?"))
    assert KEY not in str(told.value)


@pytest.mark.parametrize("form", [KEY, KEY.replace("/", "\\/"), "sk-live%2F0123456789%2Babcdef"])
def test_a_key_is_known_in_the_forms_of_json_and_addresses(form: str) -> None:
    answer = without_key(sent_with(f"Bearer {KEY}", 403, f"no entry for {form}!".encode()))
    assert answer.text == "no entry for [key]!"


def test_neither_a_password_nor_its_header_is_repeated() -> None:
    told = b"me:hunter2 was sent as bWU6aHVudGVyMg=="
    assert without_key(sent_with("Basic bWU6aHVudGVyMg==", 401, told)).text == "me:[key] was sent as [key]"


def test_a_word_in_place_of_a_key_may_stand_in_an_answer() -> None:
    assert without_key(sent_with("Bearer content", 200, b'{"content": "Yes."}')).json() == {"content": "Yes."}


def test_a_key_cut_by_the_pieces_of_a_stream_is_found() -> None:
    request = httpx.Request("POST", "http://host/v1", headers={"authorization": f"Bearer {KEY}"})
    pieces = httpx.Response(
        200, content=iter([b"data: sk-live/012345", b"6789+abcdef\n\nda", b"ta: on\n"]), request=request
    )
    assert b"".join(without_key(pieces).iter_bytes()) == b"data: [key]\n\ndata: on\n"


def test_blanks_around_a_key_are_not_sent() -> None:
    assert key_for("localhost", {"DEBATE_API_KEY": f" {KEY}\r\n"}) == KEY


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-é", "sk one"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_repeated(key: str) -> None:
    """Regression: the client's error quoted the header, or was a traceback."""
    with pytest.raises(ModelError, match=r"^DEBATE_API_KEY contains a blank or a character that no key has") as told:
        key_for("localhost", {"DEBATE_API_KEY": key})
    assert "sk" not in str(told.value)
