"""``debate translate``: translate a finished run."""

from pathlib import Path
from typing import Annotated, Any

import typer

from debate.amounts import amount
from debate.errors import ExitCode
from debate.settings.flags import with_settings
from debate.terminal.session import one_line_errors, start_logging
from debate.translation.settings import TranslateSettings

EXAMPLES = """\b
Examples:
  debate translate runs/first --to ja
      translate into runs/first/translations/ja with the run's own model
  debate translate runs/first --to fa --model http://localhost:8000/v1#aya-expanse --out persian
      use another model and another folder
  debate translate runs/first --to de --translator facebook/nllb-200-distilled-600M
      use a translation model

\b
Run the same command again to resume. Exit codes:
  0 done   2 bad input   3 some texts have no translation   130 interrupted
"""


@with_settings(TranslateSettings)
def translate(*, folder: Annotated[Path, typer.Argument(help="A run's folder.")], **settings: Any) -> None:
    """Translate a finished run, each text next to its translation. The run does not change."""
    start_logging()
    with one_line_errors("interrupted; run the same command again to resume"):
        from rich.console import Console

        from debate.progress import LoggedProgress
        from debate.readable import tell
        from debate.settings.checking import checked_settings
        from debate.translation.runner import translate_run
        from debate.translation.sheet import write_translation

        chosen = checked_settings(TranslateSettings, settings, "debate translate")
        made = translate_run(folder, chosen, LoggedProgress())
        workbook = write_translation(made)
        told = (
            f"{len(made.parts) - made.failed - made.unusable} of {amount(len(made.parts), 'text')} translated\n"
            f"Lost a number, a marker or a name, or has a marker too many (columns missing, added): {made.incomplete}\n"
            f"Not in the language, unchanged, repeating itself or too short (column notes): {made.unusable}\n"
            f"Names not checked (sheet names; the same command asks for them again): {len(made.unchecked)}"
        )
        tell(Console(), f"{told}\nWorkbook: {workbook}")
        if made.failed or made.unusable:
            raise typer.Exit(ExitCode.FAILED_ROWS)
