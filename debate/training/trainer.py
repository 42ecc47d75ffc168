"""TRL's ``SFTTrainer`` on encoded examples: early stopping, checkpoints, losses by step.

Three defaults of TRL are overridden: ``max_length`` truncates silently at 1,024 tokens, ``loss_type`` "chunked_nll"
scales gradients wrongly on some models, and examples would be tokenised again without the chat template.
"""

import json
import math
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset, disable_progress_bars
from safetensors import SafetensorError
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback, set_seed
from transformers.trainer import TRAINER_STATE_NAME
from trl import SFTConfig, SFTTrainer

from chains.generation.local.machine import has_cuda, training_dtype
from debate.errors import TrainingError
from debate.training.encoding import EncodedExample
from debate.training.memory import memory_in_use
from debate.training.progress import FinetuneProgress
from debate.training.result import Losses
from debate.training.settings import FinetuneSettings
from vectorstore.embedding.memory import is_full

_ZIP_WRITER = "PytorchStreamWriter"  # what torch names when a file cannot be written


@dataclass(frozen=True)
class Trained:
    """The model with its best adapter, and what it took; no model where nothing was left to train."""

    model: Any
    losses: Losses
    seconds: float
    memory_before: int


def train_adapter(
    model: Any,
    tokenizer: Any,
    adapter: Any,
    training: Sequence[EncodedExample],
    validation: Sequence[EncodedExample],
    settings: FinetuneSettings,
    progress: FinetuneProgress,
) -> Trained:
    """Train, or continue from the last checkpoint in the output folder, and save the adapter that validated best.

    Args:
        adapter: a ``peft.LoraConfig``; None for a model that has its adapter already.
        progress: told of each batch and step.

    Raises:
        TrainingError: the folder cannot be written, the memory runs out, or the losses are no numbers.
    """
    disable_progress_bars()
    before, started = memory_in_use(), time.monotonic()
    checkpoint = _last_checkpoint(settings)
    set_seed(settings.seed)  # the trainer seeds itself only after it has drawn the adapter's first weights
    trainer = SFTTrainer(
        model,
        args=_configuration(settings, is_new=checkpoint is None),
        train_dataset=_dataset(training),
        eval_dataset=_dataset(validation),
        processing_class=tokenizer,
        peft_config=adapter,
        callbacks=[EarlyStoppingCallback(settings.patience), _Report(progress)],
    )
    trainer.remove_callback(PrinterCallback)
    if adapter and trainer.args.fp16:
        _scalable(trainer.model)
    try:
        trainer.train(resume_from_checkpoint=checkpoint)
        losses = _losses(trainer.state.log_history)
        _check_learned(losses)
        trainer.model.save_pretrained(str(settings.out))
        tokenizer.save_pretrained(str(settings.out))
    except (OSError, SafetensorError) as error:  # safetensors' own error is not an OSError
        raise _not_written(settings, error) from error
    except RuntimeError as error:  # neither is torch's, which has no class of its own
        if is_full(error):
            raise TrainingError(
                "the GPU's memory ran out; lower --batch-size (raise --accumulation), --max-seq-length or --rank"
            ) from error
        if _ZIP_WRITER not in str(error):
            raise
        raise _not_written(settings, error) from error
    return Trained(trainer.model, losses, time.monotonic() - started, before)


def save_ended(tokenizer: Any, settings: FinetuneSettings) -> Trained | None:
    """Save the best adapter of a training that was stopped behind its last step; None if steps are left.

    The trainer would do one step more.

    Raises:
        TrainingError: the folder cannot be written, or the losses are no numbers.
    """
    checkpoint = _last_checkpoint(settings)
    if checkpoint is None:
        return None
    state = json.loads((Path(checkpoint) / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    control = state.get("stateful_callbacks", {}).get("TrainerControl", {}).get("args", {})
    if state["global_step"] < state["max_steps"] and not control.get("should_training_stop"):
        return None
    losses = _losses(state["log_history"])
    _check_learned(losses)
    best = settings.out / "checkpoints" / Path(state["best_model_checkpoint"]).name
    try:
        for file in best.glob("adapter_*"):
            shutil.copyfile(file, settings.out / file.name)
        tokenizer.save_pretrained(str(settings.out))
    except (OSError, SafetensorError) as error:
        raise _not_written(settings, error) from error
    return Trained(None, losses, 0.0, memory_in_use())


def _scalable(model: Any) -> None:
    """Make an adapter float32: TRL makes that of a 4-bit model bfloat16, whose gradients torch cannot scale."""
    for weights in model.parameters():
        if weights.requires_grad:
            weights.data = weights.data.float()


def _check_learned(losses: Losses) -> None:
    """Raise where every adapter's validation loss is no number: there is none to keep."""
    if not any(math.isfinite(loss) for _, loss in losses.validation[1:]):
        step = losses.validation[1][0]
        raise TrainingError(
            f"the validation loss is no number from step {step} on; lower --learning-rate and give a new folder with "
            "--out"
        )


def _not_written(settings: FinetuneSettings, error: Exception) -> TrainingError:
    reason = str(error).strip().splitlines()[0]
    return TrainingError(
        f"cannot write {settings.out}: {reason}; make room and run the same command again: it resumes from the last "
        "checkpoint"
    )


def _configuration(settings: FinetuneSettings, *, is_new: bool) -> SFTConfig:
    on_gpu = has_cuda()
    dtype = training_dtype()
    return SFTConfig(
        output_dir=str(settings.out / "checkpoints"),
        max_steps=settings.steps,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulation,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=min(10, settings.steps // 10),
        max_length=None,
        loss_type="nll",
        completion_only_loss=True,
        optim="adamw_8bit" if on_gpu and settings.load_in_4bit else "adamw_torch",
        use_cpu=not on_gpu,
        bf16=dtype == "bfloat16",
        fp16=dtype == "float16",
        gradient_checkpointing=on_gpu,
        eval_on_start=is_new,  # a checkpoint was validated: once more would cost patience
        eval_strategy="steps",
        eval_steps=settings.validate_every,
        save_strategy="steps",
        save_steps=settings.validate_every,
        save_total_limit=2,
        restore_callback_states_from_checkpoint=True,  # else a resumed training has its whole patience again
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        seed=settings.seed,
        data_seed=settings.seed,
    )


def _dataset(examples: Sequence[EncodedExample]) -> Dataset:
    rows = [{"input_ids": list(one.input_ids), "completion_mask": list(one.completion_mask)} for one in examples]
    return Dataset.from_list(rows)


def _last_checkpoint(settings: FinetuneSettings) -> str | None:
    """Return the last checkpoint that was written to its end, which its state is the last part of."""
    folders = (settings.out / "checkpoints").glob("checkpoint-*")
    whole = [folder for folder in folders if _is_whole(folder)]
    return str(max(whole, key=lambda folder: int(folder.name.rpartition("-")[2]))) if whole else None


def _is_whole(checkpoint: Path) -> bool:
    try:
        return bool(json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def _losses(history: Sequence[dict[str, Any]]) -> Losses:
    return Losses(
        training=tuple((int(one["step"]), float(one["loss"])) for one in history if "loss" in one),
        validation=tuple((int(one["step"]), float(one["eval_loss"])) for one in history if "eval_loss" in one),
    )


class _Report(TrainerCallback):  # type: ignore[misc]
    def __init__(self, progress: FinetuneProgress) -> None:
        self._progress = progress
        self._trained = self._validated = 0  # batches

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        if state.best_model_checkpoint:  # where it was before the folder was moved
            state.best_model_checkpoint = str(Path(args.output_dir) / Path(state.best_model_checkpoint).name)
        self._progress.step(state.global_step, state.max_steps, None, None)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        self._trained = 0

    def on_substep_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        self._trained += 1
        self._progress.batch("training", self._trained, args.gradient_accumulation_steps)

    def on_prediction_step(self, args: Any, state: Any, control: Any, eval_dataloader: Any, **_: Any) -> None:  # noqa: ARG002
        self._validated += 1
        self._progress.batch("validating", self._validated, len(eval_dataloader))

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        self._validated = 0

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        logs = logs or {}
        if "loss" in logs or "eval_loss" in logs:
            losses = _float(logs.get("loss")), _float(logs.get("eval_loss"))
            self._progress.step(state.global_step, state.max_steps, *losses)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
