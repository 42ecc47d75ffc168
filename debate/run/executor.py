"""Work on many tasks at once in threads, which Ctrl-C stops in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from threading import Event, Lock
from typing import Any, TypeVar

from langchain_core.language_models import BaseLanguageModel

from chains.errors import WritingStopped
from chains.generation.backends import backend_for
from debate.progress import STAGES_EVERY, Progress

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


class RunInterrupted(KeyboardInterrupt):
    """Interrupted; ``folder`` holds what was finished.

    Attributes:
        folder: the run's.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


class StoppedAtOnce(KeyboardInterrupt):
    """Interrupted a second time: what was in flight is left as its last finished step.

    Attributes:
        folder: the run's; None where there is none.
    """

    folder: Path | None = None


def map_concurrently(
    work: Callable[[Task], Outcome | None],
    tasks: Iterable[Task],
    llm: BaseLanguageModel[Any],
    width: int,
    progress: Progress,
    stop: Event | None = None,
) -> Generator[list[Outcome], None, None]:
    """Work on up to ``width`` tasks at a time and yield the outcomes that finished together; no others are kept.

    Each worker is registered with the model from before the first task until nothing is left for it. So every batch
    holds a call of each, and which tasks share one depends on their order, not on their speed.

    ``work`` returns None or raises WritingStopped if it stopped before its end, because ``stop``, which Ctrl-C sets,
    was set.

    Raises:
        KeyboardInterrupt: after Ctrl-C; as any error, once all in flight has stopped and what it finished was yielded.
        StoppedAtOnce: after a second Ctrl-C.
    """
    stop, changed, outcomes = stop or Event(), Event(), deque[Outcome]()
    take = _shared(tasks)

    def work_through(registered: ExitStack) -> None:
        with registered:
            while not stop.is_set() and (task := take()):
                try:
                    outcome = work(task[0])
                except WritingStopped:
                    return
                if outcome is not None:
                    outcomes.append(outcome)
                    changed.set()

    pool = ThreadPoolExecutor(width, thread_name_prefix="question")
    registered = [_registered(llm) for _ in range(width)]  # before the first begins, or it would not wait for the rest
    working = {pool.submit(work_through, one) for one in registered}
    for worker in working:
        worker.add_done_callback(lambda _: changed.set())
    wait_for_steps = True
    try:
        yield from _finished_together(working, outcomes, changed, stop, progress)
    except StoppedAtOnce:
        wait_for_steps = False
        raise
    except GeneratorExit:  # Ctrl-C where the outcomes are kept
        if working:
            progress.stopping(len(working))
        raise
    finally:  # after an error, too, nobody may write a checkpoint once its file is closed
        if working:
            stop.set()
        try:
            pool.shutdown(wait=wait_for_steps, cancel_futures=True)
        except KeyboardInterrupt as error:
            raise StoppedAtOnce from error


def _finished_together(
    working: set[Future[None]], outcomes: deque[Outcome], changed: Event, stop: Event, progress: Progress
) -> Iterator[list[Outcome]]:
    """Yield outcomes until nobody works any more; errors as ``map_concurrently``."""
    while working:
        try:
            wait_for_news(changed, progress)
        except KeyboardInterrupt as error:
            if stop.is_set():
                raise StoppedAtOnce from error
            stop.set()
            progress.stopping(len(working))
            continue
        changed.clear()
        ended = {worker for worker in working if worker.done()}
        if outcomes:
            yield [outcomes.popleft() for _ in range(len(outcomes))]
        working -= ended
        for worker in ended:
            worker.result()
    if stop.is_set():
        raise KeyboardInterrupt


def _shared(tasks: Iterable[Task]) -> Callable[[], list[Task]]:
    """Return what gives several threads the next task in a list, or an empty list at the end."""
    left, taking = iter(tasks), Lock()

    def take() -> list[Task]:
        with taking:
            return list(islice(left, 1))

    return take


def wait_for_news(changed: Event, progress: Progress) -> None:
    """Wait until a task or a worker has ended; Ctrl-C lands here."""
    while not changed.wait(STAGES_EVERY):
        progress.waiting()


def in_a_thread(work: Callable[[], Outcome]) -> Outcome:
    """Work on one task in its own thread, where Ctrl-C cannot interrupt it.

    Raises:
        StoppedAtOnce: after Ctrl-C; the thread ends with the process, or with its task.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="question")
    try:
        return pool.submit(work).result()
    except KeyboardInterrupt as error:
        raise StoppedAtOnce from error
    finally:
        pool.shutdown(wait=False)


def _registered(llm: BaseLanguageModel[Any]) -> ExitStack:
    """Register somebody who is going to call the model, until the stack is closed."""
    stack = ExitStack()
    stack.enter_context(backend_for(llm).caller())
    return stack
