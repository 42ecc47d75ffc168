"""Ids, texts and metadata of a store as one Arrow table, row for row next to the vectors.

A saved Arrow table is memory-mapped, and loading it cannot run code.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from langchain_core.documents import Document
from numpy.typing import NDArray

from vectorstore.errors import StoreError
from vectorstore.store.filters import Filter, Kinds, condition

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.large_string()), ("metadata", pa.large_string())])
# Every append adds a chunk to the table, and a row's lookup walks the chunks.
MOST_CHUNKS = 64


class DocumentTable:
    """Documents by position and by id. Not thread-safe: `FaissStore` locks around it."""

    def __init__(self, table: pa.Table | None = None) -> None:
        """Hold a table with the columns of `SCHEMA`, an empty one without."""
        self._table = SCHEMA.empty_table() if table is None else table
        self._ids: list[str] = self._table["id"].to_pylist()
        self._position = {identifier: i for i, identifier in enumerate(self._ids)}
        if len(self._position) != len(self._ids):
            raise StoreError("The store's ids are not unique, so it is damaged. Build it again.")

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._ids)

    @property
    def ids(self) -> list[str]:
        """Every id, by position."""
        return list(self._ids)

    @property
    def texts(self) -> list[str]:
        """Every text, by position."""
        return list(self._table["text"].to_pylist())

    @property
    def every_position(self) -> NDArray[np.int64]:
        """Every position, rising."""
        return np.arange(len(self))

    def positions(self, ids: Sequence[str]) -> list[int]:
        """Return the positions of those `ids` that are here, in their order."""
        return [self._position[identifier] for identifier in ids if identifier in self._position]

    def document(self, position: int) -> Document:
        """Return the document at a position, its metadata free to change."""
        return Document(
            id=self._ids[position],
            page_content=self._table["text"][position].as_py(),
            metadata=json.loads(self._table["metadata"][position].as_py()),
        )

    def matching(self, wanted: Filter) -> NDArray[np.int64]:
        """Return the positions of the documents that a filter lets through.

        Raises:
            StoreError: the filter cannot be meant, or asks for what no document has.
        """
        if callable(wanted):
            every = (i for i in range(len(self)) if wanted(self.document(i)))
            return np.fromiter(every, dtype=np.int64)
        passes, kinds, found = condition(wanted), Kinds(wanted), []
        for i, metadata in enumerate(self._metadatas()):
            kinds.note(metadata)
            if passes(metadata):
                found.append(i)
        kinds.check(lambda: chain.from_iterable(self._metadatas()))
        return np.array(found, dtype=np.int64)

    def _metadatas(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, self._table["metadata"].to_pylist())

    def append(self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[str]) -> None:
        """Add rows; `metadatas` are JSON (see `metadata_json`). The ids must be new."""
        rows = pa.table([list(ids), list(texts), list(metadatas)], schema=SCHEMA)
        self._table = pa.concat_tables([self._table, rows])
        if self._table["id"].num_chunks > MOST_CHUNKS:
            self._table = self._table.combine_chunks()
        self._position.update((identifier, len(self._ids) + i) for i, identifier in enumerate(ids))
        self._ids.extend(ids)

    def set_metadatas(self, positions: Sequence[int], metadatas: Sequence[str]) -> None:
        """Replace the metadata, JSON as in `append`, at these positions."""
        column = self._table["metadata"].to_pylist()
        for position, metadata in zip(positions, metadatas, strict=True):
            column[position] = metadata
        self._table = self._table.set_column(2, SCHEMA.field(2), pa.array(column, pa.large_string()))

    def keep(self, positions: Sequence[int]) -> None:
        """Drop every row but these."""
        table = self._table.take(pa.array(positions, pa.int64()))
        DocumentTable.__init__(self, table)

    def write(self, path: Path) -> None:
        """Write the table as an Arrow IPC file, uncompressed so that it can be mapped."""
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, SCHEMA) as writer:
            writer.write_table(self._table)

    @classmethod
    def read(cls, path: Path) -> "DocumentTable":
        """Map a written table into memory; StoreError when the file is none of ours."""
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        except (pa.ArrowInvalid, OSError) as error:
            raise StoreError(f"{path} is not an Arrow file of a store: {error}. Build the store again.") from error
        if table.schema != SCHEMA:
            raise StoreError(f"{path} has the columns {table.schema.names}, not {SCHEMA.names}. Build it again.")
        return cls(table)


def metadata_json(metadata: Mapping[str, Any], identifier: str) -> str:
    """Return metadata as JSON; StoreError naming the document when JSON cannot say it.

    What is not UTF-8, such as the bytes of an old file's name, becomes a question mark.
    """
    try:
        return json.dumps(dict(metadata), ensure_ascii=False, allow_nan=False).encode(errors="replace").decode()
    except (TypeError, ValueError) as error:
        raise StoreError(
            f"The metadata of {identifier!r} cannot be kept: {error}. Use texts, numbers, lists and dicts."
        ) from error


def refuse_unknown(kwargs: dict[str, Any], known: str) -> None:
    """Raise StoreError where arguments are left over that nobody reads."""
    if kwargs:
        raise StoreError(f"unknown argument {next(iter(kwargs))!r}. Known: {known}.")
