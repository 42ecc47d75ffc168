"""A run: a list of questions into a folder that can be resumed, whatever happens to the process.

Knows nothing of terminals: it reports to a ``Progress``. The language model and the store may be handed in,
so that other systems and tests bring their own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.deepen import deepening_chain
from chains.generation.remote.pool import figures_of
from chains.schemas import Question
from debate.graph.checkpoints import delete_finished, open_checkpoints
from debate.graph.retries import retried
from debate.indexing import load_store
from debate.progress import NullProgress, Progress
from debate.results import QuestionResult
from debate.run.deepened_questions import DeepenedQuestions, Family, with_twins_noted
from debate.run.drafts import drafts_shown
from debate.run.executor import Outcome, QuestionWorker, RunInterrupted, StoppedAtOnce, map_concurrently
from debate.run.folder import open_run_folder
from debate.run.journal import Journal
from debate.run.jsonl import JsonLines
from debate.run.log import LOG, Logged, logged
from debate.run.outputs import Outputs
from debate.run.progress_file import recorded_progress
from debate.run.seat import Seat
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
    abstained: int = 0

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
            held.enter_context(logged(folder))
            callbacks = held.enter_context(tracing(folder))
            told = held.enter_context(recorded_progress(folder, Logged(watcher)))
            callbacks = [*callbacks, held.enter_context(drafts_shown(folder))]
            run = _Run(folder, settings, inputs, lambda: _load(settings, llm, store, told), told, callbacks)
            return run.complete(retry_failed)
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


@dataclass(frozen=True)
class _Loaded:
    """What answering needs and what takes its time to load; a run with nothing left to do does without."""

    llm: BaseLanguageModel[Any]
    store: FaissStore
    skipped_files: tuple[str, ...] = ()


def _load(
    settings: DebateSettings, llm: BaseLanguageModel[Any] | None, store: FaissStore | None, progress: Progress
) -> _Loaded:
    skipped: tuple[str, ...] = ()
    if store is None:
        progress.preparing(f"opening {settings.index}" if settings.index else f"reading {settings.corpus}")
        store, skipped = load_store(settings, progress)
    if llm is None:
        progress.preparing(f"loading {settings.model}")
        llm = load_model(settings)
    return _Loaded(llm, store, skipped)


class _Run:
    """One run in its folder, which this process holds."""

    def __init__(
        self,
        folder: Path,
        settings: DebateSettings,
        inputs: RunInputs,
        load: Callable[[], _Loaded],
        progress: Progress,
        callbacks: list[BaseCallbackHandler],
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._inputs = inputs
        self._load = cache(load)
        self._progress = progress
        self._callbacks = callbacks
        self._stop = Event()
        self._journal = Journal(folder / "results.jsonl")
        self._outputs = Outputs(folder, settings, inputs.cast, inputs.writer, inputs.debaters)

    def complete(self, retry_failed: bool) -> RunSummary:
        """Make the questions, answer those that are left, and write the workbook, the report and the exports."""
        questions = with_twins_noted(self._deepen(retry_failed))
        again = self._journal.failed if retry_failed else frozenset()
        left = self._unanswered([one for one in questions if one.key not in self._journal or one.key in again])
        skipped = self._load().skipped_files if left else ()
        self._progress.total(len(questions), len(questions) - sum(map(len, left)))
        try:
            if left:
                self._answer(left, questions)
                self._tell_servers()
        except KeyboardInterrupt:
            self._tell_servers()
            self._outputs.write_what_there_is(lambda: self._journal.rows(questions))
            raise
        self._outputs.write(lambda: self._journal.rows(questions))
        failed = sum(one.key in self._journal.failed for one in questions)
        abstained = sum(one.key in self._journal.abstained for one in questions)
        files = (self._folder, self._outputs.workbook)
        return RunSummary(*files, tuple(questions), len(questions), failed, skipped, abstained)

    def _deepen(self, retry_failed: bool) -> list[Question]:
        """Return the questions that each seed became; the seeds themselves where deepening is switched off."""
        seeds = self._inputs.seeds
        if self._settings.deepen == 0:
            return seeds
        families = DeepenedQuestions(self._folder / "questions.jsonl")
        left = [one for one in seeds if (known := families.get(one)) is None or (known.error and retry_failed)]
        if left:
            self._deepen_all(left, families)
        return list(families.listed(seeds, self._inputs.ids))

    def _deepen_all(self, seeds: Sequence[Question], families: DeepenedQuestions) -> None:
        loaded = self._load()
        self._progress.preparing(f"deepening {len(seeds)} questions")
        chain = deepening_chain(
            loaded.llm,
            loaded.store.embeddings,
            store=loaded.store,
            count=self._settings.deepen,
            replace_seeds=self._settings.replace_seeds,
            seed=self._settings.seed,
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

        with closing(self._concurrently(deepen, seeds)) as batches:
            for made in batches:
                families.extend(made)

    def _unanswered(self, left: Sequence[Question]) -> list[list[Question]]:
        """Give each question whose text an earlier run answered that answer, and return the others, by their texts."""
        asked: dict[str, list[Question]] = {}
        for question in left:
            if (row := self._journal.answered(question.text)) is None:
                asked.setdefault(question.text, []).append(question)
            else:
                self._journal.extend([row.answering(question)])
        return list(asked.values())

    def _answer(self, left: Sequence[Sequence[Question]], questions: Sequence[Question]) -> None:
        """Answer each text once; questions that ask the same share the answer."""
        loaded, twins = self._load(), {one.key: rest for one, *rest in left}
        with open_checkpoints(self._folder / "checkpoints.sqlite") as checkpointer:
            graph = question_graph(self._settings, self._inputs, loaded.llm, loaded.store, checkpointer)
            seat = Seat(self._folder, self._stop) if self._settings.seat else None
            answer = QuestionWorker(graph, self._settings.model, self._progress, self._callbacks, self._stop, seat)
            with closing(self._concurrently(answer, [same[0] for same in left])) as batches:
                for made in batches:
                    rows = [row for one in made for row in (one, *(one.answering(q) for q in twins[one.question.key]))]
                    self._journal.extend(rows)
                    delete_finished(checkpointer, (one.question.key for one in made if not one.error))
                    for row in rows:
                        self._progress.finished(row)
                    self._outputs.write_preview(lambda: self._journal.rows(questions))

    def _tell_servers(self) -> None:
        """Say in log and report what each server did, where there are several."""
        figures = figures_of(self._load().llm)
        for one in figures:
            LOG.info("server %s: %s", one.name, one)
        self._outputs.add_facts([(f"server {one.name}", str(one)) for one in figures])

    def _concurrently(
        self, work: Callable[[Question], Outcome | None], questions: Sequence[Question]
    ) -> Generator[list[Outcome], None, None]:
        at_once = 1 if self._settings.seat else self._settings.concurrency  # a person is in one debate at a time
        width = max(1, min(at_once, len(questions)))
        return map_concurrently(work, questions, self._load().llm, width, self._progress, self._stop)
