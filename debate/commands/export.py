"""``debate export``: finished answers as chat messages, for training elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from debate.settings.checking import checked_settings
from debate.terminal.session import one_line_errors


def export(
    data: Annotated[list[Path], typer.Argument(help="Results workbooks, or tables as for debate finetune.")],
    chat: Annotated[Path, typer.Option(help="The file to write: a JSON line of chat messages an example.")],
    personas: Annotated[
        Path | None, typer.Option(help="TOML file of personas; the built-in ones unless given.")
    ] = None,
    persona: Annotated[str | None, typer.Option(help="Id of the persona in the prompts [the first].")] = None,
    min_supported: Annotated[float | None, typer.Option(help="Only answers with this share supported.")] = None,
    min_rating: Annotated[float | None, typer.Option(help="Only answers rated at least this high.")] = None,
) -> None:
    """Write finished answers with the true prompts as chat messages, for training elsewhere."""
    with one_line_errors():
        from debate.training.export import export_chat
        from debate.training.settings import FinetuneSettings

        given = {"data": data, "out": chat.parent, "personas": personas, "persona": persona}
        selected = {"min_supported": min_supported, "min_rating": min_rating}
        settings = checked_settings(FinetuneSettings, given | selected, "debate export")
        written, left_out = export_chat(settings, chat)
    for one in left_out:
        typer.echo(f"left out: {one.place}: {one.reason}", err=True)
    typer.echo(f"{written} examples in {chat}")
