"""The moderator of a round table: opens each round with a question about a passage that nobody has used."""

from langchain_core.runnables import RunnableConfig

from chains.context import word_for_word
from chains.debating.claims import overlap
from chains.debating.judgement.verdict import plain_turns
from chains.debating.plans import facts_of
from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps, as_step
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion, Reading, RoundQuestion
from prompts import load_prompt
from vectorstore.text.sentences import split_sentences

_LIMITS = WordLimits(maximum=60)
_SAME_WORDS = 0.75  # of the shorter question's content words; a small model likes to ask the debate's own again


def ask_round(
    steps: DebateSteps, record: DebateRecord, asked: tuple[RoundQuestion, ...], number: int
) -> RoundQuestion | None:
    """Return the question of a round; None if every passage was used or asked about."""

    def ask(config: RunnableConfig) -> RoundQuestion | None:
        passage = _next_passage(record, asked)
        if passage is None:
            return None
        question = _question(_written(steps, record, passage, config).text, record.question)
        if question:
            return RoundQuestion(number, question, passage.id)
        return RoundQuestion(number, f"What follows from this: {_fact(record, passage)}", passage.id, "passage")

    return as_step(f"question of round {number}", ask, record)


def put_before_all(readings: tuple[Reading, ...], question: RoundQuestion | None) -> tuple[Reading, ...]:
    """Let everybody read the passage that a question comes from."""
    if question is None:
        return readings
    hit = next(hit for one in readings for hit in one.hits if hit.chunk_id == question.chunk_id)
    return tuple(
        one if any(own.chunk_id == hit.chunk_id for own in one.hits) else Reading(one.persona_id, (*one.hits, hit))
        for one in readings
    )


def _next_passage(record: DebateRecord, asked: tuple[RoundQuestion, ...]) -> Chunk | None:
    """The passage nearest to the question under debate of those that somebody read and nobody used."""
    gone = record.used() | {one.chunk_id for one in asked}
    left = [chunk for one in record.readings.values() for chunk in one.chunks(record.table) if chunk.id not in gone]
    return max(left, key=lambda chunk: chunk.question_score, default=None)


def _written(steps: DebateSteps, record: DebateRecord, passage: Chunk, config: RunnableConfig | None) -> Completion:
    llm, turns = steps.speakers.llm, plain_turns(record)
    template = load_prompt("round_question")
    prompts = (
        template.render(
            question=record.question,
            passage=word_for_word(passage),
            turns=turns[skipped:],
            max_words=_LIMITS.maximum // 2,
        )
        for skipped in range(len(turns) + 1)
    )
    prompt = next((one for one in prompts if fits_window(llm, one, _LIMITS)), None)
    if prompt is None:
        return Completion("")
    return complete_all(llm, [prompt], [_LIMITS], steps.seed, config, may_be_empty=True)[0]


def _question(written: str, debated: str) -> str:
    """Return the first question in a text that is another one than the question under debate."""
    sentences = [one.text.strip(' "“”') for one in split_sentences(written)]
    return next((one for one in sentences if one.endswith("?") and overlap(one, debated) < _SAME_WORDS), "")


def _fact(record: DebateRecord, passage: Chunk) -> str:
    alone = DebateRecord(record.question, table={passage.id: passage}, readings={"": Reading.of("", [passage])})
    return facts_of(alone, "", _LIMITS.maximum)[0]
