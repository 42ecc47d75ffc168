"""What comes out of one question, and how it becomes rows of the workbook's sheets. Text only, no files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import computed_field, model_validator
from pydantic.dataclasses import dataclass

from chains.schemas import (
    Chunk,
    DebateOutcome,
    Defect,
    Opinion,
    Poll,
    Position,
    Question,
    Reading,
    RoundQuestion,
    StopReason,
    Translation,
    Turn,
    Verdict,
    chunk_table,
)
from debate.arena.health import health

DONE, FAILED = "done", "failed"
_SCORES = ("score", "question_score", "pov_scores", "rank")


@dataclass(frozen=True)
class StageTime:
    """How long one stage of a question took: retrieve, opinion, debate or verdict."""

    stage: str
    seconds: float


@dataclass(frozen=True)
class QuestionResult:
    """All that came out of one question, or why it failed; ``stages`` are those that this process finished.

    Attributes:
        chunks: the passages of the opinion, best first.
        debate_chunks: the passages that only debaters read; each text is kept once.
        readings: which passages each debater read, with that debater's scores.
        positions: what each debater stands for on this question.
        outcome: how the debate ended; None where it did not come to its end.
        round_questions, polls: what a moderator asked in each round, and whose position each debater held after it.
        stopped: why no further turn was spoken.
    """

    question: Question
    model: str
    seconds: float
    chunks: tuple[Chunk, ...] = ()
    opinion: Opinion | None = None
    turns: tuple[Turn, ...] = ()
    verdict: Verdict | None = None
    translation: Translation | None = None
    error: str = ""
    stages: tuple[StageTime, ...] = ()
    attempts: tuple[str, ...] = ()
    debate_chunks: tuple[Chunk, ...] = ()
    readings: tuple[Reading, ...] = ()
    positions: tuple[Position, ...] = ()
    outcome: DebateOutcome | None = None
    round_questions: tuple[RoundQuestion, ...] = ()
    polls: tuple[Poll, ...] = ()
    stopped: StopReason | None = None

    @model_validator(mode="before")
    @classmethod
    def _chunk_ids_in_turns(cls, values: Any) -> Any:
        """Read a row of a version whose turns held their passages' texts."""
        return _with_readings(values) if isinstance(values, dict) else values

    def answering(self, question: Question) -> QuestionResult:
        """Return the row of another question that asks the same."""
        return replace(self, question=question, seconds=0.0, stages=())

    def chunk_table(self) -> dict[str, Chunk]:
        """Return every passage of the question by its id."""
        return chunk_table(self.chunks, self.debate_chunks)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> str:
        """Return done or failed."""
        return FAILED if self.error else DONE


def _with_readings(values: dict[str, Any]) -> dict[str, Any]:
    old = [turn for turn in values.get("turns") or () if isinstance(turn, dict) and "chunks" in turn]
    if not old:
        return values
    own = {chunk["id"] for chunk in values.get("chunks") or ()}
    others = {chunk["id"]: chunk for turn in old for chunk in turn["chunks"] if chunk["id"] not in own}
    hits = {
        turn["persona_id"]: [
            {"chunk_id": one["id"]} | {k: one[k] for k in _SCORES if k in one} for one in turn["chunks"]
        ]
        for turn in reversed(old)
    }
    return values | {
        "turns": [turn | {"chunk_ids": [one["id"] for one in turn.get("chunks", ())]} for turn in values["turns"]],
        "debate_chunks": list(others.values()),
        "readings": [{"persona_id": persona_id, "hits": found} for persona_id, found in reversed(hits.items())],
    }


def _hit(chunk: dict[str, Any]) -> dict[str, Any]:
    return {"chunk_id": chunk["id"]} | {name: chunk[name] for name in _SCORES if name in chunk}


def result_row(result: QuestionResult) -> dict[str, Any]:
    """Return the row of the sheet ``results``; an answer in another language is in ``answer_`` and its code."""
    opinion, question, translation = result.opinion, result.question, result.translation
    same = f"the same question as {question.same_as}: answered once" if question.same_as else ""
    refused = [f"not asked, {one.reason}: {one.text}" for one in question.refused]
    notes = [question.note, *refused, same, *result.attempts, *(opinion.notes if opinion else ())]
    if opinion and opinion.dropped:
        notes.append(f"did not fit the window: {', '.join(opinion.dropped)}")
    if opinion and opinion.abstained:
        notes.append("abstained")
    if result.outcome:
        notes.append(f"debate: {result.outcome.value}")
    if translation:
        notes += [f"translation: {note}" for note in _translation_notes(translation)]
    shown = _shown(result)
    row = {
        "instruction": question.text,
        "context": _numbered(map(_with_label, shown)),
        "answer": opinion.answer if opinion else "",
        "status": result.status,
        "question_id": question.id,
        "parent_question": question.parent_text,
        "chunk_ids": ", ".join(chunk.id for chunk in shown),
        "citations": opinion.citations if opinion else "",
        "supported": opinion.supported if opinion else None,
        "words": opinion.words if opinion else 0,
        "defects": _listed(opinion.defects) if opinion else "",
        "loop": opinion.loop if opinion else "",
        "seconds": round(result.seconds, 1),
        "model": result.model,
        "verdict": result.verdict.text if result.verdict else "",
        "notes": "; ".join(note for note in notes if note),
        "error": result.error,
    }
    return row | ({f"answer_{translation.language}": translation.text} if translation else {})


def _numbered(texts: Iterable[str]) -> str:
    return "\n\n".join(f"[{n}] {text}" for n, text in enumerate(texts, 1))


def _with_label(chunk: Chunk) -> str:
    """A passage as the model was shown it, but for its marks: whose words it is stands before it."""
    return f"From {chunk.label}:\n{chunk.text}" if chunk.label else chunk.text


def _shown(result: QuestionResult) -> tuple[Chunk, ...]:
    """The passages that the model was shown, which is what markers count; the others are named in the notes."""
    dropped = result.opinion.dropped if result.opinion else ()
    return tuple(chunk for chunk in result.chunks if chunk.id not in dropped)


def _translation_notes(translation: Translation) -> Iterable[str]:
    yield from translation.notes
    if translation.loop:
        yield translation.loop
    if translation.missing:
        yield f"does not have {', '.join(translation.missing)}"


def turn_rows(result: QuestionResult) -> Iterable[dict[str, Any]]:
    """Return the rows of the sheet ``debate``: one a turn, the verdict last."""
    turns = (*result.turns, *((result.verdict,) if result.verdict else ()))
    table = result.chunk_table()
    for number, turn in enumerate(turns, 1):
        yield {
            "question_id": result.question.id,
            "question": result.question.text,
            "turn": number,
            "round": turn.round or "verdict",
            "speaker": turn.speaker,
            "persona": turn.persona_id,
            "text": turn.text,
            "words": turn.words,
            "context": "\n\n".join(
                f"[{n}] {table[one].text}" for n, one in enumerate(turn.chunk_ids, 1) if one in table
            ),
            "chunk_ids": ", ".join(turn.chunk_ids),
            "dropped": ", ".join(turn.dropped),
            "echo": turn.echo,
            "own_side": turn.drift,
            "answered": turn.answered,
            "new_passages": ", ".join(turn.new),
            "supported": turn.supported,
            "faults": "; ".join(turn.faults),
            "defects": _listed(turn.defects),
            "loop": turn.loop,
            "notes": "; ".join(turn.notes),
        }


def _listed(defects: Iterable[Defect]) -> str:
    """Defects as a cell shows them: each kind with its sentence, a line each."""
    return "\n".join(f"{defect.kind}: {defect.sentence}" for defect in defects)


def chunk_rows(result: QuestionResult) -> Iterable[dict[str, Any]]:
    """Return the rows of the sheet ``chunks``, best first."""
    for chunk in result.chunks:
        yield {
            "question_id": result.question.id,
            "rank": chunk.rank,
            "chunk_id": chunk.id,
            "source": chunk.source,
            "text": chunk.text,
            "score": round(chunk.score, 4),
            "question_score": round(chunk.question_score, 4),
            "pov_scores": ", ".join(f"{score:.4f}" for score in chunk.pov_scores),
        }


def health_rows(result: QuestionResult) -> Iterable[dict[str, Any]]:
    """Return the row of the sheet ``health``; none where there was no debate."""
    if not result.turns:
        return
    verdict, measured = result.verdict, health(result.turns, result.positions, result.verdict, result.polls)
    yield {
        "question_id": result.question.id,
        "question": result.question.text,
        "outcome": result.outcome.value if result.outcome else "",
        "stopped": result.stopped.value if result.stopped else "",
        "decision": verdict.decision if verdict else "",
        "winner": verdict.winner if verdict else "",
        "share": verdict.share if verdict else None,
        "collapsed": measured.collapsed,
        "changed": measured.changed,
        "conformity": measured.conformity,
        "side_swap": measured.side_swap,
        "echo": measured.echo,
        "own_side": ", ".join("" if one is None else f"{one:.3f}" for one in measured.own_side),
        "brought": measured.brought,
        "answered": measured.answered,
        "supported": measured.supported,
    }
