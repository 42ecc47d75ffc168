"""What a table says of itself: its comment, as JSON."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from psycopg import sql

from vectorstore.errors import StoreError
from vectorstore.store.persistence import FORMAT
from vectorstore.store.postgres.session import Session

PgKind = Literal["flat", "hnsw"]


@dataclass(frozen=True)
class TableManifest:
    """What a table's comment says of it.

    Attributes:
        probe: how its embedding model embeds a fixed sentence.
        record: what whoever filled it notes about that, such as from which documents.
    """

    kind: PgKind
    dimension: int
    embedding: str
    probe: tuple[float, ...]
    stance: bool = False
    record: dict[str, Any] = field(default_factory=dict)


def write_manifest(session: Session, manifest: TableManifest) -> None:
    """Write the comment of a session's table."""
    comment = sql.Literal(json.dumps({"format": FORMAT, **asdict(manifest)})).as_string()
    session.execute(f"COMMENT ON TABLE {{table}} IS {as_it_is(comment)}")


def read_manifest(comment: str | None, shown: str) -> TableManifest:
    """Read the comment of the table that is shown so.

    Raises:
        StoreError: it is none of ours.
    """
    try:
        told = json.loads(comment or "")
        if told.pop("format") != FORMAT:
            raise ValueError("another format")
        return TableManifest(**told | {"probe": tuple(told["probe"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{shown} is not a table of pov-debate, or lost its comment. Give another table.") from error


def as_it_is(part: str) -> str:
    """Return a part of a statement in which ``{…}`` is no name to fill in."""
    return part.replace("{", "{{").replace("}", "}}")
