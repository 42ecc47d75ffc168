"""``debate run``: answer and debate a list of questions."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from debate.errors import ExitCode
from debate.settings import DebateSettings, load_settings
from debate.settings.flags import Quiet, with_settings
from debate.terminal.session import example_unless, notice_of, one_line_errors, start_logging

if TYPE_CHECKING:
    from debate.run.runner import RunSummary

EXAMPLES = """\b
Examples:
  python run_debate.py
      run the example with the bundled model
  python run_debate.py --limit 2 --deepen 0
      only the first two questions, without follow-up questions
  debate run --questions my.xlsx --corpus docs/ --personas my.toml --out runs/first
      your own questions, documents and personas
  debate run --questions my.xlsx --index myindex --personas my.toml
      use an index made by "debate index"
  debate run --resume runs/first
      resume a stopped run (repeating its command does the same)
  debate run --questions my.xlsx --corpus docs/ --model unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit
      use a 12B model on a 16 GB card

\b
Exit codes:
  0 all rows done             2 bad input, nothing started
  3 finished, some rows failed   130 interrupted
"""


@with_settings(DebateSettings)
def run(
    *,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings; flags and DEBATE_… variables override it.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Resume the run in this folder.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Retry failed rows.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Resume although inputs or settings changed.")] = False,
    quiet: Quiet = False,
    **settings: Any,
) -> None:
    """Answer and debate a list of questions into an Excel workbook. Without arguments, run the BRICS example."""
    given = {name: value for name, value in settings.items() if value not in (None, [])}
    start_logging()
    with one_line_errors():
        if resume is not None:
            given, config = _recorded(resume) | given | {"out": resume}, None
        summary = run_list(load_settings(given, config or example_unless(given)), quiet, retry_failed, force)
    raise typer.Exit(ExitCode.FAILED_ROWS if summary.failed else ExitCode.DONE)


def _recorded(folder: Path) -> dict[str, Any]:
    from debate.run.folder import read_record

    recorded: dict[str, Any] = read_record(folder)["settings"]
    return recorded


def run_list(settings: DebateSettings, quiet: bool, retry_failed: bool, force: bool) -> RunSummary:
    """Run the list of questions with a view in the terminal; return what was done."""
    from rich.console import Console

    from debate.progress import LoggedProgress
    from debate.run.runner import run_questions
    from debate.run.setup import check_inputs
    from debate.terminal.run_view import RunBar, print_summary

    console = Console()
    debaters = check_inputs(settings).debaters
    notice = notice_of(settings.model, settings.personas, [one.name for one in debaters])
    lines = LoggedProgress(notice=notice, turns=settings.rounds * len(debaters))
    bar = RunBar(console, settings.rounds, len(debaters), notice)
    with nullcontext(lines) if quiet or not console.is_terminal else bar as watcher:
        summary = run_questions(settings, progress=watcher, retry_failed=retry_failed, force=force)
    print_summary(console, summary)
    return summary
