"""The checkpoints of a run: every finished step of every question, in SQLite.

Only this project's own types are deserialised; nothing is unpickled. The only module that imports the saver.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from chains import schemas
from debate.errors import RunFolderError

_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
# Every type of chains.schemas: frozen, and only text, numbers and tuples of such. A host's checkpointer registers them:
# JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES).
CHECKPOINT_TYPES: tuple[type, ...] = tuple(
    one for one in map(vars(schemas).get, schemas.__all__) if isinstance(one, type)
)
_TYPES = [(one.__module__, one.__name__) for one in CHECKPOINT_TYPES]


def memory_checkpoints() -> InMemorySaver:
    """Return a checkpointer that keeps everything in memory, and knows this project's types."""
    return InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=_TYPES))


class _Damaged(sqlite3.DatabaseError):
    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


@contextmanager
def open_checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """Open the checkpoints of a run (write-ahead log, shared by its threads).

    Raises:
        RunFolderError: the file is damaged or cannot be written.
    """
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(closing(sqlite3.connect(path, check_same_thread=False)))
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            if found != "ok":
                raise _Damaged(found)
            saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=_TYPES))
            saver.setup()  # write-ahead log
            # A killed process loses nothing so; a power cut may lose the last steps, which are then done again.
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("SELECT thread_id, checkpoint FROM checkpoints LIMIT 0")  # its own table, no other's
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _NO_ROOM:  # the rest says which reading or writing it was
                raise RunFolderError(
                    f"cannot write {path}: {error}; finished rows are kept: make room, or let the folder be written "
                    "to, and run the same command again"
                ) from error
            raise RunFolderError(
                f"{path} is damaged ({error}); finished rows are safe in results.jsonl: remove "
                "checkpoints.sqlite* and run the same command again, and only unfinished questions start again"
            ) from error
        try:
            yield saver
        finally:
            with saver.lock:  # a thread that a second Ctrl-C left behind in the middle of a write ends it first
                connection.close()


def read_thread(path: Path, question_id: str) -> dict[str, Any] | None:
    """Return the latest state of an unfinished question by its id, also while another process works on it.

    Nothing is written. None if no step of it was finished yet, or its row is done.

    Raises:
        RunFolderError: the file cannot be read.
    """
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            known = connection.execute("SELECT DISTINCT thread_id FROM checkpoints WHERE thread_id LIKE ?", ("%:%",))
            key = next((one for (one,) in known if one.rpartition(":")[0] == question_id), None)
            if key is None:
                return None
            saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=_TYPES))
            found = saver.get_tuple({"configurable": {"thread_id": key}})
    except sqlite3.Error as error:
        raise RunFolderError(f"cannot read {path}: {error}; the finished rows are in results.jsonl") from error
    return None if found is None else dict(found.checkpoint["channel_values"])


def delete_finished(checkpoints: SqliteSaver, threads: Iterable[str]) -> None:
    """Take out the checkpoints of questions whose rows are safe in the journal; the room is used again.

    Raises:
        RunFolderError: the file cannot be written.
    """
    try:
        for thread in threads:
            checkpoints.delete_thread(thread)
    except sqlite3.Error as error:
        raise RunFolderError(cannot_write(error)) from error


def cannot_write(error: sqlite3.Error) -> str:
    """Say what it means that a checkpoint could not be written."""
    return f"cannot write the checkpoints: {error}; finished rows are kept: make room and run the same command again"
