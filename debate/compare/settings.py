"""The settings of ``debate compare``. Each field's description is the help of its flag."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.models.kinds import Backend
from debate.settings import DebateSettings
from debate.settings.address import Place
from debate.settings.fields import ModelName
from debate.settings.graph import Seed


class CompareSettings(BaseModel):
    """All settings of a comparison: models, questions, documents, and what is asked of each answer.

    Raises:
        ValidationError (pydantic): an unknown or missing field, a value out of range, or fewer than two models.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    models: tuple[ModelName, ...] = Field(description="Models as in debate run, two or more")
    questions: Path = Field(description="Question list: xlsx, xlsm, csv, tsv, txt or jsonl")
    corpus: Path | None = Field(None, description="Folder of documents, or one file")
    index: Place = Field(None, description='Index made by "debate index", instead of --corpus')
    personas: Path | None = Field(None, description="TOML file of personas; default: built-in")
    opinion_persona: str = Field("", description="Persona that writes the opinions; default: as in debate run")
    out: Path = Field(description="Folder of the comparison, new or to resume")
    # None here and in style, so that comparisons made before there was a choice still resume.
    backend: Backend | None = Field(None, description="Library that runs local models; default: auto, as in debate run")
    k: int = Field(5, ge=1, le=50, description="Passages for an answer")
    pov_weight: float = Field(0.5, ge=0, le=1, description="As in debate run")
    mode: Literal["dense", "hybrid"] = Field("dense", description="As in debate run")
    style: Literal["auto", "single", "by_chunk", "plan"] | None = Field(
        None, description="How all models write, as in debate run; default: auto, each in the way for its size"
    )
    min_words: int = Field(400, ge=0, description="Fewest words of an answer")
    max_words: int = Field(500, ge=20, description="Most words of an answer")
    controls: bool = Field(True, description="Also ask the built-in control questions with known answers")
    judge: ModelName = Field("", description="Model that judges each pair of answers, in both orders")
    concurrency: int = Field(16, ge=1, le=1024, description="Most questions in progress at a time")
    timeout: float = Field(600, gt=0, description="As in debate run")
    limit: int | None = Field(None, ge=1, description="Only the first N questions")
    seed: Seed = Field(0, description="Random seed of the answers and the statistics")

    @model_validator(mode="after")
    def _models_differ(self) -> CompareSettings:
        if len(self.models) < 2:
            raise ValueError("one model is given; give two or more: --models A B")
        twice = next((name for n, name in enumerate(self.models) if name in self.models[:n]), None)
        if twice:
            raise ValueError(f"{twice} is given twice; compare different models")
        if self.corpus is None and self.index is None:
            raise ValueError("no documents are given; pass --corpus or --index")
        return self

    def run_settings(self, model: str) -> DebateSettings:
        """Return the settings of a run of one of the models over the same questions and documents."""
        shared = self.model_dump(exclude={"models", "out", "concurrency", "controls", "judge"}, exclude_none=True)
        return DebateSettings(model=model, deepen=0, **shared)
