"""A run: a list of questions into a folder that can be resumed, whatever happens to the process.

Knows nothing of terminals: it reports to a ``Progress``. The language model and the store may be handed in,
so that other systems and tests bring their own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.deepen import deepening_chain
from chains.schemas import Question
from debate.graph.checkpoints import delete_finished, open_checkpoints
from debate.graph.retries import retried
from debate.indexing import load_store
from debate.progress import NullProgress, Progress
from debate.results import QuestionResult
from debate.run.deepened_questions import DeepenedQuestions, Family, with_twins_noted
from debate.run.executor import Outcome, QuestionWorker, RunInterrupted, StoppedAtOnce, map_concurrently
from debate.run.folder import open_run_folder
from debate.run.journal import Journal
from debate.run.jsonl import JsonLines
from debate.run.log import LOG, Logged, logged
from debate.run.outputs import Outputs
from debate.run.setup import RunInputs, check_inputs, load_model, question_graph
from debate.settings import DebateSettings
from debate.tracing.tracer import tracing
from vectorstore import FaissStore


@dataclass(frozen=True)
class RunSummary:
    """What a run left behind; the rows are read from its journal when they are asked for."""

    folder: Path
    workbook: Path
    questions: tuple[Question, ...]
    total: int
    failed: int
    skipped_files: tuple[str, ...] = ()

    def rows(self) -> Iterator[QuestionResult]:
        """Read the rows one by one, in the order of the questions."""
        return Journal(self.folder / "results.jsonl").rows(self.questions)

    @property
    def results(self) -> tuple[QuestionResult, ...]:
        """Return all rows at once."""
        return tuple(self.rows())


def run_questions(
    settings: DebateSettings,
    *,
    llm: BaseLanguageModel[Any] | None = None,
    store: FaissStore | None = None,
    progress: Progress | None = None,
    retry_failed: bool = False,
    force: bool = False,
) -> RunSummary:
    """Answer and debate every question of a list, into a new run folder or one that is resumed.

    Finished rows are neither generated again nor changed. An unfinished question goes on after its last step.

    Args:
        llm: used instead of loading ``settings.model``.
        store: used instead of ``settings.corpus`` and ``settings.index``.
        retry_failed: work on the failed rows again.
        force: resume although inputs or settings changed.

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input, a model that cannot be loaded, or a
            folder that cannot be used; no row was lost.
        RunInterrupted: Ctrl-C; the same settings with the folder that it names resume the run.
    """
    watcher = progress or NullProgress()
    inputs = check_inputs(settings)
    with ExitStack() as held:
        folder = held.enter_context(open_run_folder(settings, force=force))
        try:
            _check_files(folder)  # what is wrong with it is told before anything is loaded
            skipped: tuple[str, ...] = ()
            if store is None:
                watcher.preparing(f"opening {settings.index}" if settings.index else f"reading {settings.corpus}")
                store, skipped = load_store(settings, watcher)
            if llm is None:
                watcher.preparing(f"loading {settings.model}")
                llm = load_model(settings)
            held.enter_context(logged(folder))
            for file in skipped:
                LOG.warning("skipped an unreadable file: %s", file)
            callbacks = held.enter_context(tracing(folder))
            return _Run(folder, settings, inputs, llm, store, Logged(watcher), callbacks).complete(
                retry_failed, skipped
            )
        except StoppedAtOnce:
            raise
        except KeyboardInterrupt as error:
            raise RunInterrupted(folder) from error


def _check_files(folder: Path) -> None:
    """Open everything that a run left behind once, so that what is damaged or cannot be written is told."""
    for name in ("results.jsonl", "questions.jsonl"):
        if (folder / name).exists():
            JsonLines(folder / name).append(())
    Journal(folder / "results.jsonl")
    DeepenedQuestions(folder / "questions.jsonl")
    if (folder / "checkpoints.sqlite").exists():
        with open_checkpoints(folder / "checkpoints.sqlite"):
            pass


class _Run:
    """One run in its folder, which this process holds."""

    def __init__(
        self,
        folder: Path,
        settings: DebateSettings,
        inputs: RunInputs,
        llm: BaseLanguageModel[Any],
        store: FaissStore,
        progress: Progress,
        callbacks: list[BaseCallbackHandler],
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._inputs = inputs
        self._llm = llm
        self._store = store
        self._progress = progress
        self._callbacks = callbacks
        self._stop = Event()
        self._journal = Journal(folder / "results.jsonl")
        self._outputs = Outputs(folder, settings, inputs.cast, inputs.writer, inputs.debaters)

    def complete(self, retry_failed: bool, skipped: tuple[str, ...]) -> RunSummary:
        """Make the questions, answer those that are left, and write the workbook, the report and the exports."""
        questions = with_twins_noted(self._deepen(retry_failed))
        again = self._journal.failed if retry_failed else frozenset()
        left = [one for one in questions if one.key not in self._journal or one.key in again]
        self._progress.total(len(questions), len(questions) - len(left))
        try:
            self._answer(left, questions)
        except KeyboardInterrupt:
            self._outputs.write_what_there_is(lambda: self._journal.rows(questions))
            raise
        self._outputs.write(lambda: self._journal.rows(questions))
        failed = sum(one.key in self._journal.failed for one in questions)
        return RunSummary(self._folder, self._outputs.workbook, tuple(questions), len(questions), failed, skipped)

    def _deepen(self, retry_failed: bool) -> list[Question]:
        """Return the questions that each seed became; the seeds themselves where deepening is switched off."""
        seeds = self._inputs.seeds
        if self._settings.deepen == 0:
            return seeds
        families = DeepenedQuestions(self._folder / "questions.jsonl")
        left = [one for one in seeds if (known := families.get(one)) is None or (known.error and retry_failed)]
        if left:
            self._progress.preparing(f"deepening {len(left)} questions")
        chain = deepening_chain(
            self._llm, self._store.embeddings, count=self._settings.deepen, seed=self._settings.seed
        )

        def config_of(seed: Question) -> RunnableConfig:
            return {"callbacks": self._callbacks, "metadata": {"session_id": seed.key}}

        def deepen(seed: Question) -> tuple[Question, Family]:
            try:
                return seed, Family(retried(lambda: chain.invoke(seed, config_of(seed))))
            except Exception as failure:  # noqa: BLE001 - whatever went wrong belongs to this seed; the rest go on
                error = f"{type(failure).__name__}: {failure}"
                LOG.warning("%s could not be deepened: %s", seed.id, error)
                return seed, Family((replace(seed, note=f"not deepened: {error}"),), error)

        with closing(self._concurrently(deepen, left)) as batches:
            for made in batches:
                families.extend(made)
        return list(families.listed(seeds, self._inputs.ids))

    def _answer(self, left: Sequence[Question], questions: Sequence[Question]) -> None:
        """Answer each text once; what an earlier run or an earlier question of the list answered is its answer, too."""
        asked: dict[str, list[Question]] = {}
        for question in left:
            if (row := self._journal.answered(question.text)) is None:
                asked.setdefault(question.text, []).append(question)
            else:
                self._keep([_copied(row, question)])
        first = [twins[0] for twins in asked.values()]
        with open_checkpoints(self._folder / "checkpoints.sqlite") as checkpointer:
            graph = question_graph(self._settings, self._inputs, self._llm, self._store, checkpointer)
            answer = QuestionWorker(graph, self._settings.model, self._progress, self._callbacks, self._stop)
            with closing(self._concurrently(answer, first)) as batches:
                for results in batches:
                    twins = [_copied(one, twin) for one in results for twin in asked[one.question.text][1:]]
                    self._keep([*results, *twins])
                    delete_finished(checkpointer, (result.question.key for result in results if not result.error))
                    self._outputs.write_preview(lambda: self._journal.rows(questions))

    def _keep(self, results: Sequence[QuestionResult]) -> None:
        self._journal.extend(results)
        for result in results:
            self._progress.finished(result)

    def _concurrently(
        self, work: Callable[[Question], Outcome | None], questions: Sequence[Question]
    ) -> Generator[list[Outcome], None, None]:
        width = max(1, min(self._settings.concurrency, len(questions)))
        return map_concurrently(work, questions, self._llm, width, self._progress, self._stop)


def _copied(result: QuestionResult, question: Question) -> QuestionResult:
    """Return the row of a question that asks what another one asked."""
    return replace(result, question=question, seconds=0.0, stages=())
