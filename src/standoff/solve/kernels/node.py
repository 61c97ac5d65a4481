"""The fixed point at one decision node: a mover with two private types, watched by everyone.

At public belief b (the probability of type 2) the types' strategies s_1, s_2 over the actions a and the posteriors b'(a)
determine each other (agent logit quantal response, McKelvey & Palfrey 1998, with Bayes' rule):

    s_h(a) = exp(L Q_h(a; b'(a))) / Z_h,   Z_h = sum_a exp(L Q_h(a; b'(a))),
    b'(a)  = b s_2(a) / (b s_2(a) + (1-b) s_1(a)).

Let l_a = log s_2(a)/s_1(a), the evidence that action a gives about the type. Then b'(a) = logistic(logit(b) + l_a), and
the whole system is

    H_a(l) = l_a - L (Q_2 - Q_1)(a; b'(a)) + c(l) = 0,   c = log Z_2 - log Z_1.

Actions meet only in the scalar c, so the Jacobian is a diagonal plus a rank-one matrix,

    dH_a/dl_k = d_a [a = k] + g_k,   d_a = 1 - L w_a (Q_2 - Q_1)'(a),   g_k = L w_k (s_2 Q_2' - s_1 Q_1')(k),

with w = b'(1-b') and ' on Q the slope in the posterior, and one Newton step costs no more than one evaluation.

Uniqueness. Write u_a = L w Q_1'(a) and v_a = L w Q_2'(a) at any belief. Where every d_a = 1 - v_a + u_a is positive, each
l_a is a decreasing function of c, and the equation for c has at most one solution if 1 + sum_a g_a / d_a stays positive,
that is if for every pair of mixtures s_1, s_2

    sum_a s_2(a) v_a / d_a - sum_a s_1(a) u_a / d_a > -1,    for which   min_a v_a / d_a - max_a u_a / d_a > -1   suffices.

Bounds v_lo <= v_a <= v_hi and u_lo <= u_a <= u_hi over all beliefs turn this into a finite test (v/d grows in v, and in u
where v < 0; u/d grows in u, and in v where u > 0). All of it gets easier as L falls, so where the test passes the solution is
unique at every smaller L too, and is the principal branch. `is_unique` takes the bounds from samples: a polynomial of degree
n sampled at 4n + 1 Chebyshev points exceeds the largest sample by a factor of at most 1 / cos(pi/8) (Ehlich & Zeller 1964).
Where the test fails, `standoff.solve.kernels.arclength` traces the branch from L = 0.

An action that only one type has reveals that type: b'(a) is 0 or 1, at every b by continuity.

References:
    McKelvey, R. D. and Palfrey, T. R. (1998), Quantal response equilibria for extensive form games, Experimental
    Economics 1.
    Ehlich, H. and Zeller, K. (1964), Schwankung von Polynomen zwischen Gitterpunkten, Mathematische Zeitschrift 86.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from standoff.solve.kernels.chebyshev import clenshaw

__all__ = ["WORK_ROWS", "evaluate", "finish", "is_unique", "newton", "slope_samples"]

POSTERIOR, Q1, Q2, SLOPE1, SLOPE2, S1, S2, H, D, G, STEP, HL = range(12)
WORK_ROWS = 12
"""Rows of the workspace that a node needs: one number for each action in each."""

MAX_STEP = 5.0  # longest Newton step in log-odds
MAX_ITERATIONS = 25


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(belief, rationality, ell, coefficients, allowed, work):
    """Fill the workspace at `ell`: posteriors, action values and slopes, strategies, H, d, g and dH/dL.

    Args:
        belief: Public belief b.
        rationality: L.
        ell: Evidence l_a; shape (action,).
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


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def finish(belief, strategies, allowed, posteriors):
    """Posteriors by Bayes' rule from strategies, as the rest of the sweep uses them.

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


OVERSHOOT = 1.0 / np.cos(np.pi / 8.0) - 1.0


def slope_samples(num_points: int) -> NDArray[np.float64]:
    """Matrix from the Chebyshev coefficients of Q to b (1-b) Q'(b) at 4n + 1 sample beliefs; shape (sample, coefficient)."""
    degree = num_points  # of b (1-b) Q'(b), where Q has degree num_points - 1
    x = np.cos(np.pi * np.arange(4 * degree + 1) / (4 * degree))
    columns = [np.polynomial.chebyshev.chebval(x, np.polynomial.chebyshev.chebder(unit)) for unit in np.eye(num_points)]
    # b = (1+x)/2: dQ/db = 2 dQ/dx and b (1-b) = (1 - x^2)/4
    return np.ascontiguousarray(0.5 * (1.0 - x[:, None] ** 2) * np.stack(columns, axis=1))


@njit(cache=True, nogil=True, error_model="numpy")
def _is_flat(rationality, coefficients):
    """A cheaper test that implies the other: Bernstein's inequality bounds L w |Q'| by (L/2) sum_k k |c_k|."""
    most1 = 0.0
    most2 = 0.0
    most_gap = 0.0
    for a in range(coefficients.shape[1]):
        one = 0.0
        two = 0.0
        gap = 0.0
        for k in range(1, coefficients.shape[2]):
            one += k * abs(coefficients[0, a, k])
            two += k * abs(coefficients[1, a, k])
            gap += k * abs(coefficients[1, a, k] - coefficients[0, a, k])
        most1 = max(most1, one)
        most2 = max(most2, two)
        most_gap = max(most_gap, gap)
    return 0.5 * rationality * (most1 + most2 + most_gap) < 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def is_unique(rationality, coefficients, allowed, samples):
    """Whether the test of the module docstring proves that the node has one solution, at any belief.

    Args:
        rationality: L.
        coefficients: Shape (type, action, coefficient).
        allowed: Shape (action, type).
        samples: From `slope_samples`.
    """
    if _is_flat(rationality, coefficients):
        return True
    lowest = 0.0
    highest = 0.0
    for a in range(coefficients.shape[1]):
        if not (allowed[a, 0] and allowed[a, 1]):
            continue
        u_low, u_high, v_low, v_high, gap_high = np.inf, -np.inf, np.inf, -np.inf, -np.inf
        largest_u = 0.0
        largest_v = 0.0
        largest_gap = 0.0
        for k in range(samples.shape[0]):
            u = 0.0
            v = 0.0
            for c in range(coefficients.shape[2]):
                u += samples[k, c] * coefficients[0, a, c]
                v += samples[k, c] * coefficients[1, a, c]
            u_low = min(u_low, u)
            u_high = max(u_high, u)
            v_low = min(v_low, v)
            v_high = max(v_high, v)
            gap_high = max(gap_high, v - u)
            largest_u = max(largest_u, abs(u))
            largest_v = max(largest_v, abs(v))
            largest_gap = max(largest_gap, abs(v - u))
        u_low = rationality * (u_low - OVERSHOOT * largest_u)
        u_high = rationality * (u_high + OVERSHOOT * largest_u)
        v_low = rationality * (v_low - OVERSHOOT * largest_v)
        v_high = rationality * (v_high + OVERSHOOT * largest_v)
        if rationality * (gap_high + OVERSHOOT * largest_gap) >= 1.0 or 1.0 + u_low <= 0.0 or 1.0 - v_high <= 0.0:
            return False
        if v_low < 0.0:
            if 1.0 - v_low + u_low <= 0.0:
                return False
            lowest = min(lowest, v_low / (1.0 - v_low + u_low))
        if u_high > 0.0:
            if 1.0 - v_high + u_high <= 0.0:
                return False
            highest = max(highest, u_high / (1.0 - v_high + u_high))
    return lowest - highest > -1.0
