"""A debate as a map: claims, who rebuts or concedes which, and the passages behind each turn.

Positions are in the top row, one column per debater; below them is one row per turn, with the passages at the side.
This module computes places; ``argument_map.svg.j2`` draws.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from typing import Any

from markupsafe import Markup

from chains.debating.claims import claims_of
from chains.debating.spoken import plain
from chains.schemas import Chunk, Claim, Turn
from debate.output.templates import templates_in
from debate.results import QuestionResult
from vectorstore.text.sentences import split_sentences

_WIDTH, _GAP, _EDGE = 250, 60, 20  # of a box, between boxes, around the picture
_PASSAGES = 200  # width of a passage's box
_NARROWEST = 620  # has room for the key
_LINE, _PAD = 17, 12  # height of a line of words, and the room around them
_ACROSS = 7.6  # width of a letter of 13 px, at least; half of that of a Chinese one
_LINES = 4
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_COLOURS = ("#2b6a9b", "#ad580b", "#2f7555", "#8d4590", "#806608", "#b0413e")


@dataclass(frozen=True)
class Box:
    """A claim or a passage; ``lines`` are its words as they fit, ``whole`` are all of them."""

    x: float
    y: float
    width: float
    height: float
    title: str
    lines: tuple[str, ...]
    whole: str
    colour: str = ""
    lane: int = 0
    to_the_left: bool = False
    href: str = ""


@dataclass(frozen=True)
class Link:
    """A curve between two boxes, as SVG's path; ``kind`` says what it means."""

    kind: str
    path: str
    colour: str = ""
    lane: int = 0


@dataclass(frozen=True)
class ArgumentMap:
    """All that is drawn of a debate."""

    width: float
    height: float
    title: str
    claims: tuple[Box, ...]
    passages: tuple[Box, ...]
    links: tuple[Link, ...]


def argument_map(result: QuestionResult) -> ArgumentMap | None:
    """Lay a debate out; None if nobody spoke."""
    if not result.turns:
        return None
    ids = [*(one.persona_id for one in result.positions), *(turn.persona_id for turn in result.turns)]
    lanes = {persona_id: n for n, persona_id in enumerate(dict.fromkeys(ids))}
    positions = _positions(result, lanes)
    below = max([0.0, *(box.y + box.height for box in positions.values())])
    turns = list(_turns(result, lanes, below + _GAP * 0.7 if positions else _EDGE))
    passages = _passages(result, turns, _EDGE + len(lanes) * (_WIDTH + _GAP))
    drawn = (*positions.values(), *turns)
    bottom = max(box.y + box.height for box in (*turns, *passages.values())) + _EDGE + _LINE  # of the key to its lines
    width = _EDGE + len(lanes) * (_WIDTH + _GAP) + (_PASSAGES if passages else -_GAP) + _EDGE
    links = (*_rests(result.turns, turns, passages), *_answers(result.turns, turns, positions))
    return ArgumentMap(
        max(width, _NARROWEST), bottom + _EDGE, result.question.text, drawn, tuple(passages.values()), links
    )


def draw(shown: ArgumentMap, *, linked: bool = False) -> str:
    """Return the picture as SVG; every text in it is escaped.

    Args:
        linked: boxes lead to the turns of the page around the picture.
    """
    return _TEMPLATE.render(map=shown, linked=linked)


def _positions(result: QuestionResult, lanes: Mapping[str, int]) -> dict[str, Box]:
    taken = [one for one in result.positions if one.text]
    return {
        one.persona_id: _claim_box(lanes[one.persona_id], _EDGE, _title(one.speaker, ": position"), one.text)
        for one in taken
    }


def _turns(result: QuestionResult, lanes: Mapping[str, int], top: float) -> Iterator[Box]:
    for n, turn in enumerate(result.turns):
        title = _title(turn.speaker, f", round {turn.round}")
        box = _claim_box(lanes[turn.persona_id], top, title, _point(result.turns, n), f"#turn-{n + 1}")
        yield box
        top = box.y + box.height + _GAP * 0.7


def _title(name: str, part: str) -> str:
    """Return a name, shortened where it has to be, and the part of the debate."""
    return "".join(_wrapped(name, _WIDTH - 2 * _PAD - len(part) * _ACROSS, 1)) + part


def _point(turns: Sequence[Turn], n: int) -> str:
    """Return the sentence that represents a turn: one that was answered, or its first claim, or its first sentence."""
    answered = [one.answers.sentence for one in turns if one.answers and one.answers.turn == n]
    own = (claim.sentence for claim in claims_of(turns[n], n))
    first = (plain(one.text) for one in split_sentences(turns[n].text))
    return next((text for some in (answered, own, first) for text in some), turns[n].text)


def _claim_box(lane: int, y: float, title: str, text: str, href: str = "") -> Box:
    lines = _wrapped(text, _WIDTH - 2 * _PAD, _LINES)
    height = _LINE * (len(lines) + 1) + 2 * _PAD
    colour = _COLOURS[lane % len(_COLOURS)]
    x = _EDGE + lane * (_WIDTH + _GAP)
    return Box(x, y, _WIDTH, height, title, lines, text, colour, lane % len(_COLOURS), _runs_to_the_left(text), href)


def _passages(result: QuestionResult, turns: Sequence[Box], x: float) -> dict[str, Box]:
    """Place each passage beside the first turn that it supports, or below the passages before it."""
    table, placed, free = result.chunk_table(), {}, float(_EDGE)
    for turn, box in zip(result.turns, turns, strict=True):
        for chunk in (table[one] for one in turn.used if one in table and one not in placed):
            placed[chunk.id] = _passage_box(chunk, x, max(free, box.y))
            free = placed[chunk.id].y + placed[chunk.id].height + _GAP / 4
    return placed


def _passage_box(chunk: Chunk, x: float, y: float) -> Box:
    lines = _wrapped(chunk.text.lstrip("# "), _PASSAGES - 2 * _PAD, 2)
    (title,) = _wrapped(chunk.source or chunk.id, _PASSAGES - 2 * _PAD, 1) or ("",)
    height = _LINE * (len(lines) + 1) + 2 * _PAD
    return Box(x, y, _PASSAGES, height, title, lines, chunk.text, to_the_left=_runs_to_the_left(chunk.text))


def _answers(turns: Sequence[Turn], boxes: Sequence[Box], positions: Mapping[str, Box]) -> Iterator[Link]:
    for turn, box in zip(turns, boxes, strict=True):
        target = _answered(turn.answers, boxes, positions) if turn.answers else None
        if target is not None:
            x, y, at_x, at_y = box.x + box.width / 2, box.y, target.x + target.width / 2, target.y + target.height + 4
            half = (y + at_y) / 2
            kind = "concedes" if turn.concedes else "rebuts"
            yield Link(kind, f"M{x:g} {y:g}C{x:g} {half:g} {at_x:g} {half:g} {at_x:g} {at_y:g}", box.colour, box.lane)


def _answered(claim: Claim, boxes: Sequence[Box], positions: Mapping[str, Box]) -> Box | None:
    return positions.get(claim.persona_id) if claim.turn is None else boxes[claim.turn]


def _rests(turns: Sequence[Turn], boxes: Sequence[Box], passages: Mapping[str, Box]) -> Iterator[Link]:
    for turn, box in zip(turns, boxes, strict=True):
        for place, passage in zip(count(1), (passages[one] for one in turn.used if one in passages), strict=False):
            x, y = box.x + box.width, box.y + min(box.height - _PAD, place * _PAD)
            end, at = passage.x, passage.y + passage.height / 2
            bend = end - _GAP
            yield Link("rests", f"M{x:g} {y:g}H{bend:g}C{end - 10:g} {y:g} {bend + 10:g} {at:g} {end:g} {at:g}")


def _wrapped(text: str, width: float, most: int) -> tuple[str, ...]:
    """Cut a text into lines that fit; longer words are cut, and "…" marks what is left out."""
    fits = int(width / _ACROSS)
    lines: list[str] = []
    line, room = "", fits
    for word in text.split():
        while word and len(lines) <= most:
            size = _size(word[: fits + 1])
            if size + bool(line) <= room:
                line, room = f"{line} {word}".strip(), room - size - bool(line)
                break
            if not line:  # longer than a whole line
                cut = max(1, bisect_right(list(accumulate(_size(one) for one in word[:fits])), fits))
                line, word = word[:cut], word[cut:]
            lines.append(line)
            line, room = "", fits
    lines += [line] if line else []
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1].rstrip(' .,;:')}…"]
    return tuple(lines)


def _size(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _runs_to_the_left(text: str) -> bool:
    """Whether the first letter with a direction is one of a script that is written to the left."""
    directions = (unicodedata.bidirectional(one) for one in text)
    return next((one != "L" for one in directions if one in ("L", "R", "AL")), False)


def _allowed(value: Any) -> Any:
    """Replace what XML allows nowhere, not even escaped: a picture that holds it does not open."""
    is_plain = isinstance(value, str) and not isinstance(value, Markup)
    return _NO_XML.sub("\ufffd", value) if is_plain else value


_TEMPLATE = templates_in(__package__, finalize=_allowed).get_template("argument_map.svg.j2")
