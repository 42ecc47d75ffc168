"""Tasks of a run go on beside one another where the model is what they wait for."""

import asyncio
from threading import Barrier, get_ident

import pytest
from fakes import ScriptedLLM

from debate.progress import NullProgress
from debate.run.executor import StoppedAtOnce, in_a_thread, map_concurrently

LLM = ScriptedLLM(script={})


def test_tasks_that_wait_are_in_flight_together() -> None:
    all_there = Barrier(4, timeout=30)
    outcomes = map_concurrently(lambda task: (task, all_there.wait())[0], range(8), LLM, 4, NullProgress())
    assert sorted(one for some in outcomes for one in some) == list(range(8))


def test_tasks_are_taken_only_as_there_is_room_for_them() -> None:
    taken: list[int] = []
    tasks = (taken.append(task) or task for task in range(100))
    outcomes = map_concurrently(str, tasks, LLM, 4, NullProgress())
    next(outcomes)
    assert len(taken) == 4


def test_one_task_may_run_beside_a_notebooks_loop() -> None:
    async def cell() -> int:
        return in_a_thread(get_ident)

    assert asyncio.run(cell()) != get_ident()


def test_an_interrupted_task_stops_at_once() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedAtOnce):
        in_a_thread(interrupted)
