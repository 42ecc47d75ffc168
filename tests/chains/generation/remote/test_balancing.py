"""Which server a call goes to, and when one that failed is asked again."""

import pytest

from chains.generation.remote.balancing import Balancer, Choice


@pytest.fixture
def two() -> Balancer:
    return Balancer(["a", "b"])


def test_calls_go_to_the_least_busy_server(two: Balancer) -> None:
    assert [two.take("", 0.0).server for _ in range(4)] == [0, 1, 0, 1]


def test_of_idle_servers_the_one_with_fewer_calls_behind_it_is_taken(two: Balancer) -> None:
    two.answered(two.take("", 0.0), 1.0, 10)
    assert two.take("", 2.0).server == 1


def test_a_question_stays_with_its_server(two: Balancer) -> None:
    two.answered(two.take("q", 0.0), 1.0, 10)
    assert two.take("q", 2.0).server == 0


def test_a_question_leaves_a_server_that_is_much_busier(two: Balancer) -> None:
    two.answered(two.take("q", 0.0), 1.0, 10)
    others = [two.take(name, 2.0).server for name in ("r", "s", "t", "u")]
    busy = [two.take("q", 2.0).server for _ in range(4)]
    assert (others, busy) == ([1, 0, 1, 0], [0, 0, 0, 1])


def test_a_server_that_fails_is_left_out_and_then_checked(two: Balancer) -> None:
    waits = two.failed(two.take("", 0.0), 0.0, "it is down")
    assert waits == 5.0
    assert [two.take("", 4.9).server for _ in range(2)] == [1, 1]
    assert two.take("", 5.0) == Choice(0, check=True)


def test_while_a_server_is_checked_nobody_else_waits_for_it(two: Balancer) -> None:
    two.failed(two.take("", 0.0), 0.0, "it is down")
    two.take("", 5.0)
    assert two.take("", 5.1).server == 1


def test_a_failed_check_doubles_the_wait_up_to_two_minutes() -> None:
    one, now, waits = Balancer(["a"]), 0.0, []
    waits.append(one.failed(one.take("", now), now, "down"))
    waits += [one.failed(one.take("", 1000.0 * n), 1000.0 * n, "down") for n in range(1, 7)]
    assert waits == [5, 10, 20, 40, 80, 120, 120]


def test_calls_that_fail_together_make_one_wait(two: Balancer) -> None:
    calls = [two.take("q", 0.0), two.take("q", 0.0)]
    assert [two.failed(call, 1.0, "it is down") for call in calls] == [5.0, 5.0]


def test_a_server_is_left_out_for_as_long_as_it_asks(two: Balancer) -> None:
    assert two.failed(two.take("", 0.0), 0.0, "busy", asked_to_wait=30.0) == 30.0
    assert two.take("", 29.0).server == 1


def test_where_all_are_left_out_the_next_to_be_asked_is_taken(two: Balancer) -> None:
    two.failed(two.take("", 0.0), 0.0, "down")
    two.failed(two.take("", 1.0), 1.0, "down")
    assert two.take("", 2.0) == Choice(0, check=True, early=True)


def test_checks_before_a_servers_wait_is_over_make_it_no_longer() -> None:
    one = Balancer(["a"])
    one.failed(one.take("", 0.0), 0.0, "down")
    early = [one.failed(one.take("", 1.0), 1.0, "down") for _ in range(3)]
    assert (early, one.take("", 5.0)) == ([4.0, 4.0, 4.0], Choice(0, check=True))


def test_a_server_that_is_back_takes_calls_without_a_check(two: Balancer) -> None:
    two.failed(two.take("", 0.0), 0.0, "down")
    choice = two.take("", 6.0)
    two.is_back(choice)
    two.answered(choice, 1.0, 5)
    two.take("", 8.0)
    assert two.take("", 8.0) == Choice(0, check=False)


def test_nothing_is_chosen_where_every_server_is_ruled_out(two: Balancer) -> None:
    assert two.take("", 0.0, besides=(0, 1)) is None


def test_figures_say_what_each_server_did(two: Balancer) -> None:
    two.answered(two.take("", 0.0), 2.0, 10)
    two.failed(two.take("", 3.0), 3.0, "connection refused")
    assert [str(one) for one in two.figures()] == [
        "1 calls, 2.0 s each, 10 tokens, 0 failures",
        "0 calls, 0 tokens, 1 failures; left out: connection refused",
    ]
