"""The runs that the page shows, by name, and the result or progress of each question.

Names come from requests; folders only from the disk. A name that no run has is an error and never a path.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from urllib.parse import quote, urlencode

from chains.errors import ChainError
from chains.schemas import Question
from debate.errors import DebateError, RunFolderError
from debate.graph.checkpoints import read_thread
from debate.output.argument_map import argument_map, draw
from debate.output.facts import RunFacts, report_title, run_facts
from debate.output.report import live_body
from debate.results import QuestionResult
from debate.run.folder import RECORD, read_record
from debate.run.question_worker import written
from debate.run.setup import check_inputs
from debate.serve.web.launching import last_words
from debate.serve.web.places import home_of, runs_in
from debate.serve.web.row_index import RowIndex
from debate.serve.web.watching import Watched, Working
from debate.settings import DebateSettings, load_settings
from debate.stages import Stage
from prompts.errors import PromptError
from vectorstore.errors import VectorStoreError

_BODIES = 256  # laid out questions that are kept, so that a hundred readers cost one


@dataclass(frozen=True)
class Shown:
    """A question on the page: finished, or in progress.

    Attributes:
        status: of its row; without one "working", "waiting" until the run comes to it, or "stopped" with the run.
        stage, steps: as in ``watching.Working``; for one not in progress, the stage at which it will continue.
    """

    id: str
    question: str
    status: str
    stage: str
    steps: int
    html: str
    turns: int


class Run:
    """One run's folder, read as it grows; nothing in it is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.rows = RowIndex(folder / "results.jsonl")
        self.watched = Watched(folder)
        self._facts: RunFacts | None = None
        self._body = lru_cache(_BODIES)(self._laid_out)

    @property
    def settings(self) -> DebateSettings:
        """Return the settings that the run recorded.

        Raises:
            DebateError: they cannot be read.
        """
        return load_settings(read_record(self.folder)["settings"] | {"out": self.folder})

    @property
    def facts(self) -> RunFacts:
        """Return what is said of the run; less of it where its inputs are gone."""
        if self._facts is None:
            self._facts = self._read_facts()
        return self._facts

    def shown(self, question_id: str) -> Shown:
        """Return a question as far as it has come.

        Raises:
            RunFolderError: the run knows no such question.
        """
        body = self._body(question_id, self._place(question_id))
        return body if body.status else replace(body, status=self._unfinished(question_id))

    def picture(self, question_id: str) -> str | None:
        """Return the map of a question's debate as SVG; None if nobody spoke yet.

        Raises:
            RunFolderError: the run knows no such question.
        """
        shown = argument_map(self._result(question_id, self._place(question_id))[0])
        return draw(shown) if shown else None

    def _laid_out(self, question_id: str, place: int) -> Shown:
        result, status = self._result(question_id, place)
        at = self._at_work(question_id) or Working(question_id, "" if status else _goes_on_with(result), 0, 0)
        question = result.question
        picture = f"/runs/{quote(self.name, safe='')}/map.svg?{urlencode({'id': question.id})}"
        html = live_body(result, self.facts, picture)
        return Shown(question.id, question.text, status, at.stage, at.steps, html, len(result.turns))

    def _at_work(self, question_id: str) -> Working | None:
        state = self.watched.state()
        return state.working.get(question_id) if state.is_running else None

    def _place(self, question_id: str) -> int:
        """Return what changes when there is more of a question; below 0 unless it is in work, where its row counts."""
        working = self._at_work(question_id)
        return working.told_at if working else -self.rows.end - self.watched.state().end - 1

    def _unfinished(self, question_id: str) -> str:
        """Return why a question has no row yet."""
        if self._at_work(question_id):
            return "working"
        return "waiting" if self.watched.state().is_running else "stopped"

    def _result(self, question_id: str, place: int) -> tuple[QuestionResult, str]:
        """Return what a question has come to, and its row's status; "" if it has none."""
        finished = self.rows.result(question_id) if place < 0 else None  # a retried one is in work again
        if finished is not None:
            return finished, finished.status
        state = read_thread(self.folder / "checkpoints.sqlite", question_id)
        if state is None and question_id not in self.watched.state().working:
            raise RunFolderError(f"the run {self.name} has no question {question_id!r}; go back to its list")
        state = state or {}
        question = state.get("question") or Question(question_id, question_id)
        return QuestionResult(question=question, model=self.facts.model, seconds=0.0, **written(state)), ""

    def _read_facts(self) -> RunFacts:
        title = report_title(self.name)
        try:
            settings = self.settings
            inputs = check_inputs(settings)
        except (ChainError, DebateError, PromptError, VectorStoreError):  # moved or changed: the rows are shown
            recorded = read_record(self.folder)["settings"]
            return RunFacts(title, model=str(recorded.get("model", "")))
        return run_facts(title, settings, inputs.personas, inputs.writer, inputs.debaters)


def _goes_on_with(result: QuestionResult) -> str:
    """Return the stage at which an unfinished question will continue; "" if only its row is left to write."""
    if result.outcome or result.verdict:
        return ""
    if not result.chunks and not result.opinion:
        return Stage.RETRIEVE
    if not result.opinion:
        return Stage.OPINION
    return Stage.DEBATE if result.positions or result.turns else Stage.POSITIONS


class RunEndingError(RunFolderError):
    """A run's folder is gone, and its process has not yet reported why."""


class Library:
    """The runs below some folders, and single runs.

    Args:
        places: folders of runs, or runs.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = tuple(places)
        self._known: dict[Path, tuple[tuple[int, int], Run]] = {}  # each with the mark of its record
        self._at_work: set[str] = set()  # names of runs whose processes this server started
        self._lock = Lock()

    def runs(self) -> dict[str, Run]:
        """Return every run by its name, the latest first."""
        folders = [folder for place in self._places for folder in runs_in(place)]
        folders.sort(key=lambda folder: _mark(folder)[0], reverse=True)
        with self._lock:
            for folder in folders:
                mark = _mark(folder)
                if folder not in self._known or self._known[folder][0] != mark:  # new, or another run in its place
                    self._known[folder] = mark, Run(folder)
            found: dict[str, Run] = {}
            for folder in folders:
                found.setdefault(folder.name, self._known[folder][1])
        return found

    def run(self, name: str) -> Run:
        """Return a run by its name.

        Raises:
            RunFolderError: there is none; where it was started from the page, it says how it ended.
        """
        found = self.runs().get(name)
        if found is None:
            if name in self._at_work:
                raise RunEndingError(f"the run {name} is ending and left nothing behind; the reason follows shortly")
            if why := next(filter(None, (last_words(home_of(place), name) for place in self._places)), ""):
                raise RunFolderError(f"the run {name} is gone; it ended with: {why}")
            raise RunFolderError(f"there is no run {name!r}; go back to the list of runs")
        return found

    def close(self) -> None:
        """Let those who watch a run go: the server ends."""
        for _, run in [*self._known.values()]:
            run.watched.close()

    def note_process(self, name: str, *, is_over: bool) -> None:
        """Note that a run's process was started, or is over and has said why."""
        (self._at_work.discard if is_over else self._at_work.add)(name)


def _mark(folder: Path) -> tuple[int, int]:
    """Return what tells a run from another one of its name: when its record was written, and as which file."""
    try:
        record = (folder / RECORD).stat()
    except OSError:
        return 0, 0
    return record.st_mtime_ns, record.st_ino
