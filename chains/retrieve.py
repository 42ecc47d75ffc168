"""The POV-weighted retriever chain: a question becomes the passages that matter seen from points of view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableLambda

from chains.schemas import Chunk, Question, as_chunks
from prompts import PointOfView
from vectorstore import POV, POVRetriever

if TYPE_CHECKING:
    from vectorstore import FaissStore
    from vectorstore.ranking import Mode


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
    retriever = POVRetriever(store=store, povs=as_povs(povs), pov_weight=pov_weight, k=k, mode=mode, rerank=rerank)
    seen_from: dict[str, Any] = {"povs": [pov.text for pov in povs], "pov_weight": pov_weight, "mode": mode}

    def retrieve(asked: Question | str) -> tuple[Chunk, ...]:
        text = asked if isinstance(asked, str) else asked.text
        return as_chunks(retriever.invoke(text, {"metadata": seen_from}))

    return RunnableLambda(retrieve).with_config(run_name="retrieve")


def as_povs(povs: Sequence[POV | PointOfView]) -> list[POV]:
    """Turn what a persona holds into what the store weighs."""
    return [pov if isinstance(pov, POV) else POV(text=pov.text, weight=pov.weight, against=pov.against) for pov in povs]
