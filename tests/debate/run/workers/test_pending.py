"""A question and its follow-ups go to one worker, and what a lost worker had goes to the next one that asks."""

from chains.schemas import Question
from debate.run.workers.pending import MOST_LOSSES, Pending

LISTED = [Question("q1", "One?"), Question("q1.1", "One, deeper?", parent_id="q1"), Question("q2", "Two?")]


def test_a_question_and_its_follow_ups_go_to_one_worker() -> None:
    pending = Pending(LISTED)
    taken = [pending.take(1), pending.take(2), pending.take(1)]
    assert [one.id for one in taken if one] == ["q1", "q2", "q1.1"]
    assert pending.take(2) is None


def test_what_a_lost_worker_had_and_the_rest_of_its_follow_ups_are_the_first_to_be_given_again() -> None:
    pending = Pending(LISTED)
    pending.take(1)
    assert pending.lose(1) == []
    assert [one.id for one in (pending.take(2), pending.take(2), pending.take(2)) if one] == ["q1", "q1.1", "q2"]


def test_a_question_that_workers_are_lost_with_again_and_again_is_given_up() -> None:
    pending = Pending(LISTED[2:])
    lost = [(pending.take(worker), pending.lose(worker))[1] for worker in range(MOST_LOSSES)]
    assert lost == [[]] * (MOST_LOSSES - 1) + [LISTED[2:]]
    assert len(pending) == 0


def test_a_question_counts_until_it_is_finished_or_its_worker_stopped() -> None:
    pending = Pending(LISTED)
    first = pending.take(1)
    assert (len(pending), pending.in_flight) == (3, 1)
    assert first
    pending.finish(1, first)
    assert (len(pending), pending.in_flight) == (2, 0)
    pending.take(1)
    pending.drop()
    pending.rest(1)
    assert len(pending) == 0
