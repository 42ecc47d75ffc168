"""How a setting names an index: a folder, or a table as ``postgresql://user@host:port/database/table``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from debate.errors import SettingsError

_SCHEMES = ("postgresql", "postgres")


def checked_place(value: Any) -> Any:
    """Return a place as settings hold it: the address of a table as text, anything else as a path.

    Raises:
        SettingsError: an address with a password.
    """
    if not isinstance(value, str) or not is_table(value):
        return Path(value) if isinstance(value, str) else value
    if urlsplit(value).password:
        raise SettingsError(
            "the address of the table holds a password, which a run's folder would keep; leave it out and set "
            "PGPASSWORD, or write it in ~/.pgpass"
        )
    return value


Place = Annotated[str | Path | None, BeforeValidator(checked_place)]


def is_table(place: str | Path) -> bool:
    """Return whether a place is the address of a table."""
    return isinstance(place, str) and urlsplit(place).scheme in _SCHEMES
