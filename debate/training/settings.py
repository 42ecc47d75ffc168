"""The settings of ``debate finetune`` in one typed object. Each field's description is the help of its flag."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class FinetuneSettings(BaseModel):
    """Which answers to learn from, which model learns, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    data: tuple[Path, ...] = Field(
        min_length=1, description="Results workbook, or xlsx, csv or jsonl with instruction, context and answer"
    )
    model: str = Field("smollm2", description="The model that learns: smollm2, a repository or a folder")
    out: Path = Field(description="Folder of the adapter, a new one or one to resume")
    persona: str | None = Field(None, description="Id of the persona in the prompts; the file's first unless given")
    personas: Path | None = Field(None, description="TOML file of personas; the built-in ones unless given")
    min_supported: float | None = Field(None, ge=0, le=1, description="Only answers with at least this share supported")
    min_rating: float | None = Field(None, description="Only answers that the reader rated at least this high")
    min_words: int = Field(0, ge=0, description="Only answers of at least so many words")
    max_words: int | None = Field(None, ge=1, description="Only answers of at most so many words")
    allow_defects: bool = Field(False, description="Learn from answers with known defects, too")
    validation_share: float = Field(0.1, gt=0, lt=1, description="Share of the questions held out for validation")
    steps: int = Field(100, ge=1, description="Training steps")
    batch_size: int = Field(2, ge=1, description="Examples in memory at a time")
    accumulation: int = Field(4, ge=1, description="Batches a step")
    learning_rate: float = Field(2e-4, gt=0, description="Peak learning rate; it falls linearly to zero")
    rank: int = Field(16, ge=1, description="Rank of the LoRA matrices")
    max_seq_length: int = Field(
        2048, ge=64, description="Tokens of an example; passages that do not fit are dropped by name"
    )
    validate_every: int = Field(10, ge=1, description="Steps between two validations, each with a checkpoint")
    patience: int = Field(5, ge=1, description="Stop after so many validations without progress")
    load_in_4bit: bool = Field(True, description="Load the model in 4 bits (NVIDIA GPU only)")
    merge: bool = Field(False, description="Write the merged 16-bit model as well, into OUT/merged")
    gguf: str | None = Field(None, description="Write a GGUF as well, such as q4_k_m (needs unsloth)")
    seed: int = Field(0, description="Seed of the split, the order and the adapter's first weights")
