"""Take the key out of what a server sends back, before anybody logs, records or prints it.

Some servers repeat the key that they refuse, or all headers, in the text of an error.
"""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import quote

import httpx

_SHOWN = b"[key]"
# Characters of a key that is looked for. Where no key is wanted, people send a word ("none", "ollama"), which an error
# can do without and an answer cannot.
_SHORTEST_IN_ERRORS, _SHORTEST = 4, 16


def without_key(answer: httpx.Response) -> httpx.Response:
    """Return an answer with "[key]" wherever the key or password that was sent stands in its body."""
    least = _SHORTEST_IN_ERRORS if answer.is_error else _SHORTEST
    secrets = _secrets(answer.request.headers.get("authorization", ""), least)
    if not secrets:
        return answer
    headers = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    if answer.is_closed:  # it was read already
        content = _hidden(answer.content, secrets)
        return httpx.Response(answer.status_code, headers=headers, content=content, request=answer.request)
    return httpx.Response(
        answer.status_code, headers=headers, stream=_HidingStream(answer, secrets), request=answer.request
    )


class _HidingStream(httpx.SyncByteStream):
    """The lines of an answer; one that is not whole yet waits, as it does for whoever reads events."""

    def __init__(self, answer: httpx.Response, secrets: list[bytes]) -> None:
        self._answer = answer
        self._secrets = secrets

    def __iter__(self) -> Iterator[bytes]:
        begun: list[bytes] = []
        for piece in self._answer.iter_bytes():
            *whole, rest = piece.split(b"\n")
            if whole:
                lines = b"".join([*begun, *(line + b"\n" for line in whole)])
                yield _hidden(lines, self._secrets)
                begun = []
            begun.append(rest)
        yield _hidden(b"".join(begun), self._secrets)

    def close(self) -> None:
        self._answer.close()


def _hidden(text: bytes, secrets: list[bytes]) -> bytes:
    for secret in secrets:
        text = text.replace(secret, _SHOWN)
    return text


def _secrets(authorization: str, least: int) -> list[bytes]:
    """Return what must not be shown of a header, longest first, in the forms that JSON and addresses have for it."""
    kind, _, sent = authorization.partition(" ")
    told = {sent}
    if kind.lower() == "basic":
        try:
            told.add(base64.b64decode(sent).decode(errors="replace").partition(":")[2])
        except binascii.Error:
            told.add(sent)
    forms = {form for one in told for form in (one, one.replace("/", "\\/"), quote(one, safe=""))}
    return [one.encode() for one in sorted(forms, key=len, reverse=True) if len(one) >= least]
