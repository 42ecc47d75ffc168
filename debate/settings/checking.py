"""Check the settings of a command; an error is one line that names the flag."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from debate.errors import SettingsError

Settings = TypeVar("Settings", bound=BaseModel)


def checked_settings(kind: type[Settings], given: Mapping[str, Any], command: str) -> Settings:
    """Return the settings of a command from its flags; None and an empty list are flags that were not given.

    Raises:
        SettingsError: a value is missing, unknown or out of range; the message names its flag.
    """
    try:
        return kind(**{name: value for name, value in given.items() if value not in (None, [])})
    except ValidationError as error:
        first = error.errors()[0]
        flag = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else ""
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] == "missing":
            raise SettingsError(f"{flag} is not given; see {command} --help") from error
        got = f", got {shown(first['input'])}; change {flag}" if flag else ""
        raise SettingsError(f"{flag}: {what}{got}" if flag else what) from error


def shown(value: object) -> str:
    """Return a wrong value as a message shows it."""
    return repr(str(value) if isinstance(value, PurePath) else value)
