"""The debate as steps of a LangGraph graph: speak, speak again, and a verdict.

One turn is one step, so that a checkpointer makes each turn durable. ``add_debate`` puts the steps into a larger
graph; ``build_debate_graph`` compiles them alone, so that another system can take the debate as a node of its own:
it reads ``question`` and ``opinion_text`` and writes ``turns`` and ``verdict``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from langchain_core.language_models import BaseLanguageModel
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from chains.debate import DebateRequest, Retrieve, TurnRequest, check_debate, turn_chain, verdict_chain
from chains.generation.contract import WordLimits
from chains.schemas import Question, Turn
from debate.graph.retries import RETRY, Attempts
from prompts import Persona


def append(spoken: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    """Add turns or notes; a checkpoint hands a tuple back as a list."""
    return (*spoken, *new)


class DebateState(TypedDict, total=False):
    """What a debate reads and writes."""

    question: Question
    opinion_text: str
    turns: Annotated[tuple[Turn, ...], append]
    verdict: Turn
    attempts: Annotated[tuple[str, ...], append]


def build_debate_graph(
    llm: BaseLanguageModel[Any],
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int = 2,
    limits: WordLimits = WordLimits(30, 120),  # noqa: B008 - frozen
    seed: int = 0,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the debate of these personas; see ``chains.debate_chain`` for the arguments.

    Raises:
        ChainError: fewer than two personas or rounds.
    """
    graph = StateGraph(DebateState)
    add_debate(graph, START, llm, personas, retrievers, rounds=rounds, limits=limits, seed=seed)
    return graph.compile()


def add_debate(
    graph: StateGraph[Any, Any, Any, Any],
    after: str,
    llm: BaseLanguageModel[Any],
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int,
    limits: WordLimits,
    seed: int,
    then: str = END,
) -> None:
    """Add the debate's steps to a graph, between the nodes ``after`` and ``then``.

    Raises:
        ChainError: fewer than two personas or rounds.
    """
    check_debate(personas, rounds)
    speakers = [turn_chain(llm, persona, retrievers[persona.id], limits=limits, seed=seed) for persona in personas]
    moderator = verdict_chain(llm, seed=seed)

    def request(state: DebateState) -> TurnRequest:
        turns = state.get("turns", ())
        debate = DebateRequest(state["question"], state.get("opinion_text", ""))
        return TurnRequest(debate, turns, len(turns) // len(speakers) + 1, rounds)

    def speak(state: DebateState) -> DebateState:
        speaker = speakers[len(state.get("turns", ())) % len(speakers)]
        return {"turns": (speaker.invoke(request(state)),)}

    def judge(state: DebateState) -> DebateState:
        return {"verdict": moderator.invoke(request(state))}

    def next_step(state: DebateState) -> str:
        return "speak" if len(state["turns"]) < rounds * len(speakers) else "give_verdict"

    attempts = Attempts()
    graph.add_node("speak", attempts.noted("debate", speak), retry_policy=RETRY)
    graph.add_node("give_verdict", attempts.noted("verdict", judge), retry_policy=RETRY)
    graph.add_edge(after, "speak")
    graph.add_conditional_edges("speak", next_step, ["speak", "give_verdict"])
    graph.add_edge("give_verdict", then)
