"""``finetune``: train a LoRA adapter on finished answers, on a CPU or a GPU.

Loading is separate from training: ``train_adapter`` takes any model with its tokenizer. A training that was killed
resumes from its last checkpoint when started again with the same settings.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chains.generation.local.machine import free_memory, has_cuda
from debate.amounts import amount
from debate.errors import SettingsError, TrainingError
from debate.files.locking import exclusive_folder, read_same_record, write_record
from debate.training.card import write_card, write_left_out, write_loss_curve
from debate.training.data.dataset import LeftOut, TrainingData, read_training_data
from debate.training.encoding import EncodedExample, encode_examples
from debate.training.loading import check_extras, check_model, load_tokenizer, load_trainable, training_way
from debate.training.memory import Forecast, check_memory, check_rank, memory_report
from debate.training.merging import write_gguf, write_merged
from debate.training.progress import FinetuneProgress
from debate.training.result import FinetuneResult, Losses
from debate.training.settings import FinetuneSettings
from debate.training.voice import AskedAs, asked_as
from vectorstore.runtime.arguments import checked

if TYPE_CHECKING:
    from debate.training.trainer import Trained

RECORD = "finetune.toml"
_CHANGES_NOTHING = {"out", "merge", "gguf"}


@checked(SettingsError, leave=("progress",))
def finetune(settings: FinetuneSettings, progress: FinetuneProgress | None = None) -> FinetuneResult:
    """Train an adapter on finished answers, resume a stopped training, or merge a finished one; else nothing is left.

    Raises:
        TrainingDataError: the data cannot be read, or too few examples are left.
        TrainingError: the folder is in use or contains something else, the model cannot be trained, or there
            is too little free memory.
        ModelError, MissingExtra: the model cannot be loaded here.
        KeyboardInterrupt: interrupted; the same call resumes from the last checkpoint.
    """
    progress = progress or FinetuneProgress()
    if (settings.out / RECORD).is_file() and _record(settings).get("finished"):
        return _exported_later(settings, progress)
    data = read_training_data(settings, progress.warning, progress.preparing)
    check_extras(settings)
    check_model(settings)
    asked = asked_as(settings, progress.warning)
    with exclusive_folder(settings.out, TrainingError, alongside=(RECORD,)):
        contents = _contents(settings, data, asked)
        progress.examples(data)
        progress.preparing(f"all are learned as answers of {asked.told}")
        progress.preparing(f"loading the tokenizer of {settings.model}")
        config, tokenizer = load_tokenizer(settings)
        if warning := check_rank(config, settings):
            progress.warning(warning)
        training, validation, left_out = _encoded(data, tokenizer, asked, settings)
        _tell_dropped((*training, *validation), data, settings, progress)
        expected = _checked_memory(config, settings, (*training, *validation), progress)
        write_record(
            settings.out / RECORD, {"settings": _settings_record(settings), "contents": contents}, TrainingError
        )
        trained = _trained(settings, tokenizer, training, validation, progress)
        progress.preparing(f"writing {settings.out}")
        result = FinetuneResult(
            adapter=settings.out,
            examples=len(training),
            held_out=len(validation),
            left_out=(*data.left_out, *left_out),
            dropped_passages=sum(one.dropped for one in (*training, *validation)),
            losses=trained.losses,
            forecast=expected,
            memory=memory_report(trained.memory_before),
            seconds=trained.seconds,
        )
        _finish(settings, asked, result)
        return _exported(result, settings, progress, trained.model)


def _trained(
    settings: FinetuneSettings,
    tokenizer: Any,
    training: Sequence[EncodedExample],
    validation: Sequence[EncodedExample],
    progress: FinetuneProgress,
) -> Trained:
    """Train, or only save the adapter of a training that was stopped behind its last step."""
    progress.preparing("loading the libraries that train")
    from debate.training.trainer import save_ended, train_adapter  # trl has to come after unsloth, which patches it

    if ended := save_ended(tokenizer, settings):
        return ended
    progress.preparing(f"loading {settings.model}")
    model, adapter = load_trainable(settings)
    return train_adapter(model, tokenizer, adapter, training, validation, settings, progress)


def _tell_dropped(
    encoded: Sequence[EncodedExample], data: TrainingData, settings: FinetuneSettings, progress: FinetuneProgress
) -> None:
    if dropped := sum(one.dropped for one in encoded):
        there = sum(len(example.passages) for example in (*data.training, *data.validation))
        progress.warning(
            f"{dropped} of {amount(there, 'passage')} do not fit --max-seq-length {settings.max_seq_length} and are "
            "left out, though answers may rest on them; raise it if memory allows"
        )


def _encoded(
    data: TrainingData, tokenizer: Any, asked: AskedAs, settings: FinetuneSettings
) -> tuple[list[EncodedExample], list[EncodedExample], list[LeftOut]]:
    training, too_long = encode_examples(data.training, tokenizer, asked, settings.max_seq_length)
    validation, also = encode_examples(data.validation, tokenizer, asked, settings.max_seq_length)
    if not training or not validation:
        first = [*too_long, *also][0]
        raise TrainingError(f"no example fits: {first.place} has {first.reason}")
    return training, validation, [*too_long, *also]


def _checked_memory(
    config: Any, settings: FinetuneSettings, examples: Sequence[EncodedExample], progress: FinetuneProgress
) -> Forecast | None:
    """Forecast the memory from the longest example, and say it; raise where it is more than there is."""
    longest = max(len(one.input_ids) for one in examples)
    free = free_memory(on_gpu=has_cuda())
    expected = check_memory(config, settings, longest, training_way(), free)
    if expected is None:
        progress.preparing("memory cannot be forecast for a model of this kind")
    else:
        gib = 2**30
        progress.preparing(f"memory: about {expected.total / gib:.1f} GiB needed, {free / gib:.1f} GiB free")
    return expected


def _record(settings: FinetuneSettings) -> dict[str, Any]:
    """Return the record of the folder, which is new or holds this very training; empty if it is new."""
    return read_same_record(settings.out / RECORD, _settings_record(settings), "training", TrainingError)


def _contents(settings: FinetuneSettings, data: TrainingData, asked: AskedAs) -> str:
    """Return the digest of all that is learned and how it is asked for.

    Raises:
        TrainingError: the folder holds another training, or this one was begun on other data.
    """
    told = [(one.question, one.passages, one.answer) for part in (data.training, data.validation) for one in part]
    contents = hashlib.sha256(repr((told, asked)).encode(errors="backslashreplace")).hexdigest()
    if _record(settings).get("contents", contents) != contents:
        names = ", ".join(path.name for path in settings.data)
        raise TrainingError(
            f"{settings.out} was begun on other data: {names} or its run's persona has changed since; put it back, or "
            "give a new folder with --out"
        )
    return contents


def _exported_later(settings: FinetuneSettings, progress: FinetuneProgress) -> FinetuneResult:
    """Merge a finished training, or write its GGUF, where that is asked for and not done; nothing is trained."""
    with exclusive_folder(settings.out, TrainingError, alongside=(RECORD,)):
        record = _record(settings)
        if _left_to_export(settings, record):
            check_extras(settings)
        result = FinetuneResult(
            adapter=settings.out,
            examples=record["examples"],
            held_out=record["held_out"],
            left_out=(),
            dropped_passages=0,
            losses=Losses((), tuple((step, loss) for step, loss in record["validation_loss"])),
            forecast=None,
            memory=memory_report(0),
            seconds=0.0,
        )
        return _exported(result, settings, progress)


def _left_to_export(settings: FinetuneSettings, record: Mapping[str, Any]) -> set[str]:
    merge = settings.merge and not record.get("merged")
    gguf = settings.gguf is not None and record.get("gguf") != settings.gguf
    return {name for name, is_left in (("merged", merge), ("gguf", gguf)) if is_left}


def _exported(
    result: FinetuneResult, settings: FinetuneSettings, progress: FinetuneProgress, model: Any = None
) -> FinetuneResult:
    """Merge a finished training and write its GGUF, as asked for; each is recorded once it is whole."""
    record = _record(settings)
    left = _left_to_export(settings, record)
    if not left:
        return result
    _, tokenizer = load_tokenizer(settings)
    if "merged" in left:
        progress.preparing(f"merging into {settings.out / 'merged'}")
        result = replace(result, merged=write_merged(model, tokenizer, settings))
        record["merged"] = True
        write_record(settings.out / RECORD, record, TrainingError)
    if "gguf" in left:
        progress.preparing(f"writing a GGUF into {settings.out / 'gguf'}")
        result = replace(result, gguf=write_gguf(model, tokenizer, settings))
        record["gguf"] = settings.gguf
        write_record(settings.out / RECORD, record, TrainingError)
    return result


def _settings_record(settings: FinetuneSettings) -> dict[str, Any]:
    values = settings.model_dump(mode="json", exclude_none=True, exclude=_CHANGES_NOTHING)
    values["data"] = [str(path.resolve()) for path in settings.data]
    return values


def _finish(settings: FinetuneSettings, asked: AskedAs, result: FinetuneResult) -> None:
    write_loss_curve(settings.out / "loss.png", result.losses)
    write_card(settings, asked, result)
    if result.left_out:
        write_left_out(settings.out / "left-out.txt", result.left_out)
    record = {
        "settings": _settings_record(settings),
        "finished": True,
        "examples": result.examples,
        "held_out": result.held_out,
        "validation_loss": [[step, loss] for step, loss in result.losses.validation],
    }
    write_record(settings.out / RECORD, record, TrainingError)
    shutil.rmtree(settings.out / "checkpoints", ignore_errors=True)  # the adapter is the best of them
