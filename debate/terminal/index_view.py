"""Indexing in the terminal: a bar or log lines, then a summary."""

import logging

from rich.console import Console
from rich.progress import MofNCompleteColumn, TextColumn

from debate.amounts import amount
from debate.indexing.building import IndexSummary
from debate.progress import LINES
from debate.readable import one_line, readable, tell
from debate.terminal.live import LiveBar
from vectorstore.embedding.scripts import MULTILINGUAL


class IndexBar(LiveBar):
    """A live bar, a line a step."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, [TextColumn("{task.description}", markup=False)], [MofNCompleteColumn()])
        self._tasks = {what: self._bar.add_task(what, visible=False) for what in ("reading files", "embedding chunks")}

    def preparing(self, what: str) -> None:
        self._bar.console.print(readable(what), markup=False)

    def step(self, what: str, done: int, total: int) -> None:
        task = self._tasks[what]
        if not self._bar.tasks[task].visible:
            self._bar.reset(task, total=total, visible=total > 0)  # starts its clock
        self._bar.update(task, completed=done, total=total)


class IndexLines:
    """The same news as log lines, for ``--quiet`` and without a terminal."""

    def preparing(self, what: str) -> None:
        LINES.info("%s", what)

    def step(self, what: str, done: int, total: int) -> None:
        LINES.log(logging.INFO if done == total else logging.DEBUG, "%s: %d of %d", what, done, total)


def print_summary(console: Console, summary: IndexSummary, near_duplicates: int | None) -> None:
    """Print the result of indexing: files, chunks, changes, and every skipped file with its reason."""
    changes = summary.changes
    near = (
        "too many chunks to compare"
        if near_duplicates is None
        else f"{near_duplicates}; a search returns one of each group"
    )
    for name, value in (
        ("files read", f"{summary.files}, {len(summary.skipped)} skipped"),
        ("chunks", f"{summary.chunks}: {changes.new} new, {changes.unchanged} unchanged"),
        ("deleted", f"{amount(changes.deleted, 'chunk')} no longer in the documents"),
        ("duplicates", f"{amount(summary.repeated, 'chunk')} with the same text as another, stored once"),
        ("near-duplicates", near),
        ("embedded by", f"{summary.embeddings} through {summary.backend}"),
        ("index", f"{summary.place} ({summary.kind})"),
    ):
        tell(console, f"{name:16} {value}")
    if summary.unread:
        unread = f"{amount(summary.unread, 'chunk')} in a script that {summary.embeddings} cannot read; {MULTILINGUAL}"
        tell(console, f"warning: {unread}")
    for file in summary.skipped:
        tell(console, f"skipped: {one_line(file)}")
