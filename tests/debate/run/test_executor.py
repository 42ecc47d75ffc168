"""Tasks of a run go on beside one another where the model is what they wait for."""

import asyncio
from threading import Barrier, Event, get_ident

import pytest
from fakes import ScriptedLLM

from chains.errors import WritingStopped
from chains.generation.local.batching import CallMerger
from chains.generation.local.pipeline import BatchedHuggingFacePipeline
from debate.progress import Progress
from debate.run.executor import StoppedAtOnce, in_a_thread, map_concurrently

LLM = ScriptedLLM(script={})


class Batched(BatchedHuggingFacePipeline):
    """A local model of which nothing but the registration of callers is used."""

    def __init__(self, merger: CallMerger) -> None:
        super().__init__(pipeline=None)
        self._merger = merger


def test_tasks_that_wait_are_in_flight_together() -> None:
    all_there = Barrier(4, timeout=30)
    outcomes = map_concurrently(lambda task: (task, all_there.wait())[0], range(8), LLM, 4, Progress())
    assert sorted(one for some in outcomes for one in some) == list(range(8))


def test_tasks_are_taken_only_as_there_is_room_for_them() -> None:
    taken: list[int] = []
    finished: list[int] = []

    def in_flight(task: int) -> int:
        now = len(taken) - len(finished)
        finished.append(task)
        return now

    tasks = (taken.append(task) or task for task in range(100))
    outcomes = map_concurrently(in_flight, tasks, LLM, 4, Progress())
    assert max(one for some in outcomes for one in some) <= 4


def test_what_tasks_ask_of_a_local_model_shares_batches_by_their_order_not_by_their_speed() -> None:
    """Four at a time, with 1 to 3 calls each; a task that ends makes room for the next before another batch starts."""
    batches: list[list[str]] = []
    merger = CallMerger(lambda asked: batches.append(sorted(asked)) or list(asked))

    def work(task: int) -> int:
        for call in range(1 + task % 3):
            merger.submit([f"{task}.{call}"])
        return task

    outcomes = map_concurrently(work, range(8), Batched(merger), 4, Progress())

    assert sorted(one for some in outcomes for one in some) == list(range(8))
    assert batches == [
        ["0.0", "1.0", "2.0", "3.0"],
        ["1.1", "2.1", "4.0", "5.0"],
        ["2.2", "4.1", "5.1", "6.0"],
        ["5.2", "7.0"],
        ["7.1"],
    ]


def test_an_error_of_the_work_is_raised_once_the_others_have_stopped() -> None:
    ended: list[int] = []

    def work(task: int) -> None:
        if task == 1:
            raise ValueError("task 1 is bad")
        ended.append(task)

    with pytest.raises(ValueError, match="task 1 is bad"):
        list(map_concurrently(work, range(3), LLM, 3, Progress()))
    assert sorted(ended) == [0, 2]


def test_one_task_may_run_beside_a_notebooks_loop() -> None:
    async def cell() -> int:
        return in_a_thread(get_ident)

    assert asyncio.run(cell()) != get_ident()


def test_an_interrupted_task_stops_at_once() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedAtOnce):
        in_a_thread(interrupted)


class Stopping(Progress):
    """Notes that it was told of stopping."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def stopping(self, in_flight: int) -> None:
        self.told.append(in_flight)


def test_ctrl_c_while_an_outcome_is_kept_stops_the_others_and_says_so() -> None:
    """Regression: the run waited for minutes without a word."""
    stop, progress = Event(), Stopping()

    def work(task: int) -> int:
        if task == 0:
            return task
        assert stop.wait(30)
        raise WritingStopped

    outcomes = map_concurrently(work, range(3), LLM, 3, progress, stop)
    assert next(outcomes) == [0]
    outcomes.close()
    assert progress.told in ([2], [3])
