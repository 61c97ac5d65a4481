"""Eight nodes side by side against the nodes one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from standoff.solve.kernels import node_block
from standoff.solve.kernels.arclength import trace
from standoff.solve.kernels.chebyshev import axis_of_points
from standoff.solve.kernels.node import WORK_ROWS, evaluate, is_unique, newton, slope_samples
from standoff.solve.kernels.trace_block import climb_block
from standoff.solve.kernels.vectors import WIDTH, load, pointer, splat, store

NM, N = 9, 3
BELIEFS = np.array([0.02, 0.1, 0.3, 0.5, 0.6, 0.8, 0.93, 0.99])


@njit
def solve_by_newton(rationality, beliefs, coefficients, allowed, ell, work):
    return node_block.newton_block(
        N, NM, rationality, load(beliefs, 0), pointer(coefficients), pointer(allowed), 1e-9, splat(0.0), pointer(ell),
        pointer(work),
    )  # fmt: skip


@njit
def climb(rationality, beliefs, coefficients, allowed, ell, work, base, failed):
    return climb_block(
        N, NM, rationality, load(beliefs, 0), pointer(coefficients), pointer(allowed), pointer(ell), pointer(work),
        pointer(base), pointer(failed),
    )  # fmt: skip


@njit
def prove(rationality, coefficients, allowed, samples, out):
    store(
        out, 0, node_block.prove_unique(N, NM, rationality, pointer(coefficients), pointer(allowed), pointer(samples))
    )


@njit
def settle(rationality, beliefs, coefficients, allowed, lines, nodes, ell, work, weights, values, out):
    size, residual, regret = node_block.settle_block(
        N, NM, 2, 0, rationality, load(beliefs, 0), pointer(coefficients), pointer(allowed), pointer(lines),
        pointer(nodes), pointer(ell), pointer(work), pointer(weights), pointer(values),
    )  # fmt: skip
    store(out, 0, size)
    store(out, 8, residual)
    store(out, 16, regret)


def problem(seed, spread):
    """Coefficients of eight different nodes; shape (type, action, coefficient, lane)."""
    rng = np.random.default_rng(seed)
    coefficients = rng.normal(size=(2, N, NM, WIDTH)) * (spread * 0.4 ** np.arange(NM))[:, None]
    coefficients[:, :, 0] = rng.normal(size=(2, N, WIDTH))
    return coefficients


def room():
    return np.zeros(WIDTH * N), np.zeros(WIDTH * node_block.ROWS * N)


@given(st.integers(0, 10_000), st.floats(0.1, 8))
def test_newton_and_settling_give_the_nodes_one_by_one(seed, rationality):
    coefficients = problem(seed, 0.1)
    allowed = np.ones((N, 2), dtype=np.int64)
    ell, work = room()
    # Newton's method converges quadratically; a wrong slope would show as many more steps.
    assert solve_by_newton(rationality, BELIEFS, coefficients, allowed, ell, work) <= 8
    nodes = axis_of_points(NM)
    chebyshev = np.polynomial.chebyshev.chebvander(2 * nodes[0] - 1, NM - 1)
    # value lines of two planes: the mover's own types
    lines = np.ascontiguousarray(np.einsum("kc,hacl->ahkl", chebyshev, coefficients))
    values, out = np.zeros(2 * WIDTH), np.zeros(24)
    settle(rationality, BELIEFS, coefficients, allowed, lines, nodes, ell, work, np.zeros(WIDTH * NM), values, out)
    assert out[:8].max() < 1e-10
    assert out[8:16].max() < 1e-10
    rows = work.reshape(N, node_block.ROWS, WIDTH)
    for lane, belief in enumerate(BELIEFS):
        one, single = np.zeros(N), np.empty((WORK_ROWS, N))
        line = np.ascontiguousarray(coefficients[..., lane])
        assert newton(belief, rationality, one, line, allowed.astype(bool), 1e-11, single) > 0
        assert ell.reshape(N, WIDTH)[:, lane] == pytest.approx(one, abs=1e-9)
        for h in range(2):
            assert rows[:, node_block.S1 + h, lane] == pytest.approx(single[5 + h], abs=1e-9)
            assert values[WIDTH * h + lane] == pytest.approx(single[5 + h] @ single[1 + h], abs=1e-9)


@given(st.integers(0, 10_000), st.floats(0.5, 12))
def test_climbing_ends_where_tracing_ends(seed, rationality):
    coefficients = problem(seed, 0.3)
    allowed = np.ones((N, 2), dtype=np.int64)
    ell, work = room()
    failed = np.zeros(WIDTH)
    climb(rationality, BELIEFS, coefficients, allowed, ell, work, np.zeros(WIDTH * N), failed)
    for lane, belief in enumerate(BELIEFS):
        one, single = np.zeros(N), np.empty((WORK_ROWS, N))
        line = np.ascontiguousarray(coefficients[..., lane])
        used, folds = trace(belief, rationality, one, line, allowed.astype(bool), 1e-8, single)
        assert used > 0
        assert failed[lane] == 1.0 or folds == 0
        assert failed[lane] == 1.0 or ell.reshape(N, WIDTH)[:, lane] == pytest.approx(one, abs=2e-4)


def test_climbing_arrives_nearly_always_where_there_is_no_fold():
    arrived = 0
    for seed in range(40):
        failed = np.zeros(WIDTH)
        ell, work = room()
        allowed = np.ones((N, 2), dtype=np.int64)
        climb(6.0, BELIEFS, problem(seed, 0.2), allowed, ell, work, np.zeros(WIDTH * N), failed)
        arrived += (failed == 0).sum()
    assert arrived > 0.95 * 40 * WIDTH


def test_climbing_gives_up_at_a_fold():
    # Two types that gain in opposite ways from being recognised: at high rationality the branch turns back.
    for seed in range(200):
        coefficients = problem(seed, 2.0)
        allowed = np.ones((N, 2), dtype=np.int64)
        line = np.ascontiguousarray(coefficients[..., 3])
        one, single = np.zeros(N), np.empty((WORK_ROWS, N))
        used, folds = trace(BELIEFS[3], 12.0, one, line, allowed.astype(bool), 1e-8, single)
        if used > 0 and folds > 0:
            break
    assert folds > 0
    ell, work = room()
    failed = np.zeros(WIDTH)
    climb(12.0, BELIEFS, coefficients, allowed, ell, work, np.zeros(WIDTH * N), failed)
    assert failed[3] == 1.0


@given(st.integers(0, 2000), st.floats(0.2, 8), st.sampled_from([0.02, 0.1, 0.3]))
def test_what_is_proved_in_a_lane_is_proved_alone(seed, rationality, spread):
    coefficients = problem(seed, spread)
    allowed = np.ones((N, 2), dtype=np.int64)
    samples, proved = slope_samples(NM), np.zeros(WIDTH)
    prove(rationality, coefficients, allowed, samples, proved)
    for lane in range(WIDTH):
        line = np.ascontiguousarray(coefficients[..., lane])
        assert bool(proved[lane]) == is_unique(rationality, line, allowed.astype(bool), samples)


def test_an_action_of_one_type_only_reveals_it():
    coefficients = problem(3, 0.1)
    allowed = np.array([[1, 1], [1, 0], [0, 1]])
    ell, work = room()
    solve_by_newton(4.0, BELIEFS, coefficients, allowed, ell, work)
    rows = work.reshape(N, node_block.ROWS, WIDTH)
    assert (rows[1, node_block.POSTERIOR] == 0.0).all()
    assert (rows[2, node_block.POSTERIOR] == 1.0).all()
    single, one = np.empty((WORK_ROWS, N)), ell.reshape(N, WIDTH)[:, 2].copy()
    line = np.ascontiguousarray(coefficients[..., 2])
    assert evaluate(BELIEFS[2], 4.0, one, line, allowed.astype(bool), single) < 1e-9
