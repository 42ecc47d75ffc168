"""The types that pass between chains, graphs and files: frozen dataclasses of text, numbers and tuples.

They can be checkpointed and compared. They are pydantic's because a checkpoint returns tuples as lists, and pydantic
turns them into tuples again.
"""

from chains.schemas.answer import (
    Abstention,
    Conflict,
    Defect,
    DefectKind,
    Opinion,
    Support,
    Translation,
    TranslationFault,
)
from chains.schemas.baseline import Baseline, Tokens
from chains.schemas.chunk import Chunk, Hit, Reading, as_chunks, chunk_from_document, chunk_table
from chains.schemas.completion import Attempt, Completion, FailedStep, Finish, Removal
from chains.schemas.debate import (
    Ballot,
    Claim,
    Debate,
    DebateOutcome,
    Judgement,
    Lookup,
    Poll,
    Position,
    RoundQuestion,
    StopReason,
    Turn,
    TurnFault,
    Verdict,
)
from chains.schemas.question import Question, Refusal, RefusedQuestion, as_question

__all__ = [
    "Abstention",
    "Attempt",
    "Ballot",
    "Baseline",
    "Chunk",
    "Claim",
    "Completion",
    "Conflict",
    "Debate",
    "DebateOutcome",
    "Defect",
    "DefectKind",
    "FailedStep",
    "Finish",
    "Hit",
    "Judgement",
    "Lookup",
    "Opinion",
    "Poll",
    "Position",
    "Question",
    "Reading",
    "Refusal",
    "RefusedQuestion",
    "Removal",
    "RoundQuestion",
    "StopReason",
    "Support",
    "Tokens",
    "Translation",
    "TranslationFault",
    "Turn",
    "TurnFault",
    "Verdict",
    "as_chunks",
    "as_question",
    "chunk_from_document",
    "chunk_table",
]
