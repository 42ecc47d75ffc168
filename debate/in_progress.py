"""The questions in progress: at which steps they are, and about how long the run still takes.

A step is expected to take as long as it took other questions of the same run. Before anything but a search was done,
nothing is known: machines and models differ too much.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

# The first event of a question tells what begins, each later one what is done, so that its checkpoint is there.
_NEXT = {
    "retrieve": "opinion",
    "opinion": "positions",
    "positions": "debate",
    "round": "debate",
    "poll": "debate",
    "baseline": "verdict",
}
# What a step takes in turns of a debate, as measured with three models, for steps that no question has done yet.
_USUAL = {"retrieve": 0.3, "opinion": 3.0, "positions": 0.5, "debate": 1.0, "verdict": 0.5}
_PART_OF = {"round": "debate", "poll": "debate", "baseline": "verdict", "translate": "verdict"}


@dataclass(frozen=True)
class _At:
    """Where a question is: at which step, with so many turns heard, when it and the step began, what the last took."""

    stage: str
    turns: int
    began: float
    since: float
    took: float = 0.0


class InProgress:
    """Takes the events of a run, and tells "7 in opinion, 1 in debate (turn 3/4)" and how many seconds are left.

    Args:
        turns: of a whole debate; 0 if it is not known.
    """

    def __init__(self, turns: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = turns
        self._clock = clock
        self._at: dict[str, _At] = {}
        self._left = 0
        self._spent: dict[str, float] = defaultdict(float)  # seconds in each step, of all questions
        self._did: Counter[str] = Counter()
        self._rows: list[float] = []  # seconds of finished questions
        self._lock = Lock()

    def total(self, left: int) -> None:
        """Note how many questions are not finished."""
        with self._lock:
            self._left = left

    def move(self, question_id: str, stage: str, turns: int = 0) -> bool:
        """Note that a question begins with this stage or, told before, has done with it; return whether it was told.

        Args:
            turns: so many its debate has by now.
        """
        with self._lock:
            now, before = self._clock(), self._at.get(question_id)
            if before is None:
                self._at[question_id] = _At(stage, turns, now, now)
                return False
            step = _PART_OF.get(stage, stage)
            took = now - before.since
            self._spent[step] += took
            self._did[step] += step == stage
            ends = 0 < self._turns <= turns and stage in ("debate", "round", "poll")
            self._at[question_id] = _At("verdict" if ends else _NEXT.get(stage, stage), turns, before.began, now, took)
            return True

    def leave(self, question_id: str) -> None:
        """Forget a question that is done; an answer that nobody debated, "I don't know", tells little of the others."""
        with self._lock:
            self._left -= 1
            if (one := self._at.pop(question_id, None)) is None:
                return
            self._rows.append(self._clock() - one.began)
            if one.stage == "positions":
                self._spent["opinion"] -= one.took
                self._did["opinion"] -= 1

    def seconds_left(self) -> float | None:
        """Return about how long the run still takes; None while nothing tells."""
        with self._lock:
            now, costs = self._clock(), self._costs()
            if not self._at or not costs:
                return None
            rests = [self._rest(one, costs, now) for one in self._at.values()]
            rows = [*self._rows, *(now - one.began + rest for one, rest in zip(self._at.values(), rests, strict=True))]
            waiting = max(0, self._left - len(self._at)) * sum(rows) / len(rows)
            return max(*rests, (sum(rests) + waiting) / len(rests))

    def _costs(self) -> dict[str, float]:
        """Seconds that each step takes a question; empty while nothing tells."""
        told = [step for step in _USUAL if self._did[step] and step != "retrieve"]
        if not told:
            return {}
        usual = sum(_USUAL[step] * self._did[step] for step in told)
        scale = sum(self._spent[step] for step in told) / usual
        return {
            step: self._spent[step] / self._did[step] if self._did[step] else scale * _USUAL[step] for step in _USUAL
        }

    def _rest(self, one: _At, costs: dict[str, float], now: float) -> float:
        """Seconds that a question still takes; a step that takes longer than expected may end at any moment."""
        steps = list(costs)
        later = steps[steps.index(step) + 1 :] if (step := _PART_OF.get(one.stage, one.stage)) in steps else []
        turns = max(0, self._turns - one.turns - (step == "debate")) if step in steps[: steps.index("verdict")] else 0
        rest = sum(costs[name] for name in later if name != "debate") + turns * costs["debate"]
        return rest + max(0.0, costs.get(step, 0.0) - (now - one.since))

    def __str__(self) -> str:
        with self._lock:
            stages = Counter(one.stage for one in self._at.values())
            turns = sorted({one.turns + 1 for one in self._at.values() if one.stage == "debate"})
        whole = f"/{self._turns}" if self._turns else ""
        range_ = "-".join(map(str, dict.fromkeys((turns[0], turns[-1])))) if turns else ""
        return ", ".join(
            f"{count} in {name}" + (f" (turn {range_}{whole})" if name == "debate" else "")
            for name, count in stages.items()
        )


def duration(seconds: float) -> str:
    """Return seconds as people say them: "40 s", "4 min", "2.5 h"."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
