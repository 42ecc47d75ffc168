"""The debate as steps of a LangGraph graph: positions, turn after turn, and a verdict.

One turn is one step, so that a checkpointer makes each turn durable. ``add_debate`` puts the steps into a larger
graph; ``build_debate_graph`` compiles them alone, so that another system can take the debate as a node of its own:
it reads ``question`` and ``opinion_text`` and writes ``positions``, ``turns``, ``verdict`` and ``outcome``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseLanguageModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict  # Python 3.11's own hides the schema from Agent Server, Studio and MCP

from chains.debate import (
    DEFAULT_CANDIDATES,
    DEFAULT_TURN_LIMITS,
    DebateSteps,
    Retrieve,
    check_retrievers,
    read_all,
)
from chains.debating.record import DebateRecord
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, DebateOutcome, Position, Question, Reading, Turn, Verdict, as_question, chunk_table
from debate.graph.retries import RETRY, Attempts
from debate.graph.stages import Stage
from prompts import Persona


class DebateState(TypedDict, total=False):
    """What a debate reads and writes.

    ``chunks`` are the passages of the opinion, ``debate_chunks`` those that only debaters read: each text once.
    ``readings`` tell who reads which. A new question on the same thread begins with none of the old one's results.
    """

    question: Question
    opinion_text: str
    chunks: tuple[Chunk, ...]
    debate_chunks: tuple[Chunk, ...]
    readings: tuple[Reading, ...]
    turns: tuple[Turn, ...]
    verdict: Verdict | None
    positions: tuple[Position, ...]
    outcome: DebateOutcome | None
    attempts: tuple[str, ...]


def build_debate_graph(
    llm: BaseLanguageModel[Any],
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int = 2,
    limits: WordLimits = DEFAULT_TURN_LIMITS,
    candidates: int = DEFAULT_CANDIDATES,
    embeddings: Embeddings | None = None,
    seed: int = 0,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the debate of these personas; see ``chains.debate_chain`` for the arguments.

    Input state: ``{"question": …}``, a ``Question``, its text or its fields; ``opinion_text`` where there is one.

    Raises:
        ChainError: fewer than two personas or rounds, or a persona without a retriever.
    """
    check_retrievers(personas, retrievers)
    steps = DebateSteps(
        llm, personas, rounds=rounds, limits=limits, candidates=candidates, embeddings=embeddings, seed=seed
    )

    def retrieve(state: DebateState) -> DebateState:
        question = as_question(state["question"])
        chunks, readings = read_all(question.text, personas, retrievers)
        return {**fresh(question), "debate_chunks": chunks, "readings": readings}

    graph = StateGraph(DebateState)
    graph.add_node(Stage.RETRIEVE.node, Attempts().noted(Stage.RETRIEVE, retrieve), retry_policy=RETRY)
    graph.add_edge(START, Stage.RETRIEVE.node)
    add_debate(graph, Stage.RETRIEVE.node, steps)
    return graph.compile(checkpointer=checkpointer, name="debate")


def fresh(question: Question) -> DebateState:
    """Return the state of a debate that has not begun, so that a thread's earlier question leaves nothing in it."""
    return {"question": question, "positions": (), "turns": (), "verdict": None, "outcome": None, "attempts": ()}


def add_debate(graph: StateGraph[Any, Any, Any, Any], after: str, steps: DebateSteps, then: str = END) -> None:
    """Add the debate's steps to a graph, between the nodes ``after`` and ``then``.

    A state that has an outcome already is not debated.
    """

    def take_positions(state: DebateState) -> DebateState:
        record = record_of(state)
        positions = steps.take_positions(record)
        return {"positions": positions, "outcome": steps.outcome(replace(record, positions=positions))}

    def speak(state: DebateState) -> DebateState:
        record = record_of(state)
        return {"turns": (*record.turns, steps.speak(record))}

    def judge(state: DebateState) -> DebateState:
        record = record_of(state)
        verdict = steps.give_verdict(record)
        return {"verdict": verdict, "outcome": steps.outcome(record, verdict)}

    def begin(state: DebateState) -> str:
        return then if state.get("outcome") else Stage.POSITIONS.node

    def next_step(state: DebateState) -> str:
        if state.get("outcome"):
            return then
        return Stage.VERDICT.node if steps.is_over(record_of(state)) else Stage.DEBATE.node

    attempts = Attempts()
    graph.add_node(Stage.POSITIONS.node, attempts.noted(Stage.POSITIONS, take_positions), retry_policy=RETRY)
    graph.add_node(Stage.DEBATE.node, attempts.noted(Stage.DEBATE, speak), retry_policy=RETRY)
    graph.add_node(Stage.VERDICT.node, attempts.noted(Stage.VERDICT, judge), retry_policy=RETRY)
    graph.add_conditional_edges(after, begin, [Stage.POSITIONS.node, then])
    graph.add_conditional_edges(Stage.POSITIONS.node, next_step, [Stage.DEBATE.node, Stage.VERDICT.node, then])
    graph.add_conditional_edges(Stage.DEBATE.node, next_step, [Stage.DEBATE.node, Stage.VERDICT.node, then])
    graph.add_edge(Stage.VERDICT.node, then)


def record_of(state: DebateState) -> DebateRecord:
    """Return the debate that a state holds."""
    return DebateRecord(
        question=state["question"].text,
        opinion=state.get("opinion_text", ""),
        table=chunk_table(state.get("chunks", ()), state.get("debate_chunks", ())),
        readings={reading.persona_id: reading for reading in state.get("readings", ())},
        positions=tuple(state.get("positions", ())),
        turns=tuple(state.get("turns", ())),
    )
