"""A debate as chat messages, for chat front ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from langchain_core.messages import AIMessage

from chains.debating.judgement.verdict import MODERATOR
from chains.debating.spoken import plain
from chains.schemas import Lookup, as_question


def debate_messages(state: Mapping[str, Any]) -> list[AIMessage]:
    """Return what a graph's state holds of a debate as messages, in the order in which it was said.

    A message's ``name`` is the speaker. Its ``id`` belongs to the question and stays the same while the debate goes on,
    so ``add_messages`` keeps the debates of several questions. ``additional_kwargs`` hold ``part`` (position, question,
    turn or verdict), ``persona_id`` and ``round``, 0 outside the rounds; for a turn also ``lookups``, what its speaker
    looked up, where it did.
    """
    return list(_messages(state))


def _messages(state: Mapping[str, Any]) -> Iterator[AIMessage]:
    question = as_question(state["question"]).text if state.get("question") else ""
    about = sha256(question.encode()).hexdigest()[:8]
    for message in _said(state):
        yield message.model_copy(update={"id": f"{about}-{message.id}"})


def _said(state: Mapping[str, Any]) -> Iterator[AIMessage]:
    asked = {one.round: one.text for one in state.get("round_questions", ())}
    for one in state.get("positions", ()):
        yield _message("position", one.speaker, one.text, one.persona_id)
    turns = list(state.get("turns", ()))
    for number in sorted({*asked, *(turn.round for turn in turns)}):
        if number in asked:
            yield _message("question", "Moderator", asked[number], MODERATOR, number)
        for turn in (one for one in turns if one.round == number):
            yield _message("turn", turn.speaker, plain(turn.text), turn.persona_id, number, turn.lookups)
    if verdict := state.get("verdict"):
        yield _message("verdict", verdict.speaker, plain(verdict.text), MODERATOR)


def _message(
    part: str, name: str, text: str, persona_id: str, number: int = 0, lookups: Sequence[Lookup] = ()
) -> AIMessage:
    facts: dict[str, Any] = {"part": part, "persona_id": persona_id, "round": number}
    if lookups:
        facts["lookups"] = [asdict(one) for one in lookups]
    return AIMessage(text, name=name, id=f"{part}-{number}-{persona_id}", additional_kwargs=facts)
