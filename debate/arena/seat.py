"""A person in a persona's place: the graph pauses, says what is wanted, and goes on with what the person answers.

LangGraph's ``interrupt``: the graph needs a checkpointer, the request stands in the result's ``__interrupt__``, and
``graph.invoke(Command(resume="…"), config)`` hands over the answer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from langgraph.types import interrupt

from chains.debating.claims import claims_to_answer
from chains.debating.record import DebateRecord
from chains.debating.verdict import plain_turns
from prompts import Persona


@dataclass(frozen=True)
class SeatRequest:
    """What a person is asked for; the graph's interrupt carries these fields as a dict.

    Attributes:
        wanted: a position in one sentence, a turn, or the names of those whose position the person votes for.
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
