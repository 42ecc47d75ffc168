"""All settings of a run in one typed object: flags over environment over a TOML file over defaults.

Environment variables carry the prefix ``DEBATE_``. Paths in a TOML file are relative to that file. Knows
nothing of what the settings do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from debate.errors import SettingsError

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "brics" / "debate.toml"
_PATHS = ("questions", "corpus", "index", "personas", "out")


class DebateSettings(BaseSettings):
    """One run.

    Attributes:
        questions: the question list: xlsx, csv, txt or jsonl.
        sheet: the workbook's sheet; the first one unless given.
        corpus: a folder (or one file) of documents; their index is kept in the user's cache.
        index: an index made by ``debate index``, used as it is in place of ``corpus``.
        personas: a TOML file of personas and points of view; the built-in ones unless given.
        opinion_persona: the id of who writes the opinions.
        debaters: ids of who debates; every persona of the file unless given.
        model, backend, load_in_4bit, max_seq_length, batch_size: see ``chains.ModelSettings``.
        embeddings: a sentence-transformers name or folder; the bundled MiniLM unless given.
        embeddings_backend: what it computes with; see ``vectorstore.load_embeddings``.
        out: the run's folder; a new one under runs/ unless given.
        deepen: questions made out of each seed question; 0 answers the seed questions themselves.
        rounds: of the debate.
        k: passages for an opinion; debate_k: passages for each debater.
        pov_weight: λ; 0 retrieves by the question alone, 1 by the points of view alone.
        min_words, max_words: of an opinion; turn_words: of a debater's turn at the most.
        style: how an opinion is written: all passages in one prompt, or a paragraph a passage (see ``chains.opinion``).
        abstain: say "I don't know" where nothing retrieved bears on the question.
        opinion_in_debate: show the debaters the opinion.
        translate: the language that answers are translated into, such as ``ja``; none unless given.
        glossary: how terms are to be translated: a table of the settings file.
        in_flight: questions worked on at the same time.
        limit: only the first so many seed questions.
        also: write the workbook's sheets as csv or parquet files, too.
    """

    model_config = SettingsConfigDict(env_prefix="DEBATE_", frozen=True, extra="forbid", protected_namespaces=())

    questions: Path
    sheet: str | None = None
    corpus: Path | None = None
    index: Path | None = None
    personas: Path | None = None
    opinion_persona: str = "professor"
    debaters: tuple[str, ...] = ()
    model: str = "smollm2"
    backend: Literal["auto", "openvino", "transformers", "unsloth"] = "auto"
    load_in_4bit: bool = True
    max_seq_length: int | None = Field(default=None, ge=256)
    batch_size: int | None = Field(default=None, ge=1)
    embeddings: str | None = None
    embeddings_backend: Literal["auto", "torch", "openvino"] = "auto"
    out: Path | None = None
    deepen: int = Field(default=1, ge=0, le=20)
    rounds: int = Field(default=2, ge=2, le=20)
    k: int = Field(default=5, ge=1, le=50)
    debate_k: int = Field(default=5, ge=1, le=50)
    pov_weight: float = Field(default=0.5, ge=0, le=1)
    mode: Literal["dense", "hybrid"] = "dense"
    min_words: int = Field(default=400, ge=0)
    max_words: int = Field(default=500, ge=20)
    turn_words: int = Field(default=120, ge=20)
    opinion_in_debate: bool = True
    style: Literal["auto", "single", "by_chunk"] = "auto"
    abstain: bool = True
    translate: str = ""
    glossary: dict[str, str] = Field(default_factory=dict)
    in_flight: int = Field(default=16, ge=1, le=1024)
    limit: int | None = Field(default=None, ge=1)
    seed: int = 0
    also: tuple[Literal["csv", "parquet"], ...] = ()

    @model_validator(mode="after")
    def _words_leave_room(self) -> DebateSettings:
        if self.min_words >= self.max_words:
            raise ValueError(f"min_words {self.min_words} must be below max_words {self.max_words}")
        return self


def load_settings(flags: Mapping[str, Any], config: Path | None = None) -> DebateSettings:
    """Lay flags over the environment over a TOML file over the defaults.

    Raises:
        SettingsError: the file cannot be read, or a value is unknown, missing or out of range.
    """
    from_file = _read_toml(config) if config else {}

    class Layered(DebateSettings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, from_file)

    try:
        settings = DebateSettings(**Layered(**flags).model_dump())
    except ValidationError as error:
        raise SettingsError(_explain(error, config)) from error
    if settings.corpus is None and settings.index is None:
        raise SettingsError("corpus is not given; pass --corpus or --index, or set DEBATE_CORPUS or DEBATE_INDEX")
    return settings


def _read_toml(config: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {config}: {error.strerror}; check --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{config} is not valid TOML: {error}") from error
    for key in _PATHS:
        if isinstance(values.get(key), str):
            values[key] = config.parent / values[key]
    return values


def _explain(error: ValidationError, config: Path | None) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    flag = "--" + name.replace("_", "-")
    if first["type"] == "missing":
        return f"{name} is not given; pass {flag}, set DEBATE_{name.upper()}, or write it in the settings file"
    where = f" (settings file {config})" if config else ""
    if first["type"] == "extra_forbidden":
        near = get_close_matches(name, DebateSettings.model_fields, 1)
        return f"there is no setting {name!r}{where}; {f'write {near[0]}' if near else 'see debate run --help'}"
    if not name:
        return f"{first['msg'].removeprefix('Value error, ')}{where}; change one of them"
    return f"{name}: {first['msg']}, got {first['input']!r}{where}; change {flag} or DEBATE_{name.upper()}"
