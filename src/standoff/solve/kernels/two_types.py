"""All nodes of a state whose mover has two types.

The nodes of a state are taken in blocks of eight (`node_block`): eight points of the other player's axis at one own belief, or,
for the remainder, eight own beliefs at one point of the other axis. At both ends of the own axis the own belief is certain and
no action changes it, so these nodes need no iteration.

Every array is in mover order (`backward`): point i num_other + j for own belief i and the other's belief j. Arrays are pointers
(`vectors.pointer`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from standoff.solve.kernels.arclength import trace_node
from standoff.solve.kernels.node import WORK_ROWS
from standoff.solve.kernels.node_block import Q1, ROWS, S1, logit_block, newton_block, value_block
from standoff.solve.kernels.trace_block import follow_block, trace_block
from standoff.solve.kernels.uniqueness import prove_unique
from standoff.solve.kernels.vectors import WIDTH, kernel, largest, load, maximum, splat, store, where_below

__all__ = [
    "ANY_BRANCH", "COUNTS", "EVALUATIONS", "FOLDS", "FOLLOW", "FOLLOW_OR_JUMP", "LOG_ODDS_TOLERANCE", "LOST", "NODES",
    "PRINCIPAL", "TRACED", "TRACED_TOLERANCE", "TRACE_ALWAYS", "UNIQUE", "Output", "OwnAxis", "solve_two_types",
]  # fmt: skip

COUNTS = ("nodes", "evaluations", "unique", "traced", "folds", "lost")
"""What a decision layer counts, in the order of its `counts`."""
NODES, EVALUATIONS, UNIQUE, TRACED, FOLDS, LOST = range(6)

PRINCIPAL, TRACE_ALWAYS, ANY_BRANCH, FOLLOW, FOLLOW_OR_JUMP = range(5)
"""Modes of a decision layer (`backward.decision_layer`)."""

LOG_ODDS_TOLERANCE = 1e-10
"""Largest sum of |H_a| of a solved node."""
TRACED_TOLERANCE = 1e-8
"""Largest |H| of a node that had to be traced around a fold: where slopes are steep, rounding allows no less."""
NEAR = 2e-5
NEARER = 1e-9
MOMENTUM = 0.9  # fraction of the last change of a log likelihood ratio that is expected again a period earlier


class OwnAxis(NamedTuple):
    """The mover's belief axis, and the length of the other one.

    Attributes:
        num_own: Points on the own axis, m.
        num_other: Points on the other axis.
        points: Points and scales of the own axis (`chebyshev.make_axis_points`).
        matrix: Coefficient matrix of the own axis; at m row + column.
        samples: From `uniqueness.make_slope_samples`; at m sample + coefficient.
    """

    num_own: int
    num_other: int
    points: Any
    matrix: Any
    samples: Any


class Output(NamedTuple):
    """Where the solution of a state is written: pointers, each followed by the index of the state's first number.

    Attributes:
        values: Values of every player type; at padded plane + point.
        first_value: Their first index.
        strategies: At padded (2 a + h) + point.
        first_strategy: Their first index.
        ell: Log likelihood ratios as last solved; at padded a + point; read and written.
        ell_change: How they changed when last solved; read and written.
        first_ell: The first index of both.
        counts: See `COUNTS`; added to.
    """

    values: Any
    first_value: int
    strategies: Any
    first_strategy: int
    ell: Any
    ell_change: Any
    first_ell: int
    counts: Any


@kernel
def solve_two_types(block, axis, w, padded, output, mode):
    """Solve all nodes of a state whose mover has two types.

    Args:
        block: Workspace and sizes of the state.
        axis: The mover's axis.
        w: Action values W_p(a; .); at padded (num_planes a + p) + point.
        padded: Length of the point axis of arrays.
        output: Where the solution is written.
        mode: See `backward.decision_layer`.

    Returns:
        The largest residual and the largest regret.
    """
    num_own, num_other = axis.num_own, axis.num_other
    n, allowed, ell, lanes = block.num_actions, block.allowed, block.ell, block.lanes
    num_inner = num_own - 2
    worst_residual = 0.0
    worst_regret = 0.0
    column = 0
    while column < num_other:
        # eight columns side by side; or one column, whose own beliefs then lie side by side; or some of eight
        count = min(WIDTH, num_other - column)
        is_column = count < WIDTH and count * ((num_inner + WIDTH - 1) // WIDTH) <= num_inner
        if is_column:
            count = 1
        _gather_action_values(block, axis, w, padded, column, count, is_column)
        _fit_coefficients(block, axis.matrix)
        proved = splat(0.0)
        if mode != TRACE_ALWAYS:
            proved = prove_unique(n, num_own, block.rationality, block.coefficients, allowed, axis.samples)
        for end in range(2):
            regret = _solve_certain(block, end)
            worst_regret = max(worst_regret, largest(regret))
            _write_solution(block, padded, output, end * (num_own - 1) * num_other + column, 1, count)
            output.counts[UNIQUE] += count
            output.counts[EVALUATIONS] += count
        i = 1
        while i < num_own - 1:
            point = i * num_other + column
            used_lanes = count
            step = 1
            belief = splat(axis.points[i])
            if is_column:
                used_lanes = min(WIDTH, num_own - 1 - i)
                step = num_other
                for lane in range(WIDTH):
                    lanes[lane] = axis.points[min(i + lane, num_own - 2)]
                belief = load(lanes, 0)
            for a in range(n):
                if allowed[2 * a] and allowed[2 * a + 1]:
                    at = output.first_ell + a * padded + point
                    last = _get(output.ell, at, step, used_lanes, lanes)
                    if mode < FOLLOW:
                        last = last + MOMENTUM * _get(output.ell_change, at, step, used_lanes, lanes)
                    store(ell, WIDTH * a, last)
            residual, regret = _solve_block(block, belief, proved, used_lanes, mode, output.counts)
            worst_residual = max(worst_residual, largest(residual))
            worst_regret = max(worst_regret, largest(regret))
            _write_solution(block, padded, output, point, step, used_lanes)
            for a in range(n):
                if allowed[2 * a] and allowed[2 * a + 1]:
                    at = output.first_ell + a * padded + point
                    found = load(ell, WIDTH * a)
                    if mode < FOLLOW:
                        change = found - _get(output.ell, at, step, used_lanes, lanes)
                        _put(output.ell_change, at, step, used_lanes, change, lanes)
                    else:
                        # a node that has left its branch has none to follow
                        found = where_below(splat(0.5), load(block.failed, 0), splat(np.nan), found)
                    _put(output.ell, at, step, used_lanes, found, lanes)
            i += WIDTH if is_column else 1
        column += count
    return worst_residual, worst_regret


@kernel
def _get(source, first, step, count, lanes):
    """Load the lanes from first, first + step, ...; the last of `count` is repeated in the lanes beyond."""
    if step == 1 and count == WIDTH:
        return load(source, first)
    for lane in range(WIDTH):
        lanes[lane] = source[first + min(lane, count - 1) * step]
    return load(lanes, 0)


@kernel
def _put(to, first, step, count, vector, lanes):
    """Write the first `count` lanes at first, first + step, ..."""
    if step == 1 and count == WIDTH:
        store(to, first, vector)
        return
    store(lanes, 0, vector)
    for lane in range(count):
        to[first + lane * step] = lanes[lane]


@kernel
def _gather_action_values(block, axis, w, padded, column, count, is_column):
    """Write the action values of `count` columns along the own axis; of one column in all lanes."""
    for a in range(block.num_actions):
        for p in range(block.num_planes):
            first = (a * block.num_planes + p) * padded + column
            to = WIDTH * axis.num_own * (block.num_planes * a + p)
            for i in range(axis.num_own):
                at = first + i * axis.num_other
                if is_column:
                    store(block.action_values, to + WIDTH * i, splat(w[at]))
                else:
                    store(block.action_values, to + WIDTH * i, _get(w, at, 1, count, block.lanes))


@kernel
def _fit_coefficients(block, matrix):
    """Write the Chebyshev coefficients of the action values of the mover's types."""
    n, num_own = block.num_actions, block.num_own
    for h in range(2):
        for a in range(n):
            source = WIDTH * num_own * (block.num_planes * a + block.plane + h)
            to = WIDTH * num_own * (n * h + a)
            for third in range(0, num_own, 3):
                # three sums side by side; the last three overlap with those before where they must
                c = min(third, num_own - 3)
                sum1 = splat(0.0)
                sum2 = splat(0.0)
                sum3 = splat(0.0)
                for i in range(num_own):
                    value = load(block.action_values, source + WIDTH * i)
                    sum1 = sum1 + matrix[c * num_own + i] * value
                    sum2 = sum2 + matrix[(c + 1) * num_own + i] * value
                    sum3 = sum3 + matrix[(c + 2) * num_own + i] * value
                store(block.coefficients, to + WIDTH * c, sum1)
                store(block.coefficients, to + WIDTH * (c + 1), sum2)
                store(block.coefficients, to + WIDTH * (c + 2), sum3)


@kernel
def _write_solution(block, padded, output, point, step, count):
    """Write values and strategies of a block where they belong."""
    for p in range(block.num_planes):
        value = load(block.values, WIDTH * p)
        _put(output.values, output.first_value + p * padded + point, step, count, value, block.lanes)
    for a in range(block.num_actions):
        for h in range(2):
            strategy = load(block.work, WIDTH * (ROWS * a + S1 + h))
            at = output.first_strategy + (2 * a + h) * padded + point
            _put(output.strategies, at, step, count, strategy, block.lanes)


@kernel
def _solve_certain(block, end):
    """Solve the nodes at one end of the own axis, where the own belief is certain; returns the regret."""
    n, num_own, planes, plane, allowed = (
        block.num_actions, block.num_own, block.num_planes, block.plane, block.allowed
    )  # fmt: skip
    work, action_values, values = block.work, block.action_values, block.values
    top1 = splat(-1e300)
    top2 = splat(-1e300)
    for a in range(n):
        # an action that only one type has reveals that type, however unlikely
        at = end * (num_own - 1) if allowed[2 * a] and allowed[2 * a + 1] else 0 if allowed[2 * a] else num_own - 1
        q1 = load(action_values, WIDTH * (num_own * (planes * a + plane) + at))
        q2 = load(action_values, WIDTH * (num_own * (planes * a + plane + 1) + at))
        store(work, WIDTH * (ROWS * a + Q1), q1)
        store(work, WIDTH * (ROWS * a + Q1 + 1), q2)
        if allowed[2 * a]:
            top1 = maximum(q1, top1)
        if allowed[2 * a + 1]:
            top2 = maximum(q2, top2)
    logit_block(block, block.rationality, top1, top2)
    for p in range(planes):
        value = splat(0.0)
        for a in range(n):
            at = end * (num_own - 1) if allowed[2 * a] and allowed[2 * a + 1] else 0 if allowed[2 * a] else num_own - 1
            h = p - plane if p == plane or p == plane + 1 else end
            strategy = load(work, WIDTH * (ROWS * a + S1 + h))
            value = value + strategy * load(action_values, WIDTH * (num_own * (planes * a + p) + at))
        store(values, WIDTH * p, value)
    return maximum(top1 - load(values, WIDTH * plane), top2 - load(values, WIDTH * (plane + 1)))


@kernel
def _solve_block(block, belief, proved, used_lanes, mode, counts):
    """Solve one block and value it; returns the residual and the regret of each lane."""
    n, ell, ell_guess, failed, lanes = block.num_actions, block.ell, block.ell_guess, block.failed, block.lanes
    one = splat(1.0)
    zero = splat(0.0)
    num_proved = 0
    store(lanes, 0, proved)
    for lane in range(WIDTH):
        num_proved += lanes[lane] > 0.5
    for lane in range(used_lanes):
        counts[UNIQUE] += lanes[lane] > 0.5
        counts[TRACED] += lanes[lane] < 0.5
    store(failed, 0, zero)
    if mode >= FOLLOW:
        return _follow(block, belief, proved, used_lanes, mode, counts)
    if mode == TRACE_ALWAYS:
        store(failed, 0, one)
    elif num_proved > 0 or mode == ANY_BRANCH:
        inactive = zero if mode == ANY_BRANCH else (one - proved) * 1e300
        counts[EVALUATIONS] += newton_block(block, belief, NEAR, inactive) * used_lanes
    if num_proved < WIDTH and mode == PRINCIPAL:
        for a in range(n):
            store(ell_guess, WIDTH * a, load(ell, WIDTH * a))
        store(failed, 0, proved)  # these lanes are solved and not waited for
        counts[EVALUATIONS] += trace_block(block, belief) * used_lanes
        for a in range(n):
            traced = load(ell, WIDTH * a)
            store(ell, WIDTH * a, where_below(one, proved, load(ell_guess, WIDTH * a), traced))
        store(failed, 0, load(failed, 0) * (one - proved))
    size, residual, regret = value_block(block, belief)
    inactive = load(failed, 0) * 1e300
    if not largest(where_below(one, inactive, zero, size)) <= LOG_ODDS_TOLERANCE:
        counts[EVALUATIONS] += newton_block(block, belief, NEARER, inactive) * used_lanes
        size, residual, regret = value_block(block, belief)
    store(failed, 0, where_below(size, splat(LOG_ODDS_TOLERANCE), load(failed, 0), one))
    num_failed = 0
    for lane in range(used_lanes):
        num_failed += failed[lane] > 0.5
    if num_failed > 0:
        store(lanes, 0, belief)
        for lane in range(used_lanes):
            if failed[lane] > 0.5:
                _trace_lane(block, lanes[lane], lane, used_lanes, counts)
        size, residual, regret = value_block(block, belief)
    return residual, regret


@kernel
def _follow(block, belief, proved, used_lanes, mode, counts):
    """Solve one block near the prediction in `ell`, on the branch of the whole game; returns as `_solve_block` does.

    A prediction that is no number belongs to a node that has left its branch: it is traced on its own, as is every node that
    cannot follow its branch if the mode is `FOLLOW_OR_JUMP`. In all of these but the proved ones, `failed` is 1 on return.
    """
    n, ell, ell_guess, failed, lanes = block.num_actions, block.ell, block.ell_guess, block.failed, block.lanes
    one = splat(1.0)
    zero = splat(0.0)
    off_branch = zero
    for a in range(n):
        if block.allowed[2 * a] and block.allowed[2 * a + 1]:
            guess = load(ell, WIDTH * a)
            off_branch = where_below(guess, guess, zero, one)
    for a in range(n):
        store(ell_guess, WIDTH * a, load(ell, WIDTH * a))
    counts[EVALUATIONS] += newton_block(block, belief, NEAR, (one - proved) * 1e300) * used_lanes
    for a in range(n):
        unique = load(ell, WIDTH * a)
        store(ell, WIDTH * a, load(ell_guess, WIDTH * a))
        store(ell_guess, WIDTH * a, unique)
    counts[EVALUATIONS] += follow_block(block, belief) * used_lanes
    for a in range(n):
        store(ell, WIDTH * a, where_below(one, proved, load(ell_guess, WIDTH * a), load(ell, WIDTH * a)))
    on_branch = one - load(failed, 0) * (one - proved)
    size, residual, regret = value_block(block, belief)
    if not largest(where_below(one, on_branch, size, zero)) <= LOG_ODDS_TOLERANCE:
        counts[EVALUATIONS] += newton_block(block, belief, NEARER, (one - on_branch) * 1e300) * used_lanes
        size, residual, regret = value_block(block, belief)
    on_branch = where_below(size, splat(LOG_ODDS_TOLERANCE), on_branch, zero)
    num_traced = 0
    store(failed, 0, one - on_branch)
    store(block.weights, 0, off_branch)
    for lane in range(used_lanes):
        if failed[lane] > 0.5 and mode == FOLLOW and block.weights[lane] < 0.5:
            counts[LOST] += 1
            failed[lane] = 0.0
        num_traced += failed[lane] > 0.5
    if num_traced > 0:
        store(lanes, 0, belief)
        for lane in range(used_lanes):
            if failed[lane] > 0.5:
                _trace_lane(block, lanes[lane], lane, used_lanes, counts)
        store(failed, 0, load(failed, 0) * (one - proved))
        size, residual, regret = value_block(block, belief)
    return residual, regret


@kernel
def _trace_lane(block, belief, lane, used_lanes, counts):
    """Trace the node in one lane around its folds; the last lane in use is repeated in those beyond."""
    n, num_own = block.num_actions, block.num_own
    coefficients = np.empty((2, n, num_own))
    found = np.empty(n)
    allowed = np.empty((n, 2), dtype=np.bool_)
    for a in range(n):
        for h in range(2):
            allowed[a, h] = block.allowed[2 * a + h] != 0
            for c in range(num_own):
                coefficients[h, a, c] = block.coefficients[WIDTH * (num_own * (n * h + a) + c) + lane]
    work = np.empty((WORK_ROWS, n))
    used, folds = trace_node(belief, block.rationality, found, coefficients, allowed, TRACED_TOLERANCE, work)
    counts[EVALUATIONS] += abs(used)
    counts[FOLDS] += folds
    counts[LOST] += used < 0
    for a in range(n):
        for copy in range(lane, WIDTH if lane == used_lanes - 1 else lane + 1):
            block.ell[WIDTH * a + copy] = found[a]
