"""A run is as wide as keeps a core busy, and no wider than it was asked to be."""

import pytest

from debate import pacing
from debate.pacing import Pace


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


def widened(pace: Pace, clock: Clock, *, busy: float, seconds: float = 1.0) -> int:
    clock.pass_(seconds, busy=busy)
    pace.widen()
    return pace.width


def test_it_begins_with_one(clock: Clock) -> None:
    assert Pace(16).width == 1


def test_it_begins_as_wide_as_asked_for_but_no_wider_than_its_most(clock: Clock) -> None:
    assert [Pace(16, first=16).width, Pace(4, first=16).width] == [16, 4]


def test_a_busy_core_needs_no_more(clock: Clock) -> None:
    pace = Pace(16)
    assert [widened(pace, clock, busy=busy) for busy in (0.95, 1.0, 2.0)] == [1, 1, 1]


def test_a_core_that_waits_gets_as_many_as_would_have_kept_it_busy(clock: Clock) -> None:
    pace = Pace(16)
    assert widened(pace, clock, busy=0.5) == 2
    assert widened(pace, clock, busy=0.8) == 3
    assert widened(pace, clock, busy=0.95) == 3


def test_a_core_that_only_waits_gets_all(clock: Clock) -> None:
    assert widened(Pace(16), clock, busy=0.0) == 16
    assert widened(Pace(16), clock, busy=0.01) == 16


def test_too_short_a_time_tells_nothing(clock: Clock) -> None:
    pace = Pace(16)
    assert widened(pace, clock, busy=0.0, seconds=0.01) == 1
    assert widened(pace, clock, busy=0.0, seconds=0.2) == 16


def test_it_is_asked_again_until_it_is_at_its_most(clock: Clock) -> None:
    pace = Pace(2)
    assert pace.patience is not None
    widened(pace, clock, busy=0.0)
    assert pace.patience is None
