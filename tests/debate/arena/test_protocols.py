"""Who has heard what before it speaks."""

import pytest

from chains.schemas import Turn
from debate import GraphSettings, Rules
from debate.arena.protocols import heard, round_is_whole, round_of

TURNS = tuple(Turn(1 + n // 3, one, one, f"turn {n}", 2) for n, one in enumerate(["a", "b", "c", "a", "b"]))


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
