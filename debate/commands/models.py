"""``debate models``: what this machine can run."""

from __future__ import annotations

from typing import Annotated

import typer

from debate.commands.session import one_line_errors

MODELS_EXAMPLES = """\b
Examples:
  debate models
      everything known, with what is free on this machine
  debate models --gpu T4
      the same for a card that you do not have; a size such as 24GiB will do, too
  debate models runs/adapters/merged
      a folder of your own
"""


def models(
    model: Annotated[str, typer.Argument(help="Only this one: a folder, or a repository on this machine.")] = "",
    gpu: Annotated[str, typer.Option(help="Plan for this card instead: T4, L4, A100 …, or a size such as 24GiB.")] = "",
) -> None:
    """List the models that this machine can run: memory needed and free, what is on disk, what is missing."""
    with one_line_errors():
        from rich.console import Console

        from chains.models.catalogue import KNOWN, fits, own_model, planned_machine, this_machine
        from debate.terminal.models_view import models_table

        known = [one for one in KNOWN if model in ("", one.name)] or [own_model(model)]
        machine = planned_machine(gpu) if gpu else this_machine()
        Console().print(models_table(machine, fits(machine, known)))
