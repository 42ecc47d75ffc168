"""Paired tests of two models on the same questions.

Numbers: the mean difference with a 95% bootstrap interval (bias-corrected and accelerated, Efron 1987), which is too
narrow for few questions: below 20 it is Student's; and a paired permutation test. Yes or no: an interval for paired
shares (Bonett and Price 2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on
paired data"), and McNemar's test on the questions where the two differ, with the mid-p value, which keeps its level
without being conservative (Fagerland, Lydersen and Laake 2013, "The McNemar test for binary matched-pairs data").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

_RESAMPLES = 2000
_FEW = 20  # differences; with fewer a bootstrap interval covers less than it says


@dataclass(frozen=True)
class PairedDifference:
    """How two models differ on the questions that both have a figure for: second less first.

    Attributes:
        pairs: how many questions.
        low, high: the 95% interval of the difference.
        p: the probability of a difference at least this large if the models were alike; 1.0 if none differs.
    """

    pairs: int
    first: float
    second: float
    low: float
    high: float
    p: float

    @property
    def difference(self) -> float:
        """Return the mean of second less first."""
        return self.second - self.first


@dataclass(frozen=True)
class Tally:
    """How often each of two models was preferred.

    Attributes:
        p: by a two-sided sign test without the ties; 1.0 if there are only ties.
        contradictions: ties for which a judge preferred the same place in both orders.
    """

    models: tuple[str, str]
    wins: tuple[int, int]
    ties: int
    p: float
    contradictions: int = 0


def tally(models: tuple[str, str], preferred: Sequence[str], contradictions: int = 0) -> Tally:
    """Count which of two models was preferred; "" is a tie."""
    wins = preferred.count(models[0]), preferred.count(models[1])
    p = float(stats.binomtest(wins[0], sum(wins)).pvalue) if sum(wins) else 1.0
    return Tally(models, wins, len(preferred) - sum(wins), p, contradictions)


def paired_difference(
    first: Sequence[float], second: Sequence[float], *, yes_or_no: bool = False, seed: int = 0
) -> PairedDifference:
    """Compare two models' figures, question by question.

    Args:
        first, second: one figure a question, in the same order, at least one.
        yes_or_no: the figures are 0 or 1.

    Raises:
        ValueError: the lengths differ, or there are no figures.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"{len(first)} and {len(second)} figures: a paired test needs as many of each, at least one")
    differences = np.asarray(second, dtype=float) - np.asarray(first, dtype=float)
    low, high = _interval_of_shares(differences) if yes_or_no else _interval(differences, seed)
    p = _mcnemar(differences) if yes_or_no else _permutation(differences, seed)
    return PairedDifference(len(first), float(np.mean(first)), float(np.mean(second)), low, high, p)


def _interval(differences: Any, seed: int) -> tuple[float, float]:
    if len(differences) < 2 or np.ptp(differences) == 0:  # nothing to resample
        return float(differences[0]), float(differences[0])
    if len(differences) < _FEW:
        low, high = stats.t.interval(0.95, len(differences) - 1, np.mean(differences), stats.sem(differences))
        return float(low), float(high)
    found = stats.bootstrap(
        (differences,), np.mean, n_resamples=_RESAMPLES, method="BCa", rng=np.random.default_rng(seed)
    ).confidence_interval
    return float(found.low), float(found.high)


def _interval_of_shares(differences: Any) -> tuple[float, float]:
    """The interval with one more question that each model alone gets right; questions that agree narrow it, too."""
    pairs = len(differences) + 2
    gained, lost = (int(np.sum(differences > 0)) + 1) / pairs, (int(np.sum(differences < 0)) + 1) / pairs
    middle = gained - lost
    half = float(stats.norm.ppf(0.975) * np.sqrt((gained + lost - middle**2) / pairs))
    return max(-1.0, middle - half), min(1.0, middle + half)


def _permutation(differences: Any, seed: int) -> float:
    """The share of sign flips of the differences whose mean is as far from zero."""
    if len(differences) < 2 or not np.any(differences):  # a single pair is as far from zero when it is flipped
        return 1.0
    found = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=_RESAMPLES, rng=np.random.default_rng(seed)
    )
    return float(found.pvalue)


def _mcnemar(differences: Any) -> float:
    """Two-sided mid-p: the exact p-value less half the probability of the very table that was seen."""
    gained, lost = int(np.sum(differences > 0)), int(np.sum(differences < 0))
    if not gained + lost:
        return 1.0
    exact = float(stats.binomtest(gained, gained + lost).pvalue)
    seen = float(stats.binom.pmf(gained, gained + lost, 0.5))
    return max(0.0, min(1.0, exact - seen))
