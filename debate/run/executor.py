"""Run many questions through the graph at once, each as a durable LangGraph thread.

A failing question becomes a failed row with the reason; the others continue.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from threading import Event, Lock
from typing import Any, Generic, Protocol, TypeVar

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseLanguageModel
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from chains.generation.backends import backend_for
from chains.schemas import Question
from debate.arena.seat import SeatRequest
from debate.errors import RunFolderError
from debate.graph.checkpoints import cannot_write
from debate.graph.retries import attempts_of
from debate.graph.stages import Stage
from debate.progress import Progress
from debate.results import QuestionResult, StageTime
from vectorstore.errors import StoreUnavailable

_LOG = logging.getLogger(__name__)
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
    """Interrupted a second time: what was in flight is left as its last finished step."""


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

    ``work`` returns None if it stopped before its end, because ``stop``, which Ctrl-C sets, was set.

    Raises:
        KeyboardInterrupt: after Ctrl-C; as any error, once all in flight has stopped and what it finished was yielded.
        StoppedAtOnce: after a second Ctrl-C.
    """
    stop, changed, outcomes = stop or Event(), Event(), deque[Outcome]()

    def work_through(registered: ExitStack) -> None:
        with registered:
            while not stop.is_set() and (task := remaining.take()):
                outcome = work(task[0])
                if outcome is not None:
                    outcomes.append(outcome)
                    changed.set()

    remaining = _Shared(tasks)
    pool = ThreadPoolExecutor(width, thread_name_prefix="question")
    registered = [_registered(llm) for _ in range(width)]  # before the first begins, or it would not wait for the rest
    working = {pool.submit(work_through, one) for one in registered}
    for worker in working:
        worker.add_done_callback(lambda _: changed.set())
    wait_for_steps = True
    try:
        while working:
            try:
                wait_for_news(changed)
            except KeyboardInterrupt as error:
                if stop.is_set():
                    wait_for_steps = False
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
    finally:  # after an error, too, nobody may write a checkpoint once its file is closed
        if working:
            stop.set()
        pool.shutdown(wait=wait_for_steps, cancel_futures=True)


def wait_for_news(changed: Event) -> None:
    """Wait until a task or a worker has ended; Ctrl-C lands here."""
    changed.wait()


class _Shared(Generic[Task]):
    """An iterator that several threads take from."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = iter(tasks)
        self._lock = Lock()

    def take(self) -> list[Task]:
        """Return the next task in a list, or an empty list at the end."""
        with self._lock:
            return list(islice(self._tasks, 1))


def in_a_thread(work: Callable[[], Outcome]) -> Outcome:
    """Work on one task in a thread of its own, where no Ctrl-C lands in the middle of it.

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


class PersonSeat(Protocol):
    """Where a person takes part in debates."""

    def ask(self, question: Question, request: SeatRequest) -> str | None:
        """Return what the person says; None if the run was stopped before."""


class QuestionWorker:
    """Answers one question by the graph, from where it stood.

    Args:
        callbacks: of every call, such as those that trace it.
        stop: once it is set, questions stop after the step that they are at, such as a turn of the debate.
        seat: asks the person who takes part in the debates.
    """

    def __init__(
        self,
        graph: CompiledStateGraph[Any, Any, Any, Any],
        model: str,
        progress: Progress,
        callbacks: Sequence[BaseCallbackHandler] = (),
        stop: Event | None = None,
        seat: PersonSeat | None = None,
    ) -> None:
        self._seat = seat
        self._graph = graph
        self._model = model
        self._progress = progress
        self._callbacks = list(callbacks)
        self._stop = stop or Event()

    def __call__(self, question: Question) -> QuestionResult | None:
        """Run the graph for a question; an error in it becomes a failed row. None if it was stopped on the way.

        Raises:
            RunFolderError: the checkpoints cannot be written, or the store's database does not answer.
        """
        started = time.monotonic()
        self._progress.stage(question.id, Stage.RETRIEVE)
        thread = thread_of(question)
        error = ""
        spent: dict[str, float] = {}
        try:
            state = self._run(question, thread, spent)
            if state is None:
                return None
        except sqlite3.Error as failure:  # no fault of this row: no other could be made durable either
            raise RunFolderError(cannot_write(failure)) from failure
        except StoreUnavailable as failure:  # no fault of this row either: nothing could be retrieved for any other
            raise RunFolderError(f"{failure} Finished rows are kept; the same command resumes.") from failure
        except Exception as failure:  # noqa: BLE001 - whatever went wrong belongs to this row; the rest go on
            _LOG.debug("question %s failed", question.id, exc_info=True)  # the row and its trace hold the reason
            error = " · ".join(part for part in (f"{type(failure).__name__}: {failure}", attempts_of(failure)) if part)
            state = dict(self._graph.get_state(thread).values)
        return QuestionResult(
            question=question,
            model=self._model,
            seconds=time.monotonic() - started,
            **written(state),
            error=error,
            stages=tuple(StageTime(stage, round(seconds, 3)) for stage, seconds in spent.items()),
        )

    def _run(self, question: Question, thread: Any, spent: dict[str, float]) -> dict[str, Any] | None:
        """Run the graph from where the question stood, and return what it came to; ``spent`` gets each stage's time."""
        stood = self._graph.get_state(thread)
        if stood.values.get("outcome") and not stood.next:  # killed between its last step and its row
            return dict(stood.values)
        # Any checkpoint is gone on with. ``stood.next`` does not tell: it is empty, too, where a step's result was
        # written and the process killed before the checkpoint after it; a new input would begin such a thread again.
        begin = None if stood.created_at else {"question": question}
        state = self._follow(begin, question, thread, spent)
        while self._seat and state is not None and (waiting := self._graph.get_state(thread).interrupts):
            said = self._seat.ask(question, SeatRequest(**waiting[0].value))
            state = None if said is None else self._follow(Command(resume=said), question, thread, spent)
        return state

    def _follow(
        self, begin: dict[str, Any] | Command[Any] | None, question: Question, thread: Any, spent: dict[str, float]
    ) -> dict[str, Any] | None:
        state: dict[str, Any] = {}
        modes: Any = ["updates", "values"]
        config = thread | {"callbacks": self._callbacks}
        since = time.monotonic()
        reached: list[Stage] = []
        stream: Any = self._graph.stream(begin, config, stream_mode=modes, durability="sync")
        with closing(stream) as steps:
            for mode, payload in steps:
                if mode == "values":  # the step's checkpoint is written, and whoever is told finds it there
                    state = payload
                    for stage in reached:
                        self._progress.stage(question.id, stage)
                    reached.clear()
                    if self._stop.is_set() and self._graph.get_state(thread).next:
                        return None
                else:
                    since, before = time.monotonic(), since
                    for stage in filter(None, map(Stage.of_node, payload)):  # "__metadata__" stands beside the nodes
                        spent[stage.value] = spent.get(stage.value, 0.0) + since - before
                        reached.append(stage)
        return state


def written(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row that a question's state holds so far, at any step."""
    debated = ("positions", "round_questions", "polls", "turns", "baselines")
    several = ("chunks", "debate_chunks", "readings", *debated, "attempts")
    one = ("opinion", "verdict", "translation", "outcome", "stopped", "tokens")
    return {name: tuple(state.get(name) or ()) for name in several} | {name: state.get(name) for name in one}


def thread_of(question: Question) -> Any:
    """Return the configuration of a question's LangGraph thread."""
    return {"configurable": {"thread_id": question.key}}


def _registered(llm: BaseLanguageModel[Any]) -> ExitStack:
    """Register somebody who is going to call the model, until the stack is closed."""
    stack = ExitStack()
    stack.enter_context(backend_for(llm).caller())
    return stack
