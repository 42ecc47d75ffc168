"""Workers as Ray actors, each with its own model and store.

A thread here receives an actor's events. Ray restarts nothing: ``Roster`` replaces a lost worker, so that only one
place decides about its questions.
"""

from itertools import count
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from chains.models.servers.address import is_server
from debate.cluster.ray_cluster import RayCluster, reason
from debate.errors import ClusterError
from debate.run.engine import Load
from debate.run.setup import RunInputs
from debate.run.workers.events import Event, Lost, Task, Work
from debate.run.workers.worker import Worker
from debate.settings import DebateSettings

_PATIENCE = 600.0  # seconds until a cluster that has a machine for no worker at all is given up
_CALLS = 4  # of one worker at a time: its work, and what it is given meanwhile


class RayWorkers:
    """The workers of one run on a Ray cluster.

    Args:
        settings: the run's, with absolute paths.

    Raises:
        ClusterError: Ray is not installed, there is no cluster, or none with the GPUs that are asked for.
    """

    def __init__(self, settings: DebateSettings, inputs: RunInputs, load: Load) -> None:
        self._cluster = RayCluster(settings.ray)
        gpus = self._cluster.gpus_per_worker(settings.gpus_per_worker, useful=not is_server(settings.model))
        self.wanted = settings.workers or self._cluster.room(gpus)
        self._actor = self._cluster.actors(Worker, self.wanted, gpus, max_restarts=0, max_concurrency=_CALLS)
        self._given = settings, inputs, load
        self._handles: dict[int, Any] = {}
        self._numbers = count(1)
        self._told: SimpleQueue[tuple[int, Event]] = SimpleQueue()
        self._heard = False

    def start(self) -> int:
        number = next(self._numbers)
        self._handles[number] = self._actor.remote(*self._given)
        return number

    def work(self, worker: int, kind: Work) -> None:
        Thread(target=self._follow, args=(worker, kind), name=f"worker {worker}", daemon=True).start()

    def give(self, worker: int, task: Task | None) -> None:
        self._handles[worker].give.remote(task)

    def stop(self, worker: int) -> None:
        self._handles[worker].stop.remote()

    def end(self, worker: int) -> None:
        self._cluster.ray.kill(self._handles.pop(worker))

    def events(self) -> list[tuple[int, Event]]:
        try:
            told = [self._told.get(timeout=None if self._heard else _PATIENCE)]
        except Empty as error:
            raise ClusterError(
                f"the Ray cluster had no machine free for any worker in {_PATIENCE / 60:g} minutes; see ray status, "
                "and run the same command again"
            ) from error
        self._heard = True
        while not self._told.empty():
            told.append(self._told.get())
        return told

    def close(self) -> None:
        for handle in self._handles.values():
            self._cluster.ray.kill(handle)
        self._cluster.close()

    def _follow(self, worker: int, kind: Work) -> None:
        ray, handle = self._cluster.ray, self._handles[worker]
        try:
            for one in handle.work.options(num_returns="streaming").remote(kind):
                for event in ray.get(one):
                    self._told.put((worker, event))
        except (ray.exceptions.RayError, ray.exceptions.RayTaskError) as error:
            if worker in self._handles:  # else it was ended
                self._told.put((worker, Lost(reason(error))))
