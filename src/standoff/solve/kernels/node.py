"""The fixed point at one decision: a mover with two private types, observed by everyone.

At public belief b (the probability of type 2) the strategies s_1, s_2 of the types over the actions a and the posteriors
b'(a) determine each other (agent logit quantal response, McKelvey & Palfrey 1998, with Bayes' rule):

    s_h(a) = exp(L Q_h(a; b'(a))) / Z_h,   Z_h = sum_a exp(L Q_h(a; b'(a))),
    b'(a)  = b s_2(a) / (b s_2(a) + (1-b) s_1(a)).

Let l_a = log s_2(a)/s_1(a), the log likelihood ratio of action a. Then b'(a) = logistic(logit(b) + l_a), and the whole system
is

    H_a(l) = l_a - L (Q_2 - Q_1)(a; b'(a)) + c(l) = 0,   c = log Z_2 - log Z_1.

Actions interact only through the scalar c, so the Jacobian is a diagonal plus a rank-one matrix,

    dH_a/dl_k = d_a [a = k] + g_k,   d_a = 1 - L w_a (Q_2 - Q_1)'(a),   g_k = L w_k (s_2 Q_2' - s_1 Q_1')(k),

with w = b'(1-b') and ' on Q the slope in the posterior, and one Newton step costs no more than one evaluation.

An action that only one type has reveals that type: b'(a) is 0 or 1, at every b by continuity.

These functions solve one decision at any belief. The backward induction solves eight of them at a time (`node_block`).

References:
    McKelvey, R. D. and Palfrey, T. R. (1998), Quantal response equilibria for extensive form games, Experimental
    Economics 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.chebyshev import clenshaw
from standoff.solve.kernels.vectors import kernel

__all__ = ["WORK_ROWS", "TracedNode", "correct_node", "evaluate", "linearise_node", "newton", "update_beliefs"]

POSTERIOR, Q1, Q2, SLOPE1, SLOPE2, S1, S2, H, D, G, STEP, HL = range(12)
WORK_ROWS = 12
"""Rows of the workspace of a node, each with one number for each action."""

MAX_STEP = 5.0  # longest Newton step in log-odds
MAX_ITERATIONS = 25
FINEST_TOLERANCE = 1e-12  # as low as rounding allows; reached only where it can be


@kernel
def evaluate(belief, rationality, ell, coefficients, allowed, work):
    """Fill the workspace at `ell`: posteriors, action values and slopes, strategies, H, d, g and dH/dL.

    Args:
        belief: Public belief b.
        rationality: L.
        ell: Log likelihood ratio l_a of each action; shape (action,).
        coefficients: Chebyshev coefficients of Q_h(a; .); shape (type, action, coefficient).
        allowed: Shape (action, type).
        work: Shape (WORK_ROWS, action); written.

    Returns:
        The largest |H_a| over the actions that both types have.
    """
    n = ell.shape[0]
    top1 = -np.inf
    top2 = -np.inf
    for a in range(n):
        if allowed[a, 0] and allowed[a, 1]:
            posterior = belief / (belief + (1.0 - belief) * np.exp(-ell[a])) if belief > 0.0 else 0.0
        else:
            posterior = 0.0 if allowed[a, 0] else 1.0
        x = 2.0 * posterior - 1.0
        q1, slope1 = clenshaw(coefficients[0, a], x)
        q2, slope2 = clenshaw(coefficients[1, a], x)
        work[POSTERIOR, a] = posterior
        work[Q1, a] = q1
        work[Q2, a] = q2
        work[SLOPE1, a] = 2.0 * slope1
        work[SLOPE2, a] = 2.0 * slope2
        if allowed[a, 0] and q1 > top1:
            top1 = q1
        if allowed[a, 1] and q2 > top2:
            top2 = q2
    z1 = 0.0
    z2 = 0.0
    for a in range(n):
        work[S1, a] = np.exp(rationality * (work[Q1, a] - top1)) if allowed[a, 0] else 0.0
        work[S2, a] = np.exp(rationality * (work[Q2, a] - top2)) if allowed[a, 1] else 0.0
        z1 += work[S1, a]
        z2 += work[S2, a]
    c = np.log(z2) - np.log(z1) + rationality * (top2 - top1)
    mean1 = 0.0
    mean2 = 0.0
    for a in range(n):
        work[S1, a] /= z1
        work[S2, a] /= z2
        mean1 += work[S1, a] * work[Q1, a]
        mean2 += work[S2, a] * work[Q2, a]
    worst = 0.0
    for a in range(n):
        if not (allowed[a, 0] and allowed[a, 1]):
            continue
        w = rationality * work[POSTERIOR, a] * (1.0 - work[POSTERIOR, a])
        gap = work[Q2, a] - work[Q1, a]
        h = ell[a] - rationality * gap + c
        work[H, a] = h
        work[D, a] = 1.0 - w * (work[SLOPE2, a] - work[SLOPE1, a])
        work[G, a] = w * (work[S2, a] * work[SLOPE2, a] - work[S1, a] * work[SLOPE1, a])
        work[HL, a] = mean2 - mean1 - gap
        worst = max(worst, abs(h))
    return worst


@kernel
def newton(belief, rationality, ell, coefficients, allowed, tolerance, work):
    """Solve H(l) = 0 by Newton's method from `ell`, which is overwritten.

    Returns:
        Iterations used, negative where the tolerance was not met.
    """
    n = ell.shape[0]
    for iteration in range(1, MAX_ITERATIONS + 1):
        worst = evaluate(belief, rationality, ell, coefficients, allowed, work)
        if worst <= tolerance:
            return iteration
        # (diag(d) + 1 g') step = -H by the Sherman-Morrison formula
        g_h = 0.0
        g_1 = 0.0
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                g_h += work[G, a] * work[H, a] / work[D, a]
                g_1 += work[G, a] / work[D, a]
        shift = g_h / (1.0 + g_1)
        longest = 0.0
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                work[STEP, a] = -(work[H, a] - shift) / work[D, a]
                longest = max(longest, abs(work[STEP, a]))
        if not np.isfinite(longest):
            return -iteration
        scale = min(1.0, MAX_STEP / longest)
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                ell[a] += scale * work[STEP, a]
    return -MAX_ITERATIONS


@kernel
def update_beliefs(belief, strategies, allowed, posteriors):
    """Write the posteriors that follow from strategies by Bayes' rule.

    Args:
        belief: Public belief b.
        strategies: Shape (type, action).
        allowed: Shape (action, type).
        posteriors: Shape (action,); written.
    """
    for a in range(posteriors.shape[0]):
        if not allowed[a, 0]:
            posteriors[a] = 1.0
            continue
        if not allowed[a, 1]:
            posteriors[a] = 0.0
            continue
        second = belief * strategies[1, a]
        total = second + (1.0 - belief) * strategies[0, a]
        posteriors[a] = second / total if total > 0.0 else belief


class TracedNode(NamedTuple):
    """A node whose branch is traced.

    Attributes:
        belief: Public belief b.
        rationality: L asked for.
        ell: Log likelihood ratio of each action; shape (action,).
        coefficients: Chebyshev coefficients of Q_h(a; .); shape (type, action, coefficient).
        allowed: Shape (action, type).
        common: Actions that both types have, whose l_a are the unknowns; shape (unknown,).
        work: Workspace of `evaluate`.
    """

    belief: float
    rationality: float
    ell: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    common: NDArray[np.int64]
    work: NDArray[np.float64]


@kernel
def linearise_node(node, point, f, matrix):
    """Write H and [dH/dl, dH/dt] at point = (l, t); see `arclength`."""
    n = node.common.shape[0]
    for i in range(n):
        node.ell[node.common[i]] = point[i]
    evaluate(node.belief, node.rationality * point[n], node.ell, node.coefficients, node.allowed, node.work)
    for i in range(n):
        f[i] = node.work[H, node.common[i]]
        for k in range(n):
            matrix[i, k] = node.work[G, node.common[k]]
        matrix[i, i] += node.work[D, node.common[i]]
        matrix[i, n] = node.rationality * node.work[HL, node.common[i]]


@kernel
def correct_node(node, y, tolerance):
    """Solve H = 0 at the full rationality from y; see `arclength`."""
    for i in range(node.common.shape[0]):
        node.ell[node.common[i]] = y[i]
    belief, rationality, ell = node.belief, node.rationality, node.ell
    used = abs(newton(belief, rationality, ell, node.coefficients, node.allowed, FINEST_TOLERANCE, node.work))
    is_solved = evaluate(belief, rationality, ell, node.coefficients, node.allowed, node.work) <= tolerance
    for i in range(node.common.shape[0]):
        y[i] = ell[node.common[i]]
    return used if is_solved else -used
