"""What a run says while it goes on, where no bar can be shown."""

import logging

import pytest

from debate.progress import STAGES_EVERY, LoggedProgress, Stages


def test_stages_count_the_questions_that_are_at_work_on_each_and_forget_those_that_are_done() -> None:
    stages = Stages()
    for one in ("q1", "q2", "q3"):
        stages.move(one, "retrieve")
    stages.move("q2", "retrieve")
    stages.leave("q3")

    assert str(stages) == "1 in retrieve, 1 in opinion"


def test_the_log_counts_the_stages_at_once_and_then_every_half_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "debate.lines")
    times = iter([0.0, STAGES_EVERY / 2, STAGES_EVERY])
    progress = LoggedProgress(clock=lambda: next(times))
    progress.total(2, 0)

    progress.stage("q1", "retrieve")
    progress.stage("q2", "retrieve")
    progress.stage("q1", "retrieve")

    assert caplog.messages[1:] == ["0/2 done, 1 in retrieve", "0/2 done, 1 in opinion, 1 in retrieve"]


def test_the_log_counts_the_stages_where_nothing_happens_for_half_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "debate.lines")
    times = iter([0.0, STAGES_EVERY])
    progress = LoggedProgress(clock=lambda: next(times))
    progress.total(1, 0)
    progress.stage("q1", "retrieve")

    progress.waiting()

    assert caplog.messages[1:] == ["0/1 done, 1 in retrieve"] * 2
