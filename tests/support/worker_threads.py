"""Workers in threads of the test's own process, one of which may be lost after some events."""

from collections.abc import Callable
from itertools import chain, count
from queue import SimpleQueue
from threading import Thread

from fakes import EMBEDDING, ScriptedLLM

from debate import DebateSettings
from debate.run.engine import Loaded
from debate.run.workers.events import Event, Lost
from debate.run.workers.worker import Worker
from vectorstore import FaissStore

SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "Answer the question below": "They did.",
}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING, ids=["c1", "c2"])


class InThreads:
    """Workers that share this process.

    Args:
        lost_after: for a worker's number, the kind of event after which it is heard of no more.
        cannot_load: what a worker raises while it loads, by its number.
        interrupted: at which call for events Ctrl-C lands.
    """

    def __init__(
        self, settings, inputs, wanted=2, lost_after=None, cannot_load=None, interrupted=(), script=SCRIPT, store=STORE
    ) -> None:
        self.wanted = wanted
        self.llm = ScriptedLLM(script=script)
        self._store = store
        self._interrupted = set(interrupted)
        self._calls = count()
        self._given = settings, inputs
        self._lost_after: dict[int, type[Event]] = lost_after or {}
        self._cannot_load: dict[int, Exception] = cannot_load or {}
        self._workers: dict[int, Worker] = {}
        self._threads: list[Thread] = []
        self._told: SimpleQueue[tuple[int, Event]] = SimpleQueue()
        self.closed = False
        self.ended: list[int] = []

    def start(self) -> int:
        number = len(self._workers) + 1
        self._workers[number] = Worker(*self._given, self._load_of(number))
        return number

    def _load_of(self, number: int) -> Callable[..., Loaded]:
        def load(settings: DebateSettings, _: object) -> Loaded:
            if number in self._cannot_load:
                raise self._cannot_load[number]
            return Loaded(self.llm, self._store, ("a.pdf: damaged",))

        return load

    def work(self, worker, kind) -> None:
        self._threads.append(Thread(target=self._follow, args=(worker, kind), daemon=True))
        self._threads[-1].start()

    def _follow(self, worker, kind) -> None:
        for event in chain.from_iterable(self._workers[worker].work(kind)):
            self._told.put((worker, event))
            if isinstance(event, self._lost_after.get(worker, ())):
                self._told.put((worker, Lost("its machine is gone")))
                return

    def give(self, worker, task) -> None:
        self._workers[worker].give(task)

    def stop(self, worker) -> None:
        self._workers[worker].stop()

    def end(self, worker) -> None:
        self.ended.append(worker)

    def events(self) -> list[tuple[int, Event]]:
        if next(self._calls) in self._interrupted:
            raise KeyboardInterrupt
        return [self._told.get(timeout=60)]

    def close(self) -> None:
        """End all workers, the lost ones too: a thread that waits for a task would keep this process from ending."""
        for worker in self._workers.values():
            worker.stop()
        for thread in self._threads:
            thread.join(timeout=60)
        self.closed = not any(thread.is_alive() for thread in self._threads)
