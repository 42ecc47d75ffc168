"""The tests hold their level: intervals cover the true difference, and nothing is found where there is nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import kstest

from debate.compare.statistics import PairedDifference, paired_difference

SETS, PAIRS = 300, 40


def figures(effect: float, seed: int) -> tuple[list[float], list[float]]:
    """Two models' figures on the same questions: each question has its own difficulty."""
    chance = np.random.default_rng(seed)
    difficulty = chance.normal(0, 1, PAIRS)
    first = difficulty + chance.normal(0, 0.5, PAIRS)
    return first.tolist(), (difficulty + effect + chance.normal(0, 0.5, PAIRS)).tolist()


@pytest.fixture(scope="module")
def with_effect():
    return [paired_difference(*figures(0.3, seed), seed=seed) for seed in range(SETS)]


@pytest.fixture(scope="module")
def without_effect():
    return [paired_difference(*figures(0.0, seed), seed=seed) for seed in range(SETS)]


def test_the_intervals_cover_the_true_difference_as_often_as_they_say(with_effect) -> None:
    covered = np.mean([covers(one, 0.3) for one in with_effect])
    assert 0.93 <= covered <= 0.97


def covers(found: PairedDifference, truth: float) -> bool:
    return found.interval is not None and found.interval[0] <= truth <= found.interval[1]


def drawn(draw: Callable[[np.random.Generator], np.ndarray], sets: int = SETS) -> list[PairedDifference]:
    """Tests of sets of differences."""
    chance = np.random.default_rng(1)
    differences = [draw(chance) for _ in range(sets)]
    return [paired_difference([0.0] * len(one), one.tolist(), seed=n) for n, one in enumerate(differences)]


@pytest.mark.parametrize("pairs", [8, 20, 30])
def test_with_few_questions_the_intervals_cover_it_too(pairs: int) -> None:
    """Regression: with 8 questions 85% of the intervals covered the difference, and with 20 91%."""
    found = drawn(lambda chance: chance.normal(0.3, 0.7, pairs), 2 * SETS)
    assert 0.93 <= np.mean([covers(one, 0.3) for one in found]) <= 0.97


def test_intervals_of_skewed_differences_cover_their_mean() -> None:
    """Regression: 88% of the intervals of 20 lognormal differences did."""
    found = drawn(lambda chance: chance.lognormal(0, 1, 20), 2 * SETS)
    assert np.mean([covers(one, np.exp(0.5)) for one in found]) >= 0.92


@pytest.mark.parametrize("pairs", [3, 8, 20])
def test_where_differences_are_rare_an_interval_is_right_or_not_given(pairs: int) -> None:
    """Regression: where one difference in ten is not 0, 55% of the intervals of 8 questions covered the mean."""
    found = drawn(lambda chance: (chance.random(pairs) < 0.1).astype(float))
    wrong = [one for one in found if one.interval and not covers(one, 0.1)]
    assert len(wrong) <= 0.05 * SETS


@pytest.mark.parametrize(
    "second",
    [
        [1.0] * 8,
        [0.0] * 30 + [1.0] * 4,
        [0.1, 0.9, 0.3, 0.4, 0.7],
        [0.3 - 0.2, 0.2 - 0.1, 0.4 - 0.3, 0.5 - 0.4, 0.6 - 0.5, 0.7 - 0.6, 0.8 - 0.7],
    ],
)
def test_differences_that_hardly_vary_have_no_interval(second: list[float]) -> None:
    """Regression: eight equal differences had an interval without width."""
    assert paired_difference([0.0] * len(second), second).interval is None


def test_an_interval_of_shares_ends_at_what_is_possible() -> None:
    """Regression: supported sentences were fewer by up to 111%."""
    found = paired_difference([1.0] * 8, [0.0, 0.0, 0.0, 0.5, 0.1, 0.02, 0.04, 0.06], most=1)
    assert found.interval is not None
    assert found.interval[0] == -1


@pytest.mark.parametrize("pairs", [8, 40])
def test_intervals_of_yes_or_no_cover_the_true_difference(pairs: int) -> None:
    """They are wider than they say with few questions, and never narrower."""
    chance = np.random.default_rng(2)
    said = [(chance.random(pairs) < 0.4, chance.random(pairs) < 0.7) for _ in range(SETS)]
    found = [paired_difference(a.tolist(), b.tolist(), yes_or_no=True) for a, b in said]
    assert 0.93 <= np.mean([covers(one, 0.3) for one in found]) <= 0.99


def test_without_an_effect_the_p_values_are_spread_evenly(without_effect) -> None:
    found = np.array([one.p for one in without_effect])
    assert abs(np.mean(found < 0.05) - 0.05) < 0.03
    assert abs(np.mean(found < 0.5) - 0.5) < 0.08
    assert kstest(found, "uniform").pvalue > 0.01


def test_a_real_effect_is_found(with_effect) -> None:
    assert np.mean([one.p < 0.05 for one in with_effect]) > 0.6


def test_the_difference_is_second_less_first() -> None:
    found = paired_difference([1.0, 2.0, 3.0], [2.0, 3.5, 4.0])
    assert found.difference == pytest.approx(7 / 6)
    assert (found.pairs, found.first) == (3, 2.0)


def test_yes_or_no_counts_only_the_questions_on_which_they_differ() -> None:
    first, second = [0.0] * 9 + [1.0] * 30, [1.0] * 9 + [1.0] * 30
    assert paired_difference(first, second, yes_or_no=True).p == pytest.approx(2 * 0.5**9 - 0.5**9)


def test_models_that_never_differ_are_not_told_apart() -> None:
    found = paired_difference([1.0, 0.0, 1.0], [1.0, 0.0, 1.0], yes_or_no=True)
    assert found.p == 1.0
    assert found.interval == pytest.approx((-0.8, 0.8), abs=0.3)  # three questions prove little


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [1.0, 2.0])])
def test_figures_that_are_no_pairs_are_refused(first, second) -> None:
    with pytest.raises(ValueError, match="a paired test needs as many of each"):
        paired_difference(first, second)


def test_a_single_pair_proves_nothing_whatever_its_difference() -> None:
    found = paired_difference([0.1], [0.9])
    assert (found.pairs, found.p) == (1, 1.0)
