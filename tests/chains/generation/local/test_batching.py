"""When batches start: by a simulation without threads or a clock; and that threads really share them."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Barrier, Event, Thread
from types import SimpleNamespace

import pytest

from chains.errors import WritingStopped
from chains.generation.local import batching
from chains.generation.local.batching import CallMerger, Gathering

LONG = 10.0  # seconds that a batch takes
SOON = 0.01  # seconds in which a caller that was answered asks again


def simulated(callers: int, calls: int, patience: float, late: dict[tuple[int, int], float]) -> list[list[int]]:
    """The batches of callers that ask one thing after another; ``late`` delays a caller's n-th call by seconds."""
    gathering: Gathering[int] = Gathering(patience)
    gathering.callers = callers
    left = dict.fromkeys(range(callers), calls)
    due = {caller: SOON + late.get((caller, 0), 0.0) for caller in range(callers)}  # when each asks next
    now, batches, ends = 0.0, [], None
    while due or gathering.waiting or ends is not None:
        starts = now + gathering.seconds_left(now)
        now = min([starts, *due.values(), *([] if ends is None else [ends])])
        for caller in [caller for caller, at in due.items() if at <= now]:
            gathering.add([caller], now)
            del due[caller]
        if ends is not None and ends <= now:
            gathering.end(now)
            due |= {one: now + SOON + late.get((one, calls - left[one]), 0.0) for one in batches[-1] if left[one]}
            gathering.callers -= sum(left[one] == 0 for one in batches[-1])
            ends = None
        if gathering.seconds_left(now) == 0:
            batches.append(gathering.take())
            for caller in batches[-1]:
                left[caller] -= 1
            ends = now + LONG
    return batches


def sizes(batches: Sequence[Sequence[int]]) -> list[int]:
    return [len(batch) for batch in batches]


def test_every_batch_holds_a_call_of_everybody() -> None:
    assert sizes(simulated(16, 12, 0.2, late={})) == [16] * 12


def test_one_late_call_costs_one_batch_and_does_not_split_all_that_follow() -> None:
    """Regression: the wait was counted from each call, so one that was late by half a second made 23 batches."""
    assert sizes(simulated(16, 12, 0.2, late={(7, 3): 0.5})) == [16] * 3 + [15] + [16] * 8 + [1]


def test_a_late_call_within_everybodys_patience_splits_nothing() -> None:
    assert sizes(simulated(16, 12, 600, late={(7, 3): 0.5, (2, 5): 17.0})) == [16] * 12


def test_the_batches_are_the_same_whoever_is_slower() -> None:
    slower = {(caller, call): 0.1 * ((7 * caller + 3 * call) % 11) for caller in range(16) for call in range(12)}
    assert list(map(sorted, simulated(16, 12, 600, slower))) == list(map(sorted, simulated(16, 12, 600, {})))


def test_a_caller_that_never_asks_is_not_waited_for_forever() -> None:
    assert sizes(simulated(3, 2, 5.0, late={(0, 1): 1e6})) == [3, 2, 1]


def test_patience_is_counted_from_the_first_call_whoever_calls_behind_it() -> None:
    gathering: Gathering[int] = Gathering(patience=5.0)
    gathering.callers = 3
    gathering.add([1], now=0.0)
    gathering.add([2], now=4.0)
    assert gathering.seconds_left(now=4.0) == 1.0


def together(merger: CallMerger, requests: Sequence) -> list:
    """The outcomes of one registered caller a request, all there before the first one asks."""
    everyone = Barrier(len(requests))

    def call(request):
        with merger.caller():
            everyone.wait()
            return merger.submit([request])

    with ThreadPoolExecutor(len(requests)) as pool:
        return [pool.submit(call, request) for request in requests]


def test_calls_of_registered_threads_become_one_batch(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "chains.generation.local.batching")
    batches: list[list[int]] = []
    merger = CallMerger(lambda requests: batches.append(sorted(requests)) or [request * 10 for request in requests])

    outcomes = together(merger, range(4))

    assert [one.result() for one in outcomes] == [[0], [10], [20], [30]]
    assert batches == [[0, 1, 2, 3]]
    assert caplog.messages == ["batch 1: 4 prompts from 4 of 4 callers"]


def test_a_batch_that_nobody_wants_is_not_tried_again() -> None:
    batches: list[list[int]] = []

    def run(requests):
        batches.append(requests)
        raise WritingStopped

    outcomes = together(CallMerger(run), range(3))

    assert [type(one.exception()) for one in outcomes] == [WritingStopped] * 3
    assert len(batches) == 1


def test_an_error_reaches_only_the_caller_it_belongs_to_and_the_others_stay_together() -> None:
    asked: list[list[str]] = []

    def run(requests):
        asked.append(sorted(requests))
        if "bad" in requests:
            raise ValueError("bad request")
        return [request.upper() for request in requests]

    *good, bad = together(CallMerger(run), ["a", "b", "c", "d", "e", "f", "g", "bad"])

    assert [one.result() for one in good] == [["A"], ["B"], ["C"], ["D"], ["E"], ["F"], ["G"]]
    with pytest.raises(ValueError, match="bad request"):
        bad.result()
    assert sorted(map(len, asked)) == [1, 1, 2, 2, 4, 4, 8]


def test_a_batch_that_fails_says_why_though_its_halves_succeed(caplog: pytest.LogCaptureFixture) -> None:
    """Regression: nothing told of it."""

    def run(requests):
        if len(requests) > 1:
            raise RuntimeError("no room for two")
        return [*requests]

    together(CallMerger(run), ["a", "b"])

    assert "a batch of 2 prompts failed and is tried again in halves: RuntimeError: no room for two" in caplog.text


def test_a_call_without_other_callers_runs_at_once() -> None:
    assert CallMerger(lambda requests: list(requests)).submit([1, 2]) == [1, 2]


def test_a_batch_that_starts_without_somebody_says_so(caplog: pytest.LogCaptureFixture) -> None:
    merger = CallMerger(lambda requests: list(requests), patience=0)
    with merger.caller(), merger.caller():
        merger.submit([1])
    assert "batch 1 starts without 1 of 2 callers" in caplog.text


class StillClock:
    """Does not go on; ``waits`` is set once a call has noted its time and looked how long to wait."""

    def __init__(self) -> None:
        self.looks, self.waits = 0, Event()

    def monotonic(self) -> float:
        self.looks += 1
        if self.looks == 2:
            self.waits.set()
        return 0.0


def test_a_caller_that_leaves_without_asking_lets_the_others_start_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, answers = StillClock(), Queue()
    monkeypatch.setattr(batching, "time", SimpleNamespace(monotonic=clock.monotonic))
    merger = CallMerger(lambda requests: list(requests))
    with merger.caller():
        with merger.caller():
            Thread(target=lambda: answers.put(merger.submit([1])), daemon=True).start()
            assert clock.waits.wait(10)
        assert answers.get(timeout=10) == [1]


def test_an_interrupted_batch_leaves_nobody_waiting() -> None:
    merger, ended = CallMerger(interrupted), Queue()

    def call() -> None:
        try:
            merger.submit([1])
        except BaseException as error:  # noqa: BLE001 - Ctrl-C, too
            ended.put(type(error))

    with merger.caller(), merger.caller():
        Thread(target=call, daemon=True).start()
        Thread(target=call, daemon=True).start()
        assert {ended.get(timeout=10), ended.get(timeout=10)} == {KeyboardInterrupt, RuntimeError}


def interrupted(_: Sequence) -> list:
    raise KeyboardInterrupt
