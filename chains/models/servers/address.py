"""How a server is named: ``http://host:port/v1#model``, and which key may be sent to it.

The key for OpenAI is sent to nobody else: OPENAI_API_KEY goes to api.openai.com and to the hosts that
DEBATE_API_KEY_HOSTS names (a comma between them), DEBATE_API_KEY to every other host, and without it no key at all.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from chains.errors import MissingExtra, ModelError

OPENAI = "api.openai.com"
_NEXT = re.compile(r",(?=https?://)", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where a model is served, and under which name."""

    url: str
    model: str

    @property
    def key(self) -> str:
        """The key that may be sent there, or "".

        Raises:
            ModelError: it cannot be sent; the message does not repeat it.
        """
        return key_for(urlsplit(self.url).hostname or "")


def is_server(name: str) -> bool:
    """Return whether a model's name is the address of a server, or of several."""
    return name.lower().startswith(("http://", "https://"))


def parse_address(name: str) -> Address:
    """Read ``http://host:port/v1#model``.

    Raises:
        ModelError: no model is named, or the address cannot be read or contains a password.
        MissingExtra: langchain-openai is not installed.
    """
    refuse_password(name)
    url, _, model = name.partition("#")
    if not model:
        raise ModelError(f"{name} names no model; add it after a #, as in http://localhost:8000/v1#my-model")
    try:
        urlsplit(url)
    except ValueError as error:
        raise ModelError(f"{url} is not an address ({error}); write http://host:port/v1#model") from error
    if find_spec("langchain_openai") is None:
        raise MissingExtra("langchain-openai", "server", "a model behind a server")
    return Address(url, model)


def refuse_password(names: str) -> None:
    """Refuse servers whose address has a user, password or query: a run's folder, logs and report show the address.

    Raises:
        ModelError: with what to do instead, and without the address.
    """
    for name in _NEXT.split(names):
        url = name.rpartition("#")[0] or name
        if "://" in url and ("@" in url or "?" in url):
            raise ModelError(
                "the address of the server contains a password or key, which logs and a run's folder would show; leave "
                "it out and set DEBATE_API_KEY, or write user and password in ~/.netrc"
            )


def key_for(host: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the key that may be sent to a host, or "" for none.

    Raises:
        ModelError: it holds a blank, a line end or a sign that no header can hold; the message does not repeat it.
    """
    named = {one.strip() for one in environ.get("DEBATE_API_KEY_HOSTS", OPENAI).split(",")}
    variable = "OPENAI_API_KEY" if host in named and "OPENAI_API_KEY" in environ else "DEBATE_API_KEY"
    key = environ.get(variable, "").strip()
    if not all("!" <= sign <= "~" for sign in key):
        raise ModelError(f"{variable} contains a blank or a character that no key has; set it again")
    return key
