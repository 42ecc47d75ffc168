"""``debate talk``: one debate in the terminal, and a seat in it for whoever sits there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chains.debating.kinds import Decision, Protocol
from debate.terminal.session import example_unless, one_line_errors, start_logging

TALK_EXAMPLES = """\b
Examples:
  debate talk "Does BRICS weaken the dollar?"
      listen to the example's personas
  debate talk "Does BRICS weaken the dollar?" --seat atlanticist
      speak for one of them yourself
  debate talk "Who gains?" --index myindex --personas my.toml --seat me --out talks/first
      over your own documents; Ctrl-C keeps what was said, and the same command goes on

\b
Exit codes:
  0 held   2 bad input   130 interrupted
"""


def talk(
    question: Annotated[str, typer.Argument(help="What is debated.")],
    *,
    seat: Annotated[str, typer.Option(help="Id of the persona that you speak for; you listen unless given.")] = "",
    corpus: Annotated[Path | None, typer.Option(help="Folder of documents, or one file.")] = None,
    index: Annotated[Path | None, typer.Option(help='An index made by "debate index", in place of --corpus.')] = None,
    personas: Annotated[
        Path | None, typer.Option(help="TOML file of personas; the built-in ones unless given.")
    ] = None,
    debaters: Annotated[list[str] | None, typer.Option(help="Ids of who debates [all]; may be repeated.")] = None,
    model: Annotated[str | None, typer.Option(help="As in debate run.")] = None,
    rounds: Annotated[int | None, typer.Option(help="Rounds of the debate [2].")] = None,
    protocol: Annotated[Protocol | None, typer.Option(help="Who hears what [sequential].")] = None,
    decision: Annotated[Decision | None, typer.Option(help="Who decides [moderator].")] = None,
    lookups: Annotated[
        int | None, typer.Option(help="Tools that a debater may call itself before each turn, where its model can [0].")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Let a single agent answer, too, for about the debate's tokens.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder that keeps the debate, so that it can be resumed.")] = None,
) -> None:
    """Hold one debate in the terminal; with --seat you take part in it."""
    given: dict[str, Any] = {
        "corpus": corpus,
        "index": index,
        "personas": personas,
        "debaters": tuple(debaters or ()),
        "model": model,
        "rounds": rounds,
        "protocol": protocol,
        "decision": decision,
        "lookups": lookups,
        "baseline": baseline or None,
    }
    flags = {name: value for name, value in given.items() if value not in (None, ())}
    start_logging()
    kept = f"what was said is kept in {out}, and the same command goes on" if out else "nothing was kept (see --out)"
    with one_line_errors(f"interrupted; {kept}"):
        from rich.console import Console

        from debate.arena.talk import hold_talk
        from debate.settings import load_settings
        from debate.terminal.talk_view import TalkView

        example = example_unless(flags)
        settings = load_settings(flags if example else flags | {"questions": Path("-")}, example)
        view = TalkView(Console(), lambda prompt: str(typer.prompt(prompt, prompt_suffix="\n> ")))
        hold_talk(settings, question, seat, out, view)
