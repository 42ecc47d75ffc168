"""What a run says while it goes on, where no bar can be shown."""

import logging

import pytest

from debate.progress import STAGES_EVERY, LoggedProgress


def test_the_log_counts_the_stages_at_once_and_then_every_half_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "debate.lines")
    now = [0.0]
    progress = LoggedProgress(clock=lambda: now[0])
    progress.total(2, 0)

    progress.stage("q1", "retrieve")
    now[0] = STAGES_EVERY / 2
    progress.stage("q2", "retrieve")
    now[0] = STAGES_EVERY
    progress.stage("q1", "retrieve")

    assert caplog.messages[1:] == ["0/2 done, 1 in retrieve", "0/2 done, 1 in opinion, 1 in retrieve"]


def test_the_log_counts_the_stages_where_nothing_happens_for_half_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "debate.lines")
    now = [0.0]
    progress = LoggedProgress(clock=lambda: now[0])
    progress.total(1, 0)
    progress.stage("q1", "retrieve")

    now[0] = STAGES_EVERY
    progress.waiting()

    assert caplog.messages[1:] == ["0/1 done, 1 in retrieve"] * 2


def test_the_log_tells_how_far_debates_are_and_about_how_long_the_run_still_takes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "debate.lines")
    now = [0.0]
    progress = LoggedProgress(turns=4, clock=lambda: now[0])
    progress.total(1, 0)
    progress.stage("q1", "retrieve")
    now[0] = 10.0
    progress.stage("q1", "retrieve")
    now[0] = 310.0

    progress.stage("q1", "opinion")
    progress.stage("q1", "positions")
    now[0] = 410.0
    progress.stage("q1", "debate", 1)

    assert caplog.messages[-1] == "0/1 done, 1 in debate (turn 2/4); about 6 min left"
