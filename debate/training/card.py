"""The model card of an adapter (data, settings, losses, licence) and a picture of its loss curve."""

from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import ModelCardData

from debate.errors import TrainingError
from debate.files.atomic import atomic_file
from debate.training.data.dataset import LeftOut
from debate.training.licence import base_model
from debate.training.result import FinetuneResult, Losses
from debate.training.settings import FinetuneSettings
from debate.training.voice import AskedAs

_CARD = """---
{metadata}
---
# Adapter of {base}

Trained by pov-debate on {examples} finished answers, validated on {held_out} whose questions it never saw.
An adapter carries the licence of its base model: {licence}.

| | |
|---|---|
| data | {data} |
| in the voice of, in words | {voice} |
| selected by | {filters} |
| rows left out | {left_out} |
| validation loss | {losses} |
| LoRA rank, learning rate | {rank}, {rate:g} |
| steps, examples a step | {steps}, {a_step} |
| tokens of an example at most | {tokens} ({dropped} passages did not fit) |
| seed | {seed} |
| time | {minutes:.1f} min |
| peak memory | {peak:.1f} of {total:.1f} GiB ({where}), {for_training:.1f} for the training |

Use it: `debate run --model {folder} …`
"""


def write_left_out(path: Path, rows: Sequence[LeftOut]) -> None:
    """Write every row that is not learned from, a line each with its reason.

    Raises:
        TrainingError: it cannot be written.
    """
    with atomic_file(path, TrainingError, remedy="make room") as file:
        file.write_text("".join(f"{one.place}: {one.reason}\n" for one in rows), encoding="utf-8")


def write_card(settings: FinetuneSettings, asked: AskedAs, result: FinetuneResult) -> None:
    """Write ``README.md`` into the adapter's folder.

    Raises:
        TrainingError: it cannot be written.
    """
    base = base_model(settings.model)
    metadata = ModelCardData(base_model=base.name, library_name="peft", tags=["lora", "pov-debate"], **base.metadata)
    steps = max((step for step, _ in result.losses.training), default=0)
    text = _CARD.format(
        metadata=metadata.to_yaml(),
        base=base.name,
        licence=base.licence,
        examples=result.examples,
        held_out=result.held_out,
        data=_cell(", ".join(path.name for path in settings.data)),
        voice=_cell(f"{asked.persona.name}, {asked.limits.minimum} to {asked.limits.maximum}"),
        filters=", ".join(f"{name} {value}" for name, value in settings.filters.items()) or "nothing",
        left_out=f"{len(result.left_out)} (left-out.txt)" if result.left_out else "0",
        losses=result.losses.told,
        rank=settings.rank,
        rate=settings.learning_rate,
        steps=steps,
        a_step=settings.batch_size * settings.accumulation,
        tokens=settings.max_seq_length,
        dropped=result.dropped_passages,
        seed=settings.seed,
        minutes=result.seconds / 60,
        peak=result.memory.peak / 2**30,
        for_training=result.memory.for_training / 2**30,
        total=result.memory.total / 2**30,
        where=result.memory.where,
        folder=settings.out,
    )
    with atomic_file(settings.out / "README.md", TrainingError, remedy="make room") as file:
        file.write_text(text, encoding="utf-8")


def _cell(text: str) -> str:
    """Return a text as a cell of a Markdown table."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")


def write_loss_curve(path: Path, losses: Losses) -> None:
    """Draw both losses by step as a PNG, and mark the step whose adapter was kept.

    Raises:
        TrainingError: it cannot be written.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for points, label in ((losses.training, "training"), (losses.validation, "validation")):
        axes.plot([step for step, _ in points], [loss for _, loss in points], label=label, marker=".")
    axes.axvline(losses.kept[0], label="kept", color="grey", linestyle=":")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.set(xlabel="step", ylabel="loss a token", title="Loss")
    axes.legend()
    with atomic_file(path, TrainingError, remedy="make room") as file:
        figure.savefig(file, format="png", dpi=120)
