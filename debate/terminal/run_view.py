"""A run in the terminal: a bar or log lines, then a summary."""

from collections import Counter
from itertools import islice
from threading import Lock

from rich.console import Console
from rich.progress import SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from chains.schemas import Opinion
from debate.amounts import amount
from debate.in_progress import InProgress
from debate.progress import STOPPING, Progress
from debate.readable import one_line, readable, tell
from debate.results import QuestionResult
from debate.run.runner import RunSummary
from debate.terminal.live import Description, LiveBar, TimeLeft

_ROWS_SHOWN = 30


class RunBar(LiveBar, Progress):
    """A live bar; questions move through retrieve, opinion, debate and verdict.

    The bar counts stages rather than whole questions, because questions that run together also finish
    together: the time left would be unknown until the very end.
    """

    def __init__(self, console: Console, rounds: int, debaters: int, notice: str = "") -> None:
        self._notice = notice
        self._stages = 4 + rounds * debaters  # retrieve, opinion, turns, verdict, done
        self._at = InProgress(rounds * debaters)
        before = [SpinnerColumn(), TextColumn("{task.fields[done]}")]
        super().__init__(console, before, [Description()], TimeLeft(self._at.seconds_left))
        self._task = self._bar.add_task("starting", total=None, done="")
        self._steps: Counter[str] = Counter()
        self._done = self._questions = 0
        self._workers = ""
        self._lock = Lock()

    def preparing(self, what: str) -> None:
        self._bar.update(self._task, description=readable(what))

    def warning(self, what: str) -> None:
        self._bar.console.print(readable(f"warning: {what}"), markup=False, highlight=False, soft_wrap=True)

    def total(self, questions: int, done: int) -> None:
        if self._notice:
            self._bar.console.print(self._notice, markup=False, highlight=False)
        self._questions, self._done = questions, done
        self._at.total(questions - done)
        left = (questions - done) * self._stages
        self._bar.reset(self._task, total=left, description="retrieve", done=self._count())

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        with self._lock:
            advance = int(self._at.move(question_id, stage, turns))
            self._steps[question_id] += advance
            self._bar.update(self._task, advance=advance, description=str(self._at))

    def finished(self, result: QuestionResult) -> None:
        with self._lock:
            self._at.leave(result.question.id)
            left = self._stages - self._steps.pop(result.question.id, 0)
            self._done += 1
            self._bar.update(self._task, advance=left, done=self._count(), description=str(self._at))

    def workers(self, ready: int, wanted: int) -> None:
        with self._lock:
            self._workers = f"{ready}/{amount(wanted, 'worker')}"
            self._bar.update(self._task, done=self._count())

    def stopping(self, in_flight: int) -> None:
        self._bar.console.print(STOPPING % (str(self._at) or amount(in_flight, "question")), soft_wrap=True)

    def _count(self) -> str:
        return ", ".join(filter(None, (f"{self._done}/{amount(self._questions, 'question')}", self._workers)))


def _words(opinion: Opinion | None, least: int) -> str:
    """The words of an answer, whether they are fewer than asked for, and whether most are its passages' own."""
    if opinion is None:
        return "0"
    short = opinion.words < least and not opinion.abstained
    told = [*(["short"] if short else []), *(["copied"] if opinion.mostly_copied else [])]
    return f"{opinion.words} {', '.join(told)}".strip()


def print_summary(console: Console, summary: RunSummary) -> None:
    """Print the result of a run: its rows, skipped files, and the paths of workbook and report."""
    table = Table(title="Answered and debated", title_justify="left")
    for heading in ("question", "status", "words", "chunks", "turns", "seconds"):
        table.add_column(heading, justify="left" if heading in ("question", "status") else "right")
    for result in islice(summary.rows(), _ROWS_SHOWN):
        table.add_row(
            Text(one_line(result.question.text), overflow="ellipsis", no_wrap=True),
            Text(one_line(result.error or result.status), overflow="ellipsis", no_wrap=True),
            _words(result.opinion, summary.min_words),
            str(len(result.chunks)),
            str(len(result.turns)),
            f"{result.seconds:.0f}",
        )
    console.print(table)
    if summary.total > _ROWS_SHOWN:
        console.print(f"and {amount(summary.total - _ROWS_SHOWN, 'more row')}")
    for file in summary.skipped_files:
        tell(console, f"skipped: {one_line(file)}")
    report = summary.folder / "report.html"
    abstained = f", {summary.abstained} abstained" if summary.abstained else ""
    tell(console, f"{amount(summary.total, 'row')}{abstained}, {summary.failed} failed.")
    tell(console, f"Workbook: {summary.workbook}\nReport:   {report}")
