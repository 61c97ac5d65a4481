import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.solve.kernels.chebyshev import (
    clenshaw,
    make_axis_points,
    make_coefficient_matrix,
    make_differentiation_matrix,
    place_points,
    write_weights_at,
)

SIZES = st.sampled_from([2, 3, 5, 9, 17, 33])
ANCHORS = st.one_of(st.none(), st.floats(0, 1))


def interpolation_weights(belief, size, anchor=None):
    weights = np.empty(size)
    write_weights_at(belief, make_axis_points(size, anchor), weights)
    return weights


def test_points_have_the_chebyshev_values():
    assert place_points(5) == pytest.approx([0, (1 - 2**-0.5) / 2, 0.5, (1 + 2**-0.5) / 2, 1])


@given(SIZES, ANCHORS)
def test_points_ascend_from_zero_to_one_and_keep_half_their_distance(size, anchor):
    found = place_points(size, anchor)
    assert (found[0], found[-1]) == (0, 1)
    gap = np.pi / (2 * (size - 1))
    assert np.diff(np.arcsin(np.sqrt(found))).min() >= 0.5 * gap - 1e-7


@given(SIZES, st.floats(0, 1))
def test_an_anchor_is_a_point_unless_it_lies_next_to_an_end(size, anchor):
    angle, last = np.arcsin(np.sqrt(anchor)), np.pi / 2
    gap = last / (size - 1)
    is_inner = size > 2 and 0.5 * gap < angle < last - 0.5 * gap
    assert (anchor in place_points(size, anchor)) or not is_inner
    assert is_inner or np.array_equal(place_points(size, anchor), place_points(size))


@pytest.mark.parametrize("size", [3, 5, 9, 33])
def test_an_anchor_that_is_a_point_already_changes_nothing(size):
    assert place_points(size, 0.5) == pytest.approx(place_points(size), abs=1e-15)


@given(st.sampled_from([3, 5, 9, 17, 33]), st.floats(0, 1))
def test_an_anchor_leaves_interpolation_well_conditioned(size, anchor):
    # the Lebesgue constant: how much an error at the points can grow between them
    beliefs = np.sin(np.linspace(0, np.pi / 2, 8 * size)) ** 2
    constant = max(np.abs(interpolation_weights(belief, size, anchor)).sum() for belief in beliefs)
    assert constant < 6.0


@given(SIZES, st.floats(0, 1), ANCHORS)
def test_weights_sum_to_one_and_preserve_the_mean(size, belief, anchor):
    weights = interpolation_weights(belief, size, anchor)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert weights @ place_points(size, anchor) == pytest.approx(belief, abs=1e-12)


@given(SIZES, st.data())
def test_at_a_point_the_weight_is_one(size, data):
    k = data.draw(st.integers(0, size - 1))
    assert interpolation_weights(place_points(size)[k], size) == pytest.approx(np.eye(size)[k], abs=1e-12)


@given(SIZES, st.floats(0, 1), st.integers(0, 1000), ANCHORS)
def test_a_polynomial_of_low_degree_is_reproduced(size, belief, seed, anchor):
    polynomial = np.polynomial.Polynomial(np.random.default_rng(seed).normal(size=size))
    weights = interpolation_weights(belief, size, anchor)
    assert weights @ polynomial(place_points(size, anchor)) == pytest.approx(polynomial(belief), abs=1e-9)


@given(SIZES, st.integers(0, 1000), ANCHORS)
def test_slopes_at_the_points_are_those_of_the_polynomial_through_them(size, seed, anchor):
    values = np.random.default_rng(seed).normal(size=size)
    series = np.polynomial.Chebyshev(make_coefficient_matrix(size, anchor) @ values)
    slopes = 2 * series.deriv()(2 * place_points(size, anchor) - 1)
    assert make_differentiation_matrix(size, anchor) @ values == pytest.approx(slopes, rel=1e-7, abs=1e-7)


@given(SIZES, st.floats(0, 1), st.integers(0, 1000), ANCHORS)
def test_clenshaw_gives_the_value_and_slope_of_the_interpolant(size, belief, seed, anchor):
    values = np.random.default_rng(seed).normal(size=size)
    coefficients = make_coefficient_matrix(size, anchor) @ values
    value, slope = clenshaw(coefficients, 2 * belief - 1)
    series = np.polynomial.Chebyshev(coefficients)
    assert value == pytest.approx(interpolation_weights(belief, size, anchor) @ values, abs=1e-9)
    assert slope == pytest.approx(series.deriv()(2 * belief - 1), rel=1e-8, abs=1e-8)
