"""A worker: loads model and store once, works on its questions, and reports what happens.

It writes no file of the run.
"""

import logging
import socket
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from queue import SimpleQueue
from threading import Event as Flag

from chains.errors import ChainError
from chains.schemas import Question
from debate.errors import DebateError
from debate.progress import Progress
from debate.readable import one_line
from debate.results import QuestionResult
from debate.run.engine import Deepened, Load, LocalEngine
from debate.run.records.log import logged_to
from debate.run.setup import RunInputs
from debate.run.workers.checkpoints import ToldCheckpoints
from debate.run.workers.events import (
    CannotLoad,
    Event,
    Finished,
    Noted,
    Preparing,
    Reached,
    Ready,
    Rested,
    Task,
    Traced,
    Work,
)
from debate.settings import DebateSettings
from debate.tracing.tracer import spans_told
from prompts.errors import PromptError
from vectorstore.errors import VectorStoreError

_TOLD = (ChainError, DebateError, PromptError, VectorStoreError)  # whose words say what is wrong


class Worker:
    """Answers and deepens questions for a run that is elsewhere.

    Args:
        settings: the run's, with paths that this machine knows.
        inputs: its personas.
        load: gives the model and the store.
    """

    def __init__(self, settings: DebateSettings, inputs: RunInputs, load: Load) -> None:
        self._settings = settings
        self._inputs = inputs
        self._told: SimpleQueue[Event | None] = SimpleQueue()
        self._checkpoints = ToldCheckpoints(self._told.put)
        self._tasks = _Given(self._begin)
        self._stop = Flag()
        progress = _ToldProgress(self._told.put)
        self._loaded = cache(lambda: load(settings, progress))

    def work(self, kind: Work) -> Generator[list[Event]]:
        """Work on tasks until there are none; yield what happens, and what has happened meanwhile with it.

        ``Ready`` asks for as many tasks as its width, each ``Finished`` for one more; ``give`` takes None for each
        that will not come.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="worker") as pool:
            working = pool.submit(self._work, kind)
            working.add_done_callback(lambda _: self._told.put(None))
            over = False
            while not over:
                told = [self._told.get()]
                while not self._told.empty():  # each item that is sent costs about a millisecond
                    told.append(self._told.get())
                over = None in told
                if events := [event for event in told if event is not None]:
                    yield events
            working.result()

    def give(self, task: Task | None) -> None:
        """Give a task, or None for one that will not come."""
        self._tasks.put(task)

    def stop(self) -> None:
        """Have each question stop, and its model stop writing."""
        self._stop.set()
        for _ in range(self._settings.concurrency):
            self._tasks.put(None)

    def _work(self, kind: Work) -> None:
        with ExitStack() as held:
            held.enter_context(logged_to(_ToldLog(self._told.put)))
            callbacks = held.enter_context(spans_told(lambda lines: self._told.put(Traced(lines))))
            progress = _ToldProgress(self._told.put)
            engine = LocalEngine(
                self._settings, self._inputs, lambda *_: self._loaded(), progress, callbacks, self._stop
            )
            try:
                batches = self._batches(engine, kind)
            except Exception as error:  # noqa: BLE001 - whatever it is, this worker says why and the rest go on
                self._told.put(
                    CannotLoad(one_line(error if isinstance(error, _TOLD) else f"{type(error).__name__}: {error}"))
                )
                return
            self._told.put(Ready(self._settings.concurrency, socket.gethostname(), engine.skipped_files()))
            try:
                for outcomes in batches:
                    for outcome in outcomes:
                        self._told.put(self._end(outcome))
            except KeyboardInterrupt:  # stopped, as it was asked to
                pass
            except DebateError as error:  # such as a database that does not answer: no fault of a question
                self._told.put(CannotLoad(one_line(error)))
                return
            self._told.put(Rested(tuple(engine.figures())))

    def _batches(self, engine: LocalEngine, kind: Work) -> Iterator[Sequence[QuestionResult | Deepened]]:
        """Load what is needed; nothing is worked on before the first batch is asked for."""
        if kind is Work.DEEPEN:
            return engine.deepen_from(self._tasks, self._settings.concurrency)
        return engine.answer_from(self._tasks, self._settings.concurrency, self._checkpoints)

    def _begin(self, task: Task) -> Question:
        if task.stood is not None:
            self._checkpoints.go_on_from(task.stood)
        return task.question

    def _end(self, outcome: QuestionResult | Deepened) -> Finished:
        if isinstance(outcome, QuestionResult):
            self._checkpoints.delete_thread(outcome.question.key)
            return Finished(outcome.question, outcome)
        return Finished(*outcome)


class _Given(Iterator[Question]):
    """Yields questions as they arrive; None ends only the thread that takes it."""

    def __init__(self, begin: Callable[[Task], Question]) -> None:
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._begin = begin

    def put(self, task: Task | None) -> None:
        self._tasks.put(task)

    def __next__(self) -> Question:
        task = self._tasks.get()
        if task is None:
            raise StopIteration
        return self._begin(task)


class _ToldProgress(Progress):
    """Tells what is loaded and which stages questions reach; the run knows the rest."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell

    def preparing(self, what: str) -> None:
        self._tell(Preparing(what))

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        self._tell(Reached(question_id, str(stage), turns))


class _ToldLog(logging.Handler):
    """Tells log records."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(Noted(record.name, record.levelno, record.getMessage()))
