"""How cells show passages and defects."""

from collections.abc import Iterable

from chains.schemas import Chunk, DebateOutcome, Defect, Lookup, Position
from chains.schemas.wording import in_words
from debate.results import QuestionResult


def numbered(texts: Iterable[str]) -> str:
    """Number passages as the markers of a text count them."""
    return "\n\n".join(f"[{n}] {text}" for n, text in enumerate(texts, 1))


def with_label(chunk: Chunk) -> str:
    """Show a passage as the model saw it, without Markdown marks and headed by whose words it is."""
    return f"From {chunk.label}:\n{chunk.text}" if chunk.label else chunk.text


def names_of(result: QuestionResult, chunk_ids: Iterable[str]) -> str:
    """Say where passages are from."""
    table = result.chunk_table()
    return ", ".join(table[one].name if one in table else one for one in chunk_ids)


def lookup_line(result: QuestionResult, lookup: Lookup) -> str:
    """Say what a debater looked up, and what that brought."""
    brought = lookup.failure or names_of(result, lookup.chunk_ids) or "nothing new"
    cut = f" (its beginning; {lookup.left_out:,} characters were left out)" if lookup.left_out else ""
    return f"{lookup.tool} “{lookup.query}”: {brought}{cut}"


def failed_steps(result: QuestionResult) -> list[str]:
    """Say what failed and was tried again."""
    return [f"{one.step}, attempt {one.attempt}: {one.error}" for one in result.attempts]


def listed(defects: Iterable[Defect]) -> str:
    """Show defects as a cell does: each kind with its sentence, a line each."""
    return "\n".join(f"{in_words([defect.kind])[0]}: {defect.sentence}" for defect in defects)


def agreement(result: QuestionResult, position: Position) -> str:
    """Say with whom a debater agrees; "" for nobody."""
    with_whom = ", ".join(map(result.name_of, position.agrees_with))
    reason = ", for another reason" if position.other_reasons else ""
    return f"agrees with {with_whom}{reason}" if with_whom else ""


def why_not_debated(result: QuestionResult) -> str:
    """Say who agrees with whom where that left nothing to debate; "" otherwise."""
    if result.outcome is not DebateOutcome.NO_DISAGREEMENT:
        return ""
    told = [f"{one.speaker} {agreement(result, one)}" for one in result.positions if one.agrees_with]
    return f"no debate: {'; '.join(told)}"
