"""``debate models``: a table of what this machine can run, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from chains.models.catalogue import NEW_TOKENS, PROMPT_TOKENS, ROWS, Fit, Machine

_GIB = 2**30


def models_table(machine: Machine, fits: Sequence[Fit]) -> Table:
    """Lay out what each model needs, what is free, and whether it fits."""
    where = f"{machine.gpu}, {_gib(machine.gpu_free)} GiB free" if machine.gpu_free is not None else "no NVIDIA GPU"
    table = Table(
        title=f"What this machine can run: {where}; memory {_gib(machine.ram_free)} GiB free",
        caption=f"GiB. Cache: keys and values of {ROWS} answers at once, each {PROMPT_TOKENS} tokens read and up to "
        f"{NEW_TOKENS} written; with less, fewer are written at once.",
        title_justify="left",
        caption_justify="left",
    )
    for heading in ("model", "weights", "+ cache", "free", "runs here", "on disk", "lacks"):
        table.add_column(heading, justify="right" if heading in ("weights", "+ cache", "free") else "left")
    for fit in fits:
        table.add_row(
            f"{fit.model.name}\n  {fit.model.good_for}" if fit.model.good_for else fit.model.name,
            _gib(fit.weights),
            _gib(fit.cache),
            "–" if "GPU" in fit.lacks else _gib(fit.free),
            _verdict(fit),
            "yes" if fit.on_disk else "no",
            fit.lacks,
        )
    return table


def _verdict(fit: Fit) -> str:
    if "GPU" in fit.lacks:
        return "no"
    if fit.rows == 0:
        return f"no, {_gib(fit.weights + fit.cache // ROWS - fit.free)} GiB short"
    return "yes" if fit.rows >= ROWS else f"yes, {fit.rows} at once"


def _gib(size: int | None) -> str:
    return f"{(size or 0) / _GIB:.1f}"
