"""A connection to PostgreSQL with pgvector: addresses, transactions, and one-line errors."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, LiteralString, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from pgvector.psycopg import register_vector
from psycopg import errors, sql

from vectorstore.errors import StoreError, StoreUnavailable

# Candidates that a search of the graph keeps. pgvector's own 40 is fewer than a reranker reads.
EF_SEARCH = 200
_ANSWERS_WITHIN = 10  # seconds


@dataclass(frozen=True)
class PgAddress:
    """Where a table is.

    Attributes:
        connection: for psycopg, with the password if there is one.
        shown: for messages, without it.
    """

    connection: str
    table: str
    shown: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``postgresql://user:password@host:port/database/table``.

        Raises:
            StoreError: it names no database or no table.
        """
        parts = urlsplit(text)
        names = parts.path.strip("/").split("/")
        # A password with "/" in it is cut there: everything before the last @ stays unseen.
        place = f"{parts.scheme}://{text.partition('://')[2].rpartition('@')[2].partition('?')[0]}"
        cut = "@" in parts.path + parts.query + parts.fragment
        if cut or parts.scheme not in ("postgresql", "postgres") or len(names) != 2 or not all(names):
            raise StoreError(
                f"{place} is not the address of a table. Write postgresql://user@host:5432/database/table."
            )
        return cls(urlunsplit(parts._replace(path=f"/{names[0]}")), names[1], place)


class Session:
    """One connection, for one thread at a time.

    Each outermost ``with`` is a transaction, which sees one state of the table. A lost connection is opened again by
    the next transaction. Errors of the database are raised as StoreError.
    """

    def __init__(self, address: PgAddress) -> None:
        self.address = address
        self._lock = threading.RLock()
        self._depth = 0
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        self._lock.acquire()
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connected()
        except BaseException:
            self._lock.release()
            raise
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        connection = self._connection
        try:
            if self._depth or connection is None or connection.closed:
                return
            if error:
                connection.rollback()
            else:
                connection.commit()
        except psycopg.Error as failure:
            raise self._told(failure) from failure
        finally:
            self._lock.release()
            if isinstance(error, psycopg.Error):
                raise self._told(error) from error

    def execute(self, query: LiteralString, *values: Any) -> psycopg.Cursor[Any]:
        """Run a statement in which ``{table}`` is the table."""
        if self._connection is None:
            raise StoreError(f"{self.address.shown}: a statement outside of a transaction")
        return self._connection.execute(self._on_table(query), values)

    def copy(self, query: LiteralString, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Run ``COPY … FROM STDIN`` with these rows, whose columns have these types."""
        if self._connection is None:
            raise StoreError(f"{self.address.shown}: a statement outside of a transaction")
        with self._connection.cursor().copy(self._on_table(query)) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def hold(self, *, wait: bool = False) -> bool:
        """Take the table's advisory lock until the connection is closed; return whether it was free."""
        key = f"pov-debate {self.address.table}"
        with self:
            if wait:
                self.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
                return True
            found = self.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key).fetchone()
        return bool(found and found[0])

    @contextmanager
    def closed_on_error(self) -> Iterator[Self]:
        """Close the connection where what is done with it fails."""
        try:
            yield self
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()

    def _on_table(self, query: LiteralString) -> sql.Composed:
        return sql.SQL(query).format(table=sql.Identifier(self.address.table))

    def _connected(self) -> psycopg.Connection[Any]:
        try:
            connection = psycopg.connect(self.address.connection, connect_timeout=_ANSWERS_WITHIN)
        except psycopg.Error as error:
            raise self._told(error) from error
        try:
            self._prepare(connection)
        except psycopg.Error as error:
            connection.close()
            raise self._told(error) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: psycopg.Connection[Any]) -> None:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        found = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone()
        connection.commit()
        if not found:
            self._add_extension(connection)
        register_vector(connection)
        connection.execute(f"SET hnsw.ef_search = {EF_SEARCH}")
        connection.execute("SET hnsw.iterative_scan = relaxed_order")  # for searches that want more than that
        connection.commit()

    def _add_extension(self, connection: psycopg.Connection[Any]) -> None:
        try:
            connection.execute("CREATE EXTENSION vector")
            connection.commit()
        except psycopg.Error as error:
            raise StoreError(
                f"{self.address.shown}: the database has no pgvector, and it cannot be added ({_first(error)}). "
                "Install it on the server and run CREATE EXTENSION vector as its owner."
            ) from error

    def _told(self, error: psycopg.Error) -> StoreError:
        shown = self.address.shown
        if isinstance(error, errors.ReadOnlySqlTransaction | errors.InsufficientPrivilege):
            return StoreError(f"{shown} cannot be written ({_first(error)}). Use a role and a server that may write.")
        if isinstance(error, psycopg.OperationalError):
            return StoreUnavailable(
                f"{shown} does not answer ({_first(error)}). Check server, port and password; run it again."
            )
        return StoreError(f"{shown}: {_first(error)}")


def _first(error: psycopg.Error) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
