"""``debate models``: a table of what this machine can run, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chains.models.catalogue import NEW_TOKENS, PROMPT_TOKENS, ROWS, Fit, Machine

_GIB = 2**30


def models_table(machine: Machine, fits: Sequence[Fit]) -> Table:
    """Lay out what each model needs, what is free, and whether it fits."""
    where = f"{machine.gpu}, {_gib(machine.gpu_free)} GiB free" if machine.gpu_free is not None else "no NVIDIA GPU"
    table = Table(
        title=f"What this machine can run: {where}; memory {_gib(machine.ram_free)} GiB free",
        caption=f"GiB; 'no, by' says how much is short. Cache: keys and values of {ROWS} answers at once, each "
        f"{PROMPT_TOKENS} tokens read and up to {NEW_TOKENS} written; with less, fewer are written at once.",
        box=SIMPLE_HEAD,
        pad_edge=False,
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("model", no_wrap=True)  # names are there to be copied
    for heading in ("weights", "+ cache"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("runs here", "on disk"):
        table.add_column(heading)
    for fit in fits:
        told = (fit.model.good_for, f"lacks {fit.lacks}" if fit.lacks else "")
        table.add_row(
            "\n  ".join(part for part in (fit.model.name, *told) if part),
            _gib(fit.weights),
            _gib(fit.cache),
            _verdict(fit),
            "yes" if fit.on_disk else "no",
        )
    return table


def _verdict(fit: Fit) -> str:
    if "GPU" in fit.lacks:
        return "no"
    if fit.rows == 0:
        return f"no, by {_gib(fit.weights + fit.cache // ROWS - fit.free)}"
    return "yes" if fit.rows >= ROWS else f"yes, {fit.rows} at once"


def _gib(size: int | None) -> str:
    return f"{(size or 0) / _GIB:.1f}"
