"""A run's folder: new or gone on with, held by one process, and what it records about the run (``run.toml``).

A folder is gone on with only if questions, corpus, personas and settings are what they were: what changed is
named. Settings that change no row (where, how fast) may differ.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from debate.errors import RunFolderError
from debate.locking import exclusive_folder, write_record
from debate.settings import DebateSettings

RECORD = "run.toml"
_PACKAGES = ("pov-debate", "torch", "transformers", "langchain-core", "langgraph", "sentence-transformers", "faiss-cpu")
_INPUTS = ("questions", "corpus", "index", "personas")
_CHANGES_NO_ROW = {"also", "out", "limit", "concurrency", "batch_size", "embeddings_backend", *_INPUTS}


def choose_run_folder(settings: DebateSettings) -> Path:
    """Return the folder of a run: ``--out``, or the next free ``runs/NAME-NUMBER``.

    Raises:
        RunFolderError: it is a file, or holds files that are no run.
    """
    if settings.out is None:
        stem = settings.questions.resolve().parent.name or "run"
        return next(path for n in range(1, 1_000_000) if not (path := Path("runs") / f"{stem}-{n:03d}").exists())
    if settings.out.is_file():
        raise RunFolderError(f"{settings.out} is a file; give a folder with --out")
    is_other = settings.out.is_dir() and any(settings.out.iterdir()) and not is_run(settings.out)
    if is_other:
        raise RunFolderError(f"{settings.out} holds files that are no run; give a new folder with --out")
    return settings.out


def is_run(folder: Path) -> bool:
    """Return whether a folder holds a run."""
    return (folder / RECORD).is_file()


def check_same_run(folder: Path, settings: DebateSettings) -> None:
    """Make sure that a folder which holds a run holds this one.

    Raises:
        RunFolderError: naming every input and setting that changed.
    """
    changed = what_changed(folder, settings) if is_run(folder) else ()
    if changed:
        raise RunFolderError(
            f"{folder} holds another run: {'; '.join(changed)}; give a new folder with --out, or mix them with --force"
        )


def what_changed(folder: Path, settings: DebateSettings) -> tuple[str, ...]:
    """Name every input and setting that is not what the run in this folder began with."""
    before, now = read_record(folder), _record(settings)
    old, new = before["settings"], now["settings"]
    return (
        *(f"the {name} changed" for name in _INPUTS if before["inputs"].get(name) != now["inputs"].get(name)),
        *(
            f"{name} was {old.get(name)!r} and is {new.get(name)!r}"
            for name in sorted(old.keys() | new.keys())
            if name not in _CHANGES_NO_ROW and old.get(name) != new.get(name)
        ),
    )


def read_record(folder: Path) -> dict[str, Any]:
    """Read what a run recorded about itself.

    Raises:
        RunFolderError: there is no run, or its record cannot be read.
    """
    path = folder / RECORD
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
        return {"settings": dict(record["settings"]), "inputs": dict(record["inputs"])}
    except OSError as error:
        raise RunFolderError(f"{folder} holds no run ({RECORD}: {error.strerror}); check --resume") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; give a new folder with --out") from error


@contextmanager
def hold_run_folder(folder: Path, settings: DebateSettings) -> Iterator[None]:
    """Make the folder, keep every other process out of it, and write ``run.toml`` where there is none.

    Raises:
        RunFolderError: it cannot be written to, or another process works in it.
    """
    with exclusive_folder(folder, RunFolderError):
        if not is_run(folder):
            write_record(folder / RECORD, _record(settings), RunFolderError)
        yield


def _record(settings: DebateSettings) -> dict[str, Any]:
    values = settings.model_dump(mode="json", exclude_none=True)
    for name in ("out", *_INPUTS):
        if name in values:
            values[name] = str(Path(values[name]).resolve())
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": values,
        "inputs": dict(_fingerprints(settings)),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
    }


def _fingerprints(settings: DebateSettings) -> Mapping[str, str]:
    """Return the sha256 of each input's files, names included."""
    places = {name: getattr(settings, name) for name in _INPUTS}
    if settings.index is not None:
        # The manifest holds the checksums of everything else.
        places |= {"corpus": None, "index": settings.index / "manifest.json"}
    return {name: _fingerprint(place) for name, place in places.items() if place is not None}


def _fingerprint(place: Path) -> str:
    digest = hashlib.sha256()
    files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
    for file in files:
        digest.update(os.fsencode(file.relative_to(place).as_posix()))
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
