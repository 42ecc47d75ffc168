"""The graph for one question: retrieve → opinion → debate → translate, where that is asked for.

The same graph serves one interactive question, a long list, and another system that plugs it in. The debate's
turns (``debate.graph.debate_graph``) are steps of this graph, each durable on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from chains.abstention import calibrate
from chains.generation.contract import WordLimits
from chains.opinion import OpinionRequest, opinion_chain
from chains.retrieve import Retrieval
from chains.schemas import Chunk, Opinion, Translation
from chains.translate import translation_chain
from debate.graph.debate_graph import DebateState, add_debate
from debate.graph.retries import RETRY, Attempts
from debate.settings import GraphSettings
from prompts import Persona, PointOfView
from vectorstore import FaissStore


class QuestionState(DebateState, total=False):
    """What becomes of a question on its way."""

    chunks: tuple[Chunk, ...]
    opinion: Opinion
    translation: Translation


def build_question_graph(
    llm: BaseLanguageModel[Any],
    store: FaissStore,
    personas: Sequence[Persona],
    *,
    povs: Sequence[PointOfView] = (),
    opinion_persona: Persona | None = None,
    settings: GraphSettings | None = None,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the graph of one question.

    Args:
        llm: any LangChain language model, plain or chat.
        store: the corpus.
        personas: the debaters, at least two.
        povs: the points of view that the opinion's passages are retrieved by; the opinion persona's own
            where none are given.
        opinion_persona: who writes the opinion; the first persona unless given.
        checkpointer: makes each step durable.

    Input state: ``{"question": Question}``. Output adds ``chunks``, ``opinion``, ``turns``, ``verdict``, and
    ``translation`` where one is asked for.

    Raises:
        ChainError: fewer than two personas or rounds, or an unknown language.
    """
    chosen = settings or GraphSettings()
    writer = opinion_persona or personas[0]
    graph = StateGraph(QuestionState)
    attempts = Attempts()
    retrieve = _retrieve_step(_retrieval(store, povs or writer.povs, chosen.k, chosen))
    graph.add_node("retrieve", attempts.noted("retrieve", retrieve), retry_policy=RETRY)
    graph.add_node(
        "write_opinion", attempts.noted("opinion", _opinion_step(llm, store, writer, chosen)), retry_policy=RETRY
    )
    graph.add_edge(START, "retrieve")
    graph.add_edge("retrieve", "write_opinion")
    add_debate(
        graph,
        "write_opinion",
        llm,
        personas,
        {one.id: _retrieval(store, one.povs, chosen.debate_k, chosen) for one in personas},
        rounds=chosen.rounds,
        limits=WordLimits(min(30, chosen.turn_words // 2), chosen.turn_words),
        seed=chosen.seed,
        then="translate" if chosen.translate else END,
    )
    if chosen.translate:
        graph.add_node("translate", attempts.noted("translate", _translate_step(llm, chosen)), retry_policy=RETRY)
        graph.add_edge("translate", END)
    return graph.compile(checkpointer=checkpointer)


def _retrieval(store: FaissStore, povs: Sequence[PointOfView], k: int, chosen: GraphSettings) -> Retrieval:
    rerank = None if chosen.rerank else False
    return Retrieval(store, povs, k=k, pov_weight=chosen.pov_weight, mode=chosen.mode, rerank=rerank)


def _retrieve_step(retrieval: Retrieval) -> Callable[[QuestionState], QuestionState]:
    def retrieve(state: QuestionState) -> QuestionState:
        return {"chunks": retrieval.invoke(state["question"])}

    return retrieve


def _opinion_step(
    llm: BaseLanguageModel[Any], store: FaissStore, writer: Persona, chosen: GraphSettings
) -> Callable[[QuestionState], QuestionState]:
    chain = opinion_chain(
        llm,
        writer,
        limits=WordLimits(chosen.min_words, chosen.max_words),
        embeddings=store.embeddings,
        style=chosen.style,
        abstention=calibrate(store) if chosen.abstain and len(store) > chosen.k else None,
        seed=chosen.seed,
    )

    def opinion(state: QuestionState) -> QuestionState:
        written = chain.invoke(OpinionRequest(state["question"], state["chunks"]))
        return {"opinion": written, "opinion_text": written.answer if chosen.opinion_in_debate else ""}

    return opinion


def _translate_step(llm: BaseLanguageModel[Any], chosen: GraphSettings) -> Callable[[QuestionState], QuestionState]:
    chain = translation_chain(llm, chosen.translate, glossary=chosen.glossary, seed=chosen.seed)

    def translate(state: QuestionState) -> QuestionState:
        return {"translation": chain.invoke(state["opinion"])}

    return translate
