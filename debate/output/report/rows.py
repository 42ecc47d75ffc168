"""One question of the report, ready for the template: text, links and numbers, no HTML."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chains.schemas import Chunk, Opinion, Turn
from debate.amounts import length
from debate.output.facts import RunFacts
from debate.output.report.answers import Part, Piece, Stretch, answer_stretches, titled, turn_pieces
from debate.output.report.debates import DebateHealth, debate_health
from debate.output.report.scores import Bar, bars, legend
from debate.output.tables.baseline import Side, sides_of
from debate.output.tables.wording import failed_steps, lookup_line, why_not_debated
from debate.results import QuestionResult
from prompts import PointOfView

_SPEAKERS = 6  # colours for speakers; a seventh gets the first one's again


@dataclass(frozen=True)
class Passage:
    """A passage in the report; ``number`` is its marker, 0 if the model did not see it.

    Attributes:
        text: in parts; empty where ``stored`` is not, the key of the text that the page keeps once for all rows.
        first: it is the first row that keeps this text.
    """

    number: int
    anchor: str
    id: str
    source: str
    score: float
    bar: Bar
    text: tuple[Part, ...]
    stored: str = ""
    first: bool = False


@dataclass(frozen=True)
class Passages:
    """Passages that were retrieved together, with the legend of their bars.

    ``stored`` and ``first`` are of the legend what they are of a ``Passage``'s text.
    """

    passages: tuple[Passage, ...]
    legend: tuple[tuple[int, str], ...]
    stored: str
    first: bool


@dataclass(frozen=True)
class Reader:
    """Who took part in the debate, and what they read."""

    name: str
    colour: int
    read: Passages


@dataclass(frozen=True)
class Speech:
    """One turn.

    Attributes:
        read: number and anchor of each passage that was in its prompt.
        looked_up: what its speaker looked up itself, a line a call.
        faults: what the rules find wrong with it.
    """

    speaker: str
    colour: int
    round: int
    text: tuple[Piece, ...]
    length: str
    read: tuple[tuple[int, str], ...]
    looked_up: tuple[str, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One question: its result, and what the page makes of it.

    Attributes:
        supported: share of the answer's sentences in percent.
        rests: how many sentences rest on a passage, and how many there are.
        tokens: read for the opinion, and written in all.
        not_debated: who agrees with whom, where that left nothing to debate; "" otherwise.
    """

    result: QuestionResult
    anchor: str
    tags: tuple[str, ...]
    notes: tuple[str, ...]
    words: int
    length: str
    supported: int | None
    rests: tuple[int, int]
    tokens: tuple[int, int]
    answer: tuple[Stretch, ...]
    retrieved: Passages
    speeches: tuple[Speech, ...]
    positions: tuple[tuple[int, str, str], ...]
    not_debated: str
    asked: Mapping[int, str]
    readers: tuple[Reader, ...]
    verdict: Speech | None
    health: DebateHealth | None
    sides: tuple[Side, ...]
    laid_out: bool


def anchor_of(result: QuestionResult) -> str:
    """Return the place of a row in the page: whatever is in its id, this is letters and digits."""
    return "q-" + hashlib.sha256(result.question.id.encode(errors="replace")).hexdigest()[:10]


def tags_of(result: QuestionResult) -> list[str]:
    """Return what a row can be filtered by."""
    opinion, turns = result.opinion, result.spoken
    found = {
        "looped": any(one.loop for one in (opinion, *turns) if one),
        "dropped": any(one.dropped for one in (opinion, *turns) if one),
        "unsupported": bool(opinion and opinion.unsupported),
        "copied": bool(opinion and opinion.mostly_copied),
    }
    return [result.status.value, *(tag for tag, is_so in found.items() if is_so)]


class RowMaker:
    """Makes rows, and remembers which passages' texts the page keeps already."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self._kept: set[str] = set()

    def row(self, result: QuestionResult, *, laid_out: bool) -> Row:
        """Return what is shown of a result; where it is not laid out, its passages' texts are kept by key."""
        anchor = anchor_of(result)
        opinion, turns = result.opinion, result.spoken
        retrieved = self._retrieved(result, anchor, laid_out)
        numbers = {one.number: one.anchor for one in retrieved.passages if one.number}
        colours = {one: n % _SPEAKERS for n, one in enumerate(dict.fromkeys(turn.persona_id for turn in result.turns))}
        sentences = opinion.sentences if opinion else ()
        return Row(
            result=result,
            anchor=anchor,
            tags=tuple(tags_of(result)),
            notes=tuple(note for note in (result.question.note, *failed_steps(result), *_notes(opinion)) if note),
            words=opinion.words if opinion else 0,
            length=length(opinion.words, opinion.answer) if opinion else "",
            supported=None if opinion is None or opinion.supported is None else round(100 * opinion.supported),
            rests=(sum(one.whole for one in sentences), len(sentences)),
            tokens=(opinion.prompt_tokens if opinion else 0, sum(one.tokens for one in (opinion, *turns) if one)),
            answer=answer_stretches(opinion, numbers) if opinion else (),
            retrieved=retrieved,
            speeches=tuple(_speech(turn, colours[turn.persona_id], result, anchor) for turn in result.turns),
            positions=tuple(
                (colours.get(one.persona_id, n % _SPEAKERS), one.speaker, one.text)
                for n, one in enumerate(result.positions)
                if one.persona_id in colours or not colours
            ),
            not_debated=why_not_debated(result),
            asked={one.round: one.text for one in result.round_questions},
            readers=self._readers(result, colours, anchor, laid_out),
            verdict=_speech(result.verdict, 0, result, anchor) if result.verdict else None,
            health=debate_health(result, colours),
            sides=tuple(sides_of(result)),
            laid_out=laid_out,
        )

    def _retrieved(self, result: QuestionResult, anchor: str, laid_out: bool) -> Passages:
        """Return the opinion's passages: those that the model saw by their markers, then those that did not fit."""
        seen = result.opinion.chunk_ids if result.opinion else tuple(chunk.id for chunk in result.chunks)
        numbers = {chunk_id: n for n, chunk_id in enumerate(seen, 1)}
        ordered = sorted(result.chunks, key=lambda chunk: numbers.get(chunk.id, len(numbers) + 1))
        views = self._facts.views
        return self._passages(ordered, [numbers.get(chunk.id, 0) for chunk in ordered], views, anchor, laid_out)

    def _readers(
        self, result: QuestionResult, colours: dict[str, int], anchor: str, laid_out: bool
    ) -> tuple[Reader, ...]:
        table, readers = result.chunk_table(), []
        for reading in result.readings:
            if reading.persona_id not in colours:
                continue
            chunks, views = reading.chunks(table), self._facts.views_of(reading.persona_id)
            place = _reader_anchor(anchor, reading.persona_id)
            read = self._passages(chunks, range(1, len(chunks) + 1), views, place, laid_out)
            readers.append(Reader(result.name_of(reading.persona_id), colours[reading.persona_id], read))
        return tuple(readers)

    def _passages(
        self, chunks: Sequence[Chunk], numbers: Sequence[int], views: Sequence[PointOfView], anchor: str, laid_out: bool
    ) -> Passages:
        drawn = bars(chunks, views, self._facts.pov_weight)
        made = []
        for place, (chunk, number, bar) in enumerate(zip(chunks, numbers, drawn, strict=True), 1):
            stored, first = self._store("t-", chunk.text, laid_out)
            text = titled(chunk.text) if laid_out or first else ()
            made.append(
                Passage(number, f"{anchor}-{place}", chunk.id, chunk.source, chunk.score, bar, text, stored, first)
            )
        parts = legend(views)
        return Passages(tuple(made), parts, *self._store("l-", repr(parts), laid_out))

    def _store(self, kind: str, text: str, laid_out: bool) -> tuple[str, bool]:
        """Return the key that the page keeps a text by, and whether it is new to it; "" if it is in the row."""
        if laid_out:
            return "", False
        key = kind + hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
        first = key not in self._kept
        self._kept.add(key)
        return key, first


def _speech(turn: Turn, colour: int, result: QuestionResult, anchor: str) -> Speech:
    reader = _reader_anchor(anchor, turn.persona_id)
    hits = next((one.hits for one in result.readings if one.persona_id == turn.persona_id), ())
    places = {hit.chunk_id: f"{reader}-{n}" for n, hit in enumerate(hits, 1)}
    read = tuple((n, places[one]) for n, one in enumerate(turn.chunk_ids, 1) if one in places)
    text = turn_pieces(turn, dict(read))
    looked_up = tuple(lookup_line(result, one) for one in turn.lookups)
    said = length(turn.words, turn.text)
    faults = tuple(map(str, turn.faults))
    return Speech(turn.speaker, colour, turn.round, text, said, read, looked_up, faults, tuple(_notes(turn)))


def _reader_anchor(anchor: str, persona_id: str) -> str:
    return f"{anchor}-{hashlib.sha256(persona_id.encode(errors='replace')).hexdigest()[:6]}"


def _notes(told: Opinion | Turn | None) -> list[str]:
    if told is None:
        return []
    dropped = [f"did not fit the window: {', '.join(told.dropped)}"] if told.dropped else []
    return [*([told.loop] if told.loop else []), *dropped, *told.notes]
