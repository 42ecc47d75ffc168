"""The checkpoints of a run: each finished step of each question, in SQLite. The only importer of the saver.

Only this project's own types are read back; nothing is unpickled.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import ormsgpack
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import EXT_CONSTRUCTOR_KW_ARGS, JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from chains.schemas import Chunk, Opinion, Question, Support, Translation, Turn
from debate.errors import RunFolderError

_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
_TYPES = {one: (one.__module__, one.__name__) for one in (Question, Chunk, Opinion, Support, Translation, Turn)}
_LANGGRAPHS_OPTIONS = (
    ormsgpack.OPT_NON_STR_KEYS
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_UUID
    | ormsgpack.OPT_REPLACE_SURROGATES
)


class Serializer(JsonPlusSerializer):
    """LangGraph's serializer, which reads; what holds none but this project's types is written here, to the same bytes.

    LangGraph's tries some twenty other kinds on every passage and turn first, and took fifteen times as long.
    """

    def __init__(self) -> None:
        super().__init__(allowed_msgpack_modules=_TYPES.values())

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Return the kind of encoding and the bytes."""
        if obj is None or isinstance(obj, bytes | bytearray):
            return super().dumps_typed(obj)
        try:
            return "msgpack", _packed(obj)
        except ormsgpack.MsgpackEncodeError:  # it holds something else, such as an error
            return super().dumps_typed(obj)


def _packed(obj: Any) -> bytes:
    return ormsgpack.packb(obj, default=_own, option=_LANGGRAPHS_OPTIONS)


def _own(obj: Any) -> ormsgpack.Ext:
    if type(obj) not in _TYPES:
        raise TypeError(type(obj).__name__)
    return ormsgpack.Ext(EXT_CONSTRUCTOR_KW_ARGS, _packed((*_TYPES[type(obj)], vars(obj))))


class Checkpoints(SqliteSaver):
    """LangGraph's saver, for its asynchronous loop as well: it holds that up for a write, a tenth of a millisecond."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Read a thread's checkpoint in place."""
        return self.get_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Write a checkpoint in place."""
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Write a step's result in place."""
        self.put_writes(config, writes, task_id, task_path)


class _Damaged(sqlite3.DatabaseError):
    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


@contextmanager
def open_checkpoints(path: Path) -> Iterator[Checkpoints]:
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
            saver = Checkpoints(connection, serde=Serializer())
            saver.setup()  # write-ahead log
            # A killed process loses nothing so; a power cut may lose the last steps, which are then done again.
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("SELECT thread_id, checkpoint FROM checkpoints LIMIT 0")  # its own table, no other's
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in _NO_ROOM:
                raise RunFolderError(
                    f"cannot write {path}: {error}; finished rows are kept: make room, or let the folder be written "
                    "to, and run the same command again"
                ) from error
            raise RunFolderError(
                f"{path} is damaged ({error}); finished rows are safe in results.jsonl: remove "
                "checkpoints.sqlite* and run the same command again, and only unfinished questions start anew"
            ) from error
        yield saver


def forget(checkpoints: Checkpoints, threads: Iterable[str]) -> None:
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
