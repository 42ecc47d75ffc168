"""The parts of a passage's score for a bar: (1-λ)·question and λ·ŵ·view for each point of view.

The parts are the terms of the sum in ``vectorstore.pov``. If they do not add up to the stored score (a run with mixed
settings), the difference is shown as a separate part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chains.schemas import Chunk
from prompts import PointOfView
from vectorstore.pov import coefficients

_ROUNDING = 0.001
COLOURS = 8  # one for the question, one for each of six points of view (then they repeat), one for the rest
_REST = COLOURS - 1


@dataclass(frozen=True)
class Part:
    """One part of a passage's score.

    Attributes:
        colour: its class in the style sheet, the same for the same part in every bar.
        share: what it adds to the score, below zero if it takes away.
        weight, cosine: its two factors; None for the rest.
        left, width: its place in the bar, in percent of the bar's width.
    """

    label: str
    colour: int
    share: float
    weight: float | None
    cosine: float | None
    left: float = 0.0
    width: float = 0.0


@dataclass(frozen=True)
class Bar:
    """A passage's score as a bar; ``zero`` is the position of 0, in percent."""

    parts: tuple[Part, ...]
    zero: float


def bars(chunks: Sequence[Chunk], views: Sequence[PointOfView], pov_weight: float) -> tuple[Bar, ...]:
    """Return a bar for each chunk, all on one scale."""
    made = [_parts(chunk, views, pov_weight) for chunk in chunks]
    above = max((sum(part.share for part in parts if part.share > 0) for parts in made), default=0.0)
    below = max((-sum(part.share for part in parts if part.share < 0) for parts in made), default=0.0)
    scale = 100 / max(above + below, 1e-9)
    return tuple(_laid(parts, below * scale, scale) for parts in made)


def legend(views: Sequence[PointOfView]) -> tuple[tuple[int, str], ...]:
    """Return colour and name of every part that a bar can have."""
    return ((0, "the question"), *((_colour(n), view.text) for n, view in enumerate(views)))


def _parts(chunk: Chunk, views: Sequence[PointOfView], pov_weight: float) -> list[Part]:
    weights = [view.weight for view in views]
    if len(weights) != len(chunk.pov_scores):
        return [Part("points of view that are not known any more", _REST, chunk.score, None, None)]
    factors = coefficients(weights, pov_weight)[0]
    scores = (chunk.question_score, *chunk.pov_scores)
    labels = ("the question", *(view.text for view in views))
    parts = [
        Part(label, _colour(n - 1) if n else 0, float(factor) * score, float(factor), score)
        for n, (label, factor, score) in enumerate(zip(labels, factors, scores, strict=True))
    ]
    rest = chunk.score - sum(part.share for part in parts)
    return parts if abs(rest) <= _ROUNDING else [*parts, Part("from other settings", _REST, rest, None, None)]


def _colour(view: int) -> int:
    return 1 + view % (COLOURS - 2)


def _laid(parts: Sequence[Part], zero: float, scale: float) -> Bar:
    laid: list[Part] = []
    right = left = zero
    for part in parts:
        width = abs(part.share) * scale
        if part.share < 0:
            left -= width
        at = left if part.share < 0 else right
        right += 0 if part.share < 0 else width
        laid.append(Part(part.label, part.colour, part.share, part.weight, part.cosine, round(at, 1), round(width, 1)))
    return Bar(tuple(laid), round(zero, 1))
