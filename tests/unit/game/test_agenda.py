from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.game.agenda import find_efficient_packages, keep_most_promising, list_packages


def test_all_packages_are_all_combinations():
    assert list_packages([2, 3]).tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


@given(st.integers(0, 1000))
def test_no_kept_package_is_dominated_for_its_pair_of_types(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(1, 12)), rng.normal(size=(1, 12))
    everyone = np.ones((1, 12), dtype=bool)
    kept = find_efficient_packages(a, b, everyone, everyone)
    for k in range(12):
        dominated = np.any((a[0] > a[0, k]) & (b[0] > b[0, k]))
        assert kept[k] != dominated


def test_a_package_that_both_types_refuse_is_not_kept():
    worth = np.array([[1.0, 0.5]])
    kept = find_efficient_packages(worth, worth, np.array([[False, True]]), np.ones((1, 2), dtype=bool))
    assert kept.tolist() == [False, True]


@pytest.mark.parametrize(("limit", "kept"), [(4, [3, 0, 1, 2]), (3, [3, 1, 2]), (2, [3, 2]), (1, [0])])
def test_both_ends_stay_and_then_the_largest_products(limit, kept):
    product = np.array([0.9, 0.8, 0.1, 0.2]) if limit == 1 else np.array([0.5, 0.9, 0.1, 0.2])
    assert keep_most_promising(np.array([3, 0, 1, 2]), product, limit).tolist() == kept


@pytest.mark.parametrize("seed", range(6))
def test_the_efficient_packages_are_those_that_no_other_dominates(seed):
    rng = np.random.default_rng(seed)
    u, v = rng.integers(0, 12, (2, 2, 150)) / 7  # many are worth the same
    u[0, :20] += rng.choice([-4e-13, 4e-13, -3e-12, 3e-12], 20)
    allowed_a, allowed_b = rng.random((2, 2, 150)) < 0.8
    expected = np.zeros(150, dtype=bool)
    for a, b in product(range(2), range(2)):
        possible = np.flatnonzero(allowed_a[a] & allowed_b[b])
        for k in possible:
            gains = u[a][possible] - u[a][k], v[b][possible] - v[b][k]
            at_least = (gains[0] >= -1e-12) & (gains[1] >= -1e-12)
            expected[k] |= not (at_least & ((gains[0] > 1e-12) | (gains[1] > 1e-12))).any()
    assert find_efficient_packages(u, v, allowed_a, allowed_b).tolist() == expected.tolist()
