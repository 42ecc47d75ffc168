"""A run's folder: where it lies, that it is new, and what it records about the run (``run.toml``)."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import tomli_w

from debate.errors import RunFolderError
from debate.settings import DebateSettings

_PACKAGES = (
    "pov-debate",
    "torch",
    "transformers",
    "langchain-core",
    "langgraph",
    "sentence-transformers",
    "faiss-cpu",
)


def choose_run_folder(settings: DebateSettings) -> Path:
    """Return the folder of a new run: ``--out``, or the next free ``runs/NAME-NUMBER``.

    Raises:
        RunFolderError: the folder holds another run, or is a file.
    """
    if settings.out is None:
        stem = settings.questions.resolve().parent.name or "run"
        return next(path for n in range(1, 1_000_000) if not (path := Path("runs") / f"{stem}-{n:03d}").exists())
    if settings.out.is_file():
        raise RunFolderError(f"{settings.out} is a file; give a folder with --out")
    if settings.out.is_dir() and any(settings.out.iterdir()):
        raise RunFolderError(
            f"{settings.out} holds another run or other files, and nothing is overwritten; give a new folder with --out"
        )
    return settings.out


def create_run_folder(folder: Path, settings: DebateSettings) -> None:
    """Make the folder and write ``run.toml`` into it.

    Raises:
        RunFolderError: it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.toml").write_text(tomli_w.dumps(_record(settings)), encoding="utf-8")
    except OSError as error:
        raise RunFolderError(f"cannot write to {folder}: {error.strerror}; choose another --out") from error


def _record(settings: DebateSettings) -> dict[str, Any]:
    values = settings.model_dump(mode="json", exclude_none=True)
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": values,
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
