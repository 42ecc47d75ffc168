"""A run's folder: create or resume it, lock it, and record the run in ``run.toml``.

The folder is locked before anything in it is read or written. A run resumes only with the same questions, corpus,
personas and settings; the error names what changed. Settings that do not affect rows (where, how many, how fast) may
change.
"""

import hashlib
import os
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from chains.models.servers.address import is_server
from debate.errors import RunFolderError
from debate.files.locking import exclusive_folder, write_record
from debate.files.toml import parse_toml
from debate.indexing.places import place_of
from debate.older_versions import settings_of_today
from debate.settings import DebateSettings
from debate.settings.address import is_table
from vectorstore import corpus_files

RECORD = "run.toml"
_RUNS = Path("runs")
# No reason to keep a folder in which nothing was finished.
_WRITTEN_ALONGSIDE = (RECORD, "log.txt", "progress.jsonl", "traces.jsonl", ".drafts.json.part", ".seat.json.part")
_PACKAGES = ("pov-debate", "torch", "transformers", "langchain-core", "langgraph", "sentence-transformers", "faiss-cpu")
_INPUTS = ("questions", "corpus", "index", "personas")
_FOLDERS = ("model", "embeddings")  # where they are folders and no names
_OF_THE_COMMAND = {"ray", "workers", "gpus_per_worker"}  # not recorded: a run may continue without a cluster
_CHANGES_NO_ROW = {
    *_OF_THE_COMMAND,
    "also",
    "out",
    "limit",
    "concurrency",
    "batch_size",
    "timeout",
    "embeddings_backend",
    *_INPUTS,
}


def is_run(folder: Path) -> bool:
    """Return whether a folder holds a run."""
    return (folder / RECORD).is_file()


@contextmanager
def open_run_folder(settings: DebateSettings, *, force: bool = False) -> Iterator[Path]:
    """Hold the folder of a run: ``--out``, or a new ``runs/NAME-NUMBER`` that no other process can choose, too.

    A folder that was new and in which nothing came about is removed again.

    Args:
        force: resume a run although inputs or settings changed.

    Raises:
        RunFolderError: it is a file, contains files that are not a run or another run, cannot be written to, or another
            process works in it.
        CorpusError: the corpus does not exist.
    """
    with _place(settings) as folder, exclusive_folder(folder, RunFolderError, alongside=_WRITTEN_ALONGSIDE):
        if is_run(folder):
            _check_same_run(folder, settings, force)
            _record_free_settings(folder, settings)
        elif _foreign(folder, ()):
            raise _no_run(folder)
        else:
            write_record(folder / RECORD, _record(settings), RunFolderError)
        yield folder


@contextmanager
def _place(settings: DebateSettings) -> Iterator[Path]:
    if settings.out:
        yield _checked(settings.out)
        return
    were_there = _RUNS.exists()
    made = _new_folder(settings.questions.resolve().parent.name or "run")
    try:
        yield made
    finally:
        with suppress(OSError):  # a run stayed in it
            made.rmdir()
            if not were_there:
                _RUNS.rmdir()


def _record_free_settings(folder: Path, settings: DebateSettings) -> None:
    """Record how much and how fast this process works, so that ``--resume`` goes on with the same."""
    path = folder / RECORD
    record = parse_toml(path.read_text(encoding="utf-8"))
    free = _CHANGES_NO_ROW - set(_INPUTS) - {"out", *_OF_THE_COMMAND}
    now = {name: value for name, value in _record(settings)["settings"].items() if name in free}
    kept = {name: value for name, value in record["settings"].items() if name not in free}
    if record["settings"] != kept | now:
        write_record(path, record | {"settings": kept | now}, RunFolderError)


def what_changed(folder: Path, settings: DebateSettings) -> tuple[str, ...]:
    """Name every input and setting that is not what the run in this folder began with."""
    now = _record(settings)
    return differences(read_record(folder), now | {"settings": _known(now["settings"])})


def differences(before: Mapping[str, Any], now: Mapping[str, Any], besides: Collection[str] = ()) -> tuple[str, ...]:
    """Name every input and setting in which two records differ, but those that change no row and ``besides``."""
    defaults = DebateSettings.model_construct().model_dump(mode="json", exclude_none=True)
    # A setting that the run's version did not have yet was at its default.
    old, new = defaults | before["settings"], defaults | now["settings"]
    return (
        *(f"the {name} changed" for name in _INPUTS if before["inputs"].get(name) != now["inputs"].get(name)),
        *(
            f"{name} was {old.get(name)!r} and is {new.get(name)!r}"
            for name in sorted(old.keys() | new.keys())
            if name not in {*_CHANGES_NO_ROW, *besides} and _meant(name, old.get(name)) != _meant(name, new.get(name))
        ),
    )


def _meant(name: str, value: Any) -> Any:
    """Return what a setting says of the rows: of a model behind servers its name, not where it is served."""
    if name == "model" and is_server(str(value)):
        return str(value).partition(",")[0].partition("#")[2]
    return value


def read_record(folder: Path) -> dict[str, Any]:
    """Read what a run recorded about itself, in the names that settings have now.

    Raises:
        RunFolderError: there is no run, or its record cannot be read.
    """
    path = folder / RECORD
    try:
        record = parse_toml(path.read_text(encoding="utf-8"))
        return {"settings": _known(dict(record["settings"])), "inputs": dict(record["inputs"])}
    except OSError as error:
        raise RunFolderError(f"{folder} contains no run ({RECORD}: {error.strerror}); check the folder") from error
    except KeyError as error:
        raise RunFolderError(f"{path} has no table [{error.args[0]}]; give a new folder with --out") from error
    except (TypeError, ValueError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; give a new folder with --out") from error


def _known(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return recorded settings by their present names, without those that no longer exist."""
    return {name: value for name, value in settings_of_today(settings).items() if name in DebateSettings.model_fields}


def _checked(out: Path) -> Path:
    if out.is_file():
        raise RunFolderError(f"{out} is a file; give a folder with --out")
    # Before the lock, which would leave its file in somebody's folder. Another process may make it a run meanwhile.
    if out.is_dir() and not is_run(out) and _foreign(out, _WRITTEN_ALONGSIDE) and not is_run(out):
        raise _no_run(out)
    return out


def _foreign(folder: Path, own: Iterable[str]) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}.difference(own)


def _no_run(folder: Path) -> RunFolderError:
    return RunFolderError(f"{folder} contains files that are not a run; give a new folder with --out")


def _new_folder(stem: str) -> Path:
    """Make the next free ``runs/NAME-NUMBER``; of two processes that ask at once each gets one."""
    for number in range(1, 1_000_000):
        folder = _RUNS / f"{stem}-{number:03d}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunFolderError(f"cannot write to {folder}: {error.strerror}; choose another --out") from error
        return folder
    raise RunFolderError(f"every {stem}-NUMBER in runs is taken; give a folder with --out")


def _check_same_run(folder: Path, settings: DebateSettings, force: bool) -> None:
    changed = what_changed(folder, settings)
    if changed and not force:
        raise RunFolderError(
            f"{folder} is another run: {'; '.join(changed)}; give a new folder with --out, or mix them with --force"
        )


def absolute_paths(settings: DebateSettings) -> dict[str, str]:
    """Return the settings that are paths, as every directory and machine with the same files knows them."""
    values = settings.model_dump(mode="json", exclude_none=True)
    folders = (name for name in _FOLDERS if name in values and Path(values[name]).is_dir())
    return {
        name: str(Path(values[name]).resolve())
        for name in ("out", *_INPUTS, *folders)
        if name in values and not is_table(values[name])
    }


def _record(settings: DebateSettings) -> dict[str, Any]:
    values = settings.model_dump(mode="json", exclude_none=True, exclude=_OF_THE_COMMAND) | absolute_paths(settings)
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": values,
        "inputs": dict(_fingerprints(settings)),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
    }


def _fingerprints(settings: DebateSettings) -> Mapping[str, str]:
    """Return the sha256 of each input's files, names included."""
    places = {name: getattr(settings, name) for name in _INPUTS}
    index = places.pop("index")
    if index is not None:
        places["corpus"] = None
    known = {} if index is None else {"index": place_of(index).fingerprint()}
    return known | {
        name: _fingerprint(
            place, corpus_files(place, follow_links=settings.follow_links).files if name == "corpus" else [place]
        )
        for name, place in places.items()
        if place is not None
    }


def _fingerprint(place: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(os.fsencode(file.relative_to(place).as_posix()))
        try:
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
        except OSError as error:  # whoever reads it says so
            digest.update(f"unreadable: {error.strerror}".encode())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
