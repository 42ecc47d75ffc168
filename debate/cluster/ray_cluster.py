"""A Ray cluster: the one here, one at an address, or one of this process alone. The only importer of Ray."""

import logging
import os
import socket
from collections.abc import Sequence
from typing import Any

from debate.errors import ClusterError

_REACHED_WITHIN = 5.0  # seconds


class RayCluster:
    """A connection to a cluster.

    Args:
        address: ``auto``, ``local`` or ``host:port``.

    Attributes:
        ray: Ray's own module.

    Raises:
        ClusterError: Ray is not installed, or there is no cluster.
    """

    def __init__(self, address: str) -> None:
        self.ray = _ray()
        self._connected = _connect(self.ray, address)
        alive = [one["Resources"] for one in self.ray.nodes() if one["Alive"]]
        self._machines: list[dict[str, float]] = [one for one in alive if one.get("CPU")]

    def gpus_per_worker(self, asked: float | None, *, useful: bool = True) -> float:
        """Return how many GPUs each worker gets: what is asked for, else one if there is one and it is useful.

        Raises:
            ClusterError: no machine has as many as are asked for.
        """
        most = max((one.get("GPU", 0) for one in self._machines), default=0)
        if asked is None:
            return 1 if most and useful else 0
        if asked > most:
            has = f"has {most:g} GPUs on its largest machine" if most else "has no GPU"
            raise ClusterError(
                f"the Ray cluster {has}, and --gpus-per-worker asks for {asked:g}; add a machine that has them, or "
                f"pass --gpus-per-worker {min(most, asked):g}"
            )
        return asked

    def room(self, gpus: float) -> int:
        """Return how many workers the machines have room for: by their GPUs, or one a machine."""
        return max(1, sum(int(one.get("GPU", 0) / gpus) if gpus else 1 for one in self._machines))

    def actors(self, of: type, workers: int, gpus: float, **options: Any) -> Any:
        """Return the class of an actor, so many of which share the machines' processors evenly."""
        smallest = min(one["CPU"] for one in self._machines)
        processors = max(1, int(smallest // -(-workers // len(self._machines))))
        placed = {"num_cpus": processors, "num_gpus": gpus, "scheduling_strategy": "SPREAD"}
        return self.ray.remote(**placed, **options)(of)

    def pool(self, actors: Sequence[Any]) -> Any:
        """Return Ray's ``ActorPool``, which gives each call to whichever actor is free."""
        from ray.util import ActorPool

        return ActorPool(actors)

    def close(self) -> None:
        """Leave the cluster, unless this process was connected to it before."""
        if self._connected:
            self.ray.shutdown()


def reason(error: BaseException) -> str:
    """Return the line of Ray's many that says what happened: the first, or an exception's own at the end."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[-1] if lines[0].startswith("\x1b") or "ray::" in lines[0] else lines[0]


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ClusterError(
            f'--ray needs Ray, which is not installed ({error}); in the checkout: python -m pip install -e ".[ray]"'
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
        remedy = "; where its machines want a token, set RAY_AUTH_MODE=token and copy ~/.ray/auth_token from its head"
        raise ClusterError(
            f"{where} ({reason(error)}); start one with ray start --head, or pass --ray local for this machine alone"
            f"{remedy if host else ''}"
        ) from error
    return True
