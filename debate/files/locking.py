"""A folder that only one process at a time uses, with a TOML record of what it is (``run.toml``, ``index.toml``).

The lock is the operating system's: it ends with its process, and a leftover lock file blocks nobody.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import tomli_w
from filelock import FileLock, Timeout

from debate.errors import DebateError
from debate.files.atomic import atomic_file
from debate.files.toml import parse_toml

LOCK = ".lock"


def as_text(path: Path) -> str:
    """Return a path with a question mark for each byte that is not UTF-8."""
    return str(path).encode(errors="replace").decode()


@contextmanager
def exclusive_folder(
    folder: Path, error_kind: type[DebateError], *, wait: bool = False, alongside: Collection[str] = ()
) -> Iterator[None]:
    """Make a folder if there is none, and keep every other process out of it.

    A folder that was made is removed again where an error left nothing in it, with the folders made for it; in another
    an error leaves no lock that was not there.

    Args:
        wait: for another process that works in it, instead of raising.
        alongside: files that do not keep a folder from being removed if nothing was finished in it.

    Raises:
        DebateError (of that kind): the folder cannot be written to, another process uses it, or its name is not text.
    """
    if as_text(folder) != str(folder):  # FAISS could not write there
        raise error_kind(f"the name of {folder} contains bytes that are not UTF-8; choose another --out")
    lock = FileLock(folder / LOCK, timeout=-1 if wait else 0)
    was_used = (folder / LOCK).exists()
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise error_kind(f"another process works in {folder}; wait for it, or give another --out") from error
    except OSError as error:
        raise error_kind(f"cannot write to {folder}: {error.strerror}; choose another --out") from error
    is_new = {path.name for path in folder.iterdir()} <= {LOCK}
    try:
        yield
    except BaseException:
        if is_new:
            _remove_unused(folder, {LOCK, *alongside}, missing)
        elif not was_used:
            (folder / LOCK).unlink(missing_ok=True)
        raise
    finally:
        lock.release()


def _remove_unused(folder: Path, names: Collection[str], folders: Iterable[Path]) -> None:
    with suppress(OSError):  # another process has just begun to use it, or it cannot be removed: it may stay
        if {path.name for path in folder.iterdir()} <= set(names):
            for name in names:
                (folder / name).unlink(missing_ok=True)
            for made in folders:
                made.rmdir()


def holds_files(folder: Path) -> bool:
    """Return whether a folder holds anything but its lock."""
    return any(one.name != LOCK for one in folder.iterdir())


def read_same_record(
    path: Path, settings: Mapping[str, Any], what: str, error_kind: type[DebateError]
) -> dict[str, Any]:
    """Return the record of a folder that is to be resumed with these settings; an empty one if the folder is new.

    Raises:
        DebateError (of that kind): the folder holds something else, its record cannot be read, or its settings are
            others; the message names them.
    """
    if not path.is_file():
        if holds_files(path.parent):
            raise error_kind(f"{path.parent} contains files that are not a {what}; give a new folder with --out")
        return {}
    try:
        record = parse_toml(path.read_text(encoding="utf-8"))
        before = dict(record.get("settings", record))  # older versions wrote a translation's settings alone
    except (OSError, ValueError, TypeError) as error:
        raise error_kind(f"{path} cannot be read: {error}; give a new folder with --out") from error
    changed = [name for name in sorted(before.keys() | settings.keys()) if before.get(name) != settings.get(name)]
    if changed:
        told = "; ".join(f"{name} was {before.get(name)!r} and is {settings.get(name)!r}" for name in changed)
        raise error_kind(f"{path.parent} contains another {what}: {told}; give a new folder with --out")
    return record


def write_record(path: Path, record: Mapping[str, Any], error_kind: type[DebateError]) -> None:
    """Write a record as TOML; see ``atomic_file`` for errors."""
    with atomic_file(path, error_kind) as file:
        file.write_text(tomli_w.dumps(record), encoding="utf-8", errors="replace")
