"""``debate talk``: hold one debate in the terminal, with a seat for you."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from debate.settings import DebateSettings, load_settings
from debate.settings.flags import with_settings
from debate.terminal.session import example_unless, one_line_errors, start_logging

EXAMPLES = """\b
Examples:
  debate talk "Does BRICS weaken the dollar?"
      listen to the example's personas
  debate talk "Does BRICS weaken the dollar?" --seat atlanticist
      speak for one of them
  debate talk "Who gains?" --index myindex --personas my.toml --seat me --out talks/first
      debate over your own documents; after Ctrl-C the same command resumes

\b
Exit codes:
  0 debate finished   2 bad input   130 interrupted
"""


_SETTINGS = (
    "corpus", "index", "personas", "debaters", "model",
    "rounds", "protocol", "decision", "stop", "token_budget", "fresh_k", "lookups", "baseline",
)  # fmt: skip


@with_settings(DebateSettings, only=_SETTINGS)
def talk(
    *,
    question: Annotated[str, typer.Argument(help="Question to debate.")],
    seat: Annotated[str, typer.Option(help="Persona for which you speak yourself; default: none.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder that keeps the debate, so that you can resume it.")] = None,
    **settings: Any,
) -> None:
    """Hold one debate in the terminal; with --seat you take part."""
    flags = {name: value for name, value in settings.items() if value not in (None, [])}
    start_logging()
    kept = f"run the same command again to resume from {out}" if out else "nothing was kept (see --out)"
    with one_line_errors(f"interrupted; {kept}"):
        from rich.console import Console

        from chains.schemas import Question
        from debate.run.setup import unwritable
        from debate.run.talk import hold_talk
        from debate.terminal.talk_view import TalkView

        example = example_unless(flags)
        chosen = load_settings(flags if example else flags | {"questions": Path("-")}, example)
        if cannot := unwritable(chosen.model, [Question("the question", question)]):
            typer.echo(f"warning: {cannot}", err=True)
        if find_spec("readline"):  # without it a terminal cuts a line after 4,095 bytes, and pasted lines are answers
            import_module("readline")
        view = TalkView(Console(highlight=False), lambda prompt: str(typer.prompt(prompt, prompt_suffix="\n> ")))
        hold_talk(chosen, question, seat, out, view)
