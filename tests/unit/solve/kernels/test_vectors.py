"""Vectors of eight against NumPy."""

import numpy as np
import pytest
from numba import njit

from standoff.solve.kernels import vectors


@njit
def apply_exp(x, out):
    for k in range(0, x.shape[0], vectors.WIDTH):
        vectors.store(out, k, vectors.exp(vectors.load(x, k)))


@njit
def apply_log(x, out):
    for k in range(0, x.shape[0], vectors.WIDTH):
        vectors.store(out, k, vectors.log(vectors.load(x, k)))


@njit
def combine(a, b, out):
    x, y = vectors.load(a, 0), vectors.load(b, 0)
    place = vectors.pointer(out)
    vectors.store(place, 0, x + y)
    vectors.store(place, 8, x - 2.0 * y)
    vectors.store(place, 16, x / y)
    vectors.store(place, 24, vectors.maximum(x, y))
    vectors.store(place, 32, vectors.minimum(-x, y))
    vectors.store(place, 40, vectors.where_below(x, y, x * x, vectors.splat(7.0)))
    return vectors.largest(x), vectors.lane_sum(x)


def test_exp():
    x = np.concatenate([np.linspace(-700, 700, 4007), [0.0]])
    out = np.empty_like(x)
    apply_exp(x, out)
    assert np.abs(out / np.exp(x) - 1).max() < 2e-15


def test_exp_of_a_very_negative_number_is_tiny():
    out = np.empty(8)
    apply_exp(np.full(8, -1e9), out)
    assert (out > 0).all()
    assert (out < 1e-300).all()


def test_log():
    x = np.exp(np.linspace(-690, 690, 4008))
    out = np.empty_like(x)
    apply_log(x, out)
    assert np.abs(out - np.log(x)).max() < 2e-13
    near = 1 + np.linspace(-1e-3, 1e-3, 8)
    out = np.empty(8)
    apply_log(near, out)
    assert out == pytest.approx(np.log(near), rel=1e-13)


def test_arithmetic_is_that_of_numpy():
    rng = np.random.default_rng(0)
    a, b, out = rng.normal(size=8), rng.normal(size=8), np.empty(48)
    largest, total = combine(a, b, out)
    expected = [a + b, a - 2 * b, a / b, np.maximum(a, b), np.minimum(-a, b), np.where(a <= b, a * a, 7.0)]
    assert out.reshape(6, 8) == pytest.approx(np.array(expected), rel=1e-15)
    assert largest == a.max()
    assert total == pytest.approx(a.sum(), rel=1e-14)


@pytest.mark.parametrize("place", range(8))
def test_a_nan_in_any_lane_is_reported(place):
    a = np.arange(8.0)
    a[place] = np.nan
    largest, _ = combine(a, np.ones(8), np.empty(48))
    assert np.isnan(largest)
