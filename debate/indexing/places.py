"""Where an index is stored: a folder, or a PostgreSQL table that machines share, behind one interface.

An index is a store with a record of its documents and whether it is finished: ``index.toml`` in a folder, part of the
comment of a table.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from debate.errors import IndexFolderError
from debate.files.locking import exclusive_folder, write_record
from debate.files.toml import parse_toml
from debate.settings.address import checked_place, is_table
from vectorstore import FaissStore, PgVectorStore, PovVectorStore, StoreError, TableFacts
from vectorstore.store.building import open_or_start
from vectorstore.store.index import Kind

RECORD = "index.toml"


class IndexFolder:
    """An index in a folder.

    Attributes:
        name: what people call it.
        folder: where its files are; None if a database keeps it.
    """

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self.folder: Path | None = folder
        self._at = folder

    def held(self, *, wait: bool = False) -> AbstractContextManager[None]:
        """Keep others from writing it."""
        return exclusive_folder(self._at, IndexFolderError, wait=wait)

    def record(self) -> dict[str, Any]:
        """Return what the index says of itself; nothing if there is none."""
        path = self._at / RECORD
        try:
            return parse_toml(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise IndexFolderError(f"{path} cannot be read: {error}; make the index in a new folder") from error

    def note(self, record: dict[str, Any], store: PovVectorStore | None = None) -> None:  # noqa: ARG002 - a table's
        """Write the record; a table has one from when its store was started."""
        write_record(self._at / RECORD, record, IndexFolderError)

    def holds_something_else(self) -> bool:
        """Return whether something without a record is there."""
        return bool({path.name for path in self._at.iterdir()} - {".lock"})

    def open(self, embeddings: Embeddings) -> PovVectorStore:
        """Open the store for searches."""
        return FaissStore.load(self._at, embeddings, mmap=True)

    def open_or_start(self, embeddings: Embeddings, kind: Kind) -> PovVectorStore:
        """Open the store for changes, or start one."""
        return open_or_start(self._at, embeddings, kind)

    def fingerprint(self) -> str:
        """Return what differs for an index of other contents; the manifest holds the checksums of all of them."""
        digest = hashlib.sha256(b".")
        try:
            digest.update(hashlib.sha256((self._at / "manifest.json").read_bytes()).digest())
        except OSError as error:  # whoever reads it says so
            digest.update(f"unreadable: {error.strerror}".encode())
        return digest.hexdigest()


class IndexTable:
    """An index in a PostgreSQL table; its methods are those of ``IndexFolder``."""

    folder: Path | None = None

    def __init__(self, address: str) -> None:
        self.name = address

    @contextmanager
    def held(self, *, wait: bool = False) -> Iterator[None]:
        with closing(TableFacts(self.name)) as table:
            if not table.hold(wait=wait):
                raise IndexFolderError(f"another process works on {self.name}; wait for it, or give another --out")
            yield

    def record(self) -> dict[str, Any]:
        with closing(TableFacts(self.name)) as table:
            return table.record

    def note(self, record: dict[str, Any], store: PovVectorStore | None = None) -> None:
        if isinstance(store, PgVectorStore):
            store.set_record(record)

    def holds_something_else(self) -> bool:
        with closing(TableFacts(self.name)) as table:
            return table.chunks > 0

    def open(self, embeddings: Embeddings) -> PovVectorStore:
        return PgVectorStore.open(self.name, embeddings)

    def open_or_start(self, embeddings: Embeddings, kind: Kind) -> PovVectorStore:
        if kind == "ivf":
            raise StoreError(f"{self.name}: a table is searched flat or by hnsw; leave --kind ivf out")
        with closing(TableFacts(self.name)) as table:
            if not table.exists:
                return PgVectorStore.create(self.name, embeddings, kind=kind)
        return self.open(embeddings)

    def fingerprint(self) -> str:
        with closing(TableFacts(self.name)) as table:
            return table.fingerprint()


IndexPlace = IndexFolder | IndexTable


def place_of(place: str | Path) -> IndexPlace:
    """Return the index at a place."""
    checked = checked_place(place)
    return IndexTable(str(checked)) if is_table(checked) else IndexFolder(Path(checked))
