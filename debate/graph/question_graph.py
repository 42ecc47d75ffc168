"""The LangGraph graph of one question: retrieve → opinion → debate → translate (optional).

The same graph serves an interactive question, a long list, and host programs. The turns of the debate
(``debate.graph.debate_graph``) are steps of this graph, each durable.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.vectorstores import VectorStore
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from chains.abstention import calibrate
from chains.debating.steps import DebateSteps, check_number
from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.contract import WordLimits
from chains.opinion import OpinionRequest, opinion_chain
from chains.retrieve import ReaderViews, SharedRetrieval
from chains.schemas import DebateOutcome, Opinion, Reading, Translation, chunk_table
from chains.translate import translation_chain
from debate.arena.nodes import DebateNodes
from debate.arena.rules import Rules
from debate.arena.seat import check_can_pause
from debate.arena.state import DebateState, QuestionAsked, asked, fresh
from debate.graph.debate_graph import add_debate
from debate.graph.retries import RETRY, Attempts
from debate.settings.graph import GraphSettings
from debate.stages import Stage
from prompts import Persona, PointOfView, as_persona
from vectorstore import POV, POVStore, PovVectorStore, as_pov_store
from vectorstore.runtime.arguments import checked


class QuestionState(DebateState, total=False):
    """The state of a question's graph: that of its debate, the opinion, and its translation if one is asked for."""

    opinion: Opinion | None
    translation: Translation | None


@checked(ChainError, leave=("store", "checkpointer"))
def build_question_graph(
    llm: LanguageModel,
    store: POVStore | VectorStore | BaseRetriever,
    personas: Sequence[Persona | str],
    *,
    povs: Sequence[POV | PointOfView] = (),
    opinion_persona: Persona | str | None = None,
    settings: GraphSettings | None = None,
    llms: Mapping[str, LanguageModel] | None = None,
    tools: Mapping[str, Sequence[BaseTool]] | None = None,
    seat: str = "",
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the graph of one question.

    Input state: ``{"question": …}``, a ``Question``, its text or its fields. The output adds ``chunks``, ``opinion``,
    ``positions``, ``turns``, ``verdict``, ``outcome``, and ``translation`` if one is asked for (see ``QuestionState``).

    Args:
        llm: any LangChain language model, plain or chat.
        store: the corpus: a ``FaissStore`` or ``PgVectorStore``, or any LangChain vector store or retriever. With the
            latter, no threshold tells that nothing in the corpus bears on a question.
        personas: 2 to 8 debaters; ids of built-in personas will do.
        povs: points of view for the opinion's passages; default: those of the opinion's persona.
        opinion_persona: who writes the opinion; default: the first persona.
        settings: everything else; see ``GraphSettings``.
        llms: models of personas that have their own, by persona id.
        tools: tools that a debater may call besides its search, by persona id; ``settings.lookups`` limits the calls.
        seat: id of a debater whose place a person takes; needs a checkpointer. See ``debate.arena.seat``.
        checkpointer: makes each step durable.

    Raises:
        ChainError: an argument of a wrong type, fewer than two personas or rounds, more than eight personas, or an
            unknown language.
        PersonaError: there is no built-in persona with an id.
        VectorStoreError: the store is not one, or cannot be searched.
    """
    chosen = settings or GraphSettings()
    searched = as_pov_store(store)
    debaters = [as_persona(one) for one in personas]
    check_number(debaters)
    writer, own = as_persona(opinion_persona or debaters[0]), dict(llms or {})
    writes_only = writer.id not in {one.id for one in debaters}
    debating = {one: model for one, model in own.items() if not (writes_only and one == writer.id)}
    retrieval = _shared_retrieval(searched, writer, povs, debaters, chosen)
    work = {
        Stage.RETRIEVE: _retrieve_step(retrieval, debaters, seat),
        Stage.OPINION: _opinion_step(own.get(writer.id, llm), searched, writer, chosen),
    }
    if chosen.translate:
        work[Stage.TRANSLATE] = _translate_step(llm, chosen)
    steps = _debate_steps(llm, debaters, searched, debating, chosen)
    graph = _wired(work, DebateNodes(steps, Rules.of(chosen, seat), retrieval.again, tools))
    return graph.compile(checkpointer=checkpointer, name="question")


def _wired(work: Mapping[Stage, Callable[[QuestionState], QuestionState]], debate: DebateNodes) -> StateGraph[Any]:
    """Connect the steps: retrieve, opinion, those of the debate, and translate if there is such a step."""
    graph, attempts = StateGraph(QuestionState, input_schema=QuestionAsked), Attempts()
    for stage, step in work.items():
        graph.add_node(stage.node, attempts.noted(stage, step), retry_policy=RETRY)
    graph.add_edge(START, Stage.RETRIEVE.node)
    graph.add_edge(Stage.RETRIEVE.node, Stage.OPINION.node)
    translates = Stage.TRANSLATE in work
    add_debate(graph, Stage.OPINION.node, debate, Stage.TRANSLATE.node if translates else END)
    if translates:
        graph.add_edge(Stage.TRANSLATE.node, END)
    return graph


def _debate_steps(
    llm: LanguageModel,
    personas: Sequence[Persona],
    store: POVStore,
    llms: Mapping[str, LanguageModel],
    chosen: GraphSettings,
) -> DebateSteps:
    return DebateSteps(
        llm,
        personas,
        rounds=chosen.rounds,
        limits=WordLimits(min(30, chosen.turn_words // 2), chosen.turn_words),
        candidates=chosen.candidates,
        embeddings=store.embeddings,
        llms=llms,
        seed=chosen.seed,
    )


def _shared_retrieval(
    store: POVStore,
    writer: Persona,
    povs: Sequence[POV | PointOfView],
    personas: Sequence[Persona],
    chosen: GraphSettings,
) -> SharedRetrieval:
    """One search for the writer, by the views given or by their own, and for every debater."""
    return SharedRetrieval(
        store,
        [
            ReaderViews("opinion", povs or writer.povs, chosen.k),
            *(ReaderViews(one.id, one.povs, chosen.debate_k) for one in personas),
        ],
        pov_weight=chosen.pov_weight,
        mode=chosen.mode,
        rerank=None if chosen.rerank else False,
    )


def _retrieve_step(
    retrieval: SharedRetrieval, personas: Sequence[Persona], seat: str
) -> Callable[[QuestionState], QuestionState]:
    """Search once for the writer and every debater: nothing searches while text is generated."""

    def retrieve(state: QuestionState) -> QuestionState:
        question = asked(state)
        check_can_pause(seat)
        chunks, *by_persona = retrieval.invoke(question)
        own = chunk_table(chunks)
        return {
            **fresh(question),
            "opinion": None,
            "translation": None,
            "chunks": chunks,
            "debate_chunks": tuple(one for one in chunk_table(*by_persona).values() if one.id not in own),
            "readings": tuple(Reading.of(one.id, read) for one, read in zip(personas, by_persona, strict=True)),
        }

    return retrieve


def abstains(store: PovVectorStore, chosen: GraphSettings) -> bool:
    """Whether a question may be answered "I don't know" for what a search finds; not where it finds every chunk."""
    return chosen.abstain and len(store) > chosen.k


def writing_chain(
    llm: LanguageModel, store: POVStore, writer: Persona, chosen: GraphSettings
) -> Runnable[Any, Opinion]:
    """Return the opinion chain that settings ask for, its threshold calibrated on the store."""
    # Other stores do not list their chunks, so no threshold can be calibrated on them.
    measured = store if isinstance(store, PovVectorStore) and abstains(store, chosen) else None
    return opinion_chain(
        llm,
        writer,
        limits=WordLimits(chosen.min_words, chosen.max_words),
        embeddings=store.embeddings,
        style=chosen.style,
        abstention=None if measured is None else calibrate(measured),
        seed=chosen.seed,
        candidates=chosen.candidates,
    )


def _opinion_step(
    llm: LanguageModel, store: POVStore, writer: Persona, chosen: GraphSettings
) -> Callable[[QuestionState], QuestionState]:
    chain = writing_chain(llm, store, writer, chosen)

    def opinion(state: QuestionState) -> QuestionState:
        written = chain.invoke(OpinionRequest(state["question"], state["chunks"]))
        silent = written.abstained and not chosen.debate_after_abstention
        return {
            "opinion": written,
            "opinion_text": written.answer if chosen.opinion_in_debate and not written.abstained else "",
            "outcome": DebateOutcome.ABSTAINED if silent else None,
        }

    return opinion


def _translate_step(llm: LanguageModel, chosen: GraphSettings) -> Callable[[QuestionState], QuestionState]:
    chain = translation_chain(llm, chosen.translate, glossary=chosen.glossary, seed=chosen.seed)

    def translate(state: QuestionState) -> QuestionState:
        opinion = state["opinion"]
        return {"translation": chain.invoke(opinion)} if opinion else {}

    return translate
