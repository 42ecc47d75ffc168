"""What a model's folder says of itself. Reads configurations, never weights."""

import json
from pathlib import Path
from typing import Any

from chains.errors import ModelError


def read_config(path: Path) -> dict[str, Any]:
    """Read a model's configuration.

    Raises:
        ModelError: it is missing, or no JSON object.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        gguf = ", and *.gguf files need a server such as llama.cpp's" if next(path.parent.glob("*.gguf"), None) else ""
        raise ModelError(
            f"cannot load a model from the folder {path.parent}: {path.name} is missing{gguf}; a model's folder has "
            "config.json and *.safetensors, an adapter's adapter_config.json"
        ) from error
    except (ValueError, RecursionError) as error:  # brackets in brackets by the thousand
        raise ModelError(f"{path} is damaged: {error}; copy or train the model again") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path} is damaged: not a JSON object; copy or train the model again")
    return config


def is_path(name: str) -> bool:
    """Return whether a name is a path: absolute, relative with a dot, or with more parts than a repository's."""
    return Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") > 1 or "\\" in name
