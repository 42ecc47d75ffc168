"""All settings of a run over a list of questions: those of one question (``GraphSettings``), and the run's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chains.errors import ModelError
from chains.models.kinds import Backend
from chains.models.servers.address import is_server, refuse_password
from debate.errors import SettingsError
from debate.settings.address import Place
from debate.settings.graph import AS_LIST, GraphSettings


def _without_password(name: str) -> str:
    try:
        refuse_password(name)
    except ModelError as error:
        raise SettingsError(str(error)) from error
    return name


ModelName = Annotated[str, AfterValidator(_without_password)]  # settings would keep and show a password


@dataclass(frozen=True)
class Repeatable:
    """Marks a setting of one text whose flag may be repeated; the parts are joined with commas."""


def _ray_address(value: str) -> str:
    """Return the address of a Ray cluster unchanged; ValueError if it cannot be one."""
    if value.startswith("ray://"):
        raise ValueError("is an address for Ray clients; run on a machine of the cluster, with auto or host:6379")
    if value and value not in ("auto", "local") and not value.rpartition(":")[2].isdecimal():
        raise ValueError("is not an address; write auto, local, or host:6379")
    return value


RayAddress = Annotated[str, AfterValidator(_ray_address)]


class DebateSettings(GraphSettings, BaseSettings):
    """All settings of a run over a list of questions. A field's description is also the help of its flag.

    Raises:
        ValidationError (pydantic): an unknown or missing field, or a value out of range.
    """

    model_config = SettingsConfigDict(
        env_prefix="DEBATE_", env_ignore_empty=True, frozen=True, extra="forbid", protected_namespaces=()
    )

    questions: Path = Field(description="Question list: xlsx, xlsm, csv, tsv, txt or jsonl")
    sheet: str | None = Field(None, description="Sheet of the workbook; default: the first")
    corpus: Path | None = Field(None, description="Folder of documents, or one file; its index is cached")
    follow_links: bool = Field(False, description="Follow links that lead out of the corpus")
    index: Place = Field(
        None, description='Index made by "debate index", a folder or postgresql://…/table, instead of --corpus'
    )
    personas: Path | None = Field(None, description="TOML file of personas and points of view; default: built-in")
    opinion_persona: str = Field(
        "", description='Persona that writes the opinions; default: "professor", or else the first'
    )
    debaters: Annotated[tuple[str, ...], NoDecode, AS_LIST] = Field(
        (), description="Personas that debate; default: all"
    )
    model: Annotated[ModelName, Repeatable()] = Field(
        "smollm2",
        description="smollm2, a repository, a folder, or http://host:port/v1#model (several servers share the work)",
    )
    backend: Backend = Field("auto", description="Library that runs the model")
    load_in_4bit: bool = Field(True, description="Load the model in 4 bits on a GPU")
    max_seq_length: int | None = Field(
        None, ge=256, description="Most tokens of prompt and answer together; default: the model's context window"
    )
    batch_size: int | None = Field(None, ge=1, description="Most answers generated at a time; default: as many as fit")
    timeout: float = Field(600, gt=0, description="Seconds to wait for a server's next tokens")
    embeddings: str | None = Field(
        None, description="sentence-transformers name or folder; default: the index's, or the bundled MiniLM"
    )
    embeddings_backend: Literal["auto", "torch", "openvino"] = Field(
        "auto", description="Library that runs the embedding model"
    )
    out: Path | None = Field(None, description="Folder of the run; default: a new runs/NAME-001")
    deepen: int = Field(1, ge=0, le=20, description="Follow-up questions to ask for each question of the list")
    replace_seeds: bool = Field(False, description="Leave out a question of the list that has follow-up questions")
    concurrency: int = Field(16, ge=1, le=1024, description="Most questions in progress at a time")
    seat: str = Field("", description="Persona for which you speak yourself, on the page of debate serve")
    limit: int | None = Field(
        None, ge=1, description="Only the first N questions of the list; run again without it for the rest"
    )
    shard: str = Field("", description="Only part of the list, such as 2/8; debate merge combines the parts")
    ray: RayAddress = Field("", description="Use a Ray cluster: auto (the one on this machine), local, or host:6379")
    workers: int | None = Field(
        None, ge=1, description="Ray workers, each with a model; default: one per GPU, or per machine without GPUs"
    )
    gpus_per_worker: float | None = Field(
        None, ge=0, description="GPUs per Ray worker; default: 1, or 0 for a server or without GPUs"
    )
    also: Annotated[tuple[Literal["csv", "parquet"], ...], NoDecode, AS_LIST] = Field(
        (), description="Also write the sheets as files"
    )

    @field_validator("model", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Join the addresses of several servers."""
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else value

    @field_validator("shard")
    @classmethod
    def _is_a_shard(cls, value: str) -> str:
        if value:
            number, _, count = value.partition("/")
            if not (number.isdecimal() and count.isdecimal() and int(count)):
                raise ValueError("is not a shard; write 2/8 for the second of eight")
            if not 1 <= int(number) <= int(count):
                raise ValueError(f"is none of {count} shards, which are 1/{count} to {count}/{count}")
        return value

    @field_validator("model")
    @classmethod
    def _only_servers_are_several(cls, value: str) -> str:
        if "," in value and not all(map(is_server, value.split(","))):
            raise ValueError("names several models; only servers may be several: http://a:8000/v1#m,http://b:8000/v1#m")
        return value
