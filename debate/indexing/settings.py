"""The settings of ``debate index``. Each field's description is the help of its flag."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from debate.settings.fields import RayAddress
from vectorstore.corpus.chunking import CHUNK_WORDS


class IndexSettings(BaseModel):
    """Where an index is kept, and how its documents are cut and embedded.

    Raises:
        ValidationError (pydantic): an unknown or missing field, a value out of range, or workers without a cluster.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    out: str = Field(description="Folder or postgresql://…/table, new or to update")
    embeddings: str | None = Field(
        None, description="sentence-transformers name or folder; default: the bundled MiniLM"
    )
    embeddings_backend: Literal["auto", "torch", "openvino"] = Field(
        "auto", description="Library that runs the embedding model"
    )
    kind: Literal["auto", "flat", "hnsw", "ivf"] = Field(
        "auto", description="Type of index; auto is flat (exact) up to 200,000 chunks"
    )
    chunk_words: int = Field(CHUNK_WORDS, ge=1, description="Most words of a chunk")
    follow_links: bool = Field(False, description="Follow links that lead out of the folder")
    force: bool = Field(False, description="Replace an index of other documents")
    ray: RayAddress = Field(
        "", description="Embed on a Ray cluster: auto (the one on this machine), local, or host:6379"
    )
    workers: int | None = Field(None, ge=1, description="Ray workers; default: one per GPU, or per machine")
    gpus_per_worker: float | None = Field(
        None, ge=0, description="GPUs of each worker; default: 1, or 0 where there are none"
    )

    @model_validator(mode="after")
    def _workers_are_rays(self) -> IndexSettings:
        if not self.ray and (self.workers is not None or self.gpus_per_worker is not None):
            raise ValueError("workers are Ray's; add --ray auto, or leave --workers and --gpus-per-worker out")
        return self
