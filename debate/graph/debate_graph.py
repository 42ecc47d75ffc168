"""The LangGraph graph of a debate: positions, turns, and a verdict.

``add_debate`` adds the steps of ``debate.arena`` to a larger graph. ``build_debate_graph`` compiles them alone, for use
as a node in another graph: it reads ``question`` and ``opinion_text`` and writes ``positions``, ``turns``, ``verdict``
and ``outcome``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

from langchain_core.tools import BaseTool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from chains.debate import Retrieve, check_retrievers, read_all
from chains.debating.steps import DebateOptions, DebateSteps
from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.schemas import Chunk, as_chunks
from debate.arena.nodes import DebateNodes, ReadAgain, adding_tokens
from debate.arena.rules import Rules
from debate.arena.seat import check_can_pause
from debate.arena.state import DebateAsked, DebateState, asked, fresh, given_opinion
from debate.graph.retries import RETRY, Attempts
from debate.stages import Stage
from prompts import Persona, as_persona
from vectorstore.runtime.arguments import checked

__all__ = ["DebateState", "add_debate", "build_debate_graph"]


@checked(ChainError, leave=("checkpointer",))
def build_debate_graph(
    llm: LanguageModel,
    personas: Sequence[Persona | str],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int | None = None,
    rules: Rules | None = None,
    read_again: ReadAgain | None = None,
    tools: Mapping[str, Sequence[BaseTool]] | None = None,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    **options: Unpack[DebateOptions],
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the graph of a debate.

    Input state: ``{"question": …}``, a ``Question``, its text or its fields; ``opinion_text`` if there is one. The
    output adds ``positions``, ``turns``, ``verdict`` (a ``Verdict``; None if nobody disagreed) and ``outcome``.

    Args:
        llm: any LangChain language model.
        personas: 2 to 8 debaters; ids of built-in personas will do.
        retrievers: a retriever for each persona's id, as for ``chains.debate_chain``.
        rounds: overrides ``rules.rounds``.
        rules: the protocol, the decision, and when the debate ends; see ``Rules``.
        read_again: finds what ``rules.fresh_k`` and ``lookups`` ask for, such as ``SharedRetrieval.again``; by default
            the retrievers do. They cannot leave out what is known: what they return beyond that is new.
        tools: tools that a debater may call besides its search, by persona id; ``rules.lookups`` limits the calls.
        checkpointer: makes each turn durable; a person's seat (``rules.seat``) needs one.
        options: ``limits``, ``candidates``, ``embeddings``, ``llms`` and ``seed``; see ``DebateOptions``.

    Raises:
        ChainError: an argument of a wrong type, fewer than two personas or rounds, more than eight personas, or a
            persona without a retriever.
        PersonaError: there is no built-in persona with an id.
    """
    debaters = [as_persona(one) for one in personas]
    check_retrievers(debaters, retrievers)
    held = rules or Rules()
    held = held if rounds is None else replace(held, rounds=rounds)
    steps = DebateSteps(llm, debaters, rounds=held.rounds, **options)

    def retrieve(state: DebateState) -> DebateState:
        question = asked(state)
        check_can_pause(held.seat)
        chunks, readings = read_all(question.text, debaters, retrievers)
        opinion = given_opinion(state, question)
        return {**fresh(question), **opinion, "debate_chunks": chunks, "readings": readings}

    def of_the_retrievers(
        queries: Mapping[str, str], k: int, without: Collection[str]
    ) -> Mapping[str, tuple[Chunk, ...]]:
        found = {one: as_chunks(retrievers[one].invoke(query)) for one, query in queries.items()}
        return {one: tuple(chunk for chunk in chunks if chunk.id not in without)[:k] for one, chunks in found.items()}

    graph = StateGraph(DebateState, input_schema=DebateAsked)
    graph.add_node(Stage.RETRIEVE.node, Attempts().noted(Stage.RETRIEVE, retrieve), retry_policy=RETRY)
    graph.add_edge(START, Stage.RETRIEVE.node)
    add_debate(graph, Stage.RETRIEVE.node, DebateNodes(steps, held, read_again or of_the_retrievers, tools))
    return graph.compile(checkpointer=checkpointer, name="debate")


def add_debate(graph: StateGraph[Any, Any, Any, Any], after: str, nodes: DebateNodes, then: str = END) -> None:
    """Add the debate's steps to a graph, between the nodes ``after`` and ``then``.

    A state that has an outcome already is not debated.
    """

    def begin(state: DebateState) -> str:
        return then if state.get("outcome") else Stage.POSITIONS.node

    def next_step(state: DebateState) -> str:
        stage = nodes.next_stage(state)
        return stage.node if stage else then

    def after_verdict(state: DebateState) -> str:
        return Stage.BASELINE.node if nodes.wants_baseline(state) else then

    attempts = Attempts()
    steps = {
        Stage.POSITIONS: nodes.take_positions,
        Stage.ROUND: nodes.open_round,
        Stage.DEBATE: nodes.speak,
        Stage.POLL: nodes.poll,
        Stage.VERDICT: nodes.judge,
    }
    for stage, step in steps.items():
        graph.add_node(stage.node, attempts.noted(stage, adding_tokens(step)), retry_policy=RETRY)
    graph.add_node(Stage.BASELINE.node, attempts.noted(Stage.BASELINE, nodes.answer_alone), retry_policy=RETRY)
    graph.add_conditional_edges(after, begin, [Stage.POSITIONS.node, then])
    ways = [Stage.ROUND.node, Stage.DEBATE.node, Stage.POLL.node, Stage.VERDICT.node, then]
    for stage in (Stage.POSITIONS, Stage.ROUND, Stage.DEBATE, Stage.POLL):
        graph.add_conditional_edges(stage.node, next_step, ways)
    graph.add_conditional_edges(Stage.VERDICT.node, after_verdict, [Stage.BASELINE.node, then])
    graph.add_edge(Stage.BASELINE.node, then)
