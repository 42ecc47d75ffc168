"""Scores of parts, standardised and ordered."""

import numpy as np

from vectorstore.store.ranking import Moments, order, standardised


def test_each_column_is_standardised_on_its_own_and_a_constant_one_is_zero() -> None:
    columns = np.array([[1.0, 10.0, 5.0], [3.0, 50.0, 5.0]])
    assert standardised(columns).tolist() == [[-1.0, -1.0, 0.0], [1.0, 1.0, 0.0]]


def test_the_mean_and_spread_of_a_query_are_those_of_its_scores_over_the_corpus() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]], dtype=np.float32)
    basis = np.array([[0.8, 0.6]])
    scores, scale = vectors @ basis[0], Moments.of(vectors).scale(basis)
    assert np.allclose([scale.mean[0], scale.spread[0]], [scores.mean(), scores.std()], atol=1e-6)


def test_the_larger_score_comes_first_and_of_equal_ones_what_was_there_before() -> None:
    assert order(np.array([0.1, 0.5, 0.5]), [7, 9, 8]).tolist() == [2, 1, 0]
