"""``debate models``: recommend a model, and list what this machine can run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debate.terminal.session import one_line_errors

if TYPE_CHECKING:
    from chains.models.catalogue import KnownModel
    from chains.models.hub import HubAnswer

EXAMPLES = """\b
Examples:
  debate models
      recommend a model, and list all known ones with the free memory
  debate models --gpu T4
      the same for another card; also a size such as 24GiB
  debate models microsoft/Phi-4-mini-instruct
      check a repository on the hub before downloading it
  debate models ./my-model
      check your own folder
"""


def models(
    model: Annotated[str, typer.Argument(help="Check only this folder or repository.")] = "",
    gpu: Annotated[str, typer.Option(help="Plan for this card: T4, L4, A100 …, or a size such as 24GiB.")] = "",
) -> None:
    """Recommend a model for this machine, and list those that fit.

    Lists the memory that each model needs, its download and what is missing. Asks the hub for sizes,
    for at most three seconds; without an answer, built-in sizes are used.
    """
    with one_line_errors():
        from rich.console import Console

        from chains.models.catalogue import KNOWN
        from chains.models.fitting import fits, planned_machine, recommended, this_machine
        from chains.models.hub import ask_hub
        from debate.terminal.models_view import advice, hub_notice, models_table

        machine = planned_machine(gpu) if gpu else this_machine()
        listed = [one for one in KNOWN if model in ("", one.name)] or [_named(model)]
        told = ask_hub([one.name for one in listed if "/" in one.name and one.download is None])
        found = fits(machine, [_as_published(one, told) for one in listed])
        console = Console()
        console.print(models_table(machine, found))
        if notice := hub_notice(told):
            console.print(notice, soft_wrap=True)
        if not model:
            console.print(advice(recommended(found)), soft_wrap=True, highlight=False)


def _named(name: str) -> KnownModel:
    """Find a model that is not in the list: on this machine, or on the hub."""
    from chains.errors import ModelError
    from chains.models.adapters import adapter_base, is_adapter
    from chains.models.catalogue import KNOWN, model_of, own_model
    from chains.models.folders import is_path
    from chains.models.hub import ask_hub
    from chains.models.servers.address import refuse_password

    refuse_password(name)
    if is_adapter(name):
        base = adapter_base(Path(name))
        of_base = next((one for one in KNOWN if one.name == base), None) or _named(base)
        return replace(of_base, name=name, download=of_base.download or 0)
    here = own_model(name)
    if here:
        return here
    if is_path(name):
        raise ModelError(f"there is no folder {name}; check the path, or give a repository such as org/model")
    answer = ask_hub([name])
    published = answer.known.get(name)
    if published is None:
        raise ModelError(
            f"{name!r} is neither a folder nor a repository on this machine, and the hub did not answer: "
            f"{answer.silent_because}; connect once, or give a folder"
        )
    if not published.there:
        raise ModelError(f"there is no public repository {name!r} on the hub; check its spelling")
    if published.shape is None:
        why = "accept its terms and log in first: hf auth login" if published.gated else "it has no config.json"
        raise ModelError(f"the size of {name!r} is unknown: {why}")
    return model_of(name, published.shape, name, published.download or 0)


def _as_published(model: KnownModel, told: HubAnswer) -> KnownModel:
    published = told.known.get(model.name)
    return replace(model, download=published.download) if published and model.download is None else model
