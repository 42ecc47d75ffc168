"""A run: a list of questions into a folder that can be gone on with, whatever happens to the process.

Knows nothing of terminals: it reports to a ``Progress``. The language model and the store may be handed in,
so that other systems and tests bring their own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

from chains.deepen import deepening_chain
from chains.models.loading import ModelSettings, load_llm
from chains.schemas import Question
from chains.translate import check_language
from debate.errors import DebateError
from debate.graph.checkpoints import delete_finished, open_checkpoints
from debate.graph.question_graph import build_question_graph
from debate.indexing import check_index, load_store
from debate.output.report import run_facts, write_report
from debate.output.tables import write_exports
from debate.output.workbook import write_workbook
from debate.progress import NullProgress, Progress
from debate.results import QuestionResult
from debate.run.deepened_questions import DeepenedQuestions
from debate.run.executor import QuestionWorker, map_concurrently, thread_id
from debate.run.folder import check_same_run, choose_run_folder, hold_run_folder, is_run
from debate.run.journal import Journal
from debate.run.log import LOG, Logged, logged
from debate.run.questions import read_questions
from debate.settings import DebateSettings
from debate.tracing.tracer import Trace, tracing
from prompts import Persona, PersonaSet, load_personas
from vectorstore import FaissStore

_WORKBOOK_EVERY = 5.0  # seconds between two versions of the workbook at the least
_WORKBOOK_SHARE = 100  # and at least so many times as long as writing it takes: 1% of the run at the most


@dataclass(frozen=True)
class RunSummary:
    """What a run left behind; the rows are read from its journal when they are asked for."""

    folder: Path
    workbook: Path
    order: tuple[str, ...]
    total: int
    failed: int
    skipped_files: tuple[str, ...] = ()

    def rows(self) -> Iterator[QuestionResult]:
        """Read the rows one by one, in the order of the questions."""
        journal = Journal(self.folder / "results.jsonl")
        try:
            yield from journal.rows({question_id: n for n, question_id in enumerate(self.order)})
        finally:
            journal.close()

    @property
    def results(self) -> tuple[QuestionResult, ...]:
        """Return all rows at once."""
        return tuple(self.rows())


@dataclass(frozen=True)
class RunInputs:
    """All that can be checked before a model is loaded."""

    folder: Path
    seeds: list[Question]
    cast: PersonaSet
    writer: Persona
    debaters: tuple[Persona, ...]


def run_questions(
    settings: DebateSettings,
    *,
    llm: BaseLanguageModel[Any] | None = None,
    store: FaissStore | None = None,
    progress: Progress | None = None,
    retry_failed: bool = False,
    force: bool = False,
) -> RunSummary:
    """Answer and debate every question of a list, into a new run folder or one that is gone on with.

    Finished rows are neither generated again nor changed. An unfinished question goes on after its last step.

    Args:
        llm: used instead of loading ``settings.model``.
        store: used instead of ``settings.corpus`` and ``settings.index``.
        retry_failed: work on the failed rows again.
        force: go on although inputs or settings changed.

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input, a model that cannot be loaded, or a
            folder that cannot be used; no row was lost.
        KeyboardInterrupt: interrupted; the same call goes on.
    """
    watcher = progress or NullProgress()
    inputs = check_inputs(settings)
    with ExitStack() as held:
        if is_run(inputs.folder):  # what is wrong with it is told before anything is loaded
            if not force:
                check_same_run(inputs.folder, settings)
            held.enter_context(hold_run_folder(inputs.folder, settings))
            _check_files(inputs.folder)
        skipped: tuple[str, ...] = ()
        if store is None:
            watcher.preparing(f"opening {settings.index}" if settings.index else f"reading {settings.corpus}")
            store, skipped = load_store(settings, watcher)
        if llm is None:
            watcher.preparing(f"loading {settings.model}")
            llm = load_model(settings)
        if not is_run(inputs.folder):
            held.enter_context(hold_run_folder(inputs.folder, settings))
        held.enter_context(logged(inputs.folder))
        for file in skipped:
            LOG.warning("skipped an unreadable file: %s", file)
        trace = held.enter_context(tracing(inputs.folder))
        return _Run(settings, inputs, llm, store, Logged(watcher), trace).complete(retry_failed, skipped)


def _check_files(folder: Path) -> None:
    """Open everything that a run left behind once, so that what is damaged is told."""
    Journal(folder / "results.jsonl").close()
    DeepenedQuestions(folder / "questions.jsonl")
    with open_checkpoints(folder / "checkpoints.sqlite"):
        pass


def check_inputs(settings: DebateSettings) -> RunInputs:
    """Read and check everything that is cheap to check, so that bad input is told before a model loads."""
    folder = choose_run_folder(settings)
    if settings.index is not None:
        check_index(settings.index)
    seeds = read_questions(settings.questions, settings.sheet)[: settings.limit]
    cast = load_personas(settings.personas)
    writer = cast.writer(settings.opinion_persona)
    debaters = cast.debaters(settings.debaters)
    if settings.translate:
        check_language(settings.translate)
    if len(debaters) < 2:
        raise DebateError(f"a debate needs at least two personas, {len(debaters)} given; add one or change debaters")
    return RunInputs(folder, seeds, cast, writer, debaters)


class _Run:
    """One run in its folder, which this process holds."""

    def __init__(
        self,
        settings: DebateSettings,
        inputs: RunInputs,
        llm: BaseLanguageModel[Any],
        store: FaissStore,
        progress: Progress,
        trace: Trace,
    ) -> None:
        self._settings = settings
        self._inputs = inputs
        self._llm = llm
        self._store = store
        self._progress = progress
        self._trace = trace
        self._journal = Journal(inputs.folder / "results.jsonl")
        self._workbook = inputs.folder / "results.xlsx"
        self._workbook_due = 0.0

    def complete(self, retry_failed: bool, skipped: tuple[str, ...]) -> RunSummary:
        """Make the questions, answer those that are left, and write the workbook."""
        questions: list[Question] = []
        with closing(self._journal):
            try:
                questions = self._deepen()
                again = self._journal.failed if retry_failed else frozenset()
                left = [one for one in questions if one.id not in self._journal or one.id in again]
                self._progress.total(len(questions), len(questions) - len(left))
                self._answer(left, questions)
            finally:
                if len(self._journal):
                    self._write_workbook(questions)
                    self._write_report(questions)
                    self._write_exports(questions)
        order = tuple(question.id for question in questions)
        failed = len(self._journal.failed)
        return RunSummary(self._inputs.folder, self._workbook, order, len(self._journal), failed, skipped)

    def _deepen(self) -> list[Question]:
        """Return the deeper questions of each seed; the seeds themselves where that is switched off."""
        seeds = self._inputs.seeds
        if self._settings.deepen == 0:
            return seeds
        families = DeepenedQuestions(self._inputs.folder / "questions.jsonl")
        left = [seed for seed in seeds if families.get(seed) is None]
        if left:
            self._progress.preparing(f"deepening {len(left)} questions")
        chain = deepening_chain(
            self._llm, self._store.embeddings, count=self._settings.deepen, seed=self._settings.seed
        )

        def deepen(seed: Question) -> tuple[Question, tuple[Question, ...]]:
            with self._trace.step():
                return seed, chain.invoke(seed, {"metadata": {"session_id": f"{seed.id}:deepen"}})

        for made in map_concurrently(deepen, left, self._llm, self._width(left), self._progress):
            families.extend(made)
        return [child for seed in seeds for child in families.get(seed) or ()]

    def _answer(self, left: Sequence[Question], questions: Sequence[Question]) -> None:
        with open_checkpoints(self._inputs.folder / "checkpoints.sqlite") as checkpointer:
            graph = question_graph(self._settings, self._inputs, self._llm, self._store, checkpointer)
            answering = QuestionWorker(graph, self._settings.model, self._progress, self._trace)
            for results in map_concurrently(answering, left, self._llm, self._width(left), self._progress):
                self._journal.extend(results)
                delete_finished(checkpointer, (thread_id(result.question) for result in results if not result.error))
                for result in results:
                    self._progress.finished(result)
                if time.monotonic() >= self._workbook_due:
                    self._write_workbook(questions)

    def _write_workbook(self, questions: Sequence[Question]) -> None:
        started = time.monotonic()
        order = {question.id: n for n, question in enumerate(questions)}
        write_workbook(self._workbook, self._journal.rows(order), self._settings.translate)
        finished = time.monotonic()
        self._workbook_due = finished + max(_WORKBOOK_EVERY, _WORKBOOK_SHARE * (finished - started))

    def _write_report(self, questions: Sequence[Question]) -> None:
        order = {question.id: n for n, question in enumerate(questions)}
        folder = self._inputs.folder
        inputs = self._inputs
        facts = run_facts(f"Debate {folder.name}", self._settings, inputs.cast, inputs.writer, inputs.debaters)
        write_report(folder / "report.html", lambda: self._journal.rows(order), facts)

    def _write_exports(self, questions: Sequence[Question]) -> None:
        order = {question.id: n for n, question in enumerate(questions)}
        chosen = self._settings
        write_exports(self._inputs.folder, chosen.also, lambda: self._journal.rows(order), chosen.translate)

    def _width(self, tasks: Sequence[Question]) -> int:
        return max(1, min(self._settings.concurrency, len(tasks)))


def load_model(settings: DebateSettings) -> BaseLanguageModel[Any]:
    """Load a run's language model."""
    shared = settings.model_dump(include={"backend", "load_in_4bit", "max_seq_length", "batch_size", "seed"})
    return load_llm(ModelSettings(name=settings.model, **shared))


def question_graph(
    settings: DebateSettings,
    inputs: RunInputs,
    llm: BaseLanguageModel[Any],
    store: FaissStore,
    checkpointer: BaseCheckpointSaver[Any],
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Build the graph that a run's questions go through."""
    return build_question_graph(
        llm,
        store,
        inputs.debaters,
        povs=inputs.cast.povs,
        opinion_persona=inputs.writer,
        settings=settings,
        checkpointer=checkpointer,
    )
