"""A replay in the terminal: the old row on the left, the new one on the right."""

from collections.abc import Iterator
from itertools import zip_longest

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.schemas import Translation, Turn
from debate.amounts import length
from debate.readable import readable
from debate.results import QuestionResult
from debate.run.replay import Replay
from debate.stages import Stage

_Pair = tuple[str, str, str]


def replay_table(made: Replay) -> RenderableType:
    """Show both rows from the replayed stage on, what changed between them, and the replay's folder."""
    table = Table(show_lines=True, expand=True)
    table.add_column(max_width=18)
    table.add_column("as it was", ratio=1)
    table.add_column("replayed", ratio=1)
    for label, before, after in _pairs(made):
        same = before == after
        table.add_row(
            Text(label, style="bold"),
            Text(readable(before)),
            Text("the same", style="dim") if same and before else Text(readable(after)),
        )
    said = [f"{readable(made.before.question.id)} replayed from {made.stage}: {readable(made.before.question.text)}"]
    said += [f"changed since: {readable(one)}" for one in made.changed]
    return Group(*map(Text, said), table, Text(f"Kept in {readable(made.folder)}; the row itself is as it was."))


def _pairs(made: Replay) -> Iterator[_Pair]:
    before, after = made.before, made.after
    yield "status", before.error or before.status, after.error or after.status
    first = made.stage.order
    yield "seconds, from this stage on", _seconds(before, first), _seconds(after, first)
    if first <= Stage.RETRIEVE.order:
        yield "passages", _passages(before), _passages(after)
    if first <= Stage.OPINION.order:
        yield "figures", _figures(before), _figures(after)
        yield "opinion", _answer(before), _answer(after)
    if first <= Stage.POSITIONS.order:
        yield "positions", _positions(before), _positions(after)
    if first <= Stage.DEBATE.order:
        for old, new in zip_longest(before.turns, after.turns):
            yield _speaker(old or new), _text(old), _text(new)
    if first <= Stage.VERDICT.order:
        yield "verdict", _text(before.verdict), _text(after.verdict)
    if before.translation or after.translation:
        yield "translation", _text(before.translation), _text(after.translation)


def _seconds(result: QuestionResult, first: int) -> str:
    """Return how long a row's stages took from one on; a resumed row knows only its last ones."""
    replayed = [stage.value for stage in Stage if stage.order >= first]
    return f"{sum(one.seconds for one in result.stages if one.stage in replayed):.1f}"


def _passages(result: QuestionResult) -> str:
    return "\n".join(f"{chunk.score:.3f} {chunk.source or chunk.id}" for chunk in result.chunks)


def _figures(result: QuestionResult) -> str:
    opinion = result.opinion
    if opinion is None:
        return ""
    supported = "" if opinion.supported is None else f", {opinion.supported:.0%} supported by passages"
    return "; ".join(
        [
            f"{length(opinion.words, opinion.answer)}{supported}",
            *([opinion.loop] if opinion.loop else []),
            *opinion.notes,
        ]
    )


def _answer(result: QuestionResult) -> str:
    return result.opinion.answer if result.opinion else ""


def _positions(result: QuestionResult) -> str:
    return "\n".join(f"{one.speaker}: {one.text}" for one in result.positions)


def _speaker(turn: Turn) -> str:
    return f"{readable(turn.speaker)}, round {turn.round}"


def _text(said: Turn | Translation | None) -> str:
    return said.text if said else ""
