"""The table ``chunks``: every passage that the writer or a debater read, with its scores; one column per view."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from textwrap import shorten

from chains.schemas import Chunk, Hit
from debate.output.columns import Column, Kind, Table
from debate.output.facts import RunFacts
from debate.results import QuestionResult
from prompts import PointOfView

LONGEST_HEADING = 40  # letters; sheet settings has each point of view in full


@dataclass(frozen=True)
class _Retrieved:
    """A passage as one reader's search found it; ``scores`` are those of the reader's points of view."""

    result: QuestionResult
    reader: str
    use: str
    hit: Hit | Chunk
    chunk: Chunk
    scores: Mapping[str, float]


def chunks_table(facts: RunFacts) -> Table:
    """Return the table with a row for each passage, its reader and its use: in the opinion or in the debate."""
    sets = (facts.views, *(who.povs for who in facts.speakers))
    views = _headings(_told(view) for views in sets for view in views)
    columns = (
        Column("question", lambda one: one.result.question.text, width=28),
        Column("reader", lambda one: one.reader, width=18),
        Column("use", lambda one: one.use, width=9),
        Column("rank", lambda one: one.hit.rank, Kind.WHOLE, 6),
        Column("source", lambda one: one.chunk.name, width=28),
        Column("text", lambda one: one.chunk.text, width=90),
        Column("score", lambda one: round(one.hit.score, 4), Kind.SCORE, 9),
        Column("question_score", lambda one: round(one.hit.question_score, 4), Kind.SCORE, 15),
        *(Column(heading, _score_of(view), Kind.SCORE, 18) for view, heading in views.items()),
        Column("question_id", lambda one: one.result.question.id, width=12, leads_to="results"),
        Column("chunk_id", lambda one: one.chunk.id, width=18),
    )
    return Table("chunks", columns, lambda result: _all_retrieved(result, facts), printed="question_score")


def _score_of(view: str) -> Callable[[_Retrieved], float | None]:
    return lambda one: one.scores.get(view)


def _headings(views: Iterable[str]) -> dict[str, str]:
    """Name a column for each view: its first words, numbered if two views begin the same way."""
    headings: dict[str, str] = {}
    for view in dict.fromkeys(views):
        short = shorten(view, LONGEST_HEADING, placeholder="…")
        alike = sum(one.startswith(short) for one in headings.values())
        headings[view] = f"{short} ({alike + 1})" if alike else short
    return headings


def _told(view: PointOfView) -> str:
    return f"{view.text} (against: {view.against})" if view.against else view.text


def _all_retrieved(result: QuestionResult, facts: RunFacts) -> Iterable[_Retrieved]:
    yield from (_retrieved(result, facts.writer, "opinion", chunk, chunk, facts.views) for chunk in result.chunks)
    table = result.chunk_table()
    for reading in result.readings:
        reader, views = result.name_of(reading.persona_id), facts.views_of(reading.persona_id)
        found = (hit for hit in reading.hits if hit.chunk_id in table)
        yield from (_retrieved(result, reader, "debate", hit, table[hit.chunk_id], views) for hit in found)


def _retrieved(
    result: QuestionResult, reader: str, use: str, hit: Hit | Chunk, chunk: Chunk, views: tuple[PointOfView, ...]
) -> _Retrieved:
    """Scores of a run with other points of view than the row's have no names: their cells stay empty."""
    named = zip(views, hit.pov_scores, strict=True) if len(views) == len(hit.pov_scores) else ()
    return _Retrieved(result, reader, use, hit, chunk, {_told(view): round(score, 4) for view, score in named})
