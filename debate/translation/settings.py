"""The settings of ``debate translate``. Each field's description is the help of its flag."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from chains.models.kinds import Backend
from debate.settings.fields import ModelName
from debate.settings.graph import Seed


class TranslateSettings(BaseModel):
    """Into which language, by whom, and how terms are translated."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    to: str = Field(description="Language: ja, fa, de, fr, es, pt, ru, ar or zh")
    model: ModelName = Field("", description="Model that translates, as in debate run; default: the run's")
    translator: ModelName = Field(
        "",
        description="Instead of --model, a translation model for transformers (from English), such as "
        "facebook/nllb-200-distilled-600M",
    )
    glossary: Path | None = Field(None, description='TOML file of terms, "Term" = "translation"; overrides the run\'s')
    names: bool = Field(True, description="Choose one translation for each name first, and check that it is used")
    out: Path | None = Field(None, description="Folder of the translation; default: RUN/translations/LANGUAGE")
    concurrency: int = Field(16, ge=1, le=1024, description="Most texts in progress at a time")
    backend: Backend = Field("auto", description="As in debate run")
    load_in_4bit: bool = Field(True, description="As in debate run")
    batch_size: int | None = Field(None, ge=1, description="As in debate run")
    timeout: float = Field(600, gt=0, description="As in debate run")
    seed: Seed = Field(0, description="Random seed of retries")
