"""Engines deepen and answer a run's questions: in this process (``LocalEngine``) or in others."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from threading import Event
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from chains.deepen import deepening_chain
from chains.generation.remote.pool import figures_of
from chains.schemas import Question
from debate.amounts import amount
from debate.graph.retries import retried
from debate.indexing.opening import load_store
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.executor import Outcome, map_concurrently
from debate.run.question_worker import QuestionWorker
from debate.run.records.deepened_questions import Deepening
from debate.run.records.log import LOG
from debate.run.seat import Seat
from debate.run.setup import RunInputs, check_before_loading, load_model, question_graph
from debate.run.stopping import StopsWriting
from debate.settings import DebateSettings
from vectorstore import PovVectorStore

Deepened = tuple[Question, Deepening]


@dataclass(frozen=True)
class Loaded:
    """What answering needs and what takes its time to load."""

    llm: BaseLanguageModel[Any]
    store: PovVectorStore
    skipped_files: tuple[str, ...] = ()


Load = Callable[[DebateSettings, Progress], Loaded]


def load_unless_given(
    settings: DebateSettings,
    progress: Progress,
    llm: BaseLanguageModel[Any] | None = None,
    store: PovVectorStore | None = None,
) -> Loaded:
    """Load the model and open the store of a run, unless they are given."""
    check_before_loading(settings, llm=llm is None, store=store is None)
    skipped: tuple[str, ...] = ()
    if store is None:
        progress.preparing(f"opening {settings.index}" if settings.index else f"reading {settings.corpus}")
        store, skipped = load_store(settings, progress)
    if llm is None:
        progress.preparing(f"loading {settings.model}")
        llm = load_model(settings)
    return Loaded(llm, store, skipped)


class LocalEngine:
    """Deepens and answers questions, many at once, in threads of this process.

    ``deepen`` and ``answer`` load what they need and yield what finished together. Closing their generator stops the
    work. Both raise KeyboardInterrupt after Ctrl-C, once what was in flight has stopped.

    Args:
        stop: once it is set, models stop writing, and questions with them; Ctrl-C sets it.
        seat: where a person speaks; that person is in one debate at a time.
    """

    def __init__(
        self,
        settings: DebateSettings,
        inputs: RunInputs,
        load: Load,
        progress: Progress,
        callbacks: Sequence[BaseCallbackHandler] = (),
        stop: Event | None = None,
        seat: Seat | None = None,
    ) -> None:
        self._settings = settings
        self._inputs = inputs
        self._progress = progress
        self._stop = stop or Event()
        self._callbacks = [*callbacks, StopsWriting(self._stop)]
        self._seat = seat
        self._loaded = cache(lambda: load(settings, progress))

    def load(self) -> None:
        """Load what is loaded before the first question comes."""
        self._loaded()

    def close(self) -> None:
        if self._loaded.cache_info().currsize:
            self._loaded().store.close()

    def skipped_files(self) -> tuple[str, ...]:
        """Return the documents that could not be read."""
        return self._loaded().skipped_files

    def figures(self) -> list[tuple[str, str]]:
        """Return what the report says of how the work was shared: names and values."""
        return [(f"server {one.name}", str(one)) for one in figures_of(self._loaded().llm)]

    def deepen(self, seeds: Sequence[Question]) -> Generator[list[Deepened]]:
        """Yield each seed with what it became; a seed that could not be deepened is asked itself, with a note."""
        self._loaded()
        self._progress.preparing(f"deepening {amount(len(seeds), 'question')}")
        return self.deepen_from(seeds, self._width(seeds))

    def answer(
        self, questions: Sequence[Question], checkpoints: BaseCheckpointSaver[Any]
    ) -> Generator[list[QuestionResult]]:
        """Yield the rows of these questions; each continues from its checkpoints, and leaves new ones there."""
        width = 1 if self._seat else self._width(questions)
        return self.answer_from(questions, width, checkpoints)

    def deepen_from(self, seeds: Iterable[Question], width: int) -> Generator[list[Deepened]]:
        """As ``deepen``, of seeds that may come while others are worked on, ``width`` at a time."""
        loaded = self._loaded()
        chain = deepening_chain(
            loaded.llm,
            loaded.store.embeddings,
            store=loaded.store,
            count=self._settings.deepen,
            replace_seeds=self._settings.replace_seeds,
            seed=self._settings.seed,
        )

        def deepen(seed: Question) -> Deepened:
            config: RunnableConfig = {"callbacks": self._callbacks, "metadata": {"session_id": seed.key}}
            try:
                return seed, Deepening(retried(lambda: chain.invoke(seed, config)))
            except Exception as failure:  # noqa: BLE001 - whatever went wrong belongs to this seed; the rest go on
                error = f"{type(failure).__name__}: {failure}"
                LOG.warning("%s could not be deepened: %s", seed.id, error)
                return seed, Deepening((replace(seed, note=f"not deepened: {error}"),), error)

        return self._concurrently(deepen, seeds, width)

    def answer_from(
        self, questions: Iterable[Question], width: int, checkpoints: BaseCheckpointSaver[Any]
    ) -> Generator[list[QuestionResult]]:
        """As ``answer``, of questions that may come while others are worked on, ``width`` at a time."""
        loaded = self._loaded()
        graph = question_graph(self._settings, self._inputs, loaded.llm, loaded.store, checkpoints)
        answer = QuestionWorker(graph, self._settings.model, self._progress, self._callbacks, self._stop, self._seat)
        return self._concurrently(answer, questions, width)

    def _width(self, questions: Sequence[Question]) -> int:
        return max(1, min(self._settings.concurrency, len(questions)))

    def _concurrently(
        self, work: Callable[[Question], Outcome | None], questions: Iterable[Question], width: int
    ) -> Generator[list[Outcome]]:
        return map_concurrently(work, questions, self._loaded().llm, width, self._progress, self._stop)
