"""Paired tests of two models on the same questions.

Numbers: the mean difference with the 95% interval that holds both Student's, which is right without skew, and the
studentized bootstrap's (Hesterberg 2015, "What teachers should know about the bootstrap"), which follows a skew; and a
paired permutation test. Where nearly all differences are the same, as of a rare defect, no method knows how far the
mean may be off: there is no interval. A strong skew that a short list hardly shows is covered in 91%, not 95%
(measured by ``benchmarks.intervals``).

Yes or no: an interval for paired shares (Bonett and Price 2012, "Adjusted Wald confidence interval for a difference of
binomial proportions based on paired data"), and McNemar's test on the questions where the two differ, with the mid-p
value, which keeps its level without being conservative (Fagerland, Lydersen and Laake 2013, "The McNemar test for
binary matched-pairs data").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

TOO_FEW = "too few"  # what stands where there is no interval
_RESAMPLES = 2000
_BATCH = 100  # resamples at a time: the memory of long lists
# Differences besides the most common one. With fewer, intervals cover as little as half of what they say (rare values),
# and the permutation test cannot fall below 5% either: with five differences, 2 of 32 flips are as far from zero.
_VARYING = 5
_TINY = 1e-9  # of the standard error: a resample of one value over and over has none


@dataclass(frozen=True)
class PairedDifference:
    """How two models differ on the questions that both have a figure for: second less first.

    Attributes:
        pairs: how many questions.
        interval: the lower and upper end of the difference at 95%; None if too few differences vary to tell.
        p: the probability of a difference at least this large if the models were alike; 1.0 if none differs.
    """

    pairs: int
    first: float
    second: float
    interval: tuple[float, float] | None
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
        unread: what a judge said that names no answer for sure, and no tie.
        failed: what a judge was asked in vain.
    """

    models: tuple[str, str]
    wins: tuple[int, int]
    ties: int
    p: float
    contradictions: int = 0
    unread: int = 0
    failed: int = 0


def tally(
    models: tuple[str, str], preferred: Sequence[str], *, contradictions: int = 0, unread: int = 0, failed: int = 0
) -> Tally:
    """Count which of two models was preferred; "" is a tie."""
    wins = preferred.count(models[0]), preferred.count(models[1])
    p = float(stats.binomtest(wins[0], sum(wins)).pvalue) if sum(wins) else 1.0
    return Tally(models, wins, len(preferred) - sum(wins), p, contradictions, unread, failed)


def paired_difference(
    first: Sequence[float], second: Sequence[float], *, yes_or_no: bool = False, most: float = np.inf, seed: int = 0
) -> PairedDifference:
    """Compare two models' figures, question by question.

    Args:
        first, second: one figure a question, in the same order, at least one.
        yes_or_no: the figures are 0 or 1.
        most: the figures are between 0 and this.

    Raises:
        ValueError: the lengths differ, or there are no figures.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"{len(first)} and {len(second)} figures: a paired test needs as many of each, at least one")
    differences = np.asarray(second, dtype=float) - np.asarray(first, dtype=float)
    interval = _interval_of_shares(differences) if yes_or_no else _interval(differences, most, seed)
    p = _mcnemar(differences) if yes_or_no else _permutation(differences, seed)
    return PairedDifference(len(first), float(np.mean(first)), float(np.mean(second)), interval, p)


def _interval(differences: Any, most: float, seed: int) -> tuple[float, float] | None:
    _, counts = np.unique(differences.round(9), return_counts=True)  # .3 - .2 and .2 - .1 are the same
    if len(differences) - counts.max() < _VARYING:
        return None
    middle, error = float(np.mean(differences)), float(stats.sem(differences))

    def studentized(sample: Any, axis: int) -> Any:
        return (np.mean(sample, axis) - middle) / np.maximum(stats.sem(sample, axis), error * _TINY)

    found = stats.bootstrap(
        (differences,),
        studentized,
        n_resamples=_RESAMPLES,
        batch=_BATCH,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    student = float(stats.t.ppf(0.975, len(differences) - 1))
    below, above = max(student, float(found.high)), max(student, -float(found.low))
    return max(-most, middle - below * error), min(most, middle + above * error)


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
