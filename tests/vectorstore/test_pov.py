"""The arithmetic of points of view, against its formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vectorstore import POV, POVError
from vectorstore.pov import check_pov_weight, coefficients, direction, fold, unit

weights = st.lists(st.floats(-5, 5).filter(lambda w: abs(w) > 0.01), min_size=1, max_size=6)
shares = st.floats(0, 1)
seeds = st.integers(0, 2**32 - 1)


@given(weights, shares, seeds)
def test_folding_equals_the_sum_of_the_single_scores(weights, share, seed):
    rng = np.random.default_rng(seed)
    question, chunk = unit(rng.normal(size=12)), unit(rng.normal(size=12))
    povs = unit(rng.normal(size=(len(weights), 12)))
    total = sum(abs(w) for w in weights)

    score = fold(question, povs, weights, share) @ chunk

    by_hand = (1 - share) * (question @ chunk) + share * sum(
        w / total * (p @ chunk) for w, p in zip(weights, povs, strict=True)
    )
    assert score == pytest.approx(by_hand, abs=1e-12)


@given(weights, seeds)
def test_a_weight_of_zero_leaves_the_question_bit_for_bit(weights, seed):
    rng = np.random.default_rng(seed)
    question, povs = unit(rng.normal(size=12)), unit(rng.normal(size=(len(weights), 12)))

    folded = fold(question, povs, weights, 0)

    assert np.array_equal(folded, question)


@given(weights, shares)
def test_max_gives_one_row_a_view(weights, share):
    rows = coefficients(weights, share, "max")

    assert rows.shape == (len(weights), 1 + len(weights))
    assert np.abs(rows[:, 1:]).max() == pytest.approx(share)


def test_max_leaves_the_question_its_share_beside_every_view():
    assert coefficients([1.0, -2.0], 0.25, "max").tolist() == [[0.75, 0.125, 0.0], [0.75, 0.0, -0.25]]


def test_lists_of_whole_numbers_are_vectors_as_well():
    assert unit([3, 4]).tolist() == [0.6, 0.8]
    assert fold([1, 0], [[0, 1], [0, -1]], [3, 1], 0.5).tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"text": " "}, "text"), ({"text": "\u200b"}, "text"), ({"text": "a", "against": ""}, "against")],
)
def test_an_empty_statement_is_named_by_its_field(fields, name):
    with pytest.raises(POVError, match=f"^POV {name} "):
        POV(**fields)


def test_without_views_the_question_counts_alone():
    assert coefficients([], 0.7).tolist() == [[1.0]]


@given(arrays(np.float64, 5, elements=st.floats(-10, 10)))
def test_unit_vectors_have_length_one_or_zero(vector):
    length = np.linalg.norm(unit(vector))

    assert length == pytest.approx(float(np.any(vector)), abs=1e-9)


def test_vectors_whose_squares_underflow_still_get_length_one():
    assert np.linalg.norm(unit([[1.6e-159] * 5, [5e-324] * 5]), axis=1) == pytest.approx([1.0, 1.0])


def test_a_direction_points_from_one_statement_to_the_other():
    assert direction([1.0, 0], [0, 1.0]) == pytest.approx([2**-0.5, -(2**-0.5)])


@pytest.mark.parametrize("weight", [0, 1])
def test_the_question_alone_and_the_views_alone_are_shares_as_well(weight):
    assert check_pov_weight(weight) == weight


def test_statements_that_differ_by_rounding_alone_have_no_direction_between_them():
    with pytest.raises(POVError, match="Reword"):
        direction([1.0, 0], [1.0, 1e-5])


def test_a_direction_between_equal_vectors_is_an_error():
    with pytest.raises(POVError, match="Reword"):
        direction([1.0, 0], [2.0, 0])


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), "2", None, True])
def test_a_weight_that_is_no_finite_number_is_named(weight):
    with pytest.raises(POVError, match="weight"):
        POV("Trade brings peace", weight)


@pytest.mark.parametrize("fields", [{"text": " "}, {"text": "a", "against": ""}, {"text": "a", "against": "a "}])
def test_a_view_without_words_of_its_own_is_an_error(fields):
    with pytest.raises(POVError):
        POV(**fields)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "0.5", True])
def test_a_pov_weight_outside_zero_to_one_is_an_error(share):
    with pytest.raises(POVError, match="pov_weight"):
        coefficients([1.0], share)


def test_weights_that_are_all_zero_are_an_error():
    with pytest.raises(POVError, match="All 2"):
        coefficients([0.0, 0.0], 0.5)


def test_an_unknown_aggregate_is_told_without_views_too():
    with pytest.raises(POVError, match="aggregate 'min' is unknown"):
        coefficients([], 0.5, "min")
