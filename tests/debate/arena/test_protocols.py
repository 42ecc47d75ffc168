"""Who has heard what before it speaks; when a debate ends, and why."""

import pytest

from chains.schemas import Ballot, Poll, StopReason, Turn
from debate import GraphSettings, Rules
from debate.arena.protocols import agreed, heard, reason_to_stop, round_is_whole, round_of, wants_poll

TURNS = tuple(Turn(1 + n // 3, one, one, f"turn {n}", 2) for n, one in enumerate(["a", "b", "c", "a", "b"]))
NEW = Turn(1, "a", "A", "In 1936 it lapsed.", 4, new=("c1",), tokens=100)
OLD = Turn(1, "b", "B", "As was said.", 3, tokens=100)


@pytest.mark.parametrize("protocol", ["sequential", "round_table"])
def test_everything_said_so_far_is_heard(protocol) -> None:
    assert heard(protocol, TURNS, 3, "c") is None


@pytest.mark.parametrize(("spoken", "indices"), [(0, ()), (2, ()), (3, (0, 1, 2)), (5, (0, 1, 2))])
def test_who_speaks_simultaneously_has_heard_the_rounds_before(spoken: int, indices: tuple[int, ...]) -> None:
    assert heard("simultaneous", TURNS[:spoken], 3, "c") == frozenset(indices)


@pytest.mark.parametrize(("spoken", "indices"), [(0, ()), (1, (0,)), (3, (2, 0)), (5, (4, 0, 3))])
def test_in_a_relay_one_has_heard_the_turn_before_and_ones_own(spoken: int, indices: tuple[int, ...]) -> None:
    assert heard("relay", TURNS[:spoken], 3, "a") == frozenset(indices)


def test_a_round_is_whole_once_everybody_has_spoken_in_it() -> None:
    assert [round_is_whole(TURNS[:n], 3) for n in range(5)] == [False, False, False, True, False]
    assert [round_of(TURNS[:n], 3) for n in range(5)] == [1, 1, 1, 2, 2]


def test_settings_say_every_rule_but_the_seat() -> None:
    said = GraphSettings(rounds=3, protocol="relay", stop=("agreement",), fresh_k=2, lookups=4, baseline=True)
    assert Rules.of(said, "owl") == Rules(3, "relay", "moderator", ("agreement",), None, 2, 4, True, "owl")


@pytest.mark.parametrize(("spoken", "reason"), [(1, None), (2, None), (5, None), (6, StopReason.ROUNDS)])
def test_it_ends_with_the_last_round(spoken: int, reason: StopReason | None) -> None:
    assert reason_to_stop(Rules(rounds=3), (NEW,) * spoken, 2) == reason


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ((NEW, OLD), None),
        ((NEW, NEW, OLD), None),  # in the middle of a round
        ((NEW, NEW, OLD, NEW), None),
        ((NEW, NEW, OLD, OLD), StopReason.NOTHING_NEW),
    ],
)
def test_it_ends_after_a_round_that_brings_no_new_passage(turns, reason: StopReason | None) -> None:
    assert reason_to_stop(Rules(rounds=9, stop=("nothing_new",)), turns, 2) == reason
    assert reason_to_stop(Rules(rounds=9), turns, 2) is None


@pytest.mark.parametrize(("spoken", "reason"), [(1, None), (2, None), (3, StopReason.BUDGET)])
def test_it_ends_when_its_tokens_are_spent_even_within_a_round(spoken: int, reason: StopReason | None) -> None:
    assert reason_to_stop(Rules(rounds=9, token_budget=300), (NEW,) * spoken, 2) == reason


def test_everybody_speaks_once_however_small_the_budget() -> None:
    assert reason_to_stop(Rules(token_budget=1), (NEW,), 2) is None


def test_debaters_are_polled_once_after_each_whole_round() -> None:
    rules, polls = Rules(rounds=9, stop=("agreement",)), (Poll(1, ()),)
    assert [wants_poll(rules, (OLD,) * spoken, 2, ()) for spoken in range(4)] == [False, False, True, False]
    assert [wants_poll(rules, (OLD,) * spoken, 2, polls) for spoken in (2, 4)] == [False, True]
    assert not wants_poll(Rules(rounds=9), (OLD,) * 2, 2, ())


@pytest.mark.parametrize(
    ("choices", "all_agree"),
    [((("a",), ("a",)), True), ((("a",), ("b",)), False), ((("a",), ()), False), (((), ()), False)],
)
def test_agreement_is_one_position_that_everybody_names(choices, all_agree: bool) -> None:
    assert agreed(Poll(1, tuple(Ballot(str(n), one) for n, one in enumerate(choices)))) == all_agree
