"""``debate trace``: show how a run's answers came about, or replay a question from a stage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debate.errors import ExitCode
from debate.terminal.session import one_line_errors, start_logging

if TYPE_CHECKING:
    from rich.console import Console

EXAMPLES = """\b
Examples:
  debate trace runs/first --question q01
      how the answer to one question came about
  debate trace runs/first --question q01 --contents
      with prompts, and each passage's score by point of view
  debate trace runs/first --question q01 --replay retrieve --change pov_weight=0.8
      replay with more weight on the points of view, and compare with the old row
  debate trace runs/first --question q01 --replay verdict
      replay only the verdict of the same debate
"""


def trace(
    folder: Annotated[Path, typer.Argument(help="A run's folder.")],
    question: Annotated[str, typer.Option(help="Only the question with this id.")] = "",
    contents: Annotated[bool, typer.Option("--contents", help="Show prompts and answers.")] = False,
    replay: Annotated[
        str,
        typer.Option(
            help="Replay the question from a stage: retrieve, opinion, positions, debate, verdict, translate."
        ),
    ] = "",
    change: Annotated[
        list[str] | None, typer.Option(help="For a replay: change a setting, NAME=VALUE; one or more.")
    ] = None,
) -> None:
    """Show how answers came about, or replay one from a stage.

    Shows steps, seconds, tokens and passages.
    """
    start_logging()
    with one_line_errors():
        from rich.console import Console

        from debate.errors import SettingsError
        from debate.terminal.trace_view import trace_trees
        from debate.tracing.trace_file import read_traces

        console = Console()
        if replay:
            _replay(console, folder, question, replay, change or [])
            return
        if change:
            raise SettingsError("--change needs a replay; add --replay STAGE")
        for tree in trace_trees(read_traces(folder, question), contents=contents):
            console.print(tree)


def _replay(console: Console, folder: Path, question: str, stage: str, changes: Sequence[str]) -> None:
    from debate.errors import SettingsError
    from debate.run.replay import replay_question
    from debate.terminal.replay_view import replay_table

    if not question:
        raise SettingsError("--replay needs a question; add --question ID")
    wrong = next((one for one in changes if "=" not in one), None)
    if wrong is not None:
        raise SettingsError(f"--change {wrong!r} is not NAME=VALUE; write one like pov_weight=0.8")
    given = {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in changes)}
    with console.status("reading the run") as status:
        made = replay_question(folder, question, stage, given=given, preparing=status.update)
    console.print(replay_table(made))
    if made.after.error:
        raise typer.Exit(ExitCode.FAILED_ROWS)
