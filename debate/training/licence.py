"""The licence of a base model, as its card, its folder or, for the bundled model, its own file names it.

Does not judge whether a licence allows to pass an adapter on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from huggingface_hub import hf_hub_download, metadata_load, try_to_load_from_cache

from chains.models.bundled import HUB_NAME, LICENCE
from debate.settings import BUNDLED

_CARD = "README.md"
_NAMED_BY = ("license", "license_name", "license_link")  # as the hub spells them


@dataclass(frozen=True)
class BaseModel:
    """What an adapter's card says of its base model.

    Attributes:
        name: of its folder or repository; for the bundled model, of the repository that it is from.
        licence: told in words, also that none was found.
        metadata: the licence as the hub reads it from a card; empty where no card names it.
    """

    name: str
    licence: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def base_model(model: str) -> BaseModel:
    """Return a base model with its licence; the card of a repository is fetched if it is not on this machine.

    Args:
        model: ``smollm2``, a folder or a repository.
    """
    if model == BUNDLED:
        return BaseModel(HUB_NAME, f"{LICENCE}, as its file says", {"license": LICENCE})
    folder = Path(model) if Path(model).is_dir() else _fetched(model)
    named = _named_in_card(folder / _CARD) if folder else {}
    if named:
        more = " ".join(str(named[name]) for name in _NAMED_BY[1:] if name in named)
        return BaseModel(model, f"{named['license']}{f' ({more})' if more else ''}, as its card says", named)
    for path in sorted(folder.glob("LICEN[CS]E*")) if folder else ():
        first = next(filter(None, map(str.strip, path.read_text(encoding="utf-8", errors="replace").split("\n"))), "")
        return BaseModel(model, f"in the file {path.name} of {model}, which begins “{first}”", {"license": "other"})
    where = model if Path(model).is_dir() else f"https://huggingface.co/{model}"
    return BaseModel(
        model,
        f"not found: no {_CARD} with a licence and no file LICENSE could be read. Look for it at {where}, or where the "
        "model is from, before you pass the adapter on",
    )


def _fetched(repository: str) -> Path | None:
    """Return the folder of a repository's files on this machine, with its card if that can be fetched."""
    try:
        return Path(hf_hub_download(repository, _CARD)).parent
    except (OSError, httpx.HTTPError, ValueError):  # no such file, or no hub
        cached = try_to_load_from_cache(repository, "config.json")
        return Path(cached).parent if isinstance(cached, str) else None


def _named_in_card(card: Path) -> dict[str, Any]:
    """Return what a card's front matter says about the licence; empty if it is missing, damaged or says nothing."""
    try:
        found = metadata_load(card) or {}
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return {name: found[name] for name in _NAMED_BY if found.get(name)} if found.get("license") else {}
