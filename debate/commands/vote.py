"""``debate vote``: blind votes on a comparison."""

from pathlib import Path
from typing import Annotated

import typer

from debate.terminal.session import one_line_errors

EXAMPLES = """\b
Examples:
  debate vote compared/first
      pairs of answers without names: type 1 or 2 for the better one, t for a tie, p to read their passages, q to stop
  debate vote compared/first
      again: go on where you stopped

\b
Ctrl-C keeps the votes so far. Exit codes:
  0 done   2 bad input   130 interrupted
"""


def vote(folder: Annotated[Path, typer.Argument(help="Folder of a comparison.")]) -> None:
    """Vote on the answers of a comparison without the models' names."""
    with one_line_errors("interrupted; the votes so far are kept"):
        from rich.console import Console

        from debate.amounts import amount
        from debate.compare.page import write_comparison_page
        from debate.compare.runner import finished_comparison
        from debate.compare.sheet import write_comparison
        from debate.readable import tell
        from debate.terminal.compare_view import vote as cast_votes

        console = Console()
        comparison = finished_comparison(folder)
        judged = cast_votes(console, comparison, comparison.votes(), lambda asked: str(typer.prompt(asked)))
        written = f"{write_comparison(comparison)} and {write_comparison_page(comparison)}"
        tell(console, f"{amount(judged, 'vote')} added. Counted in {written}")
