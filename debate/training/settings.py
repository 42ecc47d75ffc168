"""The settings of ``debate finetune`` in one typed object. Each field's description is the help of its flag."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from debate.settings.fields import ModelName
from debate.settings.graph import Seed, check_text


class FinetuneSettings(BaseModel):
    """All settings of a training: the answers to learn from, the model, and how it learns.

    Raises:
        ValidationError (pydantic): an unknown or missing field, or a value out of range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    data: tuple[Path, ...] = Field(
        min_length=1, description="Results workbooks, or xlsx, csv or jsonl with instruction, context and answer"
    )
    model: ModelName = Field("smollm2", description="Model to train: smollm2, a repository or a folder")
    out: Path = Field(description="Folder of the adapter, new or to resume")
    persona: str | None = Field(None, description="Persona in the prompts; default: the file's first")
    personas: Path | None = Field(None, description="TOML file of personas; default: built-in")
    min_supported: float | None = Field(None, ge=0, le=1, description="Only answers with at least this supported share")
    min_rating: float | None = Field(None, description="Only answers with at least this rating")
    max_copied: float | None = Field(
        None, ge=0, le=1, description="Only answers with at most this share of copied sentences"
    )
    min_words: int = Field(0, ge=0, description="Only answers of at least this many words")
    max_words: int | None = Field(None, ge=1, description="Only answers of at most this many words")
    allow_defects: bool = Field(False, description="Also learn from answers with known defects")
    validation_share: float = Field(0.1, gt=0, lt=1, description="Share of questions held out for validation")
    steps: int = Field(100, ge=1, description="Training steps")
    batch_size: int = Field(2, ge=1, description="Examples per batch")
    accumulation: int = Field(4, ge=1, description="Batches per training step")
    learning_rate: float = Field(2e-4, gt=0, le=1, description="Peak learning rate; decays linearly to zero")
    rank: int = Field(16, ge=1, description="LoRA rank")
    max_seq_length: int = Field(
        2048, ge=64, description="Most tokens of an example; passages that do not fit are left out, and counted"
    )
    validate_every: int = Field(10, ge=1, description="Steps between validations; each saves a checkpoint")
    patience: int = Field(5, ge=1, description="Stop after this many validations without improvement")
    load_in_4bit: bool = Field(True, description="Load the model in 4 bits on an NVIDIA GPU")
    merge: bool = Field(False, description="Write the merged 16-bit model to OUT/merged too, now or later")
    gguf: str | None = Field(None, description="Write a GGUF too, such as q4_k_m, now or later (needs unsloth)")
    seed: Seed = Field(0, description="Random seed of the split, the order and the initial weights")

    @property
    def filters(self) -> dict[str, object]:
        """The filters of answers that are set, by their flags."""
        names = ("min_supported", "min_rating", "max_copied", "min_words", "max_words", "allow_defects")
        chosen = {name: getattr(self, name) for name in names}
        fields = type(self).model_fields
        given = {name: value for name, value in chosen.items() if value != fields[name].default}
        return {f"--{name.replace('_', '-')}": value for name, value in given.items()}

    _are_text = field_validator("*")(check_text)

    @model_validator(mode="after")
    def _words_leave_room(self) -> "FinetuneSettings":
        if self.max_words is not None and self.min_words > self.max_words:
            raise ValueError(
                f"no answer has --min-words {self.min_words} or more and --max-words {self.max_words} or fewer; change "
                "one of them"
            )
        return self
