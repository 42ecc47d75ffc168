"""The debate chain: personas argue over the raw passages retrieved for each of them.

This chain runs the steps of ``chains.debating.steps`` in one call; the graph of ``debate.graph`` runs them with a
checkpoint after each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableConfig

from chains.debating.record import DebateRecord
from chains.debating.steps import DebateOptions, DebateSteps
from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.runnable import Chain, DebateInput
from chains.schemas import Chunk, Debate, DebateOutcome, Opinion, Question, Reading, as_chunks, as_question, chunk_table
from prompts import Persona, as_persona
from vectorstore.runtime.arguments import checked

# A pov_retrieval_chain, or any LangChain retriever: a question's text in, passages out.
Retrieve = Runnable[Any, tuple[Chunk, ...]] | Runnable[str, list[Document]]


@dataclass(frozen=True)
class DebateRequest:
    """A question to debate and, optionally, an opinion on it for the debaters to read."""

    question: Question | str
    opinion: Opinion | str = ""


@checked(ChainError)
def debate_chain(
    llm: LanguageModel,
    personas: Sequence[Persona | str],
    retrievers: Mapping[str, Retrieve],
    *,
    rounds: int = 2,
    **options: Unpack[DebateOptions],
) -> Runnable[DebateRequest | Question | str | Mapping[str, Any], Debate]:
    """Return a Runnable that holds a whole debate. All passages are retrieved before the first turn.

    Input: a question's text, a ``Question``, a ``DebateRequest``, or a mapping with ``question`` and, if there is one,
    ``opinion``: a text or an ``Opinion``, which is not shown if it abstained.

    Args:
        llm: any LangChain language model.
        personas: 2 to 8 debaters; ids of built-in personas will do.
        retrievers: a retriever for each persona's id (see ``pov_retrieval_chain``).
        rounds: at least 2; every persona speaks once in each.
        options: ``limits``, ``candidates``, ``embeddings``, ``llms`` and ``seed``; see ``DebateOptions``.

    Raises:
        ChainError: an argument of a wrong type, too few or too many personas, fewer than two rounds, no candidates, a
            persona without a retriever, or, when run, an input that holds no question.
        GenerationError: a turn got no usable text, or a prompt does not fit the model's window.
        PersonaError: there is no built-in persona with an id.
    """
    debaters = [as_persona(one) for one in personas]
    steps = DebateSteps(llm, debaters, rounds=rounds, **options)
    check_retrievers(debaters, retrievers)

    def debate(asked: DebateRequest | Question | str | Mapping[str, Any], config: RunnableConfig) -> Debate:
        request = as_request(asked)
        question = as_question(request.question).text
        chunks, readings = read_all(question, debaters, retrievers, config)
        by_persona = {reading.persona_id: reading for reading in readings}
        record = DebateRecord(question, opinion_text(request.opinion), chunk_table(chunks), by_persona)
        record = replace(record, positions=steps.take_positions(record, config))
        if outcome := steps.outcome(record):
            return Debate((), None, outcome, record.positions, chunks, readings)
        while not steps.is_over(record):
            record = replace(record, turns=(*record.turns, steps.speak(record, config)))
        verdict = steps.give_verdict(record, config)
        ended = steps.outcome(record, verdict) or DebateOutcome.NO_WINNER
        return Debate(record.turns, verdict, ended, record.positions, chunks, readings)

    return Chain(
        debate, "debate", DebateInput, "Let personas debate a question over passages; returns its turns and verdict."
    )


def as_request(asked: DebateRequest | Question | str | Mapping[str, Any]) -> DebateRequest:
    """Accept a question in any form, or a mapping with ``question`` and, if there is one, ``opinion``.

    Raises:
        ChainError: it is none of these.
    """
    if isinstance(asked, DebateRequest):
        return asked
    if isinstance(asked, Mapping) and "question" in asked:
        return DebateRequest(as_question(asked), asked.get("opinion") or "")
    return DebateRequest(as_question(asked))


def opinion_text(opinion: object) -> str:
    """Return what debaters read of an opinion: a text, or an ``Opinion``, of which nothing is shown if it abstained.

    Raises:
        ChainError: it is neither.
    """
    if isinstance(opinion, Opinion):
        return "" if opinion.abstained else opinion.answer
    text = opinion or ""
    if not isinstance(text, str):
        raise ChainError(f"an opinion is a text or an Opinion, not {type(opinion).__name__}")
    return text


def check_retrievers(personas: Sequence[Persona], retrievers: Mapping[str, Retrieve]) -> None:
    """Raise ChainError where a persona has no retriever."""
    for persona in personas:
        if persona.id not in retrievers:
            raise ChainError(f"persona {persona.id!r} has no retriever; pass one in retrievers[{persona.id!r}]")


def read_all(
    question: str,
    personas: Sequence[Persona],
    retrievers: Mapping[str, Retrieve],
    config: RunnableConfig | None = None,
) -> tuple[tuple[Chunk, ...], tuple[Reading, ...]]:
    """Retrieve for every persona by its own retriever: the passages, each once, and who reads which."""
    found = {one.id: as_chunks(retrievers[one.id].invoke(question, config)) for one in personas}
    readings = tuple(Reading.of(persona_id, chunks) for persona_id, chunks in found.items())
    return tuple(chunk_table(*found.values()).values()), readings
