"""Vectors of eight against NumPy."""

import numpy as np
import pytest
from numba import njit

from standoff.solve import lanes


@njit
def apply_exp(x, out):
    for k in range(0, x.shape[0], lanes.WIDTH):
        lanes.store(out, k, lanes.exp(lanes.load(x, k)))


@njit
def apply_log(x, out):
    for k in range(0, x.shape[0], lanes.WIDTH):
        lanes.store(out, k, lanes.log(lanes.load(x, k)))


@njit
def combine(a, b, out):
    x, y = lanes.load(a, 0), lanes.load(b, 0)
    place = lanes.pointer(out)
    lanes.store(place, 0, x + y)
    lanes.store(place, 8, x - 2.0 * y)
    lanes.store(place, 16, x / y)
    lanes.store(place, 24, lanes.maximum(x, y))
    lanes.store(place, 32, lanes.minimum(-x, y))
    lanes.store(place, 40, lanes.where_below(x, y, x * x, lanes.splat(7.0)))
    return lanes.largest(x), lanes.lane_sum(x)


def test_exp():
    x = np.concatenate([np.linspace(-700, 700, 4007), [0.0]])
    out = np.empty_like(x)
    apply_exp(x, out)
    assert np.abs(out / np.exp(x) - 1).max() < 2e-15


def test_exp_of_a_very_negative_number_is_tiny_and_not_a_fault():
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
def test_a_lane_that_is_not_a_number_is_seen(place):
    a = np.arange(8.0)
    a[place] = np.nan
    largest, _ = combine(a, np.ones(8), np.empty(48))
    assert np.isnan(largest)
