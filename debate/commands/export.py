"""``debate export``: write finished answers as chat messages for training elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from debate.amounts import amount
from debate.readable import one_line
from debate.settings.checking import checked_settings
from debate.terminal.session import one_line_errors

EXAMPLES = """\b
Examples:
  debate export runs/first/results.xlsx --chat chat.jsonl
      every finished answer without known defects, with its prompt
  debate export runs/first/results.xlsx runs/second/results.xlsx --min-supported 0.8 --chat chat.jsonl
      the same from two runs, only answers that the passages support

\b
Exit codes:
  0 done   2 bad input
"""


def export(
    data: Annotated[list[Path], typer.Argument(help="Results workbooks, or tables as in debate finetune.")],
    chat: Annotated[Path, typer.Option(help="File to write, one JSON line of chat messages per example.")],
    personas: Annotated[Path | None, typer.Option(help="TOML file of personas; default: built-in.")] = None,
    persona: Annotated[str | None, typer.Option(help="Persona in the prompts; default: the first.")] = None,
    min_supported: Annotated[
        float | None, typer.Option(help="Only answers with at least this supported share.")
    ] = None,
    min_rating: Annotated[float | None, typer.Option(help="Only answers with at least this rating.")] = None,
    max_copied: Annotated[
        float | None, typer.Option(help="Only answers with at most this share of copied sentences.")
    ] = None,
    min_words: Annotated[int, typer.Option(help="Only answers of at least this many words.")] = 0,
    max_words: Annotated[int | None, typer.Option(help="Only answers of at most this many words.")] = None,
    allow_defects: Annotated[bool, typer.Option("--allow-defects", help="Also answers with known defects.")] = False,
) -> None:
    """Write finished answers as chat messages, to train elsewhere. The prompts are those of a run."""
    with one_line_errors():
        from debate.training.export import export_chat
        from debate.training.settings import FinetuneSettings

        given = {"data": data, "out": chat.parent, "personas": personas, "persona": persona}
        selected = {
            "min_supported": min_supported,
            "min_rating": min_rating,
            "max_copied": max_copied,
            "min_words": min_words,
            "max_words": max_words,
            "allow_defects": allow_defects,
        }
        settings = checked_settings(FinetuneSettings, given | selected, "debate export")
        written, left_out = export_chat(settings, chat, lambda what: typer.echo(f"warning: {one_line(what)}", err=True))
    for one in left_out:
        typer.echo(f"left out: {one_line(one.place)}: {one_line(one.reason)}", err=True)
    typer.echo(f"{amount(written, 'example')} in {chat}")
