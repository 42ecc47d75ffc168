"""A debate's health in the report: a small chart of who kept to their own side, and the measures in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chains.schemas import Turn, Verdict
from debate.arena.health import Health, health
from debate.results import QuestionResult

_WIDTH, _HEIGHT, _EDGE = 300.0, 80.0, 4.0  # the edge has room for a point
_LEAST = 0.1  # of the axis, so that noise does not look like a change of sides


@dataclass(frozen=True)
class Line:
    """The turns of one speaker: a point each, and a word on each point."""

    colour: int
    name: str
    points: tuple[tuple[float, float, str], ...]

    @property
    def path(self) -> str:
        """The points as SVG's ``polyline`` takes them."""
        return " ".join(f"{x},{y}" for x, y, _ in self.points)


@dataclass(frozen=True)
class DebateHealth:
    """``lines`` are empty if no measure separates the sides; ``facts`` are labels and values."""

    lines: tuple[Line, ...]
    facts: tuple[tuple[str, str], ...]


def debate_health(result: QuestionResult, colours: Mapping[str, int]) -> DebateHealth | None:
    """Return what the report shows of a debate's health; None if there was no debate."""
    if not result.turns:
        return None
    measured = health(result.turns, result.positions, result.verdict, result.polls)
    return DebateHealth(tuple(_lines(result.turns, colours)), tuple(_facts(measured, result, result.verdict)))


def _lines(turns: Sequence[Turn], colours: Mapping[str, int]) -> Iterator[Line]:
    top = max([_LEAST, *(abs(turn.drift) for turn in turns if turn.drift is not None)])
    step = _WIDTH / (len(turns) + 1)
    for persona_id, colour in colours.items():
        said = [(n, turn) for n, turn in enumerate(turns, 1) if turn.persona_id == persona_id]
        points = tuple(
            (round(n * step, 1), round(_HEIGHT / 2 - (_HEIGHT / 2 - _EDGE) * turn.drift / top, 1), _label(turn))
            for n, turn in said
            if turn.drift is not None
        )
        if points:
            yield Line(colour, said[0][1].speaker, points)


def _label(turn: Turn) -> str:
    return f"round {turn.round}: {turn.drift:+.2f}"


def _facts(measured: Health, result: QuestionResult, verdict: Verdict | None) -> Iterator[tuple[str, str]]:
    if result.stopped:
        yield "ended", result.stopped.value
    if verdict:
        share = "" if verdict.share is None else f", {verdict.share:.0%} for the winner"
        yield "decided by", f"{verdict.decision}{share}"
    if measured.changed is not None:
        yield "changed their position", str(measured.changed)
    if measured.collapsed is not None:
        yield "disagreement", "collapsed" if measured.collapsed else "held"
    shares = {
        "of them joined most others": measured.conformity,
        "judge prefers who comes first": measured.side_swap,
        "said before": measured.echo,
        "answered, where a claim was put to them": measured.answered,
        "supported by passages": measured.supported,
    }
    yield from ((label, f"{value:.0%}") for label, value in shares.items() if value is not None)
    if measured.brought is not None:
        yield "new passages a turn", f"{measured.brought:.1f}"
