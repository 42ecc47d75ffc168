"""One-sided CUSUM tests for repetition (Page 1954, "Continuous inspection schemes"): evidence that adds up.

Evidence falls back to zero when it runs dry, and an alarm is raised at a threshold. Knows positions and weights only.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SINGLE_COST = 0.2  # a factor at period 1: "of of of" never comes by chance, so an edit hardly counts
# Repeats past the first occurrence: citations and slogans come twice in good texts, seldom more.
_LAPS = 1.6


@dataclass(frozen=True)
class Run:
    """A stretch [start, end) of unit positions that repeats what came `period` units before."""

    start: int
    end: int
    period: int

    @property
    def repeats(self) -> int:
        return max(2, 1 + round((self.end - self.start) / self.period))


def threshold(period: Any, least: float, enough: float) -> Any:
    """The evidence that a loop of this period takes, or of each of an array of periods."""
    return np.clip(_LAPS * period, least, enough)


def evidence_at(
    codes: NDArray[np.int64], gain: NDArray[np.float64], cost: NDArray[np.float64], period: int
) -> NDArray[np.float64]:
    """The CUSUM at one lag, (units - period,): the evidence gathered by each position since it was last zero.

    A position repeats when it equals what stood one period before. One that equals what stood two before
    is neutral: an edit in one lap is paid once, not again when the next lap returns to the unit.
    """
    repeated = codes[period:] == codes[:-period]
    cost_now = cost[period:] * (_SINGLE_COST if period == 1 else 1.0)
    cost_now[period:][codes[2 * period :] == codes[: -2 * period]] = 0.0
    total = np.cumsum(np.where(repeated, gain[period:], -cost_now))
    return total - np.minimum(np.minimum.accumulate(total), 0.0)


def run_around(evidence: NDArray[np.float64], alarm: int, period: int) -> Run:
    """The run around an alarm: from the last zero before it to the peak before the next zero."""
    zeros = np.flatnonzero(evidence <= 0)
    before, after = zeros[zeros < alarm], zeros[zeros > alarm]
    start = int(before[-1]) + 1 if len(before) else 0
    stop = int(after[0]) if len(after) else len(evidence)
    peak = alarm + int(np.argmax(evidence[alarm:stop]))
    return Run(start + period, peak + 1 + period, period)
