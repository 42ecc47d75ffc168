"""``debate merge``: combine the runs of several shards."""

from pathlib import Path
from typing import Annotated

import typer

from debate.amounts import amount
from debate.errors import ExitCode
from debate.terminal.session import one_line_errors, start_logging

EXAMPLES = """\b
Examples:
  debate run --questions my.xlsx --index myindex --shard 1/2 --out runs/part1     # on one card
  debate run --questions my.xlsx --index myindex --shard 2/2 --out runs/part2     # on another one
  debate merge runs/part1 runs/part2 --out runs/whole

\b
Exit codes:
  0 all rows done   2 bad input, nothing written   3 merged, but rows failed or are missing
"""


def merge(
    folders: Annotated[list[Path], typer.Argument(help="Folders of the runs, at least two.")],
    out: Annotated[Path, typer.Option(help="New folder for the combined run.")],
) -> None:
    """Combine the runs of a list's shards into one run."""
    start_logging()
    with one_line_errors("interrupted; remove the new folder and merge again"):
        from rich.console import Console

        from debate.readable import readable
        from debate.run.merging import merge_runs
        from debate.terminal.run_view import print_summary

        merged = merge_runs(folders, out)
        print_summary(Console(), merged.summary)
    if merged.missing:
        typer.echo(
            f"{amount(merged.missing, 'question')} without a row; to answer them: debate run --resume {readable(out)}"
        )
    raise typer.Exit(ExitCode.FAILED_ROWS if merged.summary.failed or merged.missing else ExitCode.DONE)
