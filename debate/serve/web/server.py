"""Starting the page: the address, who may ask, and uvicorn. The only importer of uvicorn."""

import ipaddress
import socket
import webbrowser
from collections.abc import Callable
from threading import Timer
from types import FrameType
from urllib.parse import quote

import uvicorn

from debate.errors import SettingsError
from debate.serve.web.app import Site, create_app
from debate.serve.web.guard import Admission, names_of

LOOPBACK = "127.0.0.1"
_SHORTEST_TOKEN = 16
_HOW = 'give one with --token, such as "$(openssl rand -hex 16)"'
_FAR, _FAR_NEW = "192.0.2.1", "2001:db8::1"  # addresses that are nobody's (RFC 5737, 3849)
_PATIENCE = 3  # seconds that readers of events have when the server ends: a hundred are looked after every second


def admission_for(host: str, token: str, names: tuple[str, ...] = ()) -> Admission:
    """Return who may ask a server on this host.

    Raises:
        SettingsError: the token is short, or there is none and other machines could reach the server.
    """
    if token and len(token) < _SHORTEST_TOKEN:
        raise SettingsError(f"--token needs at least {_SHORTEST_TOKEN} characters; {_HOW}")
    if host not in (LOOPBACK, "localhost", "::1") and not token:
        raise SettingsError(f"--host {host} lets other machines in, so a token is needed; {_HOW}")
    return Admission(names_of(host, names), token)


def serve(
    site: Site,
    admission: Admission,
    *,
    host: str,
    port: int,
    told: Callable[[list[str]], None],
    open_browser: bool = False,
) -> None:
    """Serve until Ctrl-C.

    Args:
        port: 0 for any that is free.
        told: called with the addresses that a browser can open, this machine's own first.

    Raises:
        SettingsError: the address is in use, or not one of this machine.
    """
    listening = _listen(host, port)
    addresses = addresses_of(listening, host, admission.token)
    told(addresses)
    if open_browser:
        opening = Timer(0.5, webbrowser.open, [addresses[0]])
        opening.daemon = True
        opening.start()
    config = uvicorn.Config(
        create_app(site, admission),
        log_level="warning",
        access_log=False,  # addresses may hold the token
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_PATIENCE,
        lifespan="off",
        ws="none",
    )
    _Server(config, site).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Lets the readers of events go when it is told to end: none of them ends by itself."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._site.library.close()
        super().handle_exit(sig, frame)


def addresses_of(listening: socket.socket, host: str, token: str = "") -> list[str]:
    """Return the addresses at which a browser reaches a socket that was bound to a host.

    One bound to every address of the machine, as 0.0.0.0 is, has none of its own: it is opened at the loopback address,
    and from other machines at the one by which this machine reaches them.
    """
    bound, port = listening.getsockname()[:2]
    hosts = [host]
    if ipaddress.ip_address(bound.partition("%")[0]).is_unspecified:
        is_new = listening.family == socket.AF_INET6
        hosts = ["::1" if is_new else LOOPBACK, *_reached_at(listening.family, _FAR_NEW if is_new else _FAR)]
    entrance = f"?token={quote(token, safe='')}" if token else ""
    return [f"http://{f'[{one}]' if ':' in one else one}:{port}/{entrance}" for one in hosts]


def _reached_at(family: socket.AddressFamily, far: str) -> list[str]:
    """Return this machine's address on the network that leads out; none without one. Nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as looking:
            looking.connect((far, 9))
            return [looking.getsockname()[0]]
    except OSError:
        return []


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)  # whoever reads the address may ask at once
    except OSError as error:
        raise SettingsError(f"cannot serve on {host}, port {port}: {error.strerror}; choose another --port") from error
    return listening
