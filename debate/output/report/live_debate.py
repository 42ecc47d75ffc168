"""A debate on the live page: positions, turns next to their passages, and the map.

Data for ``live_debate.html.j2``, which replaces a row's plain turns.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chains.schemas import Chunk, Poll, Turn
from debate.output.argument_map import argument_map, draw
from debate.output.report.answers import Part, titled
from debate.output.report.rows import Row, Speech
from debate.output.tables.wording import agreement
from debate.results import QuestionResult


@dataclass(frozen=True)
class Stand:
    """A debater's position; ``agrees`` says with whom."""

    speaker: str
    colour: int
    text: str
    agrees: str


@dataclass(frozen=True)
class Beside:
    """A passage that a turn read; ``used`` if it supports one of the turn's sentences."""

    number: int
    anchor: str
    source: str
    text: tuple[Part, ...]
    used: bool


@dataclass(frozen=True)
class LiveTurn:
    """A turn: ``answers`` holds the name, the sentence and the turn's number, 0 for a position, of what it answers."""

    number: int
    speech: Speech
    answers: tuple[str, str, int] | None
    facts: tuple[str, ...]
    beside: tuple[Beside, ...]


@dataclass(frozen=True)
class LiveRound:
    """A round: what the moderator asked in it, its turns, and who held which position after it."""

    number: int
    asked: str
    turns: tuple[LiveTurn, ...]
    held: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LiveDebate:
    """A debate so far; ``picture`` is its map as SVG, "" before the first turn, ``address`` where it can be saved."""

    stands: tuple[Stand, ...]
    rounds: tuple[LiveRound, ...]
    picture: str
    address: str


def live_debate(result: QuestionResult, row: Row, address: str) -> LiveDebate | None:
    """Return what is shown of a debate so far; None before it begins.

    Args:
        row: the same result as the report lays it out.
        address: of the map's picture.
    """
    if not result.positions and not result.turns:
        return None
    shown = argument_map(result)
    return LiveDebate(
        tuple(_stands(result)), tuple(_rounds(result, row)), draw(shown, linked=True) if shown else "", address
    )


def _stands(result: QuestionResult) -> Iterator[Stand]:
    for colour, one in enumerate(result.positions):
        yield Stand(one.speaker, colour % 6, one.text, agreement(result, one))


def _rounds(result: QuestionResult, row: Row) -> Iterator[LiveRound]:
    table = result.chunk_table()
    asked = {one.round: one.text for one in result.round_questions}
    held = {one.round: tuple(_held(one, result)) for one in result.polls}
    turns = [
        LiveTurn(n + 1, speech, _answers(turn, result), tuple(_facts(turn)), tuple(_beside(turn, speech, table)))
        for n, (turn, speech) in enumerate(zip(result.turns, row.speeches, strict=True))
    ]
    for number in sorted({*asked, *(one.speech.round for one in turns)}):
        of_round = tuple(one for one in turns if one.speech.round == number)
        yield LiveRound(number, asked.get(number, ""), of_round, held.get(number, ()))


def _held(poll: Poll, result: QuestionResult) -> Iterator[tuple[str, str]]:
    for ballot in poll.ballots:
        chosen = result.name_of(ballot.choices[0]) if ballot.choices else "nobody"
        yield result.name_of(ballot.persona_id), chosen


def _answers(turn: Turn, result: QuestionResult) -> tuple[str, str, int] | None:
    claim = turn.answers
    if claim is None:
        return None
    return result.name_of(claim.persona_id), claim.sentence, 0 if claim.turn is None else claim.turn + 1


def _facts(turn: Turn) -> Iterator[str]:
    if turn.supported is not None:
        yield f"{turn.supported:.0%} supported by passages"
    if turn.echo:
        yield f"{turn.echo:.0%} said before"
    if turn.concedes:
        yield "concedes something"
    yield from map(str, turn.faults)


def _beside(turn: Turn, speech: Speech, table: Mapping[str, Chunk]) -> Iterator[Beside]:
    """Yield the passages, those that support the turn first."""
    anchors = dict(speech.read)
    read = [(n, table[one]) for n, one in enumerate(turn.chunk_ids, 1) if one in table]
    for n, chunk in sorted(read, key=lambda pair: pair[1].id not in turn.used):
        yield Beside(n, anchors.get(n, ""), chunk.source or chunk.id, titled(chunk.text), chunk.id in turn.used)
