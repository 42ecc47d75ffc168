from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from chains.generation.batching import CallMerger


def test_calls_of_registered_threads_become_one_batch() -> None:
    batches: list[list[int]] = []

    def run(requests):
        batches.append(sorted(requests))
        return [request * 10 for request in requests]

    merger = CallMerger(run, linger=60)
    everyone = Barrier(4)

    def call(number: int) -> list[int]:
        with merger.caller():
            everyone.wait()
            return merger.submit([number])

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(call, range(4)))

    assert batches == [[0, 1, 2, 3]]
    assert results == [[0], [10], [20], [30]]


def test_an_error_reaches_only_the_caller_it_belongs_to() -> None:
    def run(requests):
        if "bad" in requests:
            raise ValueError("bad request")
        return [request.upper() for request in requests]

    merger = CallMerger(run, linger=60)
    everyone = Barrier(2)

    def call(request: str) -> list[str]:
        with merger.caller():
            everyone.wait()
            return merger.submit([request])

    with ThreadPoolExecutor(2) as pool:
        good, bad = pool.submit(call, "good"), pool.submit(call, "bad")

    assert good.result() == ["GOOD"]
    with pytest.raises(ValueError, match="bad request"):
        bad.result()


def test_a_call_without_other_callers_runs_at_once() -> None:
    assert CallMerger(lambda requests: list(requests), linger=60).submit([1, 2]) == [1, 2]
