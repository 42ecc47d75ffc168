"""The table ``baseline``: each debate and a single agent's answer for about the same tokens."""

from collections.abc import Iterable
from dataclasses import dataclass

from chains.schemas import Baseline, Tokens, Verdict
from debate.output.columns import Column, Kind, Table
from debate.output.tables.wording import names_of
from debate.results import QuestionResult

METHODS = {"vote": "single agent, vote", "correction": "single agent, correction"}


@dataclass(frozen=True)
class Side:
    """One answer to a debated question: the debate's verdict, or a single agent's.

    Attributes:
        tries: turns of the debate, answers that were counted, or an answer with its corrections.
    """

    result: QuestionResult
    method: str
    winner: str
    share: float | None
    text: str
    supported: float | None
    tries: int
    tokens: Tokens | None
    dropped: tuple[str, ...] = ()


def baseline_table() -> Table:
    """Return the table with a row for each debate and two for the single agent, where that was asked."""
    columns = (
        Column("question", lambda one: one.result.question.text, width=40),
        Column("method", lambda one: one.method, width=24),
        Column("winner", lambda one: one.winner or "nobody", width=18),
        Column("share", lambda one: one.share, Kind.SHARE, 8),
        Column("answer", lambda one: one.text, width=80),
        Column("supported", lambda one: one.supported, Kind.SHARE, 10),
        Column("tries", lambda one: one.tries, Kind.WHOLE, 7),
        Column("tokens_read", lambda one: one.tokens.read if one.tokens else None, Kind.WHOLE, 12),
        Column("tokens_written", lambda one: one.tokens.written if one.tokens else None, Kind.WHOLE, 14),
        Column("estimated", lambda one: "yes" if one.tokens and one.tokens.estimated else "", width=10),
        Column("dropped", lambda one: names_of(one.result, one.dropped), width=24, grows=False),
        Column("question_id", lambda one: one.result.question.id, width=12, leads_to="results"),
    )
    return Table("baseline", columns, sides_of, printed="tokens_written")


def sides_of(result: QuestionResult) -> Iterable[Side]:
    """Return the debate and the single agent's answers side by side; nothing if no single agent was asked."""
    if result.verdict and result.baselines:
        yield _of_debate(result, result.verdict)
        yield from (_of_agent(result, one) for one in result.baselines)


def _of_debate(result: QuestionResult, verdict: Verdict) -> Side:
    figures = (verdict.share, verdict.text, verdict.supported, len(result.turns), result.tokens, verdict.dropped)
    return Side(result, "debate", result.winner, *figures)


def _of_agent(result: QuestionResult, one: Baseline) -> Side:
    figures = (one.share, one.text, one.supported, one.tries, one.tokens, one.dropped)
    return Side(result, METHODS[one.method], result.name_of(one.winner), *figures)
