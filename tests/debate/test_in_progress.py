"""At which steps the questions of a run are, and how long they still take."""

import pytest

from debate.in_progress import InProgress, duration


class Run:
    """The events of a run at given seconds."""

    def __init__(self, questions: int, turns: int = 4) -> None:
        self.now = 0.0
        self.at = InProgress(turns, lambda: self.now)
        self.at.total(questions)

    def all(self, seconds: float, ids: str, stage: str, turns: int = 0) -> None:
        """Let questions do a step that takes so many seconds."""
        self.now += seconds
        for one in ids:
            self.at.move(one, stage, turns)


def debated(ids: str, questions: int) -> Run:
    """A run whose questions ``ids`` have heard the first of four turns: 10 s each, after an opinion of 100 s."""
    run = Run(questions)
    run.all(0, ids, "retrieve")
    run.all(2, ids, "retrieve")
    run.all(100, ids, "opinion")
    run.all(20, ids, "positions")
    run.all(10, ids, "debate", 1)
    return run


def test_questions_are_counted_at_each_step_and_forgotten_when_they_are_done() -> None:
    run = Run(3)
    run.all(0, "abc", "retrieve")
    run.at.move("b", "retrieve")
    run.at.leave("c")
    assert str(run.at) == "1 in retrieve, 1 in opinion"


@pytest.mark.parametrize(
    ("turns", "told"),
    [(4, "2 in debate (turn 2-3/4)"), (0, "2 in debate (turn 2-3)"), (2, "1 in debate (turn 2/2), 1 in verdict")],
)
def test_a_debate_tells_the_turn_that_is_spoken(turns: int, told: str) -> None:
    at = InProgress(turns)
    at.move("a", "debate", 0)
    at.move("b", "debate", 1)
    at.move("a", "debate", 1)
    at.move("b", "debate", 2)
    assert str(at) == told


def test_nothing_is_known_before_an_answer_was_written() -> None:
    run = Run(2)
    run.all(0, "ab", "retrieve")
    run.all(3, "ab", "retrieve")
    assert run.at.seconds_left() is None


def test_an_answer_that_nobody_debates_tells_nothing_of_the_others() -> None:
    """Regression: an "I don't know" within a second, and the run seemed to end at once."""
    run = Run(2)
    run.all(0, "ab", "retrieve")
    run.all(3, "ab", "retrieve")
    run.all(1, "a", "opinion")
    run.at.leave("a")
    assert run.at.seconds_left() is None


def test_the_rest_of_a_debate_is_expected_to_take_as_long_as_its_turns_took() -> None:
    """Regression: after a search of seconds a run of minutes seemed to end at once."""
    verdict = 0.5 * (100 + 20 + 10) / (3 + 0.5 + 1)  # not seen yet: its usual share of what was
    assert debated("ab", 2).at.seconds_left() == pytest.approx(3 * 10 + verdict)


def test_time_that_passes_is_time_that_is_left_no_more() -> None:
    run = debated("ab", 2)
    before = run.at.seconds_left()
    run.now += 4
    assert run.at.seconds_left() == pytest.approx(before - 4)


def test_a_step_that_takes_longer_than_expected_may_end_at_any_moment() -> None:
    run = debated("ab", 2)
    before = run.at.seconds_left()
    run.now += 25
    assert run.at.seconds_left() == pytest.approx(before - 10)


def test_questions_that_wait_take_as_long_as_those_before_them_in_as_many_lanes() -> None:
    few, many = debated("ab", 2).at.seconds_left(), debated("ab", 6).at.seconds_left()
    assert many == pytest.approx(few + 2 * (132 + few))


def test_a_question_that_is_resumed_has_only_the_rest_of_its_debate_to_go() -> None:
    run = debated("ab", 3)
    run.at.move("c", "debate", 3)
    assert run.at.seconds_left() == debated("ab", 2).at.seconds_left()


@pytest.mark.parametrize(("seconds", "told"), [(3, "10 s"), (44, "40 s"), (100, "2 min"), (9000, "2.5 h")])
def test_a_duration_is_told_as_people_say_it(seconds: float, told: str) -> None:
    assert duration(seconds) == told
