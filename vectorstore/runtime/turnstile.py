"""One thread computes at a time.

Threads that compute in Python pass the interpreter's lock between them every 5 ms, and a library that gives it up at
each of its small steps waits for all of them each time: an embedding of 14 ms took 7 s beside 8 threads that read
texts, and 51 s beside 64; one at a time it takes 78 and 230 ms (``benchmarks.threads``). So what computes for long goes
through here. What waits, for a model or a server, does not.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_COMPUTING = threading.RLock()


def one_at_a_time(compute: Callable[P, R]) -> Callable[P, R]:
    """Let one thread at a time into all functions that are decorated so; one may call another."""

    @wraps(compute)
    def alone(*given: P.args, **named: P.kwargs) -> R:
        with _COMPUTING:
            return compute(*given, **named)

    return alone
