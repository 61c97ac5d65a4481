"""Eight nodes solved together against the same nodes solved one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from standoff.solve.kernels import node_block
from standoff.solve.kernels.arclength import trace_node
from standoff.solve.kernels.chebyshev import make_axis_points
from standoff.solve.kernels.node import WORK_ROWS, evaluate, newton
from standoff.solve.kernels.node_block import Block
from standoff.solve.kernels.trace_block import trace_block
from standoff.solve.kernels.uniqueness import is_unique, make_slope_samples, prove_unique
from standoff.solve.kernels.vectors import WIDTH, load, pointer, splat, store

NM, N = 9, 3
BELIEFS = np.array([0.02, 0.1, 0.3, 0.5, 0.6, 0.8, 0.93, 0.99])


@njit
def block_of(rationality, coefficients, allowed, action_values, ell, work, values, failed, space):
    """A block with two planes, the mover's own types."""
    return Block(
        N, NM, 2, 0, rationality, pointer(allowed), pointer(space), pointer(action_values), pointer(coefficients), pointer(ell),
        pointer(work), pointer(values), pointer(space[2 * NM :]), pointer(space[100:]), pointer(space[200:]), pointer(failed),
        pointer(space[300:]),
    )  # fmt: skip


@njit
def solve_by_newton(rationality, beliefs, coefficients, allowed, ell, work, space):
    block = block_of(rationality, coefficients, allowed, space, ell, work, space, space, space)
    return node_block.newton_block(block, load(beliefs, 0), 1e-9, splat(0.0))


@njit
def trace_eight(rationality, beliefs, coefficients, allowed, ell, work, failed, space):
    block = block_of(rationality, coefficients, allowed, space, ell, work, space, failed, space)
    return trace_block(block, load(beliefs, 0))


@njit
def prove(rationality, coefficients, allowed, samples, out):
    store(out, 0, prove_unique(N, NM, rationality, pointer(coefficients), pointer(allowed), pointer(samples)))


@njit
def value_eight(rationality, beliefs, coefficients, allowed, action_values, ell, work, values, space, out):
    block = block_of(rationality, coefficients, allowed, action_values, ell, work, values, space, space)
    size, residual, regret = node_block.value_block(block, load(beliefs, 0))
    store(out, 0, size)
    store(out, 8, residual)
    store(out, 16, regret)


def problem(seed, spread):
    """Coefficients of eight different nodes; shape (type, action, coefficient, lane)."""
    rng = np.random.default_rng(seed)
    coefficients = rng.normal(size=(2, N, NM, WIDTH)) * (spread * 0.4 ** np.arange(NM))[:, None]
    coefficients[:, :, 0] = rng.normal(size=(2, N, WIDTH))
    return coefficients


def workspace():
    """Space for the points of the own axis and whatever else a block needs."""
    space = np.zeros(400)
    space[: 2 * NM] = make_axis_points(NM).ravel()
    return np.zeros(WIDTH * N), np.zeros(WIDTH * node_block.ROWS * N), space


@given(st.integers(0, 10_000), st.floats(0.1, 8))
def test_eight_nodes_have_the_solutions_and_values_of_single_nodes(seed, rationality):
    coefficients = problem(seed, 0.1)
    allowed = np.ones((N, 2), dtype=np.int64)
    ell, work, space = workspace()
    # Newton's method converges quadratically; a wrong slope would show as many more steps.
    assert solve_by_newton(rationality, BELIEFS, coefficients, allowed, ell, work, space) <= 8
    points = make_axis_points(NM)[0]
    chebyshev = np.polynomial.chebyshev.chebvander(2 * points - 1, NM - 1)
    action_values = np.ascontiguousarray(np.einsum("kc,hacl->ahkl", chebyshev, coefficients))
    values, out = np.zeros(2 * WIDTH), np.zeros(24)
    value_eight(rationality, BELIEFS, coefficients, allowed, action_values, ell, work, values, space, out)
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
def test_eight_nodes_traced_together_end_where_each_ends_alone(seed, rationality):
    coefficients = problem(seed, 0.3)
    allowed = np.ones((N, 2), dtype=np.int64)
    ell, work, space = workspace()
    failed = np.zeros(WIDTH)
    trace_eight(rationality, BELIEFS, coefficients, allowed, ell, work, failed, space)
    for lane, belief in enumerate(BELIEFS):
        one, single = np.zeros(N), np.empty((WORK_ROWS, N))
        line = np.ascontiguousarray(coefficients[..., lane])
        used, folds = trace_node(belief, rationality, one, line, allowed.astype(bool), 1e-8, single)
        assert used > 0
        assert failed[lane] == 1.0 or folds == 0
        assert failed[lane] == 1.0 or ell.reshape(N, WIDTH)[:, lane] == pytest.approx(one, abs=2e-4)


def test_tracing_eight_nodes_nearly_always_succeeds_without_folds():
    arrived = 0
    for seed in range(40):
        failed = np.zeros(WIDTH)
        ell, work, space = workspace()
        allowed = np.ones((N, 2), dtype=np.int64)
        trace_eight(6.0, BELIEFS, problem(seed, 0.2), allowed, ell, work, failed, space)
        arrived += (failed == 0).sum()
    assert arrived > 0.95 * 40 * WIDTH


def test_tracing_eight_nodes_stops_at_a_fold():
    # Two types that gain in opposite ways from being recognised: at high rationality the branch turns back.
    for seed in range(200):
        coefficients = problem(seed, 2.0)
        allowed = np.ones((N, 2), dtype=np.int64)
        line = np.ascontiguousarray(coefficients[..., 3])
        one, single = np.zeros(N), np.empty((WORK_ROWS, N))
        used, folds = trace_node(BELIEFS[3], 12.0, one, line, allowed.astype(bool), 1e-8, single)
        if used > 0 and folds > 0:
            break
    assert folds > 0
    ell, work, space = workspace()
    failed = np.zeros(WIDTH)
    trace_eight(12.0, BELIEFS, coefficients, allowed, ell, work, failed, space)
    assert failed[3] == 1.0


@given(st.integers(0, 2000), st.floats(0.2, 8), st.sampled_from([0.02, 0.1, 0.3]))
def test_the_proof_of_uniqueness_agrees_with_that_of_single_nodes(seed, rationality, spread):
    coefficients = problem(seed, spread)
    allowed = np.ones((N, 2), dtype=np.int64)
    samples, proved = make_slope_samples(NM), np.zeros(WIDTH)
    prove(rationality, coefficients, allowed, samples, proved)
    for lane in range(WIDTH):
        line = np.ascontiguousarray(coefficients[..., lane])
        assert bool(proved[lane]) == is_unique(rationality, line, allowed.astype(bool), samples)


def test_an_action_of_one_type_only_reveals_it():
    coefficients = problem(3, 0.1)
    allowed = np.array([[1, 1], [1, 0], [0, 1]])
    ell, work, space = workspace()
    solve_by_newton(4.0, BELIEFS, coefficients, allowed, ell, work, space)
    rows = work.reshape(N, node_block.ROWS, WIDTH)
    assert (rows[1, node_block.POSTERIOR] == 0.0).all()
    assert (rows[2, node_block.POSTERIOR] == 1.0).all()
    single, one = np.empty((WORK_ROWS, N)), ell.reshape(N, WIDTH)[:, 2].copy()
    line = np.ascontiguousarray(coefficients[..., 2])
    assert evaluate(BELIEFS[2], 4.0, one, line, allowed.astype(bool), single) < 1e-9
