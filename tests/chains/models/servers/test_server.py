"""To whom a key is sent, and how long a server is waited for."""

from functools import partial

import httpx
import pytest
from misbehaving_server import misbehaving_server

from chains import ModelError, ModelSettings, load_llm
from chains.models.loading import check_named
from chains.models.servers.address import key_for, parse_address
from chains.models.servers.server import check_server

KEYS = {"OPENAI_API_KEY": "sk-openai", "DEBATE_API_KEY": "mine"}


@pytest.mark.parametrize(
    ("host", "environ", "key"),
    [
        ("api.openai.com", KEYS, "sk-openai"),
        ("localhost", KEYS, "mine"),
        ("localhost", {"OPENAI_API_KEY": "sk-openai"}, ""),
        ("api.openai.com.example.org", {"OPENAI_API_KEY": "sk-openai"}, ""),
        ("gateway.example.org", KEYS | {"DEBATE_API_KEY_HOSTS": "gateway.example.org, other"}, "sk-openai"),
        ("api.openai.com", KEYS | {"DEBATE_API_KEY_HOSTS": "gateway.example.org"}, "mine"),
    ],
)
def test_the_key_for_openai_goes_only_to_the_hosts_that_are_named_for_it(host, environ, key) -> None:
    assert key_for(host, environ) == key


@pytest.mark.enable_socket
def test_a_server_gets_neither_the_key_nor_the_organisation_of_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    with misbehaving_server() as server:
        load_llm(ModelSettings(name=server.url("good"))).invoke("Why?")
    assert "authorization" not in server.headers[0]
    assert not any(
        "openai" in value or "org-secret" in value for value in server.headers[0].values() if "/" not in value
    )


@pytest.mark.enable_socket
def test_a_server_gets_the_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBATE_API_KEY", "mine")
    with misbehaving_server() as server:
        load_llm(ModelSettings(name=server.url("good"))).invoke("Why?")
    assert server.headers[0]["authorization"] == "Bearer mine"


@pytest.mark.enable_socket
def test_the_timeout_can_be_set() -> None:
    with misbehaving_server() as server:
        llm = load_llm(ModelSettings(name=server.url("good"), timeout=12))
    assert llm.request_timeout == 12


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Make a server that lists nothing and answers with these statuses; returns the pauses between them."""

    def fail(*statuses: int) -> list[float]:
        answers, pauses = iter(statuses), []
        monkeypatch.setattr("time.sleep", pauses.append)
        transport = httpx.MockTransport(lambda one: httpx.Response(404 if one.method == "GET" else next(answers)))
        monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=transport))
        return pauses

    return fail


def test_a_server_that_fails_in_passing_is_asked_again(failing) -> None:
    pauses = failing(503, 429, 200)

    check_server(parse_address("http://localhost/v1#good"))

    assert pauses == [1.0, 3.0]


def test_a_server_that_fails_three_times_is_refused(failing) -> None:
    failing(500, 500, 500)

    with pytest.raises(ModelError, match="HTTP 500"):
        check_server(parse_address("http://localhost/v1#good"))


def test_a_server_that_does_not_know_the_model_is_asked_once(failing) -> None:
    pauses = failing(404)

    with pytest.raises(ModelError, match="HTTP 404"):
        check_server(parse_address("http://localhost/v1#good"))
    assert pauses == []


@pytest.mark.enable_socket
def test_a_server_that_answers_any_name_as_its_own_model_is_told_with_the_names_that_it_lists() -> None:
    told = r"does not list 'nope'; it has: empty, .*\. It answered as 'good': write one of its names behind #$"
    with misbehaving_server(answers_as="good") as server, pytest.raises(ModelError, match=told):
        load_llm(ModelSettings(name=server.url("nope")))


@pytest.mark.enable_socket
def test_a_model_that_answers_and_is_not_listed_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with misbehaving_server() as server:
        check_named(ModelSettings(name=server.url("good:variant")))
        load_llm(ModelSettings(name=server.url("good:variant"))).invoke("Why?")
    assert caplog.text.count("does not list 'good:variant'; it has: empty, ") == 1


@pytest.mark.enable_socket
@pytest.mark.parametrize("lists", ["no JSON", "[]", "null", '{"data": 5}', '{"data": {"id": "good"}}'])
def test_a_list_of_models_that_cannot_be_read_is_no_list(lists: str) -> None:
    with misbehaving_server(lists=lists.encode()) as server:
        assert load_llm(ModelSettings(name=server.url("good"))).invoke("Why?").text


@pytest.mark.enable_socket
@pytest.mark.parametrize("told", [-1, 0, True, "long"])
def test_a_window_that_is_no_length_is_none(told) -> None:
    with misbehaving_server(max_model_len=told) as server:
        assert not load_llm(ModelSettings(name=server.url("good"))).profile


SECRETS = [
    "http://me:hunter2@host:8000/v1#m",
    "http://hunter2@host:8000/v1#m",
    "http://me:half#hunter2@host/v1#m",
    "http://host/v1?key=hunter2#m",
    "http://me:hunter2@host/v1",
    "http://a/v1#m,http://me:hunter2@host/v1#m",
    "HTTP://me:hunter2@host:8000/v1#m",
    " http://me:hunter2@host:8000/v1#m",
    "http://a/v1#m,HTTPS://me:hunter2@host/v1#m",
]


@pytest.mark.parametrize("name", SECRETS)
def test_a_password_in_an_address_is_refused_and_not_repeated(name) -> None:
    """Regression: it was shown in errors and logs, and kept in the run's folder."""
    with pytest.raises(ModelError, match="contains a password or key") as told:
        load_llm(ModelSettings(name=name))
    assert "hunter2" not in str(told.value)


def test_a_models_own_name_may_have_the_sign() -> None:
    assert parse_address("http://127.0.0.1:8000/v1#org/model@v1").model == "org/model@v1"


def test_an_address_that_cannot_be_read_is_an_error_in_one_line() -> None:
    with pytest.raises(ModelError, match=r"is not an address .Invalid IPv6 URL"):
        load_llm(ModelSettings(name="http://[::1/v1#m"))


@pytest.mark.enable_socket
def test_user_and_password_come_from_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
    with misbehaving_server() as server:
        load_llm(ModelSettings(name=server.url("good"))).invoke("Why?")
    assert {headers["authorization"] for headers in server.headers} == {"Basic bWU6aHVudGVyMg=="}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (b"\nmachine a login me password my hunter2\n", r" \(near line \d\); "),
        (b"machine a login m\xfc", ": .*0xfc.*; "),
    ],
)
def test_a_netrc_that_cannot_be_read_is_an_error_in_one_line_without_the_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path, written: bytes, why: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_bytes(written)
    with pytest.raises(ModelError, match=rf"~/\.netrc cannot be read{why}") as told:
        load_llm(ModelSettings(name="http://127.0.0.1:9/v1#m"))
    assert "hunter2" not in str(told.value)
