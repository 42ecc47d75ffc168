"""Load the settings of a run: flags override ``DEBATE_…`` variables, which override a TOML file, then defaults.

Paths in a TOML file are relative to that file.
"""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from debate.errors import SettingsError
from debate.files.toml import parse_toml
from debate.older_versions import RENAMED
from debate.settings.address import is_table
from debate.settings.checking import shown
from debate.settings.fields import DebateSettings

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "brics" / "debate.toml"
BUNDLED = "smollm2"
BUNDLED_TABLE = "bundled"
_PATHS = ("questions", "corpus", "index", "personas", "out")
_NAMES_OR_PATHS = ("model", "embeddings")  # a folder, or a name on the hub


def load_settings(flags: Mapping[str, Any], config: Path | None = None) -> DebateSettings:
    """Return the settings of a run: flags override ``DEBATE_…`` variables, which override a TOML file, then defaults.

    Args:
        flags: values by field name.
        config: a TOML file with field names as keys. What stands in its table ``[bundled]`` counts only where the model
            is the bundled one.

    Raises:
        SettingsError: the file cannot be read, or a value is unknown, missing or out of range.
    """
    from_file = _read_toml(config) if config else {}
    bundled = _bundled(from_file, config)

    class Layered(DebateSettings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, from_file)

    try:
        layered = Layered(**flags)
        if bundled and layered.model == BUNDLED:
            from_file |= bundled
            layered = Layered(**flags)
        settings = DebateSettings(**layered.model_dump())
    except ValidationError as error:
        raise SettingsError(_explain(error, flags, config)) from error
    if not settings.ray and (settings.workers is not None or settings.gpus_per_worker is not None):
        raise SettingsError("workers are Ray's; add --ray auto, or leave --workers and --gpus-per-worker out")
    if settings.ray and settings.seat:
        raise SettingsError("a person sits at one machine; leave --ray or --seat out")
    if settings.corpus is None and settings.index is None:
        raise SettingsError("corpus is not given; pass --corpus or --index, or set DEBATE_CORPUS or DEBATE_INDEX")
    return settings


def _read_toml(config: Path) -> dict[str, Any]:
    """Read a settings file; its paths, and names that are folders beside it, become paths from here."""
    try:
        values = parse_toml(config.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {config}: {error.strerror}; check --config") from error
    except ValueError as error:  # a number of 4,300 digits is a plain ValueError
        raise SettingsError(f"{config} is not valid TOML: {error}") from error
    empty = next((key for key in (*_PATHS, *_NAMES_OR_PATHS) if str(values.get(key, key)).strip() == ""), None)
    if empty:
        raise SettingsError(f"{empty} is empty in the settings file {config}; give a value or remove the line")
    for key in _PATHS:
        if isinstance(values.get(key), str) and not is_table(values[key]):
            values[key] = config.parent / Path(values[key]).expanduser()
    for key in _NAMES_OR_PATHS:
        if isinstance(values.get(key), str):
            beside = config.parent / Path(values[key]).expanduser()
            is_path = beside.exists() or values[key].startswith((".", "/", "~"))
            # With ./ before it, so that a folder that is missing is not taken for a repository.
            values[key] = os.path.join(".", beside) if is_path else values[key]  # noqa: PTH118 - Path drops the ./
    return values


def _bundled(values: dict[str, Any], config: Path | None) -> dict[str, Any]:
    """Take the settings for the bundled model alone out of those of a file."""
    bundled = values.pop(BUNDLED_TABLE, {})
    if not isinstance(bundled, dict):
        raise SettingsError(f"{BUNDLED_TABLE} is no table in the settings file {config}; write [{BUNDLED_TABLE}]")
    for name in bundled:
        if name not in DebateSettings.model_fields or name in (*_PATHS, *_NAMES_OR_PATHS):
            raise SettingsError(f"[{BUNDLED_TABLE}] cannot hold {name!r} (settings file {config}); move or remove it")
    return bundled


def _explain(error: ValidationError, flags: Mapping[str, Any], config: Path | None) -> str:
    """Say in one line what is wrong with the first wrong value, where it was given, and what to change."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    flag, variable = "--" + name.replace("_", "-"), f"DEBATE_{name.upper()}"
    if first["type"] == "missing":
        return f"{name} is not given; pass {flag}, set {variable}, or write it in the settings file"
    from_file = bool(config) and name not in flags and variable not in os.environ
    where = f" (settings file {config})" if from_file else ""
    if first["type"] == "extra_forbidden":
        near = get_close_matches(RENAMED.get(name, name), DebateSettings.model_fields, 1)
        return f"there is no setting {name!r}{where}; {f'write {near[0]}' if near else 'see debate run --help'}"
    what = first["msg"].removeprefix("Value error, ")
    if not name:  # of several settings, such as min_words and max_words
        of_flags = any(given in what for given in flags)
        return f"{what}{'' if of_flags else where}; change one of them"
    given = flag if name in flags else variable if variable in os.environ else f"{flag} or {variable}"
    return f"{name}: {what}, got {shown(first['input'])}{where}; change {given}"
