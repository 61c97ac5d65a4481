"""The fixed point at a node, solved and traced, against plain equations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.solve.kernels.arclength import trace_node
from standoff.solve.kernels.chebyshev import clenshaw
from standoff.solve.kernels.node import WORK_ROWS, D, G, H, evaluate, newton
from standoff.solve.kernels.uniqueness import is_unique, make_slope_samples

NUM_POINTS = 9


def problem(seed, num_actions=3, spread=0.1):
    """Chebyshev coefficients of action values that bend with the belief; shape (type, action, coefficient)."""
    rng = np.random.default_rng(seed)
    decay = spread * 0.4 ** np.arange(NUM_POINTS)
    coefficients = rng.normal(size=(2, num_actions, NUM_POINTS)) * decay
    coefficients[:, :, 0] = rng.normal(size=(2, num_actions))
    return coefficients


def residual(belief, rationality, strategies, coefficients):
    """Largest |s - logit(Q)| at the Bayes posteriors, in plain numpy."""
    total = (1 - belief) * strategies[0] + belief * strategies[1]
    posterior = belief * strategies[1] / total
    worst = 0.0
    for h in range(2):
        q = np.array([clenshaw(coefficients[h, a], 2 * posterior[a] - 1)[0] for a in range(len(posterior))])
        weights = np.exp(rationality * (q - q.max()))
        worst = max(worst, np.abs(strategies[h] - weights / weights.sum()).max())
    return worst


@given(st.integers(0, 10_000), st.floats(0.01, 0.99), st.floats(0.1, 12))
def test_newton_solves_the_node(seed, belief, rationality):
    coefficients = problem(seed)
    allowed = np.ones((3, 2), dtype=bool)
    ell, work = np.zeros(3), np.empty((WORK_ROWS, 3))
    assert newton(belief, rationality, ell, coefficients, allowed, 1e-11, work) > 0
    assert residual(belief, rationality, work[5:7], coefficients) < 1e-10


@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_the_jacobian_is_a_diagonal_plus_a_rank_one_matrix(seed, belief):
    coefficients = problem(seed)
    allowed = np.ones((3, 2), dtype=bool)
    ell = np.random.default_rng(seed).normal(size=3)
    work = np.empty((WORK_ROWS, 3))
    evaluate(belief, 4.0, ell, coefficients, allowed, work)
    exact = np.diag(work[D]) + np.ones((3, 1)) * work[G]
    step = 1e-6
    for k in range(3):
        columns = []
        for sign in (1, -1):
            moved = ell.copy()
            moved[k] += sign * step
            other = np.empty((WORK_ROWS, 3))
            evaluate(belief, 4.0, moved, coefficients, allowed, other)
            columns.append(other[H].copy())
        assert exact[:, k] == pytest.approx((columns[0] - columns[1]) / (2 * step), rel=1e-6, abs=1e-7)


@given(st.integers(0, 10_000), st.floats(0.02, 0.98), st.floats(0.5, 12))
def test_tracing_from_zero_ends_at_a_solution(seed, belief, rationality):
    coefficients = problem(seed, spread=0.3)
    allowed = np.ones((3, 2), dtype=bool)
    ell, work = np.zeros(3), np.empty((WORK_ROWS, 3))
    used, _ = trace_node(belief, rationality, ell, coefficients, allowed, 1e-8, work)
    assert used > 0
    assert residual(belief, rationality, work[5:7], coefficients) < 1e-8


@given(st.integers(0, 10_000), st.floats(0.02, 0.98), st.floats(0.5, 8))
def test_where_the_solution_is_proved_unique_every_start_finds_it(seed, belief, rationality):
    coefficients = problem(seed, spread=0.3)
    allowed = np.ones((3, 2), dtype=bool)
    proved = is_unique(rationality, coefficients, allowed, make_slope_samples(NUM_POINTS))
    found = []
    for start in range(6):
        ell, work = np.random.default_rng(start).normal(scale=3, size=3), np.empty((WORK_ROWS, 3))
        if newton(belief, rationality, ell, coefficients, allowed, 1e-11, work) > 0:
            found.append(ell.copy())
    spread = np.ptp(found, axis=0).max() if found else 0.0
    assert spread < 1e-8 or not proved


def test_an_action_of_one_type_only_reveals_it():
    coefficients = problem(3)
    allowed = np.array([[True, True], [True, False], [False, True]])
    ell, work = np.zeros(3), np.empty((WORK_ROWS, 3))
    assert newton(0.3, 4.0, ell, coefficients, allowed, 1e-11, work) > 0
    assert list(work[0, 1:]) == [0.0, 1.0]
    assert work[5, 2] == work[6, 1] == 0.0
    assert work[5].sum() == pytest.approx(1)
    assert work[6].sum() == pytest.approx(1)


def folded():
    """Two actions and a strong reward for being thought of the second type: at high rationality several solutions."""
    coefficients = np.zeros((2, 2, NUM_POINTS))
    coefficients[1, 0, 1] = 1.5  # type 2 gains from action 0 by being recognised
    coefficients[0, 0, 1] = -1.5
    return coefficients


def test_a_node_with_several_solutions_is_not_proved_unique():
    coefficients = folded()
    allowed = np.ones((2, 2), dtype=bool)
    assert is_unique(0.2, coefficients, allowed, make_slope_samples(NUM_POINTS))
    assert not is_unique(8.0, coefficients, allowed, make_slope_samples(NUM_POINTS))
