"""How healthy a debate is, from its typed facts alone: published measures where they need no right answer, and ours.

- collapse: debaters who disagreed at first all hold one position in the end. Its share over debates is the disagreement
  collapse rate (2025, arXiv:2509.23055), here without regard to which position is right.
- conformity: of the debaters who changed their position, the share that took over the one that most of the others held
  before (modal adoption, Bertalanič and Fortuna 2026, arXiv:2605.00914). Where these others tie, nothing is measured.
- side-swap margin: how much more often a judge who is asked in both orders names whoever stands first, in [-1, 1].

Both of the first two need votes (``decision`` or ``stop = ["agreement"]``). Contextual fragility, the oracle gap (both
arXiv:2605.00914) and problem drift (Becker et al. 2025, arXiv:2502.19559) need right answers: ``benchmarks.debate``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from pydantic.dataclasses import dataclass

from chains.debating.record import DebateRecord
from chains.schemas import Ballot, Judgement, Poll, Position, Turn, TurnFault, Verdict
from debate.arena.votes import options_of


@dataclass(frozen=True)
class Health:
    """The measures of a debate; None if there is nothing to measure.

    Attributes:
        collapsed, conformity, side_swap: as this module describes.
        changed: debaters who hold another position in the end.
        echo: mean share of a turn's 4-grams that was said before.
        own_side: by round, the mean of how much nearer turns are to their own position than to an opponent's.
        brought: passages that no turn before used, a turn.
        answered: share of turns with a claim to answer that answer it.
        supported: mean share of a turn's sentences that a passage supports.
    """

    collapsed: bool | None = None
    conformity: float | None = None
    changed: int | None = None
    side_swap: float | None = None
    echo: float | None = None
    own_side: tuple[float | None, ...] = ()
    brought: float | None = None
    answered: float | None = None
    supported: float | None = None


def health(
    turns: Sequence[Turn], positions: Sequence[Position], verdict: Verdict | None = None, polls: Sequence[Poll] = ()
) -> Health:
    """Measure a debate."""
    first = options_of(DebateRecord("", positions=tuple(positions)))
    last = _held(verdict.ballots if verdict and verdict.ballots else polls[-1].ballots if polls else ())
    changed = {one: held for one, held in last.items() if held and held != first.get(one)}
    rounds = sorted({turn.round for turn in turns})
    asked = [turn for turn in turns if turn.answers]
    return Health(
        collapsed=_collapsed(first, last),
        conformity=_conformity(first, changed),
        changed=len(changed) if last else None,
        side_swap=_side_swap(verdict.judgements) if verdict else None,
        echo=_mean(turn.echo for turn in turns),
        own_side=tuple(_mean(turn.drift for turn in turns if turn.round == number) for number in rounds),
        brought=_mean(len(turn.new) for turn in turns),
        answered=_mean(TurnFault.NO_ANSWER not in turn.faults for turn in asked),
        supported=_mean(turn.supported for turn in turns),
    )


def _held(ballots: Sequence[Ballot]) -> dict[str, str]:
    return {one.persona_id: one.choices[0] if one.choices else "" for one in ballots}


def _collapsed(first: Mapping[str, str], last: Mapping[str, str]) -> bool | None:
    if not last or len(set(first.values())) < 2:
        return None
    return len(set(last.values())) == 1 and "" not in last.values()


def _conformity(first: Mapping[str, str], changed: Mapping[str, str]) -> float | None:
    """Each who changed is compared with what most of the others held before; where these tie, with nothing."""
    adopted = []
    for one, held in changed.items():
        others = Counter(position for other, position in first.items() if other != one).most_common(2)
        if len(others) == 1 or others[0][1] > others[-1][1]:
            adopted.append(held == others[0][0])
    return _mean(adopted)


def _side_swap(judgements: Sequence[Judgement]) -> float | None:
    named = [one for one in judgements if one.winner]
    return _mean((one.winner == one.shown[0]) - (one.winner == one.shown[-1]) for one in named)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [float(one) for one in values if one is not None]
    return round(fmean(known), 3) if known else None
