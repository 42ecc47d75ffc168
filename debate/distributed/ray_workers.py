"""Workers as Ray actors. The only importer of Ray.

Each is an actor with a model and a store of its own; a thread here takes in what it tells. Ray restarts nothing:
``Roster`` starts another worker for one that is lost, so that there is one answer to what was in flight.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable
from itertools import count
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from debate.distributed.events import Event, Lost, Task, Work
from debate.distributed.worker import Worker
from debate.errors import ClusterError
from debate.run.engine import Load
from debate.run.setup import RunInputs
from debate.settings import DebateSettings

_LOG = logging.getLogger(__name__)
_PATIENCE = 600.0  # seconds until a cluster that has a machine for no worker at all is given up
_REACHED_WITHIN = 5.0  # seconds
_CALLS = 4  # of one worker at a time: its work, and what it is given meanwhile


class RayWorkers:
    """The workers of one run on a Ray cluster.

    Args:
        settings: the run's, with absolute paths.

    Raises:
        ClusterError: Ray is not installed, there is no cluster, or none with the GPUs that are asked for.
    """

    def __init__(self, settings: DebateSettings, inputs: RunInputs, load: Load) -> None:
        self._ray = _ray()
        self._connected = _connect(self._ray, settings.ray)
        machines = [one["Resources"] for one in self._ray.nodes() if one["Alive"] and one["Resources"].get("CPU")]
        gpus = _gpus_per_worker(settings, machines)
        self.wanted = settings.workers or _room(machines, gpus)
        options = {
            "num_cpus": max(1, int(min(one["CPU"] for one in machines) // -(-self.wanted // len(machines)))),
            "num_gpus": gpus,
            "max_restarts": 0,
            "max_concurrency": _CALLS,
            "scheduling_strategy": "SPREAD",
        }
        self._actor = self._ray.remote(**options)(Worker)
        self._given = settings, inputs, load
        self._handles: dict[int, Any] = {}
        self._numbers = count(1)
        self._told: SimpleQueue[tuple[int, Event]] = SimpleQueue()
        self._heard = False

    def start(self) -> int:
        """Start a worker; it may wait for a machine."""
        number = next(self._numbers)
        self._handles[number] = self._actor.remote(*self._given)
        return number

    def work(self, worker: int, kind: Work) -> None:
        """Have a worker work, and take in what it tells in a thread."""
        Thread(target=self._follow, args=(worker, kind), name=f"worker {worker}", daemon=True).start()

    def give(self, worker: int, task: Task | None) -> None:
        """Give a worker a task; one that is gone is told as lost by what it works on."""
        self._handles[worker].give.remote(task)

    def stop(self, worker: int) -> None:
        """Have a worker stop after the steps that it is at."""
        self._handles[worker].stop.remote()

    def events(self) -> list[tuple[int, Event]]:
        """Wait for what workers tell."""
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
        """End all workers."""
        for handle in self._handles.values():
            self._ray.kill(handle)
        if self._connected:
            self._ray.shutdown()

    def _follow(self, worker: int, kind: Work) -> None:
        errors = self._ray.exceptions
        try:
            for one in self._handles[worker].work.options(num_returns="streaming").remote(kind):
                self._told.put((worker, self._ray.get(one)))
        except (errors.RayError, errors.RayTaskError) as error:
            self._told.put((worker, Lost(_reason(error))))


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ClusterError(
            f"--ray needs Ray, which is not installed ({error}); pip install 'pov-debate[ray]'"
        ) from error
    return ray


def _connect(ray: Any, address: str) -> bool:
    """Connect to a cluster, or start one on this machine; return whether this process was not connected before."""
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster that is started here reports to nobody
    host, _, port = address.rpartition(":")
    try:
        if host:  # Ray itself would try for minutes
            socket.create_connection((host, int(port)), _REACHED_WITHIN).close()
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = "no Ray cluster runs here" if address == "auto" else f"the Ray cluster {address} cannot be used"
        raise ClusterError(
            f"{where} ({_reason(error)}); start one with ray start --head, or pass --ray local for this machine alone"
        ) from error
    return True


def _gpus_per_worker(settings: DebateSettings, machines: Iterable[dict[str, float]]) -> float:
    most = max((one.get("GPU", 0) for one in machines), default=0)
    asked = settings.gpus_per_worker
    if asked is None:
        is_server = settings.model.startswith(("http://", "https://"))
        return 1 if most and not is_server else 0
    if asked > most:
        has = f"has {most:g} GPUs on its largest machine" if most else "has no GPU"
        raise ClusterError(
            f"the Ray cluster {has}, and --gpus-per-worker asks for {asked:g}; add a machine that has them, or "
            f"pass --gpus-per-worker {min(most, asked):g}"
        )
    return asked


def _room(machines: Iterable[dict[str, float]], gpus: float) -> int:
    """Return how many workers the machines have room for: by their GPUs, or one a machine."""
    return max(1, sum(int(one.get("GPU", 0) / gpus) if gpus else 1 for one in machines))


def _reason(error: BaseException) -> str:
    """Return the line of Ray's many that says what happened: the first, or an exception's own at the end."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[-1] if lines[0].startswith("\x1b") or "ray::" in lines[0] else lines[0]
