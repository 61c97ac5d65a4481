"""The fixed point at a node where two players move at the same time, neither seeing the other's move.

Mover 1 has types h with strategies s_h(i), mover 2 types k with u_k(j); W[i, j] are the joint action values, one polynomial in
both beliefs for every plane. Types are independent, so after moves (i, j) the posteriors are b'(i) and c'(j) and

    Q_h(i) = sum_j ubar(j) W_h[i, j](b'(i), c'(j)),      s_h(i) = exp(L_1 Q_h(i)) / sum_i' exp(L_1 Q_h(i')),
    R_k(j) = sum_i sbar(i) W_k[i, j](b'(i), c'(j)),      u_k(j) = exp(L_2 R_k(j)) / sum_j' exp(L_2 R_k(j')),

with sbar, ubar the belief-weighted strategies. The unknowns y are the logarithms of all strategies (of the actions that a type
has), and the equations F(y) = y - log softmax(t L Q(y)) = 0 with t = 1. The principal branch starts at t = 0, where every type
mixes uniformly, and is followed by pseudo-arclength steps as in `standoff.solve.kernels.arclength`, with the exact
Jacobian: for a change
dy, d b'(i) = b'(1-b') (dy_{1,2}(i) - dy_{1,1}(i)) and d ubar(j) = sum_k P(k) u_k(j) dy_{2,k}(j).

A node is described by a `Pair`. Unknowns are numbered slot by slot (type 1, 2 of mover 1, then of mover 2), action by action.

References:
    McKelvey, R. D. and Palfrey, T. R. (1995), Quantal response equilibria for normal form games, Games and Economic Behavior 10.
    Turocy, T. L. (2005), A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.arclength import BRANCH_POINT_STEP, solve_dense
from standoff.solve.kernels.chebyshev import weights_at
from standoff.solve.kernels.vectors import kernel

__all__ = ["Pair", "correct_pair", "evaluate_pair", "jacobian_pair", "make_pair", "posteriors_of", "trace_pair"]

LONGEST_STEPS = (1.0, 0.1, 0.02)  # in one attempt after the other
SHARPEST_TURNS = (0.95, 0.99, 0.999)  # least cosine between the tangents at both ends of a step
LONGEST_CORRECTION = 0.2  # of the length of the step
SMALLEST_STEP = 1e-9
MAX_STEPS = 5000
CORRECTIONS = 8
CLOSE = 1e-9
FINEST = 1e-13


class Pair(NamedTuple):
    """A node with two movers, and scratch for its equations.

    Attributes:
        rationality: L of both movers; shape (2,).
        belief: Public belief about each mover, 0 where it has one type; shape (2,).
        num_types: Types of each mover; shape (2,).
        allowed: Whether each type of each mover has its action; shape (mover, type, action).
        counts: Own actions of each mover; shape (2,).
        owner: The mover to whom each belief axis belongs, -1 for neither; shape (2,).
        values: W of the movers' own types; shape (mover, type, action 1, action 2, point of axis 1, point of axis 2).
        axis1: Points and scales of belief axis 1; shape (2, n1).
        axis2: The same of axis 2.
        slope1: Differentiation matrix of axis 1; shape (n1, n1).
        slope2: The same of axis 2.
        at: Belief about the owner of each axis, where that is neither mover; shape (2,).
        q: Action values; shape (mover, type, action).
        s: Strategies; shape (mover, type, action).
        mean: Belief-weighted strategies; shape (mover, action).
        posterior: Posteriors; shape (mover, action).
        joint: W and its slopes in both posteriors at the posteriors; shape (3, mover, type, action 1, action 2).
        weights: Interpolation weights and their slopes, of each axis for each action of its owner; shape
            (axis, 2, action, point).
    """

    rationality: NDArray[np.float64]
    belief: NDArray[np.float64]
    num_types: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    counts: NDArray[np.int64]
    owner: NDArray[np.int64]
    values: NDArray[np.float64]
    axis1: NDArray[np.float64]
    axis2: NDArray[np.float64]
    slope1: NDArray[np.float64]
    slope2: NDArray[np.float64]
    at: NDArray[np.float64]
    q: NDArray[np.float64]
    s: NDArray[np.float64]
    mean: NDArray[np.float64]
    posterior: NDArray[np.float64]
    joint: NDArray[np.float64]
    weights: NDArray[np.float64]


@kernel
def make_pair(count1, count2, axis1, axis2, slope1, slope2):
    """A `Pair` with room for the given numbers of actions, to be filled in."""
    widest = max(count1, count2)
    counts = np.empty(2, dtype=np.int64)
    counts[0] = count1
    counts[1] = count2
    n1, n2 = axis1.shape[1], axis2.shape[1]
    return Pair(
        np.zeros(2),
        np.zeros(2),
        np.ones(2, dtype=np.int64),
        np.zeros((2, 2, widest), dtype=np.bool_),
        counts,
        np.full(2, -1, dtype=np.int64),
        np.zeros((2, 2, count1, count2, n1, n2)),
        axis1,
        axis2,
        slope1,
        slope2,
        np.zeros(2),
        np.zeros((2, 2, widest)),
        np.zeros((2, 2, widest)),
        np.zeros((2, widest)),
        np.zeros((2, widest)),
        np.zeros((3, 2, 2, count1, count2)),
        np.zeros((2, 2, widest, max(n1, n2))),
    )


@kernel
def posteriors_of(pair):
    """Belief-weighted strategies and posteriors by Bayes' rule, from the strategies."""
    for m in range(2):
        b = pair.belief[m]
        for a in range(pair.counts[m]):
            if pair.num_types[m] == 1:
                pair.mean[m, a] = pair.s[m, 0, a]
                continue
            second = b * pair.s[m, 1, a]
            total = second + (1.0 - b) * pair.s[m, 0, a]
            pair.mean[m, a] = total
            if not pair.allowed[m, 0, a]:
                pair.posterior[m, a] = 1.0
            elif not pair.allowed[m, 1, a]:
                pair.posterior[m, a] = 0.0
            else:
                pair.posterior[m, a] = second / total if total > 0.0 else b


@kernel
def _interpolate(pair):
    """Weights of both axes at the posteriors, and the joint values with their slopes."""
    for axis in range(2):
        nodes = pair.axis1 if axis == 0 else pair.axis2
        slope = pair.slope1 if axis == 0 else pair.slope2
        n = nodes.shape[1]
        owner = pair.owner[axis]
        for a in range(pair.counts[owner] if owner >= 0 else 1):
            belief = pair.posterior[owner, a] if owner >= 0 else pair.at[axis]
            weights_at(belief, nodes, pair.weights[axis, 0, a, :n])
            for k in range(n):
                total = 0.0
                for c in range(n):
                    total += pair.weights[axis, 0, a, c] * slope[c, k]
                pair.weights[axis, 1, a, k] = total
    n1, n2 = pair.axis1.shape[1], pair.axis2.shape[1]
    for i in range(pair.counts[0]):
        for j in range(pair.counts[1]):
            first = i if pair.owner[0] == 0 else j if pair.owner[0] == 1 else 0
            second = i if pair.owner[1] == 0 else j if pair.owner[1] == 1 else 0
            for m in range(2):
                for h in range(pair.num_types[m]):
                    value, along1, along2 = 0.0, 0.0, 0.0
                    for k in range(n1):
                        plain, bent = 0.0, 0.0
                        for c in range(n2):
                            w = pair.values[m, h, i, j, k, c]
                            plain += w * pair.weights[1, 0, second, c]
                            bent += w * pair.weights[1, 1, second, c]
                        value += pair.weights[0, 0, first, k] * plain
                        along1 += pair.weights[0, 1, first, k] * plain
                        along2 += pair.weights[0, 0, first, k] * bent
                    pair.joint[0, m, h, i, j] = value
                    # slopes in the posteriors about movers 1 and 2
                    pair.joint[1, m, h, i, j] = along1 if pair.owner[0] == 0 else along2 if pair.owner[1] == 0 else 0.0
                    pair.joint[2, m, h, i, j] = along1 if pair.owner[0] == 1 else along2 if pair.owner[1] == 1 else 0.0


@kernel
def evaluate_pair(pair, t, y, f):
    """Write F(y) at rationality t L, with everything else that depends on y; returns the largest |F|."""
    here = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            for a in range(pair.counts[m]):
                pair.s[m, h, a] = 0.0
                if pair.allowed[m, h, a]:
                    pair.s[m, h, a] = np.exp(y[here])
                    here += 1
    posteriors_of(pair)
    _interpolate(pair)
    worst = 0.0
    here = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            top = -np.inf
            for a in range(pair.counts[m]):
                total = 0.0
                for other in range(pair.counts[1 - m]):
                    i, j = (a, other) if m == 0 else (other, a)
                    total += pair.mean[1 - m, other] * pair.joint[0, m, h, i, j]
                pair.q[m, h, a] = total
                if pair.allowed[m, h, a]:
                    top = max(top, total)
            z = 0.0
            scale = t * pair.rationality[m]
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    z += np.exp(scale * (pair.q[m, h, a] - top))
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    f[here] = y[here] - scale * (pair.q[m, h, a] - top) + np.log(z)
                    worst = max(worst, abs(f[here]))
                    if not np.isfinite(f[here]):
                        worst = np.inf
                    here += 1
    return worst


@kernel
def jacobian_pair(pair, t, matrix, by_t):
    """Write dF/dy and dF/dt, from an evaluated pair; the strategies there are taken to be logit of the action values."""
    size = by_t.shape[0]
    matrix[:size, :size] = 0.0
    # dQ first: rows are unknowns whose action value it is
    row = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            for a in range(pair.counts[m]):
                if not pair.allowed[m, h, a]:
                    continue
                column = 0
                for mm in range(2):
                    b = pair.belief[mm]
                    for k in range(pair.num_types[mm]):
                        prior = 1.0 if pair.num_types[mm] == 1 else b if k == 1 else 1.0 - b
                        sign = 0.0 if pair.num_types[mm] == 1 else 2.0 * k - 1.0
                        for c in range(pair.counts[mm]):
                            if not pair.allowed[mm, k, c]:
                                continue
                            total = 0.0
                            both = pair.allowed[mm, 0, c] and pair.allowed[mm, 1, c]
                            w = pair.posterior[mm, c] * (1.0 - pair.posterior[mm, c]) * sign if both else 0.0
                            if mm != m:
                                i, j = (a, c) if m == 0 else (c, a)
                                total += prior * pair.s[mm, k, c] * pair.joint[0, m, h, i, j]
                                total += pair.mean[mm, c] * pair.joint[1 + mm, m, h, i, j] * w
                            elif c == a:
                                for other in range(pair.counts[1 - m]):
                                    i, j = (a, other) if m == 0 else (other, a)
                                    total += pair.mean[1 - m, other] * pair.joint[1 + m, m, h, i, j] * w
                            matrix[row, column] = total
                            column += 1
                row += 1
    # then F = y - t L (Q - log-sum-exp)
    row = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            first = row
            scale = t * pair.rationality[m]
            mean = 0.0
            z = 0.0
            top = -np.inf
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    top = max(top, pair.q[m, h, a])
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    z += np.exp(scale * (pair.q[m, h, a] - top))
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    mean += np.exp(scale * (pair.q[m, h, a] - top)) / z * pair.q[m, h, a]
                    row += 1
            for column in range(size):
                average = 0.0
                here = first
                for a in range(pair.counts[m]):
                    if pair.allowed[m, h, a]:
                        average += np.exp(scale * (pair.q[m, h, a] - top)) / z * matrix[here, column]
                        here += 1
                for here in range(first, row):
                    matrix[here, column] = -scale * (matrix[here, column] - average)
            here = first
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    matrix[here, here] += 1.0
                    by_t[here] = -pair.rationality[m] * (pair.q[m, h, a] - mean)
                    here += 1


@kernel
def correct_pair(pair, y, tolerance):
    """Newton's method at the full rationality from y, which is overwritten; returns evaluations, negative where it failed."""
    size = y.shape[0]
    f = np.empty(size)
    by_t = np.empty(size)
    matrix = np.empty((size, size))
    best = np.inf
    for iteration in range(1, 30):
        worst = evaluate_pair(pair, 1.0, y, f)
        if worst <= FINEST or (worst <= tolerance and worst >= 0.5 * best):
            return iteration
        best = min(best, worst)
        jacobian_pair(pair, 1.0, matrix, by_t)
        for k in range(size):
            f[k] = -f[k]
        if not np.isfinite(worst) or solve_dense(matrix, f) == 0.0:
            return -iteration
        longest = np.max(np.abs(f))
        scale = min(1.0, 3.0 / longest) if longest > 0.0 else 1.0
        for k in range(size):
            y[k] += scale * f[k]
    return -30


@kernel
def trace_pair(pair, y, tolerance):
    """Follow the principal branch from t = 0 to t = 1.

    Args:
        pair: The node.
        y: Written with the solution; shape (unknown,).
        tolerance: Largest |F| at the solution.

    Returns:
        Evaluations used (negative where the branch was lost) and folds passed.
    """
    evaluations = 0
    folds = 0
    for attempt in range(len(LONGEST_STEPS)):
        tries, folds = _attempt(pair, y, tolerance, LONGEST_STEPS[attempt], SHARPEST_TURNS[attempt])
        evaluations += abs(tries)
        if tries > 0:
            return evaluations, folds
    return -evaluations, folds


@kernel
def _attempt(pair, y, tolerance, longest_step, sharpest_turn):
    """Follow the branch with the given limits; returns as `trace_pair` does."""
    size = y.shape[0]
    here = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            count = 0
            for a in range(pair.counts[m]):
                count += pair.allowed[m, h, a]
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    y[here] = -np.log(count)
                    here += 1
    t = 0.0
    f = np.empty(size)
    by_t = np.empty(size)
    matrix = np.empty((size + 1, size + 1))
    tangent = np.zeros(size + 1)
    tangent[size] = 1.0
    turned = np.empty(size + 1)
    ahead = np.empty(size)
    trial = np.empty(size)
    right = np.empty(size + 1)
    step = 0.5 * longest_step
    orientation = 0.0
    folds = 0
    evaluations = 0
    evaluate_pair(pair, t, y, f)
    for _ in range(MAX_STEPS):
        _border(pair, t, tangent, matrix, by_t)
        turned[:] = 0.0
        turned[size] = 1.0
        determinant = solve_dense(matrix, turned)
        if determinant == 0.0:
            return -evaluations, folds
        if orientation == 0.0:
            orientation = determinant
        norm = np.sqrt(np.sum(turned**2))
        for k in range(size + 1):
            turned[k] /= norm
        if turned[size] * tangent[size] < 0.0:
            folds += 1
        tangent[:] = turned
        arrived = False
        while True:
            length = step
            is_last = t + step * tangent[size] >= 1.0
            if is_last:
                length = (1.0 - t) / tangent[size]
            for k in range(size):
                ahead[k] = y[k] + length * tangent[k]
                trial[k] = ahead[k]
            t_ahead = 1.0 if is_last else t + length * tangent[size]
            t_trial = t_ahead
            used = 0
            good = False
            if is_last:
                tries = correct_pair(pair, trial, tolerance)
                used = abs(tries)
                good = tries > 0
            else:
                for _ in range(CORRECTIONS):
                    worst = evaluate_pair(pair, t_trial, trial, f)
                    used += 1
                    if not np.isfinite(worst):
                        break
                    _border(pair, t_trial, tangent, matrix, by_t)
                    right[size] = -tangent[size] * (t_trial - t_ahead)
                    for k in range(size):
                        right[k] = -f[k]
                        right[size] -= tangent[k] * (trial[k] - ahead[k])
                    if solve_dense(matrix, right) == 0.0:
                        break
                    for k in range(size):
                        trial[k] += right[k]
                    t_trial += right[size]
                    if np.max(np.abs(right)) < CLOSE:
                        good = True
                        break
            evaluations += used
            drift = abs(t_trial - t_ahead)
            for k in range(size):
                drift = max(drift, abs(trial[k] - ahead[k]))
            if good and drift <= LONGEST_CORRECTION * abs(length) + 1e-6:
                evaluate_pair(pair, t_trial, trial, f)
                _border(pair, t_trial, tangent, matrix, by_t)
                right[:] = 0.0
                right[size] = 1.0
                determinant = solve_dense(matrix, right)
                is_straight = determinant != 0.0 and np.sqrt(np.sum(right**2)) <= 1.0 / sharpest_turn
                # the orientation changes only at a branch point; see `standoff.solve.kernels.arclength`
                if is_straight and (determinant == orientation or abs(length) < BRANCH_POINT_STEP):
                    folds += determinant != orientation
                    orientation = determinant
                    arrived = is_last
                    break
            step = 0.5 * min(step, abs(length))
            if step < SMALLEST_STEP:
                return -evaluations, folds
        y[:] = trial
        t = t_trial
        if arrived:
            return evaluations, folds
        if used <= 3:
            step = min(longest_step, 1.5 * step)
    return -evaluations, folds


@kernel
def _border(pair, t, tangent, matrix, by_t):
    """The matrix [dF/dy, dF/dt; tangent'] of an evaluated pair."""
    size = by_t.shape[0]
    jacobian_pair(pair, t, matrix, by_t)
    for k in range(size):
        matrix[k, size] = by_t[k]
        matrix[size, k] = tangent[k]
    matrix[size, size] = tangent[size]
