"""Write a file completely or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debate.errors import DebateError, RunFolderError
from vectorstore.runtime.files import put_in_place


@contextmanager
def atomic_file(
    path: Path, error_kind: type[DebateError] = RunFolderError, *, remedy: str = "free space or choose another --out"
) -> Iterator[Path]:
    """Yield a path next to ``path`` to write to, and move that file into place afterwards.

    After an error ``path`` is what it was before.

    Raises:
        DebateError: of that kind: the file cannot be written, or ``path`` is a folder or device. The message ends with
            the remedy.
    """
    if path.exists() and not path.is_file():
        why = os.strerror(errno.EISDIR) if path.is_dir() else "it is no file"
        raise error_kind(f"cannot write {path}: {why}; {remedy}")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        yield unfinished
        put_in_place(unfinished, path, durably=False)  # made again from the journal, and some several times a second
    except OSError as error:
        raise error_kind(f"cannot write {path}: {error.strerror}; {remedy}") from error
