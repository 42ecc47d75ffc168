"""What the errors of other libraries mean."""

from typing import Any

import httpx
import pytest
from langchain_core.exceptions import ContextOverflowError, ModelRateLimitError

from chains.generation.remote.faults import is_too_long, refused_parameter, unavailable

SENT = ("seed", "max_tokens", "max_completion_tokens")


class HttpError(Exception):
    """As the clients of servers raise it."""

    def __init__(self, status: int, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status_code = status
        self.response = httpx.Response(status, headers=headers)


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    "error",
    [
        ContextOverflowError("any words"),
        HttpError(400, "This model's maximum context length is 1024 tokens. However, you requested 1500 tokens."),
        HttpError(400, "the request exceeds the available context size, try increasing it"),
        HttpError(413, "Input is too long: too many tokens"),
    ],
)
def test_a_prompt_that_is_too_long_is_known_by_its_class_or_its_words(error: Exception) -> None:
    assert is_too_long(error)


@pytest.mark.parametrize(
    "error", [HttpError(500, "context length"), HttpError(400, "bad role"), ValueError("context length")]
)
def test_no_other_error_is_a_prompt_that_is_too_long(error: Exception) -> None:
    assert not is_too_long(error)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (HttpError(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."), "max_tokens"),
        (HttpError(422, "Extra inputs are not permitted: seed"), "seed"),
        (HttpError(400, "Unsupported parameter: 'top_k'"), ""),
        (HttpError(500, "unknown seed"), ""),
    ],
)
def test_the_parameter_that_a_server_refuses_is_named(error: Exception, name: str) -> None:
    assert refused_parameter(error, SENT) == name


@pytest.mark.parametrize(
    ("error", "message", "wait"),
    [
        (HttpError(429, "slow down", {"retry-after": "7"}), "HttpError: slow down", 7),
        (HttpError(503, "down", {"retry-after": "Fri, 27 Nov 2026 01:00:00 GMT"}), "HttpError: down", 0),
        (HttpError(429, "never", {"retry-after": "86400"}), "HttpError: never", 120),
        (ModelRateLimitError("slow"), "ModelRateLimitError: slow", 0),
        (caused(ValueError("Connection error."), httpx.ReadTimeout("no word")), "ReadTimeout: no word", 0),
        (ConnectionError("lost"), "ConnectionError: lost", 0),
    ],
)
def test_a_busy_or_lost_server_may_pass(error: Exception, message: str, wait: float) -> None:
    found: Any = unavailable(error)
    assert (str(found), found.retry_after) == (message, wait)


@pytest.mark.parametrize("error", [HttpError(400, "no"), HttpError(401, "who"), ValueError("no"), KeyError("x")])
def test_every_other_error_does_not(error: Exception) -> None:
    assert unavailable(error) is None
