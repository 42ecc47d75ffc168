"""The measures of a debate, each on a debate that has them by construction."""

import pytest

from chains.schemas import Ballot, Claim, Judgement, Poll, Position, Turn, TurnFault, Verdict
from debate.arena.health import Health, health

POSITIONS = tuple(Position(one, one, f"{one} is right.") for one in "abc")


def voted(*choices: str) -> Verdict:
    ballots = tuple(Ballot(who, tuple(one)) for who, one in zip("abc", choices, strict=True))
    return Verdict(0, "moderator", "Moderator", "Voted.", 1, ballots=ballots)


def judged(*winners: str) -> Verdict:
    shown = (("a", "b"), ("b", "a"))
    return Verdict(
        0, "moderator", "M", "J.", 1, judgements=tuple(Judgement(*one) for one in zip(shown, winners, strict=True))
    )


@pytest.mark.parametrize(
    ("choices", "collapsed", "changed"),
    [(("a", "a", "a"), True, 2), (("a", "b", "c"), False, 0), (("a", "a", "c"), False, 1), (("a", "a", ""), False, 1)],
)
def test_a_debate_collapses_where_all_come_to_hold_one_position(choices, collapsed: bool, changed: int) -> None:
    measured = health((), POSITIONS, voted(*choices))
    assert (measured.collapsed, measured.changed) == (collapsed, changed)


def test_without_votes_nobody_knows_what_was_held_in_the_end() -> None:
    assert health((), POSITIONS) == Health()


def test_the_last_poll_tells_what_is_held_where_there_was_no_vote() -> None:
    polls = [Poll(1, (Ballot("a", ("b",)), Ballot("b", ("b",)), Ballot("c", ("b",))))]
    assert health((), POSITIONS, judged("", ""), polls).collapsed


def test_debaters_who_agreed_from_the_start_cannot_collapse() -> None:
    agreeing = (POSITIONS[0], Position("b", "b", "a is right.", "model", ("a",)))
    ballots = (Ballot("a", ("a",)), Ballot("b", ("a",)))
    measured = health((), agreeing, None, [Poll(1, ballots)])
    assert (measured.collapsed, measured.changed) == (None, 0)


@pytest.mark.parametrize(("choice", "conformity"), [("a", 1.0), ("d", 0.0), ("c", None)])
def test_who_changes_to_what_most_held_conforms(choice: str, conformity: float | None) -> None:
    cast = (
        POSITIONS[0],
        Position("b", "b", "a is right.", "model", ("a",)),
        Position("c", "c", "c is right."),
        Position("d", "d", "d is right."),
    )
    ballots = (Ballot("a", ("a",)), Ballot("b", ("a",)), Ballot("c", (choice,)), Ballot("d", ("d",)))
    assert health((), cast, None, [Poll(1, ballots)]).conformity == conformity


def test_where_no_position_was_held_most_nobody_can_conform_to_it() -> None:
    measured = health((), POSITIONS, voted("b", "b", "c"))
    assert (measured.changed, measured.conformity) == (1, None)


@pytest.mark.parametrize(
    ("winners", "margin"), [(("a", "b"), 1.0), (("b", "a"), -1.0), (("a", "a"), 0.0), (("", ""), None)]
)
def test_the_side_swap_margin_is_how_much_more_often_the_first_wins(winners, margin: float | None) -> None:
    assert health((), POSITIONS, judged(*winners)).side_swap == margin


def test_what_turns_are_worth_is_averaged() -> None:
    claim = Claim("a", "It is so.")
    turns = (
        Turn(1, "a", "A", "x", 1, echo=0.2, drift=0.4, new=("c1", "c2"), supported=1.0),
        Turn(1, "b", "B", "x", 1, echo=0.4, drift=0.2, answers=claim, faults=(TurnFault.NO_ANSWER,), supported=0.5),
        Turn(2, "a", "A", "x", 1, drift=None, answers=claim),
    )
    measured = health(turns, POSITIONS)
    assert (measured.echo, measured.own_side) == (0.2, (0.3, None))
    assert (measured.brought, measured.answered, measured.supported) == (0.667, 0.5, 0.75)
