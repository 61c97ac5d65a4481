import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.solve.chebyshev import clenshaw, coefficient_matrix, interpolation_weights, points

SIZES = st.sampled_from([2, 3, 5, 9, 17, 33])


def test_points_run_from_zero_to_one():
    assert points(5) == pytest.approx([0, (1 - 2**-0.5) / 2, 0.5, (1 + 2**-0.5) / 2, 1])


@given(SIZES, st.floats(0, 1))
def test_weights_sum_to_one_and_preserve_the_mean(size, belief):
    weights = interpolation_weights(belief, size)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert weights @ points(size) == pytest.approx(belief, abs=1e-12)


@given(SIZES, st.data())
def test_at_a_point_the_weight_is_one(size, data):
    k = data.draw(st.integers(0, size - 1))
    assert interpolation_weights(points(size)[k], size) == pytest.approx(np.eye(size)[k], abs=1e-12)


@given(SIZES, st.floats(0, 1), st.integers(0, 1000))
def test_a_polynomial_of_low_degree_is_reproduced(size, belief, seed):
    polynomial = np.polynomial.Polynomial(np.random.default_rng(seed).normal(size=size))
    assert interpolation_weights(belief, size) @ polynomial(points(size)) == pytest.approx(polynomial(belief), abs=1e-9)


@given(SIZES, st.floats(0, 1), st.integers(0, 1000))
def test_clenshaw_gives_the_value_and_slope_of_the_interpolant(size, belief, seed):
    values = np.random.default_rng(seed).normal(size=size)
    coefficients = coefficient_matrix(size) @ values
    value, slope = clenshaw(coefficients, 2 * belief - 1)
    series = np.polynomial.Chebyshev(coefficients)
    assert value == pytest.approx(interpolation_weights(belief, size) @ values, abs=1e-9)
    assert slope == pytest.approx(series.deriv()(2 * belief - 1), rel=1e-8, abs=1e-8)
