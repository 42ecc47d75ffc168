"""The user's cache: folders that are expensive to build.

If two processes want the same folder at once, one builds it and the other waits.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from vectorstore.runtime.files import put_in_place


def cache_folder() -> Path:
    """Return the folder that holds converted models; ``POV_DEBATE_CACHE`` overrides it."""
    override = os.environ.get("POV_DEBATE_CACHE")
    return Path(override) if override else user_cache_path("pov-debate")


def cached_folder(name: str, build: Callable[[Path], None]) -> Path:
    """Return the cached folder ``name``, building it first where it is missing.

    ``build`` fills an empty folder beside it, which is renamed only once it is complete: an interrupted
    build leaves nothing that could be mistaken for a model.
    """
    target = cache_folder() / name
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.is_dir():
            return target
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent))
        try:
            build(unfinished)
            put_in_place(unfinished, target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target
