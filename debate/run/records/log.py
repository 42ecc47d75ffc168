"""``log.txt``: what a run did and when, with every warning."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debate.errors import RunFolderError
from debate.progress import LINES
from debate.readable import ReadableFormatter

LOG = logging.getLogger("debate.log")  # for log.txt alone
_ROOMS = ("debate", "chains", "vectorstore")
_BATCHES = logging.getLogger("chains.generation.local.batching")  # logs one line per batch


@contextmanager
def logged(folder: Path) -> Iterator[None]:
    """Write this project's log records to the folder's ``log.txt``, whatever the terminal shows.

    Raises:
        RunFolderError: the file cannot be written.
    """
    try:
        handler = logging.FileHandler(folder / "log.txt", encoding="utf-8", errors="replace")
    except OSError as error:
        raise RunFolderError(f"cannot write {folder / 'log.txt'}: {error.strerror}; choose another --out") from error
    handler.setFormatter(ReadableFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    with logged_to(handler):
        yield


@contextmanager
def logged_to(handler: logging.Handler) -> Iterator[None]:
    """Give a handler this project's log records, and close it at the end."""
    handler.addFilter(lambda record: record.name != LINES.name)  # ``LOG`` gets the same
    rooms = [LOG, *map(logging.getLogger, _ROOMS)]
    told_before = _BATCHES.level
    try:
        _BATCHES.setLevel(logging.INFO)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False  # it is for the file; the terminal has its own watcher
        for room in rooms:
            room.addHandler(handler)
        yield
    finally:
        _BATCHES.setLevel(told_before)
        for room in rooms:
            room.removeHandler(handler)
        handler.close()
