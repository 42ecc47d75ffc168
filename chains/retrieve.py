"""POV-weighted retrieval: the passages that matter to a question, seen from points of view.

``pov_retrieval_chain`` serves one reader; ``shared_retrieval`` serves the writer and all debaters with one search.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.callbacks import CallbackManager
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config
from langchain_core.vectorstores import VectorStore

from chains.errors import ChainError
from chains.runnable import Chain, QuestionInput
from chains.schemas import Chunk, Question, as_chunks, as_question
from prompts import PointOfView
from vectorstore import POV, POVRetriever, POVStore, as_pov_store
from vectorstore.retriever import distinct_search
from vectorstore.runtime.arguments import checked
from vectorstore.store.ranking import Mode, check_mode


@dataclass(frozen=True)
class ReaderViews:
    """Who reads: the points of view to search from, and how many passages to find."""

    name: str
    povs: Sequence[POV | PointOfView] = ()
    k: int = 5


@checked(ChainError, leave=("store",))
def pov_retrieval_chain(
    store: POVStore | VectorStore | BaseRetriever,
    povs: Sequence[POV | PointOfView],
    *,
    pov_weight: float = 0.5,
    k: int = 5,
    mode: Mode = "dense",
    rerank: bool | None = None,
) -> Runnable[Question | str | Mapping[str, Any], tuple[Chunk, ...]]:
    """Return a Runnable that retrieves the ``k`` best chunks for a question, seen from points of view.

    Output: a tuple of ``Chunk``, best first, verbatim and with all their scores.

    Args:
        store: a ``FaissStore``, or any LangChain vector store or retriever.
        povs: points of view; those of a persona can be passed as they are.
        pov_weight: λ, from 0 (the question alone) to 1 (the points of view alone).
        k: the number of chunks.
        mode: "dense", or "hybrid" to add BM25.
        rerank: let the embedding model's reranker read the best passages; None does so if it has one.

    Raises:
        ChainError: an argument of a wrong type.
        VectorStoreError: an unknown mode, or a store that cannot be searched; when run, ``k`` or weight out of range.
    """
    views = as_povs(povs)
    check_mode(mode)
    retriever = POVRetriever(store=store, povs=views, pov_weight=pov_weight, k=k, mode=mode, rerank=rerank).with_config(
        metadata=_search_facts(views, pov_weight, mode)
    )

    def retrieve(asked: Question | str | Mapping[str, Any], config: RunnableConfig) -> tuple[Chunk, ...]:
        return as_chunks(retriever.invoke(as_question(asked).text, config))

    return Chain(
        retrieve,
        "retrieve",
        QuestionInput,
        "Find the passages that matter to a question, seen from points of view; they are quoted word for word.",
    )


class SharedRetrieval(Runnable["Question | str", "tuple[tuple[Chunk, ...], ...]"]):
    """One search for several readers: a question becomes the passages of each, in the readers' order.

    Callbacks see one retriever run for each reader, with its documents. For the other arguments see
    ``pov_retrieval_chain``.
    """

    def __init__(
        self,
        store: POVStore | VectorStore | BaseRetriever,
        readers: Sequence[ReaderViews],
        *,
        pov_weight: float = 0.5,
        mode: Mode = "dense",
        rerank: bool | None = None,
    ) -> None:
        self._store = as_pov_store(store)
        self._readers = [(reader, as_povs(reader.povs)) for reader in readers]
        self._search: dict[str, Any] = {"pov_weight": pov_weight, "mode": mode, "rerank": rerank}

    def invoke(
        self, input: Question | str, config: RunnableConfig | None = None, **_: Any
    ) -> tuple[tuple[Chunk, ...], ...]:
        """Search once."""
        question = as_question(input).text
        return self._found([question] * len(self._readers), self._readers, config)

    def again(
        self,
        queries: Mapping[str, str],
        k: int,
        without: Collection[str],
    ) -> dict[str, tuple[Chunk, ...]]:
        """Search once more for some readers, each with its own text and views.

        Args:
            queries: the text by the reader's name.
            k: passages for each of them.
            without: ids of passages that are known already.
        """
        known = frozenset(without)
        readers = [(replace(reader, k=k), povs) for reader, povs in self._readers if reader.name in queries]
        texts = [queries[reader.name] for reader, _ in readers]
        found = self._found(texts, readers, None, filter=lambda document: document.id not in known)
        return {reader.name: chunks for (reader, _), chunks in zip(readers, found, strict=True)}

    def _found(
        self,
        texts: Sequence[str],
        readers: Sequence[tuple[ReaderViews, list[POV]]],
        config: RunnableConfig | None,
        **more: Any,
    ) -> tuple[tuple[Chunk, ...], ...]:
        runs = [self._started(one, text, ensure_config(config)) for (one, _), text in zip(readers, texts, strict=True)]
        ks = [reader.k for reader, _ in readers]
        try:
            found: list[list[Document]] = distinct_search(
                self._store, list(texts), [povs for _, povs in readers], ks, **self._search, **more
            )
        except BaseException as error:
            for run in runs:
                run.on_retriever_error(error)
            raise
        for run, documents in zip(runs, found, strict=True):
            run.on_retriever_end(documents)
        return tuple(as_chunks(documents) for documents in found)

    def _started(self, reader: ReaderViews, question: str, config: RunnableConfig) -> Any:
        facts = _search_facts(reader.povs, self._search["pov_weight"], self._search["mode"])
        manager = CallbackManager.configure(
            inheritable_callbacks=config.get("callbacks"),
            inheritable_tags=config.get("tags"),
            inheritable_metadata={**config.get("metadata", {}), **facts, "reader": reader.name},
        )
        return manager.on_retriever_start(None, question, name="POVRetriever")


def as_povs(povs: Sequence[POV | PointOfView]) -> list[POV]:
    """Convert a persona's points of view for the store.

    Raises:
        ChainError: something is not a point of view.
    """
    for pov in povs:
        if not isinstance(pov, POV | PointOfView):
            raise ChainError(f"a point of view is a POV, not {pov!r}; write POV(text=..., weight=1.0)")
    return [pov if isinstance(pov, POV) else POV(text=pov.text, weight=pov.weight, against=pov.against) for pov in povs]


def _search_facts(povs: Sequence[POV | PointOfView], pov_weight: float, mode: str) -> dict[str, Any]:
    return {"povs": [pov.text for pov in povs], "pov_weight": pov_weight, "mode": mode}
