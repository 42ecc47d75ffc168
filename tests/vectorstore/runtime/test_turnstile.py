"""One thread computes at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

from vectorstore.runtime.turnstile import one_at_a_time


def test_one_thread_at_a_time_is_in_any_decorated_function() -> None:
    inside, most, met = [0], [0], threading.Barrier(4)

    @one_at_a_time
    def compute() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        sum(range(50_000))
        inside[0] -= 1

    @one_at_a_time
    def other() -> None:
        compute()

    def work(number: int) -> None:
        met.wait(10)
        (compute if number % 2 else other)()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert most == [1]


def test_it_gives_what_the_function_gives() -> None:
    assert one_at_a_time(divmod)(7, 2) == (3, 1)
