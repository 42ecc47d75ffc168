"""A person in a persona's place: the graph pauses with a request and continues with the person's answer.

This is LangGraph's ``interrupt``: the graph needs a checkpointer, the request is in the result's ``__interrupt__``, and
``graph.invoke(Command(resume="…"), config)`` passes the answer. ``converse`` repeats this until the debate has ended.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Literal, cast

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config
from langgraph.constants import CONFIG_KEY_CHECKPOINTER
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt
from pydantic.dataclasses import dataclass

from chains.debating.claims import claims_to_answer
from chains.debating.judgement.verdict import plain_turns
from chains.debating.record import DebateRecord
from chains.errors import ChainError
from debate.arena.state import DebateState
from prompts import Persona
from vectorstore.text.letters import is_seen, valid_text

LONGEST_ANSWER = 4000  # characters, 600 words or so: five times the turn of a model, so that it fits the windows of all


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
        problem: why the last answer was not taken, or "".
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
    problem: str = ""


def problem_of(answer: object) -> str:
    """Say why a person's answer cannot be taken; "" if it can."""
    if not isinstance(answer, str):
        return f"an answer is a text, not {type(answer).__name__}"
    if not is_seen(answer):
        return "the text is empty; write something"
    if len(answer) > LONGEST_ANSWER:
        return f"the text has {len(answer):,} characters, and the most is {LONGEST_ANSWER:,}; say it shorter"
    return ""


def check_can_pause(seat: str) -> None:
    """Refuse a seat in a graph that nothing could resume, before anything runs.

    Raises:
        ChainError: neither the graph nor a host's graph has a checkpointer.
    """
    if seat and not get_config()["configurable"].get(CONFIG_KEY_CHECKPOINTER):
        raise ChainError(
            f"the seat {seat!r} pauses the debate, and nothing here could resume it; compile the outermost graph with "
            'a checkpointer, and invoke it with {"configurable": {"thread_id": "…"}}'
        )


def ask_person(
    wanted: Literal["position", "turn", "ballot"], persona: Persona, record: DebateRecord, number: int = 0
) -> str:
    """Pause the graph until a person has answered; an answer that cannot be taken is asked for again."""
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
    answer = interrupt(asdict(request))
    while problem := problem_of(answer):
        answer = interrupt(asdict(replace(request, problem=problem)))
    return valid_text(str(answer))


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
