"""The table ``health``: one row per debate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chains.schemas import Verdict
from debate.arena.health import Health, health
from debate.output.columns import Cell, Column, Kind, Table
from debate.results import QuestionResult


@dataclass(frozen=True)
class _Held:
    result: QuestionResult
    measured: Health


def health_table() -> Table:
    """Return the table with a row for each debate that was held."""
    columns = (
        Column("question", lambda one: one.result.question.text, width=40),
        Column("outcome", lambda one: one.result.outcome.value if one.result.outcome else "", width=18),
        Column("stopped", lambda one: one.result.stopped.value if one.result.stopped else "", width=18),
        Column("decision", _of_verdict(lambda one: one.decision, ""), width=14),
        Column("winner", lambda one: one.result.winner, width=18),
        Column("share", _of_verdict(lambda one: one.share), Kind.SHARE, 8),
        Column("collapsed", lambda one: _yes(one.measured.collapsed), width=10),
        Column("changed", lambda one: one.measured.changed, Kind.WHOLE, 9),
        Column("conformity", lambda one: one.measured.conformity, Kind.SHARE, 11),
        Column("side_swap", lambda one: one.measured.side_swap, Kind.SHARE, 10),
        Column("echo", lambda one: one.measured.echo, Kind.SHARE, 8),
        Column("own_side", _own_side, width=24),
        Column("brought", lambda one: one.measured.brought, Kind.NUMBER, 9),
        Column("answered", lambda one: one.measured.answered, Kind.SHARE, 10),
        Column("supported", lambda one: one.measured.supported, Kind.SHARE, 10),
        Column("question_id", lambda one: one.result.question.id, width=12, leads_to="results"),
    )
    return Table("health", columns, _held, printed="supported")


def _held(result: QuestionResult) -> Iterable[_Held]:
    if result.turns:
        yield _Held(result, health(result.turns, result.positions, result.verdict, result.polls))


def _of_verdict(value: Callable[[Verdict], Cell], otherwise: Cell = None) -> Callable[[_Held], Cell]:
    return lambda one: value(one.result.verdict) if one.result.verdict else otherwise


def _own_side(one: _Held) -> str:
    sides = one.measured.own_side
    if all(side is None for side in sides):
        return ""
    return ", ".join("" if side is None else f"{side:.3f}" for side in sides)


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
