"""Retrieved passages, and which of them each debater read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import chain
from numbers import Real
from pathlib import PurePath
from typing import Any

from langchain_core.documents import Document
from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from chains.errors import ChainError
from chains.schemas.text import ValidText


@dataclass(frozen=True)
class Chunk:
    """A retrieved passage, word for word.

    Attributes:
        score: the total; (1 - pov weight) * question_score + pov weight * weighted pov_scores.
        pov_scores: one for every point of view, in their order.
        rank: 1 for the best.
        title, speaker, date: from its document's metadata, or ""; the date may be a year.
    """

    id: str
    text: ValidText
    source: str = ""
    score: float = 0.0
    question_score: float = 0.0
    pov_scores: tuple[float, ...] = ()
    rank: int = 0
    title: str = ""
    speaker: str = ""
    date: str = ""

    @property
    def label(self) -> str:
        """Say whose words these are, in one line: speaker, title, date; "" if nothing is known."""
        title = "" if self.title and self.title in self.text.partition("\n")[0] else self.title
        return ", ".join(part for part in (self.speaker, title, self.date) if part)

    @property
    def name(self) -> str:
        """Say where it is from, in one line: speaker, title and date where known, and the file; else its id."""
        title = "" if self.title == PurePath(self.source).stem else self.title
        known = ", ".join(part for part in (self.speaker, title, self.date) if part)
        return f"{known} ({self.source})" if known and self.source else known or self.source or self.id


@dataclass(frozen=True)
class Hit:
    """How one reader's search scored a chunk; the fields are those of ``Chunk``."""

    chunk_id: str
    score: float = 0.0
    question_score: float = 0.0
    pov_scores: tuple[float, ...] = ()
    rank: int = 0


@dataclass(frozen=True)
class Reading:
    """The passages that one debater reads, best first. Their texts are stored once a question."""

    persona_id: str
    hits: tuple[Hit, ...] = ()

    @classmethod
    def of(cls, persona_id: str, chunks: Sequence[Chunk]) -> Reading:
        """Keep the ids and scores of chunks that were retrieved for a persona."""
        hits = (Hit(one.id, one.score, one.question_score, one.pov_scores, one.rank) for one in chunks)
        return cls(persona_id, tuple(hits))

    def chunks(self, table: Mapping[str, Chunk]) -> tuple[Chunk, ...]:
        """Return the passages with this reader's scores.

        Args:
            table: the question's chunks by id (see ``chunk_table``).
        """
        return tuple(
            replace(
                table[hit.chunk_id],
                score=hit.score,
                question_score=hit.question_score,
                pov_scores=hit.pov_scores,
                rank=hit.rank,
            )
            for hit in self.hits
            if hit.chunk_id in table
        )


def chunk_table(*several: Sequence[Chunk]) -> dict[str, Chunk]:
    """Return chunks by id, in their order; of equal ids the first one counts."""
    table: dict[str, Chunk] = {}
    for chunk in chain.from_iterable(several):
        table.setdefault(chunk.id, chunk)
    return table


def chunk_from_document(document: Document, rank: int = 0) -> Chunk:
    """Read a retrieved LangChain document as a chunk."""
    metadata: dict[str, Any] = document.metadata
    scores = metadata.get("pov_scores")
    return Chunk(
        id=document.id or f"passage-{rank}",
        text=document.page_content,
        source=str(metadata.get("source", "")),
        score=_number(metadata.get("score")),
        question_score=_number(metadata.get("question_score")),
        pov_scores=tuple(map(_number, scores)) if isinstance(scores, list | tuple) else (),
        rank=int(_number(metadata.get("rank"), rank)),
        title=_first(metadata, "title"),
        speaker=_first(metadata, "speaker", "author"),
        date=_first(metadata, "date", "year"),
    )


def _number(value: object, otherwise: float = 0.0) -> float:
    """A number of a passage's metadata; another store may keep something else under the same name."""
    return float(value) if isinstance(value, Real) and math.isfinite(value) else otherwise


def _first(metadata: Mapping[str, Any], *names: str) -> str:
    """The first value that is there, on one line."""
    found = (" ".join(str(metadata[name]).split()) for name in names if metadata.get(name) not in (None, ""))
    return next(found, "")


def as_chunks(passages: Sequence[Chunk | Document | Mapping[str, Any] | str]) -> tuple[Chunk, ...]:
    """Return chunks from LangChain documents, mappings with a chunk's fields, or plain texts.

    Raises:
        ChainError: a passage of another type, or not a list.
    """
    if isinstance(passages, str | Mapping) or not isinstance(passages, Iterable):
        raise ChainError(f"passages must be a list of chunks or documents, not {type(passages).__name__}")
    return tuple(_as_chunk(passage, rank) for rank, passage in enumerate(passages, 1))


def _as_chunk(passage: object, rank: int) -> Chunk:
    if isinstance(passage, Chunk):
        return passage
    if isinstance(passage, Document):
        return chunk_from_document(passage, rank)
    if isinstance(passage, str):
        return Chunk(id=f"passage-{rank}", text=passage, rank=rank)
    if not isinstance(passage, Mapping):
        raise ChainError(
            f"passage {rank} must be a chunk, a document, a mapping or a text, not {type(passage).__name__}"
        )
    names = {field.name for field in fields(Chunk)}
    unknown = next((name for name in passage if name not in names), None)
    if unknown is not None:
        raise ChainError(f"passage {rank}: a chunk has no field {unknown!r}; give it id and text")
    try:
        return Chunk(**passage)
    except ValidationError as error:
        first = error.errors()[0]
        raise ChainError(f"passage {rank}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
