"""Votes counted by hand, and what is no consensus."""

import pytest

from chains.debating.record import DebateRecord
from chains.schemas import Ballot, Position
from debate.arena.votes import counted, options_of

ABC = ("a", "b", "c")


def ballots(*choices: str) -> list[Ballot]:
    """One ballot for each text: "ab" chooses a, then b."""
    return [Ballot(f"voter {n}", tuple(one)) for n, one in enumerate(choices)]


@pytest.mark.parametrize(
    ("decision", "cast", "winner", "share"),
    [
        ("majority", ballots("a", "a", "b"), "a", 0.667),
        ("majority", ballots("a", "a", "b", "c"), "", None),  # half is no majority
        ("majority", ballots("a", "", ""), "", None),  # who names nobody is a voter, too
        ("approval", ballots("ab", "b", "bc", "a"), "b", 0.75),
        ("approval", ballots("ab", "ab", "c"), "", None),  # a and b tie
        ("approval", ballots("a", "b", "c", ""), "", None),
        ("ranked", ballots("abc", "bac", "bca"), "b", 0.833),  # a 3, b 5, c 1 of 6 points
        ("ranked", ballots("abc", "cba"), "", None),
        ("ranked", ballots("", ""), "", None),
    ],
)
def test_ballots_are_counted(decision, cast, winner: str, share: float | None) -> None:
    decided = counted(decision, cast, ABC)
    assert (decided.winner, decided.share, decided.decision) == (winner, share, decision)
    assert decided.ballots == tuple(cast)


def test_positions_that_agree_are_one_option() -> None:
    positions = (Position("a", "A", "Yes."), Position("b", "B", "No."), Position("c", "C", "Yes!", "model", ("a",)))
    assert options_of(DebateRecord("Why?", positions=positions)) == {"a": "a", "b": "b", "c": "a"}
