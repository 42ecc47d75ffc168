"""The table ``debate``: one row per position, moderator's question, turn and verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chains.debating.judgement.verdict import MODERATOR
from chains.schemas import Claim, Position, RoundQuestion, Turn, Verdict
from debate.output.columns import Cell, Column, Kind, Table
from debate.output.tables.wording import agreement, listed, lookup_line, names_of, numbered
from debate.results import QuestionResult
from vectorstore.text.sentences import word_count


@dataclass(frozen=True)
class _Said:
    """A row of the debate: a position, a moderator's question, a turn or the verdict."""

    result: QuestionResult
    said: Position | RoundQuestion | Turn
    number: int | None = None

    @property
    def round(self) -> str:
        if isinstance(self.said, Position):
            return "position"
        if isinstance(self.said, RoundQuestion):
            return f"question {self.said.round}"
        return "verdict" if isinstance(self.said, Verdict) else str(self.said.round)

    @property
    def speaker(self) -> str:
        return "Moderator" if isinstance(self.said, RoundQuestion) else self.said.speaker

    @property
    def persona_id(self) -> str:
        return MODERATOR if isinstance(self.said, RoundQuestion) else self.said.persona_id


def debate_table() -> Table:
    """Return the table with a row for all that was said."""
    columns = (
        Column("question", lambda one: one.result.question.text, width=28),
        Column("turn", lambda one: one.number, Kind.WHOLE, 6),
        Column("round", lambda one: one.round, width=9),
        Column("speaker", lambda one: one.speaker, width=18),
        Column("text", lambda one: one.said.text, width=90),
        Column("answers", _of_turn(lambda one, turn: _claim(one, turn.answers)), width=40),
        Column("answered", _of_turn(lambda _, turn: turn.answered, None), Kind.SHARE, 10),
        Column("supported", _of_turn(lambda _, turn: turn.supported, None), Kind.SHARE, 10),
        Column("faults", _of_turn(lambda _, turn: "\n".join(fault.value for fault in turn.faults)), width=24),
        Column("echo", _of_turn(lambda _, turn: turn.echo, None), Kind.SHARE, 8),
        Column("own_side", _of_turn(lambda _, turn: turn.drift, None), Kind.SCORE, 9),
        Column("new_passages", _of_turn(lambda one, turn: names_of(one, turn.new)), width=30),
        Column("concedes", _of_turn(lambda _, turn: "yes" if turn.concedes else ""), width=10),
        Column("looked_up", _of_turn(_looked_up), width=40, grows=False),
        Column("words", lambda one: word_count(one.said.text), Kind.WHOLE, 7),
        Column("passages", _of_turn(_sources), width=40),
        Column("context", _of_turn(_read), width=40, grows=False),
        Column("unsupported", _of_turn(lambda _, turn: ", ".join(turn.unsupported)), width=24, grows=False),
        Column("defects", _of_turn(lambda _, turn: listed(turn.defects)), width=40, grows=False),
        Column("notes", lambda one: "; ".join(_debate_notes(one)), width=40, grows=False),
        Column("loop", _of_turn(lambda _, turn: turn.loop)),
        Column("question_id", lambda one: one.result.question.id, width=12, leads_to="results"),
        Column("persona", lambda one: one.persona_id),
    )
    return Table("debate", columns, _all_said, printed="faults")


def _all_said(result: QuestionResult) -> Iterable[_Said]:
    yield from (_Said(result, position) for position in result.positions)
    asked = {one.round: one for one in result.round_questions}
    for number, turn in enumerate(result.spoken, 1):
        if question := asked.pop(turn.round, None):
            yield _Said(result, question)
        yield _Said(result, turn, number)


def _of_turn(value: Callable[[QuestionResult, Turn], Cell], otherwise: Cell = "") -> Callable[[_Said], Cell]:
    return lambda one: value(one.result, one.said) if isinstance(one.said, Turn) else otherwise


def _claim(result: QuestionResult, claim: Claim | None) -> str:
    return f"{result.name_of(claim.persona_id)}: “{claim.sentence}”" if claim else ""


def _looked_up(result: QuestionResult, turn: Turn) -> str:
    return "\n".join(lookup_line(result, one) for one in turn.lookups)


def _sources(result: QuestionResult, turn: Turn) -> str:
    table = result.chunk_table()
    return "\n".join(f"[{n}] {table[one].name}" for n, one in enumerate(turn.chunk_ids, 1) if one in table)


def _read(result: QuestionResult, turn: Turn) -> str:
    table = result.chunk_table()
    return numbered(table[one].text for one in turn.chunk_ids if one in table)


def _debate_notes(one: _Said) -> Iterable[str]:
    said, result = one.said, one.result
    if isinstance(said, Position):
        if not said.text:
            yield "takes no position: the model gave no sentence that can be used, and the persona has no view"
        if said.source == "view":
            yield "the model gave no sentence: one of the persona's own views"
        if said.agrees_with:
            yield agreement(result, said)
        return
    if isinstance(said, RoundQuestion):
        yield f"from {names_of(result, [said.chunk_id])}"
        if said.source == "passage":
            yield "the model asked nothing that can be used: a sentence of the passage"
        return
    if said.dropped:
        yield f"did not fit the window: {names_of(result, said.dropped)}"
    if isinstance(said, Verdict):
        weighed = "decided by" if said.winner else "weighed"
        yield from (f"{weighed} {_claim(result, claim)}" for claim in said.decided_by)
        yield from (f"conceded: {_claim(result, claim)}" for claim in said.conceded)
    yield from said.notes
