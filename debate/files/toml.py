"""TOML of files that somebody else may have written."""

import tomllib
from typing import Any


def parse_toml(text: str) -> dict[str, Any]:
    """Return the table that a TOML file is.

    Raises:
        ValueError: it is not TOML, or nested too deeply.
    """
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
