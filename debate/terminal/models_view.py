"""The tables and the advice of ``debate models``."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chains.models.fitting import NEW_TOKENS, PROMPT_TOKENS, ROWS, Fit, Machine
from chains.models.hub import HubAnswer

_GIB = 2**30


def models_table(machine: Machine, fits: Sequence[Fit]) -> Table:
    """Lay out what each model needs, what is free, and whether it fits."""
    where = f"{machine.gpu}, {_gib(machine.gpu_free)} GiB free" if machine.gpu_free is not None else "no NVIDIA GPU"
    table = Table(
        title=f"What this machine can run: {where}; memory {_gib(machine.ram_free)} GiB free",
        caption=f"GiB; 'no, by' says how much is short. Cache: keys and values of {ROWS} answers at once, each "
        f"{PROMPT_TOKENS} tokens read and up to {NEW_TOKENS} written; with less, fewer are written at once.",
        box=SIMPLE_HEAD,
        padding=0,  # the longest name and four columns fit into 80
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("model", no_wrap=True)  # names are there to be copied
    for heading in ("weights", "+cache"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("runs here", "on disk"):
        table.add_column(heading, no_wrap=True)
    for fit in fits:
        base = "a base model: fine-tune it first" if fit.model.is_base else ""
        lacks = f"lacks {fit.lacks}" if fit.lacks and "GPU" not in fit.lacks else ""
        table.add_row(
            "\n  ".join(part for part in (fit.model.name, fit.model.good_for, base, lacks) if part),
            _gib(fit.weights),
            _gib(fit.cache),
            _verdict(fit),
            _on_disk(fit),
        )
    return table


def hub_notice(told: HubAnswer) -> str:
    """Say whether the hub answered, and what it said of the terms of a model."""
    if told.silent_because:
        return f"Sizes of downloads are not known from the hub: {told.silent_because}."
    away = [name for name, one in told.known.items() if not one.there]
    gated = [name for name, one in told.known.items() if one.gated]
    parts = [
        f"Not on the hub any more: {', '.join(away)}." if away else "",
        f"Their terms have to be accepted on the hub first (hf auth login): {', '.join(gated)}." if gated else "",
    ]
    return " ".join(part for part in parts if part)


def advice(fit: Fit | None) -> str:
    """Say which model is recommended, with the command that runs it."""
    if fit is None:
        return "No model that writes well fits here: free memory, or use a server: --model http://host:port/v1#name"
    backend = f" --backend {fit.model.backend}" if fit.model.backend != "auto" and "GPU" not in fit.lacks else ""
    first = (
        f"Recommended here: {fit.model.name}, which writes {fit.rows if fit.rows < ROWS else ROWS} answers at a time."
    )
    install = f"\nInstall first: {fit.lacks}" if fit.lacks else ""
    own = "--questions my.xlsx --corpus docs/"
    return f"{first}{install}\n\n  debate run {own} --model {fit.model.name}{backend}\n"


def _on_disk(fit: Fit) -> str:
    if fit.on_disk or not fit.model.download:
        return "yes" if fit.on_disk else "no"
    return f"no, {_gib(fit.model.download)}"


def _verdict(fit: Fit) -> str:
    if "GPU" in fit.lacks:
        return "needs a GPU"
    if fit.rows == 0:
        return f"no, by {_gib(fit.short)}"
    return "yes" if fit.rows >= ROWS else f"{fit.rows} at once"


def _gib(size: int | None) -> str:
    return f"{(size or 0) / _GIB:.1f}"
