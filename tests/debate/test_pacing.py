"""A run is as wide as keeps a core busy, and no wider than it was asked to be."""

import pytest

from debate import pacing
from debate.pacing import AtOnce, Pace


class Clock:
    """The two clocks that a pace looks at."""

    def __init__(self) -> None:
        self.wall = self.cpu = 100.0

    def monotonic(self) -> float:
        return self.wall

    def process_time(self) -> float:
        return self.cpu

    def pass_(self, seconds: float, *, busy: float) -> None:
        self.wall += seconds
        self.cpu += busy * seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pacing, "time", made)
    return made


def after(pace: Pace, clock: Clock, *, busy: float, seconds: float = 1.0) -> int:
    clock.pass_(seconds, busy=busy)
    pace.look()
    return pace.width


def test_it_begins_with_one(clock: Clock) -> None:
    assert Pace(16).width == 1


def test_a_busy_core_needs_no_more(clock: Clock) -> None:
    pace = Pace(16)
    assert [after(pace, clock, busy=busy) for busy in (0.95, 1.0, 2.0)] == [1, 1, 1]


def test_a_core_that_waits_gets_as_many_as_would_have_kept_it_busy(clock: Clock) -> None:
    pace = Pace(16)
    assert [after(pace, clock, busy=busy) for busy in (0.5, 0.8)] == [2, 3]


def test_a_core_that_only_waits_gets_all_there_may_be(clock: Clock) -> None:
    assert after(Pace(16), clock, busy=0.0) == 16
    assert after(Pace(16), clock, busy=0.01) == 16


def test_once_the_core_is_busy_there_are_fewer_again(clock: Clock) -> None:
    pace = Pace(16)
    assert [after(pace, clock, busy=busy) for busy in (0.4, 1.0, 1.0, 1.0)] == [3, 2, 1, 1]


def test_too_short_a_time_tells_nothing(clock: Clock) -> None:
    pace = Pace(16)
    assert after(pace, clock, busy=0.0, seconds=0.01) == 1
    assert after(pace, clock, busy=0.0, seconds=0.2) == 16


def test_nobody_waits_for_a_look_that_could_not_widen(clock: Clock) -> None:
    pace = Pace(2)
    assert pace.patience is not None
    after(pace, clock, busy=0.0)
    assert pace.patience is None


def test_what_is_answered_together_is_asked_together(clock: Clock) -> None:
    pace = AtOnce(16)
    assert (pace.width, after(pace, clock, busy=1.0), pace.patience) == (16, 16, None)
