"""A person in a persona's place: the graph pauses with a request and continues with the person's answer.

This is LangGraph's ``interrupt``: the graph needs a checkpointer, the request is in the result's ``__interrupt__``, and
``graph.invoke(Command(resume="…"), config)`` passes the answer. ``converse`` repeats this until the debate has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt
from pydantic.dataclasses import dataclass

from chains.debating.claims import claims_to_answer
from chains.debating.record import DebateRecord
from chains.debating.verdict import plain_turns
from debate.arena.state import DebateState
from prompts import Persona


@dataclass(frozen=True)
class SeatRequest:
    """What a person is asked for; the graph's interrupt carries these fields as a dict.

    Attributes:
        wanted: a position in one sentence, a turn, or the names of those whose position the person votes for.
        round: of the turn, or the one that a poll follows; 0 for a position and for the vote that decides.
        heard: speaker and text of the turns that the person has heard.
        passages: what the person may read, word for word.
        claim: the opponent's claim that waits for an answer, or "".
        asked: what the moderator asks in this round, or "".
        positions: speaker and text of the positions, as far as they are taken.
    """

    wanted: Literal["position", "turn", "ballot"]
    persona_id: str
    name: str
    question: str
    round: int = 0
    heard: tuple[tuple[str, str], ...] = ()
    passages: tuple[str, ...] = ()
    claim: str = ""
    asked: str = ""
    positions: tuple[tuple[str, str], ...] = ()


def ask_person(
    wanted: Literal["position", "turn", "ballot"], persona: Persona, record: DebateRecord, number: int = 0
) -> str:
    """Pause the graph until a person has answered; an empty answer is asked for again."""
    claims = claims_to_answer(record, persona.id)
    heard = {n for n, _ in record.heard_turns()}
    request = SeatRequest(
        wanted=wanted,
        persona_id=persona.id,
        name=persona.name,
        question=record.question,
        round=number,
        heard=tuple((turn.speaker, turn.text) for n, turn in enumerate(plain_turns(record)) if n in heard),
        passages=tuple(chunk.text for chunk in record.passages_of(persona.id)),
        claim=claims[0].sentence if claims else "",
        asked=record.asked,
        positions=tuple((one.speaker, one.text) for one in record.positions),
    )
    answer = ""
    while not answer.strip():
        answer = str(interrupt(asdict(request)) or "")
    return answer


def converse(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    question: str,
    thread: RunnableConfig,
    answer: Callable[[SeatRequest], str],
    show: Callable[[DebateState], None],
) -> DebateState:
    """Continue a debate to its end.

    Args:
        graph: compiled with a checkpointer.
        thread: the configuration that names the thread.
        answer: asks the person.
        show: is given the state after each step, and the state of a thread that is resumed.
    """
    stood = graph.get_state(thread)
    work: Any = None if stood.created_at else {"question": question}
    if stood.created_at:
        show(cast(DebateState, stood.values))
    while stood.next or not stood.created_at:
        if stood.interrupts:
            work = Command(resume=answer(SeatRequest(**stood.interrupts[0].value)))
        for state in graph.stream(work, thread, stream_mode="values"):
            show(cast(DebateState, state))
        stood = graph.get_state(thread)
    return cast(DebateState, stood.values)
