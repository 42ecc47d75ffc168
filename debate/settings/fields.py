"""All settings of a run over a list of questions: those of one question (``GraphSettings``), and the run's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chains.models.kinds import Backend
from debate.graph.settings import GraphSettings, split_list
from debate.indexing.address import Place


@dataclass(frozen=True)
class Repeatable:
    """Marks a setting of one text whose flag may be repeated; the parts are joined with commas."""


class DebateSettings(GraphSettings, BaseSettings):
    """One run over a list of questions. Each description is the flag's help."""

    model_config = SettingsConfigDict(env_prefix="DEBATE_", frozen=True, extra="forbid", protected_namespaces=())

    questions: Path = Field(description="Question list: xlsx, csv, txt or jsonl")
    sheet: str | None = Field(None, description="Sheet of the workbook; the first one unless given")
    corpus: Path | None = Field(None, description="Folder of documents, or one file; their index is kept in the cache")
    follow_links: bool = Field(False, description="Read what links that lead out of the corpus point to, too")
    index: Place = Field(
        None, description='An index made by "debate index", a folder or postgresql://…/table, in place of --corpus'
    )
    personas: Path | None = Field(
        None, description="TOML file of personas and points of view; the built-in ones unless given"
    )
    opinion_persona: str = Field(
        "", description='Id of who writes the opinions; "professor" where the file has one, else its first persona'
    )
    debaters: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Ids of who debates; every persona of the file unless given"
    )
    model: Annotated[str, Repeatable()] = Field(
        "smollm2",
        description="smollm2, a repository, a folder, or http://host:port/v1#model; several servers share the work",
    )
    backend: Backend = Field("auto", description="What the model computes with")
    load_in_4bit: bool = Field(True, description="Load a model on a GPU in 4 bits")
    max_seq_length: int | None = Field(
        None, ge=256, description="Tokens of prompt and answer together; the model's own window unless given"
    )
    batch_size: int | None = Field(
        None, ge=1, description="Answers generated at a time, at the most; as many as fit unless given"
    )
    timeout: float = Field(600, gt=0, description="Seconds to wait for a server's next words")
    embeddings: str | None = Field(
        None,
        description="sentence-transformers name or folder; the index's own or the bundled MiniLM unless given",
    )
    embeddings_backend: Literal["auto", "torch", "openvino"] = Field("auto", description="What that computes with")
    out: Path | None = Field(None, description="The run's folder; a new runs/NAME-001 unless given")
    deepen: int = Field(1, ge=0, le=20, description="Deeper questions asked beside each seed question; 0: none")
    replace_seeds: bool = Field(False, description="Ask only the deeper questions, not the seeds that have some")
    concurrency: int = Field(16, ge=1, le=1024, description="Questions worked on at the same time, at the most")
    seat: str = Field("", description="Id of a debater in whose place you speak, on the page of debate serve")
    limit: int | None = Field(None, ge=1, description="Only the first N seed questions; leave it out later for all")
    shard: str = Field("", description="Only part of the list, such as 2/8; debate merge puts the parts together")
    ray: str = Field("", description="Spread the work over a Ray cluster: auto for the one here, local, or host:6379")
    workers: int | None = Field(
        None, ge=1, description="Ray workers, each with a model; as many as there are GPUs, or machines, unless given"
    )
    gpus_per_worker: float | None = Field(
        None, ge=0, description="GPUs of each; 1 unless given, 0 for a server or where there are none"
    )
    also: Annotated[tuple[Literal["csv", "parquet"], ...], NoDecode] = Field(
        (), description="Write the sheets as such files, too"
    )

    @field_validator("debaters", "also", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        """Read a,b as an environment variable holds it."""
        return tuple(split_list(value)) if isinstance(value, str) else value

    @field_validator("model", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Join the addresses of several servers."""
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else value

    @field_validator("ray")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value.startswith("ray://"):
            raise ValueError("is an address for Ray clients; run on a machine of the cluster, with auto or host:6379")
        if value and value not in ("auto", "local") and not value.rpartition(":")[2].isdecimal():
            raise ValueError("is no address; write auto, local, or host:6379")
        return value

    @field_validator("shard")
    @classmethod
    def _is_a_shard(cls, value: str) -> str:
        if value:
            number, _, count = value.partition("/")
            if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
                raise ValueError("is no shard; write 2/8 for the second of eight")
        return value

    @field_validator("model")
    @classmethod
    def _only_servers_are_several(cls, value: str) -> str:
        if "," in value and not all(one.startswith(("http://", "https://")) for one in value.split(",")):
            raise ValueError("names several models; only servers may be several: http://a:8000/v1#m,http://b:8000/v1#m")
        return value
