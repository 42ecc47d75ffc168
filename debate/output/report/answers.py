"""Texts as pieces for the report: citations, unsupported names, and sentences by how well they are supported."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from chains.schemas import Opinion, Turn
from vectorstore.text.sentences import CITATION

_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence: plain, a marker that leads to ``href``, or a name or number that is in no passage."""

    text: str
    kind: Literal["plain", "marker", "unsupported"] = "plain"
    href: str = ""


@dataclass(frozen=True)
class Stretch:
    """A sentence, or the text between two; ``supported`` is None if the grounding does not cover it."""

    pieces: tuple[Piece, ...]
    supported: bool | None


@dataclass(frozen=True)
class Part:
    """A part of a passage: a Markdown heading without its marks, or the text up to the next one, unchanged."""

    text: str
    heading: bool = False


def titled(passage: str) -> tuple[Part, ...]:
    """Cut a passage at its Markdown headings, which the reader sees as such."""
    found = [Part(text, bool(n % 2)) for n, text in enumerate(_HEADING.split(passage))]
    return tuple(part for part in found if part.text)


def answer_stretches(opinion: Opinion, anchors: Mapping[int, str]) -> tuple[Stretch, ...]:
    """Cut an answer where its grounding does; ``anchors`` are the places of the passages by number.

    The stretches together are the answer, character by character.
    """
    claims = _claims(opinion.unsupported)
    stretches: list[Stretch] = []
    position = 0
    for sentence in opinion.sentences:
        between, text = opinion.answer[position : sentence.start], opinion.answer[sentence.start : sentence.end]
        if between:
            stretches.append(Stretch(tuple(_pieces(between, claims, anchors)), None))
        stretches.append(Stretch(tuple(_pieces(text, claims, anchors)), sentence.chunk is not None))
        position = sentence.end
    if position < len(opinion.answer):
        stretches.append(Stretch(tuple(_pieces(opinion.answer[position:], claims, anchors)), None))
    return tuple(stretches)


def turn_pieces(turn: Turn, anchors: Mapping[int, str]) -> tuple[Piece, ...]:
    """Cut a turn where it names a passage or something that is in none; together the pieces are its text."""
    return tuple(_pieces(turn.text, _claims(turn.unsupported), anchors))


def _claims(unknown: tuple[str, ...]) -> re.Pattern[str]:
    """Match markers, and unsupported names and numbers as whole words: 5, but not in 1.5 or [5]."""
    names = "|".join(re.escape(name) for name in sorted(unknown, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?P<marker>{CITATION.pattern})|(?<!\w)(?<!\d[.,])(?:{names})(?!\w|[.,]\d)")


def _pieces(text: str, claims: re.Pattern[str], anchors: Mapping[int, str]) -> Iterator[Piece]:
    position = 0
    for found in claims.finditer(text):
        if found.start() > position:
            yield Piece(text[position : found.start()])
        yield _piece(found, anchors)
        position = found.end()
    if position < len(text):
        yield Piece(text[position:])


def _piece(found: re.Match[str], anchors: Mapping[int, str]) -> Piece:
    if not found["marker"]:
        return Piece(found.group(), "unsupported")
    href = anchors.get(int(found.group()[1:-1]), "")
    return Piece(found.group(), "marker" if href else "plain", href)
