"""Access control of the page: who may send requests, how large they may be, what a browser may run.

A plain ASGI middleware. It knows no route: every request goes through the same checks.

- Host: a name that is not this server's is refused, so that no foreign name can be rebound to this machine.
- Origin: what changes anything is refused unless it comes from the page itself; so is what another site asks for.
- Token: if the server is reachable from other machines, every request needs it.
- Size: a body that is larger than allowed is refused before it is read.
"""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024  # of a request's body
MOST_UPLOADED = 32 * 1024 * 1024
UPLOADS = "/api/uploads"
_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[^\s:@/\[\]]+))(?::[0-9]{1,5})?")
_READS = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Admission:
    """Who may ask.

    Attributes:
        hosts: names that the server answers to, beside addresses of this machine.
        token: what a reader has to know; "" on this machine alone.
    """

    hosts: frozenset[str] = frozenset({"localhost"})
    token: str = ""

    @property
    def pass_(self) -> str:
        """What a browser's cookie holds instead of the token."""
        return hmac.new(self.token.encode(), b"debate page", hashlib.sha256).hexdigest()

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names this server: an address cannot be rebound, a foreign name can."""
        found = _HOST.fullmatch(host.strip().lower())
        if found is None:
            return False
        name = found["address"] or found["name"]
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.hosts
        return bool(self.token) or address.is_loopback

    def knows(self, headers: Headers) -> bool:
        """Whether a request brings the token, as a cookie or as "Authorization: Bearer TOKEN"."""
        if not self.token:
            return True
        cookies = cookie_parser(headers.get("cookie", ""))  # passes over what another server sent and is none
        given = cookies.get(_cookie_name(headers), "")
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        return _same(given, self.pass_) or _same(bearer, self.token)


class Guard:
    """Refuses what it must, and gives every answer the headers that keep a browser from running foreign code."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers) or self._entrance(scope, headers)
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        most = MOST_UPLOADED if scope["path"] == UPLOADS else MOST_BYTES
        if int(headers.get("content-length") or 0) > most:
            await _refused(scope, _allowed(most), 413)(scope, receive, _with_headers(send))
            return
        await self._app(scope, _bounded(receive, most), _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._admission.answers_to(host):
            return _refused(scope, f"this server does not answer to {host!r}", 421)
        site = headers.get("sec-fetch-site", "same-origin")
        visits = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
        if site in ("cross-site", "same-site") and not visits:
            return _refused(scope, "asked for by another site", 403)
        origin = headers.get("origin")
        own = (f"http://{host}", f"https://{host}")
        if (origin is not None or scope["method"] not in _READS) and origin not in own:
            return _refused(scope, "not asked for by this server's own page", 403)
        length = headers.get("content-length", "0")
        return None if length.isdecimal() and length.isascii() else _refused(scope, "bad length", 400)

    def _entrance(self, scope: Scope, headers: Headers) -> Response | None:
        """Let in who brings the token; one in the address goes into a cookie, so that no address keeps it."""
        if self._admission.knows(headers):
            return None
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in asked if name == "token"), "")
        if scope["method"] != "GET" or not _same(given, self._admission.token):
            return _refused(scope, "a token is needed: open the address that `debate serve` printed", 401)
        rest = urlencode([pair for pair in asked if pair[0] != "token"])
        path = "/" + scope["path"].lstrip("/\\")  # two slashes would lead to another server
        entrance = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        entrance.set_cookie(_cookie_name(headers), self._admission.pass_, httponly=True, samesite="lax")
        return entrance


def _cookie_name(headers: Headers) -> str:
    """Return a name with the port: browsers send a host's cookies to all its ports, and another server may be there."""
    port = headers.get("host", "").rpartition(":")[2]
    return f"debate-{port}" if port.isdecimal() else "debate"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _refused(scope: Scope, message: str, status: int) -> Response:
    """Tell why a request is refused: to a program as JSON, as every other error is."""
    return (
        JSONResponse({"error": message}, status)
        if is_for_programs(scope["path"])
        else PlainTextResponse(message, status)
    )


def is_for_programs(path: str) -> bool:
    """Whether who asks for a path reads JSON."""
    return path.startswith(("/api/", "/static/"))


def _allowed(most: int) -> str:
    return f"too large: at most {most // 2**20} MiB" if most >= 2**20 else f"too large: at most {most // 2**10} KiB"


class TooLargeError(HTTPException):
    """A body without a length, or with a wrong one, went past its bound."""

    def __init__(self, most: int) -> None:
        super().__init__(413, _allowed(most))


def _bounded(receive: Receive, most: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLargeError(most)
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def names_of(host: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Return the names that a server bound to this host answers to."""
    return frozenset({"localhost", host.lower(), *(one.lower() for one in more)})
