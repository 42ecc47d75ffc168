"""``debate compare``: compare models on the same questions and passages."""

from typing import Any

import typer

from debate.compare.settings import CompareSettings
from debate.errors import ExitCode
from debate.settings.flags import with_settings
from debate.terminal.session import one_line_errors, start_logging

EXAMPLES = """\b
Examples:
  debate compare --models smollm2 adapters/first --questions my.xlsx --corpus docs/ --out compared/first
      compare two models; writes tests and answers to compare.xlsx and compare.html
  debate vote compared/first
      vote on the answers without seeing the models' names

\b
Run the same command again to resume. Exit codes:
  0 done   2 bad input   3 some answers, control questions or judgements failed   130 interrupted
"""


@with_settings(CompareSettings)
def compare(**settings: Any) -> None:
    """Compare models on the same questions and passages. Statistics show where they differ."""
    start_logging()
    with one_line_errors("interrupted; run the same command again to resume"):
        from rich.console import Console

        from debate.compare.page import write_comparison_page
        from debate.compare.runner import compare_models
        from debate.compare.sheet import write_comparison
        from debate.progress import LoggedProgress
        from debate.readable import tell
        from debate.settings.checking import checked_settings
        from debate.terminal.compare_view import print_comparison

        chosen = checked_settings(CompareSettings, settings, "debate compare")
        console = Console()
        comparison = compare_models(chosen, LoggedProgress())
        print_comparison(console, comparison)
        tell(console, f"Workbook: {write_comparison(comparison)}")
        tell(console, f"Report:   {write_comparison_page(comparison)}")
        if any(comparison.failures()):
            raise typer.Exit(ExitCode.FAILED_ROWS)
