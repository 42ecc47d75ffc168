"""The table ``results``: one row per question, beginning with the columns for fine-tuning."""

from collections.abc import Callable

from chains.schemas import Opinion
from debate.output.columns import Cell, Column, Kind, Table
from debate.output.tables.wording import failed_steps, listed, names_of, numbered, why_not_debated, with_label
from debate.results import QuestionResult

Rating = Callable[[QuestionResult], Cell]


def unrated(_: QuestionResult) -> None:
    """Return no rating."""


def results_table(language: str = "", rating: Rating = unrated) -> Table:
    """Return the table with a row a question; it begins with what fine-tuning needs.

    Args:
        language: the code of the one that answers were translated into, or "".
        rating: the reader's, of each row.
    """
    other = Column(f"answer_{language}", lambda one: _translated(one, language), width=110, language=language)
    translated = [other] if language else []
    columns = (
        Column("instruction", lambda one: one.question.text, width=30),
        Column("context", lambda one: numbered(with_label(chunk) for chunk in one.shown), width=36, grows=False),
        Column("answer", lambda one: one.opinion.answer if one.opinion else "", width=110),
        *translated,
        Column("rating", rating, Kind.NUMBER, 7),
        Column("status", lambda one: one.status.value, width=10),
        Column("supported", lambda one: one.opinion.supported if one.opinion else None, Kind.SHARE, 10),
        Column("copied", lambda one: one.opinion.copied if one.opinion else None, Kind.SHARE, 10),
        Column("words", lambda one: one.opinion.words if one.opinion else 0, Kind.WHOLE, 7),
        Column("citations", _cited, width=34),
        Column("passages", lambda one: len(one.chunks), Kind.WHOLE, 9, leads_to="chunks"),
        Column("turns", lambda one: len(one.turns), Kind.WHOLE, 7, leads_to="debate"),
        Column("outcome", lambda one: one.outcome.value if one.outcome else "", width=18),
        Column("winner", lambda one: one.winner, width=18),
        Column("stopped", lambda one: one.stopped.value if one.stopped else "", width=18),
        Column("verdict", lambda one: one.verdict.text if one.verdict else "", width=50),
        Column("unsupported", _of_opinion(lambda one: ", ".join(one.unsupported)), width=24, grows=False),
        Column("defects", _of_opinion(lambda one: listed(one.defects)), width=40, grows=False),
        Column("notes", lambda one: "; ".join(result_notes(one)), width=40, grows=False),
        Column("error", lambda one: one.error, width=40),
        Column("parent_question", lambda one: one.question.parent_text, width=30),
        Column("question_id", lambda one: one.question.id, width=12),
        Column("model", lambda one: one.model),
        Column("loop", _of_opinion(lambda one: one.loop)),
        Column("seconds", lambda one: round(one.seconds, 1), Kind.NUMBER, 9),
    )
    return Table("results", columns, lambda one: [one], printed="words")


def result_notes(result: QuestionResult) -> list[str]:
    """Say what else a reader has to know of a row."""
    question, opinion, translation = result.question, result.opinion, result.translation
    notes = [question.note, *(f"not asked, {one.reason}: {one.text}" for one in question.refused)]
    if question.same_as:
        notes.append(f"the same question as {question.same_as}: answered once")
    notes += [*failed_steps(result), *(opinion.notes if opinion else ())]
    if opinion and opinion.dropped:
        notes.append(f"did not fit the window: {names_of(result, opinion.dropped)}")
    if translation:
        notes += [f"translation: {note}" for note in (*translation.notes, translation.loop) if note]
        notes += [f"translation: {doubt}" for doubt in translation.doubts]
    return [note for note in (*notes, why_not_debated(result)) if note]


def _of_opinion(value: Callable[[Opinion], Cell]) -> Callable[[QuestionResult], Cell]:
    return lambda result: value(result.opinion) if result.opinion else ""


def _translated(result: QuestionResult, language: str) -> str:
    translation = result.translation
    return translation.text if translation and translation.language == language else ""


def _cited(result: QuestionResult) -> str:
    """The passages that support sentences of the answer, one per line."""
    if result.opinion is None:
        return ""
    cited = sorted({one.chunk for one in result.opinion.sentences if one.chunk is not None})
    return "\n".join(f"[{n + 1}] {names_of(result, result.opinion.chunk_ids[n : n + 1])}" for n in cited)
