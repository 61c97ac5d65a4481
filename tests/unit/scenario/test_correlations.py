"""The matrix of rank correlations."""

import numpy as np
import pytest

from standoff.scenario.correlations import (
    build_rank_matrix,
    compute_copula_matrix,
    find_nearest_ranks,
    find_smallest_eigenvalue,
)


def test_a_matrix_that_is_positive_definite_is_its_own_nearest():
    ranks = np.array([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]])
    assert find_nearest_ranks(ranks) == pytest.approx(ranks, abs=1e-12)


def test_the_nearest_matrix_of_higham_2002():
    """His example on page 334: rows 1 1 0, 1 1 1, 0 1 1 have the nearest matrix 0.7607 and 0.1573."""
    pearson = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=float)
    found = compute_copula_matrix(find_nearest_ranks(6 / np.pi * np.arcsin(pearson / 2)))
    assert found[0] == pytest.approx([1, 0.7607, 0.1573], abs=3e-3)  # three decimals, and shrunk until it is definite


@pytest.mark.parametrize("seed", range(5))
def test_the_suggested_matrix_is_positive_definite_as_printed(seed):
    rng = np.random.default_rng(seed)
    ranks = np.eye(8)
    upper = np.triu_indices(8, 1)
    ranks[upper] = rng.uniform(-0.99, 0.99, len(upper[0]))
    ranks = np.maximum(np.triu(ranks), np.triu(ranks).T) + np.minimum(np.triu(ranks, 1), np.triu(ranks, 1).T)
    assert find_smallest_eigenvalue(ranks) < 0
    offered = find_nearest_ranks(ranks)
    assert find_smallest_eigenvalue(offered) > 0
    assert offered == pytest.approx(np.round(offered, 3), abs=1e-15)
    assert np.diag(offered) == pytest.approx(np.ones(8))


def test_pairs_of_other_parameters_are_ignored():
    found = build_rank_matrix(["a", "b"], {("b", "a"): 0.5, ("a", "c"): 0.9})
    assert found.tolist() == [[1.0, 0.5], [0.5, 1.0]]
