"""A worker's checkpoints: kept in its memory, and sent to the run, which stores them in its folder."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.memory import InMemorySaver

from debate.graph.checkpoints import memory_checkpoints
from debate.run.workers.events import Saved, SavedWrites

_PLACE = ("thread_id", "checkpoint_ns", "checkpoint_id")


class ToldCheckpoints(InMemorySaver):
    """Keeps checkpoints in memory and reports each one."""

    def __init__(self, tell: Callable[[Saved | SavedWrites], None]) -> None:
        super().__init__(serde=memory_checkpoints().serde)
        self._tell = tell

    def go_on_from(self, stood: CheckpointTuple) -> None:
        parent: dict[str, Any] = dict((stood.parent_config or {}).get("configurable", {}))
        place = stood.config["configurable"] | {"checkpoint_id": parent.get("checkpoint_id")}
        versions = stood.checkpoint["channel_versions"]
        config = super().put({"configurable": place}, stood.checkpoint, stood.metadata, versions)
        for task, writes in groupby(stood.pending_writes or (), key=lambda write: write[0]):
            super().put_writes(config, [(channel, value) for _, channel, value in writes], task)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        self._tell(Saved(_place(config), checkpoint, metadata, new_versions))
        return super().put(config, checkpoint, metadata, new_versions)

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self._tell(SavedWrites(_place(config), writes, task_id, task_path))
        super().put_writes(config, writes, task_id, task_path)


def keep(told: Saved | SavedWrites, checkpoints: BaseCheckpointSaver[Any]) -> None:
    """Write a worker's checkpoints into those of the run."""
    config: RunnableConfig = {"configurable": dict(told.config)}
    match told:
        case Saved():
            checkpoints.put(config, told.checkpoint, told.metadata, dict(told.versions))
        case SavedWrites():
            checkpoints.put_writes(config, told.writes, told.task_id, told.task_path)


def _place(config: RunnableConfig) -> dict[str, Any]:
    """Return the part of a configuration that says where a checkpoint belongs; the rest cannot leave the process."""
    configurable = config["configurable"]
    return {name: configurable[name] for name in _PLACE if name in configurable}
