"""The POV-weighted retriever chain: a question becomes the passages that matter seen from points of view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import merge_configs

from chains.schemas import Chunk, Question, as_chunks
from prompts import PointOfView
from vectorstore import POV, POVRetriever

if TYPE_CHECKING:
    from vectorstore import FaissStore
    from vectorstore.store.ranking import Mode


class Retrieval(Runnable["Question | str", "tuple[Chunk, ...]"]):
    """The chain without a run of its own: the search stands in the trace right under the step that asked for it.

    Args:
        search: fields of ``POVRetriever``; for their meaning see ``pov_retrieval_chain``.
    """

    def __init__(self, store: FaissStore, povs: Sequence[POV | PointOfView], **search: Any) -> None:
        self._retriever = POVRetriever(store=store, povs=as_povs(povs), **search)
        told = {"pov_weight": self._retriever.pov_weight, "mode": self._retriever.mode}
        self._told: RunnableConfig = {"metadata": {"povs": [pov.text for pov in povs], **told}}

    def invoke(self, input: Question | str, config: RunnableConfig | None = None, **_: Any) -> tuple[Chunk, ...]:
        """Search once."""
        text = input if isinstance(input, str) else input.text
        return as_chunks(self._retriever.invoke(text, merge_configs(config, self._told)))


def pov_retrieval_chain(
    store: FaissStore,
    povs: Sequence[POV | PointOfView],
    *,
    pov_weight: float = 0.5,
    k: int = 5,
    mode: Mode = "dense",
    rerank: bool | None = None,
) -> Runnable[Question | str, tuple[Chunk, ...]]:
    """Return a Runnable from a question to its ``k`` best chunks, raw and with all their scores.

    Args:
        store: what is searched.
        povs: the points of view; a persona's own are taken as they are.
        pov_weight: λ of the folding, from 0 (the question alone) to 1 (the points of view alone).
        rerank: let the embedding model's reranker read the best passages; None does so where it has one.
    """
    retrieval = Retrieval(store, povs, pov_weight=pov_weight, k=k, mode=mode, rerank=rerank)

    def retrieve(asked: Question | str, config: RunnableConfig) -> tuple[Chunk, ...]:
        return retrieval.invoke(asked, config)

    return RunnableLambda(retrieve).with_config(run_name="retrieve")


def as_povs(povs: Sequence[POV | PointOfView]) -> list[POV]:
    """Turn what a persona holds into what the store weighs."""
    return [pov if isinstance(pov, POV) else POV(text=pov.text, weight=pov.weight, against=pov.against) for pov in povs]
