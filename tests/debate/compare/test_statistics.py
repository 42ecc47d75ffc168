"""The tests hold their level: intervals cover the true difference, and nothing is found where there is nothing."""

import numpy as np
import pytest

from debate.compare.statistics import paired_difference

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
    covered = np.mean([one.low <= 0.3 <= one.high for one in with_effect])
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("pairs", [8, 40])
def test_with_few_questions_the_intervals_cover_it_too(pairs: int) -> None:
    """Regression: with 8 questions 85% of the intervals covered the difference."""
    chance = np.random.default_rng(1)
    drawn = [chance.normal(0.3, 0.7, pairs) for _ in range(SETS)]
    found = [paired_difference([0.0] * pairs, one.tolist(), seed=n) for n, one in enumerate(drawn)]
    assert 0.93 <= np.mean([one.low <= 0.3 <= one.high for one in found]) <= 0.97


@pytest.mark.parametrize("pairs", [8, 40])
def test_intervals_of_yes_or_no_cover_the_true_difference(pairs: int) -> None:
    """They are wider than they say with few questions, and never narrower."""
    chance = np.random.default_rng(2)
    drawn = [(chance.random(pairs) < 0.4, chance.random(pairs) < 0.7) for _ in range(SETS)]
    found = [paired_difference(a.tolist(), b.tolist(), yes_or_no=True) for a, b in drawn]
    assert 0.93 <= np.mean([one.low <= 0.3 <= one.high for one in found]) <= 0.99


def test_without_an_effect_the_p_values_are_spread_evenly(without_effect) -> None:
    found = np.array([one.p for one in without_effect])
    assert abs(np.mean(found < 0.05) - 0.05) < 0.03
    assert abs(np.mean(found < 0.5) - 0.5) < 0.08


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
    assert found.low == pytest.approx(-found.high)
    assert found.high > 0.5  # three questions prove little


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [1.0, 2.0])])
def test_figures_that_are_no_pairs_are_refused(first, second) -> None:
    with pytest.raises(ValueError, match="a paired test needs as many of each"):
        paired_difference(first, second)


def test_a_single_pair_proves_nothing_whatever_its_difference() -> None:
    found = paired_difference([0.1], [0.9])
    assert (found.pairs, found.p) == (1, 1.0)
