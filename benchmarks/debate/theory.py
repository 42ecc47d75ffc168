"""The arena's votes and judges against theory: scripted debaters of known skill p and conformity c.

Each check plays many debates through ``debate.arena`` itself (``poll``, ``counted``, ``judged``) and asks whether theory
lies inside the interval of what was seen. The intervals hold together at 99% (Bonferroni): of 27 intervals at 99% each,
one leaves theory out in every fourth or fifth list of checks, by chance alone.

- Condorcet: n independent debaters, each right with probability p, decide by majority: P(Binomial(n, p) > n / 2).
- Conformity: with probability c a debater repeats the first one instead of its own view. Given whether the first is
  right, the others are independent again, so that the majority's accuracy has a closed form; it falls from Condorcet's
  to p as c goes to 1.
- Position bias: a judge of two equal debaters takes whoever is shown first with probability b. Asked once, the first
  one wins b more often than the second; asked in both orders, neither does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models.llms import LLM
from scipy import stats

from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps
from chains.schemas import Position, Turn
from debate.arena.judging import judged, poll
from debate.arena.votes import counted, options_of
from prompts import Persona

NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Ginkgo")
RIGHT, WRONG = NAMES[0], NAMES[1]
_CONFIDENCE = 1 - 0.01 / 27  # of each of the 27 checks


@dataclass(frozen=True)
class Check:
    """A share that was seen, its interval, and what theory says it is."""

    name: str
    seen: float
    low: float
    high: float
    theory: float

    @property
    def holds(self) -> bool:
        """Whether theory lies inside the interval."""
        return self.low <= self.theory <= self.high


class Scripted(LLM):
    """Answers each prompt by a function of it."""

    answer: Callable[[str], str]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        return self.answer(prompt)


def checks(trials: int, seed: int = 0) -> Iterator[Check]:
    """Yield every check, each over so many debates."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for n in (3, 5, 7):
        for p in (0.6, 0.8):
            for c in (0.0, 0.4, 0.8):
                wins = sum(majority_is_right(n, p, c, chance) for _ in range(trials))
                name = f"majority of {n}, skill {p}, conformity {c}"
                yield _check(name, wins, trials, majority_accuracy(n, p, c))
    for b in (0.0, 0.3, 0.6):
        yield from _bias_checks(b, trials, seed)


def majority_accuracy(n: int, p: float, c: float) -> float:
    """Return P(the majority of n is right) where the others repeat the first with probability c; c = 0: Condorcet."""
    given_right = stats.binom.sf(n // 2 - 1, n - 1, c + (1 - c) * p)
    given_wrong = stats.binom.sf(n // 2, n - 1, (1 - c) * p)
    return float(p * given_right + (1 - p) * given_wrong)


def majority_is_right(n: int, p: float, c: float, chance: random.Random) -> bool:
    """Play one debate: does the majority hold the right position?"""
    first = chance.random() < p
    is_right = [first, *(first if chance.random() < c else chance.random() < p for _ in range(n - 1))]
    votes = {name: RIGHT if right else WRONG for name, right in zip(NAMES, is_right, strict=False)}

    def answer(prompt: str) -> str:
        return votes[prompt.partition("You are ")[2].partition(".")[0]]

    steps = DebateSteps(Scripted(answer=answer), [Persona(one, one, f"{one}.") for one in NAMES[:n]])
    positions = tuple(Position(one, one, f"{one} is right.") for one in NAMES[:n])
    record = DebateRecord("Who is right?", positions=positions)
    ballots = poll(steps, record, "majority")
    return counted("majority", ballots, list(options_of(record).values())).winner == RIGHT


def _bias_checks(b: float, trials: int, seed: int) -> Iterator[Check]:
    def answer(prompt: str) -> str:
        chance = random.Random(f"{seed} {prompt}")  # noqa: S311 - no secret; prompts come in any order
        return "Speaker A" if chance.random() < b else chance.choice(("Speaker A", "Speaker B"))

    steps = DebateSteps(Scripted(answer=answer), [Persona(one, one, f"{one}.") for one in (RIGHT, WRONG)])
    turns = (
        Turn(1, RIGHT, RIGHT, "It is so.", 3),
        Turn(1, WRONG, WRONG, "It is not so.", 4),
    )  # the orders' prompts differ
    verdicts = [judged(steps, DebateRecord(f"Who is right in trial {n}?", turns=turns)) for n in range(trials)]
    once = sum(one.judgements[0].winner == RIGHT for one in verdicts)
    yield _check(f"judge with bias {b}, asked once: the first wins", once, trials, (1 + b) / 2)
    decided = [one.winner for one in verdicts if one.winner]
    won = sum(one == RIGHT for one in decided)
    yield _check(f"judge with bias {b}, both orders: the first wins", won, len(decided), 0.5)
    yield _check(f"judge with bias {b}, both orders agree", len(decided), trials, (1 - b * b) / 2)


def _check(name: str, successes: int, trials: int, theory: float) -> Check:
    interval = stats.binomtest(successes, trials).proportion_ci(_CONFIDENCE, method="exact")
    return Check(name, successes / trials, float(interval.low), float(interval.high), theory)
