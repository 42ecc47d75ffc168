"""PgVectorStore: a POV-weighted store in PostgreSQL, shared by several machines.

Use it like `FaissStore`: any number of readers, one writer at a time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.errors import StoreError
from vectorstore.store.encoder import Encoder
from vectorstore.store.persistence import Manifest
from vectorstore.store.pov_store import PovVectorStore

if TYPE_CHECKING:
    from vectorstore.store.postgres.manifest import PgKind
    from vectorstore.store.postgres.session import Session
    from vectorstore.store.postgres.table import PgTable


class PgVectorStore(PovVectorStore):
    """A store in a PostgreSQL table. Make one with `open`, `create` or `from_texts`.

    Each call sees one state of the table. "hybrid" and `calibrate` read every text or vector of the table once after
    each change, which suits some 100,000 chunks; "dense" searches in the database.
    """

    _table: "PgTable"

    def __init__(self, encoder: Encoder, table: "PgTable", session: "Session") -> None:
        self._session = session
        self._state = (0, 0)
        super().__init__(encoder, table, table, session)

    @property
    def kind(self) -> "PgKind":
        """ "flat" is exact, "hnsw" approximate."""
        return self._table.manifest.kind

    @classmethod
    def open(cls, address: str, embedding: Embeddings) -> Self:
        """Open the table at ``postgresql://user:password@host:port/database/table``.

        Raises:
            StoreError: no server or no pgvector there, no such table, or one of another embedding model.
        """
        _require_extra()
        from vectorstore.store.postgres.session import PgAddress, Session
        from vectorstore.store.postgres.table import PgTable

        with Session(PgAddress.parse(address)).closed_on_error() as session:
            table = PgTable(session)
            told = table.manifest
            encoder = Encoder(embedding, told.stance)
            manifest = Manifest(told.kind, 0, told.dimension, told.embedding, told.probe, {})
            encoder.check_probe(manifest, session.address.shown)
            return cls(encoder, table, session)

    @classmethod
    def create(
        cls, address: str, embedding: Embeddings, *, kind: "PgKind" = "flat", stance: bool | None = None
    ) -> Self:
        """Make an empty table; its comment records the embedding model.

        Args:
            kind: "flat" compares with every chunk; "hnsw" (pgvector's) is approximate and for large corpora.
            stance: keep every passage in the model's stance space, too; None if the model has one.

        Raises:
            StoreError: as `open`, or the table is there already, or may not be made.
        """
        _require_extra()
        from vectorstore.store.postgres.manifest import TableManifest
        from vectorstore.store.postgres.session import PgAddress, Session
        from vectorstore.store.postgres.table import PgTable

        encoder = Encoder(embedding, stance)
        probe = tuple(float(x) for x in encoder.probe())
        with Session(PgAddress.parse(address)).closed_on_error() as session:
            table = PgTable.create(session, TableManifest(kind, len(probe), encoder.name, probe, encoder.stance))
            return cls(encoder, table, session)

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        address: str = "",
        **kwargs: Any,
    ) -> Self:
        """Make a table at an address and fill it; further arguments as `create`."""
        store = cls.create(address, embedding, **kwargs)
        with store.adding(len(texts)):
            store.add_texts(texts, metadatas, ids=ids)
        return store

    @contextmanager
    def adding(self, chunks: int) -> Iterator[None]:
        """Build the graph of an "hnsw" table anew where more is added than is there, 7 times as fast as row by row.

        Searches are exact meanwhile. After an error the graph is missing; the next ``adding`` builds it.
        """
        if chunks > len(self):
            self._table.drop_graph()
        yield
        self._table.build_graph()

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        with self._lock:
            return self._table.documents(self._table.positions(ids))

    def _take_in_changes(self) -> None:
        if (state := self._table.state) != self._state:
            self._state = state
            self._changed()

    def set_record(self, record: dict[str, Any]) -> None:
        """Note in the table's comment how it was filled; see `TableFacts`."""
        self._table.set_record(record)

    def close(self) -> None:
        """Close the connection; the next call opens it again."""
        self._session.close()

    def _put(
        self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        self._table.put(ids, texts, metadatas, vectors)

    def _remove(self, ids: Sequence[str] | None) -> bool:
        return self._table.remove(ids)


class TableFacts:
    """What a table records about itself. Needs no embedding model.

    Args:
        address: ``postgresql://user@host:port/database/table``.

    Raises:
        StoreError: no server, no pgvector, or a table that pov-debate did not make.
    """

    def __init__(self, address: str) -> None:
        _require_extra()
        from vectorstore.store.postgres.session import PgAddress, Session
        from vectorstore.store.postgres.table import PgTable

        with Session(PgAddress.parse(address)).closed_on_error() as session:
            self.exists = PgTable.exists(session)
            self._table = PgTable(session) if self.exists else None
            self.chunks = self._count(session)
            self._session = session

    @property
    def record(self) -> dict[str, Any]:
        """What was noted with `set_record`; empty if there is no table."""
        return dict(self._table.manifest.record) if self._table else {}

    def fingerprint(self) -> str:
        """Return a digest of the chunks and the embedding model; "" if there is no table."""
        return self._table.fingerprint if self._table else ""

    def hold(self, *, wait: bool = False) -> bool:
        """Keep others who hold it from changing the table until this is closed; return whether it is held now."""
        return self._session.hold(wait=wait)

    def close(self) -> None:
        self._session.close()

    def _count(self, session: "Session") -> int:
        with session:
            return len(self._table) if self._table else 0


def _require_extra() -> None:
    if find_spec("psycopg") is None or find_spec("pgvector") is None:
        raise StoreError(
            'A store in PostgreSQL needs psycopg and pgvector; in the checkout: python -m pip install -e ".[postgres]"'
        )
