"""``report.html``: a run to look at, in one file that needs no network.

Everything that came from documents or the model is escaped by the template, and the page's own policy lets no
script run but its own. Knows how a result is shown, not how it came about.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from chains.schemas import Chunk, Turn
from chains.sentences import split_sentences
from debate.errors import RunFolderError
from debate.results import QuestionResult

_MARKER = re.compile(r"(\[\d{1,2}\])")


@dataclass(frozen=True)
class _Piece:
    text: str
    href: str = ""


@dataclass(frozen=True)
class _Sentence:
    pieces: tuple[_Piece, ...]
    supported: bool


@dataclass(frozen=True)
class _Bar:
    label: str
    value: str
    percent: float
    kind: str = ""


@dataclass(frozen=True)
class _Passage:
    anchor: str
    id: str
    source: str
    score: str
    text: str
    bars: tuple[_Bar, ...]


@dataclass(frozen=True)
class _Speech:
    speaker: str
    round: int
    text: str
    verdict: bool


@dataclass(frozen=True)
class _Row:
    anchor: str
    id: str
    question: str
    parent: str
    status: str
    tags: str
    words: int
    supported: int | None
    seconds: int
    error: str
    notes: str
    sentences: tuple[_Sentence, ...]
    chunks: tuple[_Passage, ...]
    turns: tuple[_Speech, ...]


@dataclass(frozen=True)
class _Figures:
    id: str
    model: str
    failed: bool
    words: int
    supported: int
    loops: int
    seconds: int


@dataclass(frozen=True)
class _ChartBar:
    height: float
    label: str
    bad: bool


@dataclass(frozen=True)
class _Chart:
    title: str
    range: str
    bars: tuple[_ChartBar, ...]


def write_report(
    path: Path, results: Callable[[], Iterable[QuestionResult]], title: str, povs: Sequence[str] = ()
) -> None:
    """Write the report beside ``path`` and rename it into place.

    Args:
        results: reads the rows one by one; called twice, for the charts and for the rows, so that a long run is
            never in memory as a whole.
        povs: the texts of the run's points of view, in the order of the chunks' ``pov_scores``.

    Raises:
        RunFolderError: the folder cannot be written to.
    """
    figures = [_figures(result) for result in results()]
    page = _template().stream(
        title=title,
        nonce=secrets.token_urlsafe(16),
        total=len(figures),
        failed=sum(one.failed for one in figures),
        model=figures[0].model if figures else "",
        charts=_charts(figures),
        rows=(_row(result, povs) for result in results()),
    )
    unfinished = path.with_name(f".{path.name}.part")
    try:
        page.dump(str(unfinished), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise RunFolderError(f"cannot write {path}: {error.strerror}; free space or choose another --out") from error


def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = files("debate").joinpath("templates", "report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)


def _row(result: QuestionResult, povs: Sequence[str]) -> _Row:
    anchor = "q-" + hashlib.sha256(result.question.id.encode()).hexdigest()[:10]
    opinion = result.opinion
    turns = (*result.turns, *((result.verdict,) if result.verdict else ()))
    looped = bool(opinion and opinion.loop) or any(turn.loop for turn in turns)
    tags = [result.status, *(["abstained"] if opinion and opinion.abstained else []), *(["looped"] if looped else [])]
    notes = [result.question.note, *(opinion.notes if opinion else ()), opinion.loop if opinion else ""]
    return _Row(
        anchor=anchor,
        id=result.question.id,
        question=result.question.text,
        parent=result.question.parent_text,
        status=result.status,
        tags=" ".join(tags),
        words=opinion.words if opinion else 0,
        supported=round(100 * opinion.supported) if opinion and opinion.supported is not None else None,
        seconds=round(result.seconds),
        error=result.error,
        notes=" · ".join(note for note in notes if note),
        sentences=_sentences(opinion.answer if opinion else "", anchor, len(result.chunks)),
        chunks=tuple(_passage(chunk, anchor, n, povs) for n, chunk in enumerate(result.chunks, 1)),
        turns=tuple(_speech(turn) for turn in turns),
    )


def _sentences(answer: str, anchor: str, chunks: int) -> tuple[_Sentence, ...]:
    """Cut an answer into sentences, each with the white space before it, its markers linked to the passages."""
    shown: list[_Sentence] = []
    position = 0
    for sentence in split_sentences(answer):
        text = answer[position : sentence.end]
        position = sentence.end
        pieces = tuple(_piece(part, anchor, chunks) for part in _MARKER.split(text) if part)
        shown.append(_Sentence(pieces, supported=any(piece.href for piece in pieces)))
    return tuple(shown)


def _piece(text: str, anchor: str, chunks: int) -> _Piece:
    known = _MARKER.fullmatch(text) and 1 <= int(text[1:-1]) <= chunks
    return _Piece(text, f"{anchor}-{text[1:-1]}" if known else "")


def _passage(chunk: Chunk, anchor: str, number: int, povs: Sequence[str]) -> _Passage:
    labels = [*povs, *(f"point of view {n}" for n in range(len(povs) + 1, len(chunk.pov_scores) + 1))]
    bars = [_bar("question", chunk.question_score, "")]
    bars += [_bar(label, score, "view") for label, score in zip(labels, chunk.pov_scores, strict=False)]
    return _Passage(f"{anchor}-{number}", chunk.id, chunk.source, f"{chunk.score:.3f}", chunk.text, tuple(bars))


def _bar(label: str, score: float, kind: str) -> _Bar:
    return _Bar(label, f"{score:+.3f}", round(min(abs(score), 1.0) * 100, 1), "minus" if score < 0 else kind)


def _speech(turn: Turn) -> _Speech:
    return _Speech(turn.speaker, turn.round, turn.text, verdict=turn.round == 0)


def _figures(result: QuestionResult) -> _Figures:
    turns = (*result.turns, *((result.verdict,) if result.verdict else ()))
    opinion = result.opinion
    return _Figures(
        id=result.question.id,
        model=result.model,
        failed=bool(result.error),
        words=opinion.words if opinion else 0,
        supported=round(100 * (opinion.supported or 0)) if opinion else 0,
        loops=bool(opinion and opinion.loop) + sum(bool(turn.loop) for turn in turns),
        seconds=round(result.seconds),
    )


def _charts(figures: Sequence[_Figures]) -> list[_Chart]:
    return [
        _chart("Words", [one.words for one in figures], figures),
        _chart("Sentences that rest on a passage, %", [one.supported for one in figures], figures),
        _chart("Loops cut", [one.loops for one in figures], figures),
        _chart("Seconds", [one.seconds for one in figures], figures),
    ]


def _chart(title: str, values: Sequence[int], figures: Sequence[_Figures]) -> _Chart:
    largest = max(values, default=0)
    bars = tuple(
        _ChartBar(round(value / largest, 4) if largest else 0.0, f"{one.id}: {value}", one.failed)
        for value, one in zip(values, figures, strict=True)
    )
    return _Chart(title, f"{min(values)} to {largest}" if values else "no rows", bars)
