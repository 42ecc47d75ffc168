"""Run a list of questions into a folder, resuming whatever was left unfinished.

Progress goes to a ``Progress``. Host programs and tests can pass their own model and store.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from langchain_core.callbacks import BaseCallbackHandler

from chains.generation.backends import LanguageModel
from chains.schemas import Question
from debate.errors import SettingsError
from debate.files.jsonl import JsonLines
from debate.graph.checkpoints import delete_finished, open_checkpoints
from debate.progress import LoggedProgress, Progress
from debate.results import QuestionResult
from debate.run.engine import Load, LocalEngine, load_unless_given
from debate.run.executor import RunInterrupted, StoppedAtOnce
from debate.run.folder import absolute_paths, open_run_folder
from debate.run.outputs import Outputs
from debate.run.records.deepened_questions import DeepenedQuestions, with_twins_noted
from debate.run.records.drafts import drafts_shown
from debate.run.records.journal import Journal
from debate.run.records.log import LOG, logged
from debate.run.records.progress_file import recorded_progress
from debate.run.seat import Seat
from debate.run.setup import RunInputs, check_inputs, unwritable
from debate.settings import DebateSettings
from debate.tracing.trace_file import TraceFile
from debate.tracing.tracer import tracing
from vectorstore import PovVectorStore
from vectorstore.runtime.arguments import checked

if TYPE_CHECKING:
    from debate.run.workers.engine import DistributedEngine


@dataclass(frozen=True)
class RunSummary:
    """The result of a run.

    Attributes:
        folder, workbook: where the run and its workbook are.
        questions: the list after deepening.
        total, failed, abstained: the number of rows, of failed rows, and of rows that say "I don't know".
        skipped_files: documents that could not be read, with the reason.
        min_words: what was asked of an answer.
    """

    folder: Path
    workbook: Path
    questions: tuple[Question, ...]
    total: int
    failed: int
    skipped_files: tuple[str, ...] = ()
    abstained: int = 0
    min_words: int = 0

    def rows(self) -> Iterator[QuestionResult]:
        """Read the rows from the journal one by one, in the order of the questions."""
        return Journal(self.folder / "results.jsonl").rows(self.questions)

    @property
    def results(self) -> tuple[QuestionResult, ...]:
        """Return all rows at once."""
        return tuple(self.rows())


@checked(SettingsError, leave=("progress", "load"))
def run_questions(
    settings: DebateSettings,
    *,
    llm: LanguageModel | None = None,
    store: PovVectorStore | None = None,
    load: Load | None = None,
    progress: Progress | None = None,
    retry_failed: bool = False,
    force: bool = False,
) -> RunSummary:
    """Answer and debate every question of a list, in a new run folder or one to resume.

    Finished rows do not change. An unfinished question continues after its last step.

    Args:
        settings: the list, the documents, the model and everything else.
        llm: a loaded model, instead of ``settings.model``.
        store: an open store, instead of ``settings.corpus`` and ``settings.index``.
        load: loads model and store; the only way with ``settings.ray``, where each worker calls it.
        progress: receives how the run proceeds.
        retry_failed: retry failed rows.
        force: resume although inputs or settings changed.

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input, a model that cannot be loaded, or a
            folder that cannot be used; no row was lost.
        RunInterrupted: Ctrl-C; the same settings with the folder that it names resume the run.
    """
    if settings.ray and (llm is not None or store is not None):
        raise SettingsError("a model and a store of this process cannot go to Ray workers; give load instead")
    watcher = progress or Progress()
    inputs = check_inputs(settings)
    with ExitStack() as held:
        folder = held.enter_context(open_run_folder(settings, force=force))
        try:
            journal = _checked_journal(folder)  # a damaged file is reported before anything is loaded
            held.enter_context(logged(folder))
            callbacks = held.enter_context(tracing(folder))
            turns = settings.rounds * len(inputs.debaters)
            in_log = LoggedProgress(watcher, LOG, turns=turns)
            told = held.enter_context(recorded_progress(folder, in_log, turns))
            callbacks = [*callbacks, held.enter_context(drafts_shown(folder))]
            loading = load or partial(load_unless_given, llm=llm, store=store)
            engine = held.enter_context(_engine(folder, settings, inputs, loading, told, callbacks))
            left = [one for one in inputs.seeds if one.key not in journal]
            if llm is None and load is None and (cannot := unwritable(settings.model, left)):
                told.warning(cannot)
            return _Run(folder, settings, inputs, engine, told, journal).complete(retry_failed)
        except StoppedAtOnce as error:
            error.folder = folder
            raise
        except KeyboardInterrupt as error:
            raise RunInterrupted(folder) from error


@contextmanager
def _engine(
    folder: Path,
    settings: DebateSettings,
    inputs: RunInputs,
    loading: Load,
    progress: Progress,
    callbacks: list[BaseCallbackHandler],
) -> Iterator["LocalEngine | DistributedEngine"]:
    if not settings.ray:
        stop = Event()
        seat = Seat(folder, stop) if settings.seat else None
        with closing(LocalEngine(settings, inputs, loading, progress, callbacks, stop, seat)) as local:
            yield local
        return
    from debate.run.workers.engine import DistributedEngine
    from debate.run.workers.ray_workers import RayWorkers

    paths = {name: type(getattr(settings, name))(path) for name, path in absolute_paths(settings).items()}
    given = settings.model_copy(update=paths)
    of_workers = partial(RayWorkers, given, replace(inputs, seeds=[], ids=frozenset()), loading)
    traces = TraceFile(folder / "traces.jsonl")
    try:
        with closing(DistributedEngine(of_workers, settings.model, progress, traces.append)) as engine:
            yield engine
    finally:
        traces.shutdown()


def _checked_journal(folder: Path) -> Journal:
    """Return the journal; also open every other file of the run once, so that damage is reported."""
    for name in ("results.jsonl", "questions.jsonl"):
        if (folder / name).exists():
            JsonLines(folder / name).append(())
    DeepenedQuestions(folder / "questions.jsonl")
    if (folder / "checkpoints.sqlite").exists():
        with open_checkpoints(folder / "checkpoints.sqlite"):
            pass
    return Journal(folder / "results.jsonl")


@dataclass
class _Run:
    """One run in its folder, which this process holds."""

    folder: Path
    settings: DebateSettings
    inputs: RunInputs
    engine: "LocalEngine | DistributedEngine"
    progress: Progress
    journal: Journal

    def __post_init__(self) -> None:
        personas = self.inputs.personas, self.inputs.writer, self.inputs.debaters
        self._outputs = Outputs(self.folder, self.settings, *personas)

    def complete(self, retry_failed: bool) -> RunSummary:
        """Make the questions, answer those that are left, and write the workbook, the report and the exports."""
        questions = with_twins_noted(self._deepen(retry_failed))
        again = self.journal.failed if retry_failed else frozenset()
        left = self._unanswered([one for one in questions if one.key not in self.journal or one.key in again])
        if left:
            self.engine.load()
        self.progress.total(len(questions), len(questions) - sum(map(len, left)))
        try:
            if left:
                self._answer(left, questions)
                self._tell_figures()
        except KeyboardInterrupt:
            self._tell_figures()
            self._outputs.write_what_there_is(lambda: self.journal.rows(questions))
            raise
        self._outputs.write(lambda: self.journal.rows(questions))
        failed = sum(one.key in self.journal.failed for one in questions)
        abstained = sum(one.key in self.journal.abstained for one in questions)
        files = (self.folder, self._outputs.workbook)
        skipped = self.engine.skipped_files() if left else ()
        return RunSummary(*files, tuple(questions), len(questions), failed, skipped, abstained, self.settings.min_words)

    def _deepen(self, retry_failed: bool) -> list[Question]:
        """Return the questions that each seed became; the seeds themselves where deepening is switched off."""
        seeds = self.inputs.seeds
        if self.settings.deepen == 0:
            return seeds
        deepened = DeepenedQuestions(self.folder / "questions.jsonl")
        left = [one for one in seeds if (known := deepened.get(one)) is None or (known.error and retry_failed)]
        if left:
            with closing(self.engine.deepen(left)) as batches:
                for made in batches:
                    deepened.extend(made)
        return list(deepened.listed(seeds, self.inputs.ids))

    def _unanswered(self, left: Sequence[Question]) -> list[list[Question]]:
        """Copy answers that the journal already has; return the other questions, grouped by what they ask."""
        asked: dict[tuple[str, str], list[Question]] = {}
        for question in left:
            if (row := self.journal.answered(question)) is None:
                asked.setdefault(question.asked, []).append(question)
            else:
                self.journal.extend([row.answering(question)])
        return list(asked.values())

    def _answer(self, left: Sequence[Sequence[Question]], questions: Sequence[Question]) -> None:
        """Answer each question once; those that ask the same share the answer."""
        twins = {one.key: rest for one, *rest in left}
        asked = [same[0] for same in left]
        with ExitStack() as held:
            checkpointer = held.enter_context(open_checkpoints(self.folder / "checkpoints.sqlite"))
            for made in held.enter_context(closing(self.engine.answer(asked, checkpointer))):
                rows = [row for one in made for row in (one, *(one.answering(q) for q in twins[one.question.key]))]
                self.journal.extend(rows)
                delete_finished(checkpointer, (one.question.key for one in made if not one.error))
                for row in rows:
                    self.progress.finished(row)
                self._outputs.write_preview(lambda: self.journal.rows(questions))

    def _tell_figures(self) -> None:
        """Record in log and report how the work was shared."""
        figures = self.engine.figures()
        for name, value in figures:
            LOG.info("%s: %s", name, value)
        self._outputs.add_facts(figures)
