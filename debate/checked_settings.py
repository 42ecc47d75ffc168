"""Settings of a command from its flags: what pydantic finds wrong is told in one line that names the flag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from debate.errors import SettingsError

Settings = TypeVar("Settings", bound=BaseModel)


def checked_settings(kind: type[Settings], given: Mapping[str, Any], command: str) -> Settings:
    """Check settings of a command as its flags give them.

    Raises:
        SettingsError: a value is missing, unknown or out of range; the message names its flag.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        first = error.errors()[0]
        flag = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else ""
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] in ("missing", "too_short"):
            what = "is not given" if first["type"] == "missing" else f"has too few values ({what.lower()})"
            raise SettingsError(f"{flag} {what}; see {command} --help") from error
        got = f", got {first['input']!r}; change {flag}" if flag else ""
        raise SettingsError(f"{flag}: {what}{got}" if flag else what) from error
