"""The fixed point at a decision where two players move at the same time, neither seeing the other's move.

Mover 1 has types h with strategies s_h(i), mover 2 types k with u_k(j); W[i, j] are the joint action values, one polynomial
in both beliefs for every plane. Types are independent, so after moves (i, j) the posteriors are b'(i) and c'(j) and

    Q_h(i) = sum_j ubar(j) W_h[i, j](b'(i), c'(j)),      s_h(i) = exp(L_1 Q_h(i)) / sum_i' exp(L_1 Q_h(i')),
    R_k(j) = sum_i sbar(i) W_k[i, j](b'(i), c'(j)),      u_k(j) = exp(L_2 R_k(j)) / sum_j' exp(L_2 R_k(j')),

with sbar, ubar the belief-weighted strategies. The unknowns y are the logarithms of all strategies (of the actions that a
type has), and the equations F(y, t) = y - log softmax(t L Q(y)) = 0 with t = 1. The principal branch starts at t = 0, where
every type mixes uniformly, and is traced as in `arclength`, with the exact Jacobian: for a change dy, d b'(i) = b'(1-b')
(dy_{1,2}(i) - dy_{1,1}(i)) and d ubar(j) = sum_k P(k) u_k(j) dy_{2,k}(j).

A decision is described by a `JointNode`. Unknowns are numbered by mover, type and action.

References:
    McKelvey, R. D. and Palfrey, T. R. (1995), Quantal response equilibria for normal form games, Games and Economic Behavior 10.
    Turocy, T. L. (2005), A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.chebyshev import write_weights_at
from standoff.solve.kernels.dense import solve_dense
from standoff.solve.kernels.vectors import kernel

__all__ = [
    "JointNode", "correct_joint", "differentiate_joint", "evaluate_joint", "linearise_joint", "make_joint_node",
    "update_joint_beliefs",
]  # fmt: skip

FINEST = 1e-13


class JointNode(NamedTuple):
    """A decision of two movers, and workspace for its equations.

    Attributes:
        rationality: L of both movers; shape (2,).
        belief: Public belief about each mover, 0 where it has one type; shape (2,).
        num_types: Types of each mover; shape (2,).
        allowed: Whether each type of each mover has its action; shape (mover, type, action).
        counts: Own actions of each mover; shape (2,).
        owner: The mover to whom each belief axis belongs, -1 for neither; shape (2,).
        values: W of the movers' own types; shape (mover, type, action 1, action 2, point of axis 1, point of axis 2).
        axis1: Points and scales of belief axis 1; shape (2, n1).
        axis2: Points and scales of belief axis 2; shape (2, n2).
        slope1: Differentiation matrix of axis 1; shape (n1, n1).
        slope2: Differentiation matrix of axis 2; shape (n2, n2).
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
def make_joint_node(count1, count2, axis1, axis2, slope1, slope2):
    """Make a `JointNode` for the given numbers of actions, to be filled in."""
    widest = max(count1, count2)
    counts = np.empty(2, dtype=np.int64)
    counts[0] = count1
    counts[1] = count2
    n1, n2 = axis1.shape[1], axis2.shape[1]
    return JointNode(
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
def update_joint_beliefs(node):
    """Write belief-weighted strategies and posteriors by Bayes' rule, from the strategies."""
    for m in range(2):
        b = node.belief[m]
        for a in range(node.counts[m]):
            if node.num_types[m] == 1:
                node.mean[m, a] = node.s[m, 0, a]
                continue
            second = b * node.s[m, 1, a]
            total = second + (1.0 - b) * node.s[m, 0, a]
            node.mean[m, a] = total
            if not node.allowed[m, 0, a]:
                node.posterior[m, a] = 1.0
            elif not node.allowed[m, 1, a]:
                node.posterior[m, a] = 0.0
            else:
                node.posterior[m, a] = second / total if total > 0.0 else b


@kernel
def _interpolate(node):
    """Write the weights of both axes at the posteriors, and the joint values with their slopes."""
    for axis in range(2):
        points = node.axis1 if axis == 0 else node.axis2
        slope = node.slope1 if axis == 0 else node.slope2
        n = points.shape[1]
        owner = node.owner[axis]
        for a in range(node.counts[owner] if owner >= 0 else 1):
            belief = node.posterior[owner, a] if owner >= 0 else node.at[axis]
            write_weights_at(belief, points, node.weights[axis, 0, a, :n])
            for k in range(n):
                total = 0.0
                for c in range(n):
                    total += node.weights[axis, 0, a, c] * slope[c, k]
                node.weights[axis, 1, a, k] = total
    n1, n2 = node.axis1.shape[1], node.axis2.shape[1]
    for i in range(node.counts[0]):
        for j in range(node.counts[1]):
            first = i if node.owner[0] == 0 else j if node.owner[0] == 1 else 0
            second = i if node.owner[1] == 0 else j if node.owner[1] == 1 else 0
            for m in range(2):
                for h in range(node.num_types[m]):
                    value, along1, along2 = 0.0, 0.0, 0.0
                    for k in range(n1):
                        value_along, slope_along = 0.0, 0.0
                        for c in range(n2):
                            w = node.values[m, h, i, j, k, c]
                            value_along += w * node.weights[1, 0, second, c]
                            slope_along += w * node.weights[1, 1, second, c]
                        value += node.weights[0, 0, first, k] * value_along
                        along1 += node.weights[0, 1, first, k] * value_along
                        along2 += node.weights[0, 0, first, k] * slope_along
                    node.joint[0, m, h, i, j] = value
                    # slopes in the posteriors about movers 1 and 2
                    node.joint[1, m, h, i, j] = along1 if node.owner[0] == 0 else along2 if node.owner[1] == 0 else 0.0
                    node.joint[2, m, h, i, j] = along1 if node.owner[0] == 1 else along2 if node.owner[1] == 1 else 0.0


@kernel
def evaluate_joint(node, t, y, f):
    """Write F(y) at rationality t L, with everything else that depends on y; returns the largest |F|."""
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                node.s[m, h, a] = 0.0
                if node.allowed[m, h, a]:
                    node.s[m, h, a] = np.exp(y[here])
                    here += 1
    update_joint_beliefs(node)
    _interpolate(node)
    worst = 0.0
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            top = -np.inf
            for a in range(node.counts[m]):
                total = 0.0
                for other in range(node.counts[1 - m]):
                    i, j = (a, other) if m == 0 else (other, a)
                    total += node.mean[1 - m, other] * node.joint[0, m, h, i, j]
                node.q[m, h, a] = total
                if node.allowed[m, h, a]:
                    top = max(top, total)
            z = 0.0
            scale = t * node.rationality[m]
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    z += np.exp(scale * (node.q[m, h, a] - top))
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    f[here] = y[here] - scale * (node.q[m, h, a] - top) + np.log(z)
                    worst = max(worst, abs(f[here]))
                    if not np.isfinite(f[here]):
                        worst = np.inf
                    here += 1
    return worst


@kernel
def differentiate_joint(node, t, matrix, by_t):
    """Write dF/dy and dF/dt of an evaluated node, at the logit strategies of its action values."""
    size = by_t.shape[0]
    matrix[:size, :size] = 0.0
    # dQ first: each row belongs to the unknown with that action value
    row = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                if not node.allowed[m, h, a]:
                    continue
                column = 0
                for mm in range(2):
                    b = node.belief[mm]
                    for k in range(node.num_types[mm]):
                        prior = 1.0 if node.num_types[mm] == 1 else b if k == 1 else 1.0 - b
                        sign = 0.0 if node.num_types[mm] == 1 else 2.0 * k - 1.0
                        for c in range(node.counts[mm]):
                            if not node.allowed[mm, k, c]:
                                continue
                            total = 0.0
                            both = node.allowed[mm, 0, c] and node.allowed[mm, 1, c]
                            w = node.posterior[mm, c] * (1.0 - node.posterior[mm, c]) * sign if both else 0.0
                            if mm != m:
                                i, j = (a, c) if m == 0 else (c, a)
                                total += prior * node.s[mm, k, c] * node.joint[0, m, h, i, j]
                                total += node.mean[mm, c] * node.joint[1 + mm, m, h, i, j] * w
                            elif c == a:
                                for other in range(node.counts[1 - m]):
                                    i, j = (a, other) if m == 0 else (other, a)
                                    total += node.mean[1 - m, other] * node.joint[1 + m, m, h, i, j] * w
                            matrix[row, column] = total
                            column += 1
                row += 1
    # then F = y - t L (Q - log-sum-exp)
    row = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            first = row
            scale = t * node.rationality[m]
            mean = 0.0
            z = 0.0
            top = -np.inf
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    top = max(top, node.q[m, h, a])
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    z += np.exp(scale * (node.q[m, h, a] - top))
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    mean += np.exp(scale * (node.q[m, h, a] - top)) / z * node.q[m, h, a]
                    row += 1
            for column in range(size):
                average = 0.0
                here = first
                for a in range(node.counts[m]):
                    if node.allowed[m, h, a]:
                        average += np.exp(scale * (node.q[m, h, a] - top)) / z * matrix[here, column]
                        here += 1
                for here in range(first, row):
                    matrix[here, column] = -scale * (matrix[here, column] - average)
            here = first
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    matrix[here, here] += 1.0
                    by_t[here] = -node.rationality[m] * (node.q[m, h, a] - mean)
                    here += 1


@kernel
def correct_joint(node, y, tolerance):
    """Apply Newton's method at the full rationality from y, which is overwritten; returns evaluations, negative if it failed."""
    size = y.shape[0]
    f = np.empty(size)
    by_t = np.empty(size)
    matrix = np.empty((size, size))
    best = np.inf
    for iteration in range(1, 30):
        worst = evaluate_joint(node, 1.0, y, f)
        if worst <= FINEST or (worst <= tolerance and worst >= 0.5 * best):
            return iteration
        best = min(best, worst)
        differentiate_joint(node, 1.0, matrix, by_t)
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
def linearise_joint(node, point, f, matrix):
    """Write F and [dF/dy, dF/dt] at point = (y, t); see `arclength`."""
    size = f.shape[0]
    evaluate_joint(node, point[size], point[:size], f)
    by_t = np.empty(size)
    differentiate_joint(node, point[size], matrix, by_t)
    for k in range(size):
        matrix[k, size] = by_t[k]
