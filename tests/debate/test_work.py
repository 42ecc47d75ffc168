"""Tasks of a run go on beside one another where the model is what they wait for."""

import asyncio
from itertools import chain, repeat
from threading import Barrier, get_ident

import pytest
from fakes import ScriptedLLM

from debate.pacing import Pace
from debate.steps import Step, run_alone
from debate.watching import Silence
from debate.work import StoppedAtOnce, in_a_thread, in_parallel

LLM = ScriptedLLM(script={})


def test_tasks_that_wait_are_in_flight_together() -> None:
    all_there = Barrier(4, timeout=30)
    outcomes = in_parallel(lambda task: (task, all_there.wait())[0], range(8), LLM, 4, Silence())
    assert sorted(one for some in outcomes for one in some) == list(range(8))


def test_fewer_at_a_time_lose_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrowing(Pace):
        width = property(lambda self: next(self._widths), lambda self, width: None)
        patience = None
        _widths = chain([4], repeat(1))

    monkeypatch.setattr("debate.work.Pace", Narrowing)
    outcomes = in_parallel(str, range(9), LLM, 4, Silence())
    assert sorted(one for some in outcomes for one in some) == [str(n) for n in range(9)]


def test_tasks_are_taken_only_as_there_is_room_for_them() -> None:
    taken: list[int] = []
    tasks = (taken.append(task) or task for task in range(100))
    outcomes = in_parallel(str, tasks, LLM, 4, Silence())
    assert next(outcomes) == ["0"]
    assert len(taken) <= 4


def test_one_task_may_run_beside_a_notebooks_loop() -> None:
    async def cell() -> int:
        return in_a_thread(lambda: run_alone(Step("here", lambda _: get_ident()).ainvoke(None)))

    assert asyncio.run(cell()) != get_ident()


def test_an_interrupted_task_stops_at_once() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedAtOnce):
        in_a_thread(interrupted)
