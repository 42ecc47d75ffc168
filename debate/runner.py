"""A list of questions through the graph: many at once, none lost, a failing row marked and the rest gone on.

Knows nothing of terminals: it reports to a ``Progress``. The language model and the store may be handed in,
so that other systems and tests bring their own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from langchain_core.language_models import BaseLanguageModel
from langgraph.graph.state import CompiledStateGraph

from chains.deepen import deepening_chain
from chains.llm import BatchedHuggingFacePipeline, ModelSettings, load_llm
from chains.schemas import Question
from debate.errors import DebateError
from debate.graph import GraphSettings, build_question_graph
from debate.questions import read_questions
from debate.results import FAILED, QuestionResult, ResultsWriter
from debate.run_folder import choose_run_folder, create_run_folder
from debate.settings import DebateSettings
from prompts import Cast, Persona, load_cast
from vectorstore import FaissStore, build_index, load_corpus, load_embeddings

_LOG = logging.getLogger(__name__)
_NEXT_STAGE = {
    "retrieve": "opinion",
    "write_opinion": "debate",
    "speak": "debate",
    "judge": "verdict",
    "debate": "done",
}


class Progress(Protocol):
    """Whoever wants to know how a run is going."""

    def preparing(self, what: str) -> None:
        """Something is being loaded or read."""

    def total(self, questions: int) -> None:
        """So many questions are going to be answered."""

    def stage(self, question_id: str, stage: str) -> None:
        """A question has come to this stage."""

    def finished(self, result: QuestionResult) -> None:
        """A question is done, or has failed."""


class Silence:
    """A ``Progress`` that nobody watches."""

    def preparing(self, what: str) -> None: ...  # noqa: D102
    def total(self, questions: int) -> None: ...  # noqa: D102
    def stage(self, question_id: str, stage: str) -> None: ...  # noqa: D102
    def finished(self, result: QuestionResult) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class RunSummary:
    """What a run left behind."""

    folder: Path
    workbook: Path
    results: tuple[QuestionResult, ...]
    skipped_files: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Return how many rows failed."""
        return sum(result.status == FAILED for result in self.results)


@dataclass(frozen=True)
class _Inputs:
    """All that can be checked before a model is loaded."""

    folder: Path
    seeds: list[Question]
    cast: Cast
    writer: Persona
    debaters: list[Persona]


def run_questions(
    settings: DebateSettings,
    *,
    llm: BaseLanguageModel[Any] | None = None,
    store: FaissStore | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Answer and debate every question of a list, into a new run folder.

    Args:
        llm: used instead of loading ``settings.model``.
        store: used instead of indexing ``settings.corpus``.

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input or a model that cannot be loaded;
            nothing was started and no folder was made.
    """
    watcher = progress or Silence()
    inputs = check_inputs(settings)
    skipped: tuple[str, ...] = ()
    if store is None:
        watcher.preparing(f"reading and indexing {settings.corpus}")
        store, skipped = _index(settings)
    if llm is None:
        watcher.preparing(f"loading {settings.model}")
        llm = load_llm(_model_settings(settings))
    create_run_folder(inputs.folder, settings)
    for file in skipped:
        _LOG.warning("skipped an unreadable file: %s", file)
    graph = build_question_graph(
        llm,
        store,
        inputs.debaters,
        povs=inputs.cast.povs,
        opinion_persona=inputs.writer,
        settings=_graph_settings(settings),
    )
    writer = ResultsWriter(inputs.folder)
    run = _Run(settings, llm, graph, writer, watcher)
    questions = run.deepen(inputs.seeds, store)
    results = run.answer(questions)
    return RunSummary(inputs.folder, writer.workbook, tuple(results), skipped)


def check_inputs(settings: DebateSettings) -> _Inputs:
    """Read and check everything that is cheap to check, so that bad input is told before a model loads."""
    folder = choose_run_folder(settings)
    seeds = read_questions(settings.questions, settings.sheet)[: settings.limit]
    cast = load_cast(settings.personas)
    writer = cast.persona(settings.opinion_persona)
    debaters = [cast.persona(one) for one in settings.debaters] if settings.debaters else list(cast.personas)
    if len(debaters) < 2:
        raise DebateError(f"a debate needs at least two personas, {len(debaters)} given; add one or change debaters")
    return _Inputs(folder, seeds, cast, writer, debaters)


def _index(settings: DebateSettings) -> tuple[FaissStore, tuple[str, ...]]:
    documents = load_corpus(settings.corpus)
    store = build_index(documents, load_embeddings(settings.embeddings))
    return store, tuple(f"{one.path}: {one.reason}" for one in documents.skipped)


def _model_settings(settings: DebateSettings) -> ModelSettings:
    shared = settings.model_dump(include={"backend", "load_in_4bit", "max_seq_length", "batch_size", "seed"})
    return ModelSettings(name=settings.model, **shared)


def _graph_settings(settings: DebateSettings) -> GraphSettings:
    names = set(GraphSettings.__dataclass_fields__)
    return GraphSettings(**settings.model_dump(include=names))


class _Run:
    """The threads of one run. Each question is a thread of work; the model merges their calls."""

    def __init__(
        self,
        settings: DebateSettings,
        llm: BaseLanguageModel[Any],
        graph: CompiledStateGraph[Any, Any, Any, Any],
        writer: ResultsWriter,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._llm = llm
        self._graph = graph
        self._writer = writer
        self._progress = progress

    def deepen(self, seeds: Sequence[Question], store: FaissStore) -> list[Question]:
        """Make each seed question into deeper ones; the seeds themselves where that is switched off."""
        if self._settings.deepen == 0:
            return list(seeds)
        self._progress.preparing(f"deepening {len(seeds)} questions")
        embeddings = store.embeddings
        chain = deepening_chain(self._llm, embeddings, count=self._settings.deepen, seed=self._settings.seed)
        with self._pool(len(seeds)) as pool:
            families = list(pool.map(self._registered(chain.invoke), seeds))
        return [question for family in families for question in family]

    def answer(self, questions: Sequence[Question]) -> list[QuestionResult]:
        """Answer every question; results come back in the order of the questions."""
        self._progress.total(len(questions))
        results: dict[str, QuestionResult] = {}
        try:
            for result in self._finished(questions):
                self._writer.add(result)
                self._progress.finished(result)
                results[result.question.id] = result
        finally:
            self._writer.close([question.id for question in questions])
        return [results[question.id] for question in questions]

    def _finished(self, questions: Sequence[Question]) -> Iterator[QuestionResult]:
        with self._pool(len(questions)) as pool:
            work: list[Future[QuestionResult]] = [
                pool.submit(self._registered(self._answer_one), question) for question in questions
            ]
            try:
                for future in as_completed(work):
                    yield future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _answer_one(self, question: Question) -> QuestionResult:
        started = time.monotonic()
        self._progress.stage(question.id, "retrieve")
        state: dict[str, Any] = {}
        try:
            updates: Any = self._graph.stream({"question": question}, stream_mode="updates", subgraphs=True)
            for _, update in updates:
                for node, values in update.items():
                    self._progress.stage(question.id, _NEXT_STAGE.get(node, node))
                    _merge(state, values)
        except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this row; the rest go on
            _LOG.exception("question %s failed", question.id)
            reason = f"{type(error).__name__}: {error}"
            return self._result(question, started, state, reason)
        return self._result(question, started, state)

    def _result(self, question: Question, started: float, state: dict[str, Any], error: str = "") -> QuestionResult:
        return QuestionResult(
            question=question,
            model=self._settings.model,
            seconds=time.monotonic() - started,
            chunks=state.get("chunks", ()),
            opinion=state.get("opinion"),
            turns=state.get("turns", ()),
            verdict=state.get("verdict"),
            error=error,
        )

    def _pool(self, questions: int) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(min(self._settings.in_flight, questions), thread_name_prefix="question")

    def _registered(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def registered(*arguments: Any) -> Any:
            with _caller(self._llm):
                return work(*arguments)

        return registered


def _merge(state: dict[str, Any], values: dict[str, Any] | None) -> None:
    """Add one step's values; the debate's turns come one by one, and again when its subgraph ends."""
    for key, value in (values or {}).items():
        if key == "turns" and len(value) == 1 and state.get("turns", ())[-1:] != value:
            state["turns"] = state.get("turns", ()) + tuple(value)
        else:
            state[key] = value


def _caller(llm: BaseLanguageModel[Any]) -> AbstractContextManager[None]:
    return llm.caller() if isinstance(llm, BatchedHuggingFacePipeline) else nullcontext()
