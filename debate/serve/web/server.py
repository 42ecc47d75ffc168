"""Starting the page: the address, who may ask, and uvicorn. The only importer of uvicorn."""

import socket
import webbrowser
from collections.abc import Callable
from threading import Timer
from urllib.parse import quote

import uvicorn

from debate.errors import SettingsError
from debate.serve.web.app import Site, create_app
from debate.serve.web.guard import Admission, names_of

LOOPBACK = "127.0.0.1"
_SHORTEST_TOKEN = 16
_HOW = 'give one with --token, such as "$(openssl rand -hex 16)"'
_PATIENCE = 1  # seconds that a reader of events has when the server ends; the page comes back by itself


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
    site: Site, admission: Admission, *, host: str, port: int, told: Callable[[str], None], open_browser: bool = False
) -> None:
    """Serve until Ctrl-C.

    Args:
        port: 0 for any that is free.
        told: called with the address.

    Raises:
        SettingsError: the address is in use, or not one of this machine.
    """
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    if admission.token:
        address += f"?token={quote(admission.token, safe='')}"
    told(address)
    if open_browser:
        opening = Timer(0.5, webbrowser.open, [address])
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
    uvicorn.Server(config).run(sockets=[listening])


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
