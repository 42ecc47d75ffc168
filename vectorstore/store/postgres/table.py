"""Every SQL statement on a table of chunks with pgvector.

A table holds one corpus; its comment (JSON) is what `manifest.json` is for a folder. Positions are the identity column:
they rise in order of insertion and have gaps after deletions.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, LiteralString, Self

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from vectorstore.errors import StoreError
from vectorstore.store.filters import Filter, Kinds, condition, plain_values
from vectorstore.store.postgres.json_text import holds_zero, with_floats
from vectorstore.store.postgres.manifest import TableManifest, as_it_is, read_manifest, write_manifest
from vectorstore.store.postgres.session import Session
from vectorstore.store.ranking import Positions

SPARE = 8  # more than asked for, since the ranking after this scores anew


class PgTable:
    """Vectors and documents of one table; each call inside a transaction.

    Its methods are those of `VectorIndex` and of `DocumentTable`, by position in the table.

    Raises:
        StoreError: there is no such table, or pov-debate did not make it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        with session:
            told = session.execute("SELECT obj_description(to_regclass(%s))", f'"{session.address.table}"').fetchone()
        if not self.exists(session):
            raise StoreError(f"{session.address.shown}: there is no such table. Make it with debate index.")
        self.manifest = read_manifest(told[0] if told else None, session.address.shown)

    @staticmethod
    def exists(session: Session) -> bool:
        """Return whether there is a table of that name."""
        with session:
            return session.execute("SELECT to_regclass(%s)", f'"{session.address.table}"').fetchone() != (None,)

    @classmethod
    def create(cls, session: Session, manifest: TableManifest) -> Self:
        """Make an empty table; StoreError where one of its name is there."""
        with session:
            if cls.exists(session):
                raise StoreError(f"{session.address.shown} already exists. Open it, or give another table.")
            session.execute(
                "CREATE TABLE {table} (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "id text NOT NULL UNIQUE, text text NOT NULL, metadata jsonb NOT NULL, embedding vector NOT NULL)"
            )
            session.execute(f"ALTER TABLE {{table}} ALTER embedding TYPE vector({manifest.dimension:d})")
            write_manifest(session, manifest)
        table = cls(session)
        table.build_graph()
        return table

    @property
    def fingerprint(self) -> str:
        """A digest of every chunk, computed by the database, and of the embedding model."""
        query: LiteralString = (
            "SELECT md5(coalesce(string_agg(md5(id || chr(31) || text || chr(31) || metadata::text), '' ORDER BY id), "
            "'')) FROM {table}"
        )
        with self._session:
            return f"{self._one(query)}:{self.manifest.embedding}"

    def drop_graph(self) -> None:
        """Drop the graph of an "hnsw" table; searches are exact, and slower, until it is built."""
        with self._session:
            for name in self._graphs():
                self._session.execute(f"DROP INDEX {as_it_is(name)}")

    def build_graph(self) -> None:
        """Build the graph of an "hnsw" table that has none."""
        with self._session:
            if self.manifest.kind == "hnsw" and not self._graphs():
                self._session.execute("CREATE INDEX ON {table} USING hnsw (embedding vector_ip_ops)")

    def set_record(self, record: dict[str, Any]) -> None:
        """Note in the table's comment how it was filled."""
        self.manifest = replace(self.manifest, record=record)
        with self._session:
            write_manifest(self._session, self.manifest)

    def __len__(self) -> int:
        """Return the number of chunks."""
        return int(self._one("SELECT count(*) FROM {table}"))

    @property
    def state(self) -> tuple[int, int]:
        """What differs after every change of the chunks: their number and the last position."""
        count, last = self._session.execute("SELECT count(*), coalesce(max(position), 0) FROM {table}").fetchall()[0]
        return int(count), int(last)

    @property
    def dimension(self) -> int:
        return self.manifest.dimension

    @property
    def ids(self) -> list[str]:
        return list(self._column("SELECT id FROM {table} ORDER BY position"))

    @property
    def texts(self) -> list[str]:
        return list(self._column("SELECT text FROM {table} ORDER BY position"))

    @property
    def every_position(self) -> Positions:
        return np.fromiter(self._column("SELECT position FROM {table} ORDER BY position"), dtype=np.int64)

    def search(self, vectors: NDArray[Any], k: int) -> list[Positions]:
        return [
            self._nearest("SELECT position FROM {table} ORDER BY embedding <#> %s LIMIT %s", _sent(row), k + SPARE)
            for row in vectors
        ]

    def search_among(self, allowed: Positions, vectors: NDArray[Any], k: int) -> list[Positions]:
        query: LiteralString = (
            "WITH allowed AS MATERIALIZED (SELECT position, embedding FROM {table} WHERE position = ANY(%s)) "
            "SELECT position FROM allowed ORDER BY embedding <#> %s LIMIT %s"
        )
        return [self._nearest(query, allowed.tolist(), _sent(row), k + SPARE) for row in vectors]

    def vectors(self, positions: Iterable[int]) -> NDArray[np.float32]:
        wanted = [int(one) for one in positions]
        rows = self._column(
            "SELECT embedding FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (position, n) "
            "JOIN {table} USING (position) ORDER BY n",
            wanted,
        )
        found = [_received(row) for row in rows]
        return np.stack(found) if found else np.empty((0, self.dimension), dtype=np.float32)

    def positions(self, ids: Sequence[str]) -> list[int]:
        return list(
            self._column(
                "SELECT position FROM unnest(%s::text[]) WITH ORDINALITY AS asked (id, n) "
                "JOIN {table} USING (id) ORDER BY n",
                list(ids),
            )
        )

    def document(self, position: int) -> Document:
        [one] = self.documents([position])
        return one

    def documents(self, positions: Sequence[int]) -> list[Document]:
        """Return the documents at these positions, in their order."""
        rows = self._session.execute(
            "SELECT id, text, metadata FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (position, n) "
            "JOIN {table} USING (position) ORDER BY n",
            list(positions),
        )
        return [Document(id=one, page_content=text, metadata=metadata) for one, text, metadata in rows]

    def matching(self, wanted: Filter) -> Positions:
        if callable(wanted):
            every = self.every_position
            return np.array([one for one in every if wanted(self.document(int(one)))], dtype=np.int64)
        passes, plain, found = condition(wanted), plain_values(wanted), self.every_position
        self._check_names(wanted)
        for name, allowed in plain.items():
            held = [one for one in map(json.dumps, allowed) if not holds_zero(one)]
            rows = self._column(
                "SELECT position FROM {table} WHERE metadata -> %s = ANY(%s::jsonb[]) ORDER BY position",
                name.replace("\0", ""),
                [] if "\0" in name else held,
            )
            found = np.intersect1d(found, np.fromiter(rows, dtype=np.int64))
        if len(plain) == len(wanted):
            return found
        left = self._session.execute(
            "SELECT position, metadata FROM {table} WHERE position = ANY(%s) ORDER BY position", found.tolist()
        )
        return np.array([position for position, metadata in left if passes(metadata)], dtype=np.int64)

    def _check_names(self, wanted: Mapping[str, Any]) -> None:
        kinds, query = Kinds(wanted), "SELECT DISTINCT jsonb_typeof(metadata -> %s) FROM {table} WHERE metadata ? %s"
        for name in (one for one in kinds if "\0" not in one):
            kinds[name].update(self._column(query, name, name))
        kinds.check(lambda: self._column("SELECT DISTINCT jsonb_object_keys(metadata) FROM {table}"))

    def put(
        self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Add rows, instead of those of equal ids; other writers wait, readers see the state before.

        Raises:
            StoreError: a text or its metadata holds a zero byte.
        """
        for one, text, metadata in zip(ids, texts, metadatas, strict=True):
            if "\0" in text or holds_zero(metadata):
                raise StoreError(
                    f"The text or metadata of {one!r} holds a zero byte. PostgreSQL takes none: remove it."
                )
        self._session.execute("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        self._session.execute("DELETE FROM {table} WHERE id = ANY(%s)", list(ids))
        # In binary form, which is 40 times as fast as vectors that the server reads as text.
        self._session.copy(
            "COPY {table} (id, text, metadata, embedding) FROM STDIN WITH (FORMAT BINARY)",
            ("text", "text", "jsonb", "vector"),
            zip(ids, texts, (Jsonb(with_floats(one), dumps=str) for one in metadatas), vectors, strict=True),
        )

    def remove(self, ids: Sequence[str] | None) -> bool:
        """Delete rows, all if `ids` is None; return whether any existed."""
        self._session.execute("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        if ids is None:
            return self._session.execute("DELETE FROM {table}").rowcount > 0
        return self._session.execute("DELETE FROM {table} WHERE id = ANY(%s)", list(ids)).rowcount > 0

    def set_metadatas(self, positions: Sequence[int], metadatas: Sequence[str]) -> None:
        self._session.execute(
            "UPDATE {table} SET metadata = given.metadata::jsonb FROM unnest(%s::bigint[], %s::text[]) "
            "AS given (position, metadata) WHERE {table}.position = given.position",
            *(list(positions), list(map(with_floats, metadatas))),
        )

    def _graphs(self) -> list[str]:
        query: LiteralString = (
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "JOIN pg_am ON pg_am.oid = relam WHERE indrelid = to_regclass(%s) AND amname = 'hnsw'"
        )
        return list(self._column(query, f'"{self._session.address.table}"'))

    def _nearest(self, query: LiteralString, *values: Any) -> Positions:
        return np.fromiter(self._column(query, *values), dtype=np.int64)

    def _one(self, query: LiteralString, *values: Any) -> Any:
        return next(self._column(query, *values))

    def _column(self, query: LiteralString, *values: Any) -> Iterator[Any]:
        return (row[0] for row in self._session.execute(query, *values))


def _sent(vector: NDArray[Any]) -> Any:
    return vector.astype(np.float32)


def _received(vector: Any) -> NDArray[np.float32]:
    return np.asarray(vector.to_numpy() if hasattr(vector, "to_numpy") else vector, dtype=np.float32)
