"""What a place on the disk shows: a run, a folder of runs or comparisons, or nothing that a page could show."""

import os
from pathlib import Path

from debate.compare.runner import is_comparison
from debate.errors import RunFolderError
from debate.files.locking import as_text
from debate.indexing.places import RECORD as INDEX
from debate.run.folder import is_run

_REMEDY = "give a run's folder or a folder of runs"


def runs_in(place: Path) -> list[Path]:
    """Return the folders of the runs at a place, which may be one itself."""
    if is_run(place):
        return [place]
    found = [one for one in _beside(place) if is_run(one)]
    return [one for one in found if as_text(one) == str(one)]  # no address holds another name


def home_of(place: Path) -> Path:
    """Return the folder in which new runs are made beside those at a place."""
    return place.parent if is_run(place) else place


def comparisons_in(place: Path) -> dict[str, Path]:
    """Return the folders of the comparisons at a place, which may be one itself, by their names."""
    return {one.name: one for one in (place, *_beside(place)) if is_comparison(one)}


def _beside(place: Path) -> list[Path]:
    """Return the folders at a place that may be opened: one that is closed to this process hides no other."""
    found = place.iterdir() if place.is_dir() else ()
    return [one for one in found if _is_open(one)]


def _is_open(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def check_place(place: Path) -> None:
    """Make sure that somebody who names a place sees what is there, or can begin there.

    Raises:
        RunFolderError: it does not exist, or holds something else than runs and comparisons.
    """
    if not place.exists():
        raise RunFolderError(f"there is no folder {place}; {_REMEDY}")
    if not place.is_dir():
        raise RunFolderError(f"{place} is a file; {_REMEDY}")
    if not _is_open(place):
        raise RunFolderError(f"{place} may not be opened by this user; change its permissions, or {_REMEDY}")
    if (place / INDEX).is_file() and not is_run(place):
        raise RunFolderError(f"{place} is an index; explore it with: debate serve --index {place}")
    is_foreign = any(not one.name.startswith(".") for one in place.iterdir())
    if is_foreign and not runs_in(place) and not comparisons_in(place):
        raise RunFolderError(f"{place} contains no run and no comparison; {_REMEDY}")
