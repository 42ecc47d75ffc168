"""Count votes. A tie or too few votes is no consensus.

Majority and approval need more than half of all voters, abstentions included. A ranking gives a position one point for
each position below it (Borda count); most points win. Voting protocols follow Kaesberg et al. 2025, "Voting or
Consensus? Decision-Making in Multi-Agent Debate" (arXiv:2502.19130).
"""

from collections.abc import Callable, Mapping, Sequence

from chains.debating.judgement.verdict import Decided
from chains.debating.record import DebateRecord
from chains.kinds import Decision
from chains.schemas import Ballot


def options_of(record: DebateRecord) -> dict[str, str]:
    """Return by persona id whose position counts as its own: who agrees with an earlier one holds that one's."""
    options = {one: one for one in record.names()}
    for one in record.positions:
        options[one.persona_id] = options[one.agrees_with[0]] if one.agrees_with else one.persona_id
    return options


def counted(decision: Decision, ballots: Sequence[Ballot], options: Sequence[str]) -> Decided:
    """Count ballots over at least two options.

    Args:
        decision: ``majority``, ``approval`` or ``ranked``.
    """
    points, needed = _COUNTS[decision](ballots, options)
    best = max(points.values())
    winners = [one for one, count in points.items() if count == best]
    won = winners[0] if len(winners) == 1 and best > needed else ""
    most = len(ballots) * (len(options) - 1 if decision == "ranked" else 1)
    return Decided(decision, won, round(best / most, 3) if won else None, ballots=tuple(ballots))


Count = tuple[Mapping[str, int], float]  # points of each option, and how many a winner has to exceed


def _majority(ballots: Sequence[Ballot], options: Sequence[str]) -> Count:
    return {one: sum(ballot.choices[:1] == (one,) for ballot in ballots) for one in options}, len(ballots) / 2


def _approval(ballots: Sequence[Ballot], options: Sequence[str]) -> Count:
    return {one: sum(one in ballot.choices for ballot in ballots) for one in options}, len(ballots) / 2


def _ranked(ballots: Sequence[Ballot], options: Sequence[str]) -> Count:
    last = len(options) - 1
    points = {
        one: sum(last - ballot.choices.index(one) for ballot in ballots if one in ballot.choices) for one in options
    }
    return points, 0


_COUNTS: dict[Decision, Callable[[Sequence[Ballot], Sequence[str]], Count]] = {
    "majority": _majority,
    "approval": _approval,
    "ranked": _ranked,
}
