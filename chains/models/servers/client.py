"""Correct what servers that call themselves OpenAI-compatible send.

A page instead of JSON becomes a transport error, which is retried. A whole answer instead of a stream becomes a stream
of one event. Knows nothing of models.
"""

import json
from collections.abc import Iterator
from netrc import NetrcParseError
from pathlib import Path
from typing import Any

import httpx

from chains.errors import ModelError
from chains.models.servers.secrets import without_key

_OF_OPENAI = ("openai-organization", "openai-project")  # the client reads them from the environment, for OpenAI


class ServerClient(httpx.Client):
    """The client of one server.

    Args:
        with_key: whether the key in the headers is meant for this server.
        timeout: seconds to wait for its next words.
    """

    def __init__(self, *, with_key: bool, timeout: float) -> None:
        login = stored_login(with_key=with_key)
        limits = httpx.Limits(max_connections=None)
        super().__init__(auth=login, timeout=timeout, limits=limits, follow_redirects=True)
        self._with_key = with_key

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.RemoteProtocolError: the server answered with a page, or with JSON that cannot be read.
        """
        if not self._with_key:
            for name in ("authorization", *_OF_OPENAI):
                request.headers.pop(name, None)
        answer = without_key(super().send(request, **options))
        kind = answer.headers.get("content-type", "")
        if "html" in kind and not answer.is_error:
            answer.close()
            raise httpx.RemoteProtocolError(f"the server answered with a page ({kind}) in place of JSON")
        if "json" in kind and not answer.is_error and json.loads(request.content or b"{}").get("stream"):
            return _as_stream(answer, request)
        return answer


def stored_login(*, with_key: bool) -> httpx.Auth | None:
    """Return user and password that ~/.netrc may have for a host, where no key is sent.

    Raises:
        ModelError: the file cannot be read.
    """
    if with_key or not Path("~/.netrc").expanduser().is_file():
        return None
    try:
        return httpx.NetRCAuth(str(Path("~/.netrc").expanduser()))
    except NetrcParseError as error:  # its text may repeat a part of a password
        raise ModelError(f"~/.netrc cannot be read (near line {error.lineno}); correct it, or remove it") from error
    except (OSError, UnicodeError) as error:
        raise ModelError(f"~/.netrc cannot be read: {error}; correct it, or remove it") from error


def _as_stream(answer: httpx.Response, request: httpx.Request) -> httpx.Response:
    try:
        whole = json.loads(answer.read())
    except ValueError as error:
        raise httpx.RemoteProtocolError(f"the server's answer is not JSON: {error}") from error
    finally:
        answer.close()
    events = [f"data: {json.dumps(_chunk(whole))}\n\n", "data: [DONE]\n\n"]
    headers = {"content-type": "text/event-stream"}
    return httpx.Response(answer.status_code, headers=headers, stream=_Events(events), request=request)


class _Events(httpx.SyncByteStream):
    def __init__(self, events: list[str]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[bytes]:
        return (event.encode() for event in self._events)


def _chunk(whole: dict[str, Any]) -> dict[str, Any]:
    choices = [
        {"index": n, "delta": choice.get("message") or {}, "finish_reason": _finish(choice)}
        for n, choice in enumerate(whole.get("choices") or [])
    ]
    return {**whole, "object": "chat.completion.chunk", "choices": choices}


def _finish(choice: dict[str, Any]) -> str | None:
    """Why an answer ended; a server that refuses often says "stop", and langchain-openai streams no refusal."""
    refused = (choice.get("message") or {}).get("refusal")
    return "refusal" if refused else choice.get("finish_reason")
