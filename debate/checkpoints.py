"""The checkpoints of a run: each finished step of each question, in SQLite. The only importer of the saver.

Only this project's own types are read back; nothing is unpickled.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from debate.errors import RunFolderError

_TYPES = [("chains.schemas", name) for name in ("Question", "Chunk", "Opinion", "Support", "Translation", "Turn")]


@contextmanager
def open_checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """Open the checkpoints of a run (write-ahead log, shared by its threads).

    Raises:
        RunFolderError: the file is damaged or cannot be written.
    """
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        try:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=_TYPES))
            saver.setup()  # write-ahead log
            # A killed process loses nothing so; a power cut may lose the last steps, which are then done again.
            connection.execute("PRAGMA synchronous=NORMAL")
        except sqlite3.DatabaseError as error:
            raise RunFolderError(
                f"{path} is damaged or cannot be written ({error}); finished rows are safe in results.jsonl: remove "
                "checkpoints.sqlite* and run the same command again, and only unfinished questions start anew"
            ) from error
        yield saver
    finally:
        connection.close()
