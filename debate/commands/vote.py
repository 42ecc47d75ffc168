"""``debate vote``: blind votes on a comparison."""

import os
import sys
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
        from debate.readable import readable, tell
        from debate.terminal.compare_view import print_votes
        from debate.terminal.compare_view import vote as cast_votes

        console = Console()
        tell(console, f"opening {readable(folder)}")
        comparison = finished_comparison(folder)
        judged = cast_votes(console, comparison, comparison.votes(), ask)
        if not comparison.votes().ballots(comparison.answers):
            print_votes(console, comparison)
        written = f"{write_comparison(comparison)} and {write_comparison_page(comparison)}"
        tell(console, f"{amount(judged, 'vote')} added. Counted in {written}")


def ask(question: str) -> str:
    """Ask in the terminal; keys that were pressed before the question was shown do not count."""
    if sys.stdin.isatty() and os.name == "posix":  # Windows has no termios
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    return str(typer.prompt(question))
