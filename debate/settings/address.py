"""How settings name an index: a folder, or a table as ``postgresql://user@host:port/database/table``."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator

from debate.errors import SettingsError

_SCHEMES = ("postgresql", "postgres")
_SECRETS = {"password", "sslpassword"}  # libpq takes them behind the "?", too


def checked_place(value: Any) -> Any:
    """Return a place as settings hold it: the address of a table as text, anything else as a path.

    Raises:
        SettingsError: an address with a password, or one that cannot be read.
    """
    if not isinstance(value, str):
        return value
    if "://" in value and _has_password(value):
        raise SettingsError(
            "the address of the table contains a password, which a run's folder would keep; leave it out and set "
            "PGPASSWORD, or write it in ~/.pgpass"
        )
    if not is_table(value):
        return Path(value)
    try:
        urlsplit(value)
    except ValueError as error:
        raise SettingsError(f"the address of the table cannot be read: {error}") from error
    return value


def _has_password(address: str) -> bool:
    """Return whether an address has a password, which may hold the signs that end it, such as / and #."""
    user = address.partition("://")[2].rpartition("@")[0]
    return ":" in user or bool(_SECRETS & {name for name, _ in parse_qsl(address.partition("?")[2])})


Place = Annotated[str | Path | None, BeforeValidator(checked_place)]


def is_table(place: str | Path) -> bool:
    """Return whether a place is the address of a table, or what others write as one: ``postgresql+psycopg://…``."""
    return isinstance(place, str) and place.partition(":")[0].partition("+")[0].lower() in _SCHEMES and ":" in place
