"""The state of a debate's graph."""

from typing_extensions import TypedDict  # Python 3.11's own hides the schema from Agent Server, Studio and MCP

from chains.debate import opinion_text
from chains.debating.record import DebateRecord
from chains.errors import ChainError
from chains.schemas import (
    Baseline,
    Chunk,
    DebateOutcome,
    FailedStep,
    Poll,
    Position,
    Question,
    Reading,
    RoundQuestion,
    StopReason,
    Tokens,
    Turn,
    Verdict,
    as_question,
    chunk_table,
)


class QuestionAsked(TypedDict):
    """The input of a question's graph: a text, a ``Question``, or a mapping with its fields."""

    question: str | Question


class DebateAsked(QuestionAsked, total=False):
    """The input of a debate's graph: a question, and an opinion on it if there is one."""

    opinion_text: str


class DebateState(TypedDict, total=False):
    """The state of a debate's graph.

    Input: ``DebateAsked``. A new question on the same thread starts without results of the old one.

    Attributes:
        opinion_of: the key of the question that ``opinion_text`` came with, and that text.
        chunks: the passages of the opinion.
        debate_chunks: passages that only debaters read.
        readings: which passages each debater reads.
        positions, turns, verdict, outcome: the debate so far; ``verdict`` is None if none was given.
        opened: the last round that was opened, from 1.
        round_questions: the moderator's questions.
        polls: the positions that debaters held after a round.
        stopped: why the debate ended early, or None.
        tokens: tokens read and written so far.
        baselines: a single agent's answers to the question.
        attempts: what failed and was tried again.
        seconds: how long the steps took, by stage.
    """

    question: Question
    opinion_text: str
    opinion_of: tuple[str, str]
    chunks: tuple[Chunk, ...]
    debate_chunks: tuple[Chunk, ...]
    readings: tuple[Reading, ...]
    turns: tuple[Turn, ...]
    verdict: Verdict | None
    positions: tuple[Position, ...]
    opened: int
    round_questions: tuple[RoundQuestion, ...]
    polls: tuple[Poll, ...]
    stopped: StopReason | None
    outcome: DebateOutcome | None
    tokens: Tokens | None
    baselines: tuple[Baseline, ...]
    attempts: tuple[FailedStep, ...]
    seconds: dict[str, float]


def asked(state: DebateState) -> Question:
    """Return the question that a graph was given.

    Raises:
        ChainError: it was given none, or resumed on a thread where nothing waits; or as ``as_question``.
    """
    if "question" not in state:
        raise ChainError(
            'there is no question to debate: begin with {"question": "…"}; a Command(resume=…) needs the thread_id and '
            "the checkpointer of the debate that waits"
        )
    return as_question(state["question"])


def fresh(question: Question) -> DebateState:
    """Return the state of a debate that has not begun, so that a thread's earlier question leaves nothing in it."""
    return {
        "question": question,
        "positions": (),
        "turns": (),
        "opened": 0,
        "round_questions": (),
        "polls": (),
        "stopped": None,
        "verdict": None,
        "outcome": None,
        "tokens": None,
        "baselines": (),
        "attempts": (),
        "seconds": {},
    }


def given_opinion(state: DebateState, question: Question) -> DebateState:
    """Return the opinion that came with a question: what a thread still holds of its last question is none.

    Raises:
        ChainError: as ``opinion_text``.
    """
    of, text = state.get("opinion_of", (question.key, ""))
    given = opinion_text(state.get("opinion_text"))
    kept = "" if of != question.key and given == text else given
    return {"opinion_text": kept, "opinion_of": (question.key, kept)}


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
