"""The nodes of one state solved side by side, all belief points at once.

The equations and the Newton step are those of `standoff.solve.node`. Here every quantity is a row over the belief points
of the state, so that the inner loops run along contiguous rows and become vector instructions. `exp` is computed on
whole rows by range reduction and a polynomial, accurate to a few units in the last place: x = k ln 2 + r, |r| <= ln 2 / 2,
exp(x) = 2^k P(r), with 2^k put together from its bits.

Rows of nodes whose Newton iteration does not converge are left for the caller to trace.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["ROWS", "SCRATCH", "exp_rows", "newton_rows", "weight_rows"]

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
LOWEST, HIGHEST = -708.0, 709.0

MAX_STEP = 5.0
MAX_ITERATIONS = 12

POSTERIOR, Q1, Q2, SLOPE1, SLOPE2, S1, S2, H, D, G = range(10)
ROWS = 10
"""Rows of scratch for each action."""
SCRATCH = 7
"""Rows of scratch for the state."""


@njit(cache=True, nogil=True, error_model="numpy")
def exp_rows(x, shifted, bits, out):
    """Write exp(x) into `out`; one-dimensional rows of equal length.

    `shifted` is scratch and `bits` the view of it as int64.
    """
    n = x.shape[0]
    for k in range(n):
        v = min(max(x[k], LOWEST), HIGHEST)
        t = v * LOG2_E + ROUND
        shifted[k] = t
        whole = t - ROUND
        r = (v - whole * LN2_HIGH) - whole * LN2_LOW
        p = 1.6059043836821613e-10
        p = p * r + 2.08767569878681e-09
        p = p * r + 2.505210838544172e-08
        p = p * r + 2.755731922398589e-07
        p = p * r + 2.7557319223985893e-06
        p = p * r + 2.48015873015873e-05
        p = p * r + 0.0001984126984126984
        p = p * r + 0.001388888888888889
        p = p * r + 0.008333333333333333
        p = p * r + 0.041666666666666664
        p = p * r + 0.16666666666666666
        p = p * r + 0.5
        p = p * r + 1.0
        out[k] = p * r + 1.0
    for k in range(n):
        bits[k] = (bits[k] + 1023) << 52
    for k in range(n):
        out[k] *= shifted[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _clenshaw_step(coefficient, x, b_new, b_old, d_new, d_old):
    """One step of Clenshaw's recurrence and of its derivative, in place of the older terms."""
    for k in range(x.shape[0]):
        two_x = 2.0 * x[k]
        d_old[k] = 2.0 * b_new[k] + two_x * d_new[k] - d_old[k]
        b_old[k] = coefficient[k] + two_x * b_new[k] - b_old[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _clenshaw_rows(coefficients, num_coefficients, x, value, slope, b1, b2, d1, d2):
    """Value and slope in the belief of sum_c coefficients[c, k] T_c(x[k]) for every column k; the rest is scratch."""
    n = x.shape[0]
    for k in range(n):
        b1[k] = 0.0
        b2[k] = 0.0
        d1[k] = 0.0
        d2[k] = 0.0
    new_b, old_b, new_d, old_d = b1, b2, d1, d2
    for c in range(num_coefficients - 1, 0, -1):
        _clenshaw_step(coefficients[c], x, new_b, old_b, new_d, old_d)
        new_b, old_b, new_d, old_d = old_b, new_b, old_d, new_d
    first = coefficients[0]
    for k in range(n):
        value[k] = first[k] + x[k] * new_b[k] - old_b[k]
    for k in range(n):
        slope[k] = 2.0 * (new_b[k] + x[k] * new_d[k] - old_d[k])


@njit(cache=True, nogil=True, error_model="numpy")
def newton_rows(
    rationality, belief, coefficients, num_coefficients, allowed, active, tolerance, ell, rows, scratch, shifted, bits
):
    """Solve H(l) = 0 at every belief point by Newton's method from `ell`, which is overwritten.

    Args:
        rationality: L.
        belief: Own belief at every point; shape (point,).
        coefficients: Of Q_h(a; .) at every point; shape (type, action or more, coefficient or more, point).
        num_coefficients: How many of them count.
        allowed: Shape (action, type).
        active: Whether the point is to be solved; shape (point,). Others are moved along but not waited for.
        tolerance: Largest |H_a| that counts as solved.
        ell: Evidence; shape (action, point).
        rows: Scratch that holds the last evaluation on return; shape (action, ROWS, point).
        scratch: Shape (SCRATCH, point).
        shifted: Shape (point,), and `bits` the view of it as int64.
        bits: Shape (point,).

    Returns:
        Iterations used, and the number of active points not solved; row 0 of scratch is the largest |H_a| at each point.
    """
    n = ell.shape[0]
    num_points = belief.shape[0]
    worst = scratch[0]
    top1 = scratch[1]
    top2 = scratch[2]
    b = scratch[3:5]
    d = scratch[5:7]
    for iteration in range(1, MAX_ITERATIONS + 1):
        for a in range(n):
            posterior = rows[a, POSTERIOR]
            if allowed[a, 0] and allowed[a, 1]:
                for k in range(num_points):
                    top1[k] = -ell[a, k]
                exp_rows(top1, shifted, bits, top2)
                for k in range(num_points):
                    # at belief 0 the quotient is 0 whatever the evidence
                    posterior[k] = belief[k] / (belief[k] + (1.0 - belief[k]) * top2[k])
            else:
                for k in range(num_points):
                    posterior[k] = 0.0 if allowed[a, 0] else 1.0
            for k in range(num_points):
                top1[k] = 2.0 * posterior[k] - 1.0
            _clenshaw_rows(
                coefficients[0, a], num_coefficients, top1, rows[a, Q1], rows[a, SLOPE1], b[0], b[1], d[0], d[1]
            )
            _clenshaw_rows(
                coefficients[1, a], num_coefficients, top1, rows[a, Q2], rows[a, SLOPE2], b[0], b[1], d[0], d[1]
            )
        for h in range(2):
            top = top1 if h == 0 else top2
            for k in range(num_points):
                top[k] = -np.inf
            for a in range(n):
                if allowed[a, h]:
                    for k in range(num_points):
                        top[k] = max(top[k], rows[a, Q1 + h, k])
            z = b[h]
            for k in range(num_points):
                z[k] = 0.0
            for a in range(n):
                strategy = rows[a, S1 + h]
                if allowed[a, h]:
                    for k in range(num_points):
                        d[0, k] = rationality * (rows[a, Q1 + h, k] - top[k])
                    exp_rows(d[0], shifted, bits, strategy)
                    for k in range(num_points):
                        z[k] += strategy[k]
                else:
                    for k in range(num_points):
                        strategy[k] = 0.0
            for a in range(n):
                for k in range(num_points):
                    rows[a, S1 + h, k] /= z[k]
        # c = log Z2 - log Z1
        for k in range(num_points):
            d[0, k] = np.log(b[1, k] / b[0, k]) + rationality * (top2[k] - top1[k])
            worst[k] = 0.0
        for a in range(n):
            if not (allowed[a, 0] and allowed[a, 1]):
                continue
            for k in range(num_points):
                posterior_k = rows[a, POSTERIOR, k]
                w = rationality * posterior_k * (1.0 - posterior_k)
                h_a = ell[a, k] - rationality * (rows[a, Q2, k] - rows[a, Q1, k]) + d[0, k]
                rows[a, H, k] = h_a
                rows[a, D, k] = 1.0 - w * (rows[a, SLOPE2, k] - rows[a, SLOPE1, k])
                rows[a, G, k] = w * (rows[a, S2, k] * rows[a, SLOPE2, k] - rows[a, S1, k] * rows[a, SLOPE1, k])
                worst[k] = max(worst[k], abs(h_a))
        unsolved = 0
        for k in range(num_points):
            if active[k] and not worst[k] <= tolerance:
                unsolved += 1
        if unsolved == 0 or iteration == MAX_ITERATIONS:
            return iteration, unsolved
        # (diag(d) + 1 g') step = -H by the Sherman-Morrison formula
        for k in range(num_points):
            b[0, k] = 0.0
            b[1, k] = 0.0
            d[1, k] = 0.0
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                for k in range(num_points):
                    share = rows[a, G, k] / rows[a, D, k]
                    b[0, k] += share * rows[a, H, k]
                    b[1, k] += share
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                for k in range(num_points):
                    step = -(rows[a, H, k] - b[0, k] / (1.0 + b[1, k])) / rows[a, D, k]
                    rows[a, H, k] = step
                    d[1, k] = max(d[1, k], abs(step))
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                for k in range(num_points):
                    # a solved point stays where it is
                    scale = 0.0 if worst[k] <= tolerance else min(1.0, MAX_STEP / max(d[1, k], 1e-300))
                    ell[a, k] += scale * rows[a, H, k]
    return MAX_ITERATIONS, unsolved


@njit(cache=True, nogil=True, error_model="numpy")
def weight_rows(belief, axis, product, weights):
    """Interpolation weights of every belief in a row; see `standoff.solve.chebyshev.weights_at`.

    Args:
        belief: Shape (point,).
        axis: From `standoff.solve.chebyshev.axis_of_points`; shape (2, node).
        product: Scratch; shape (point,).
        weights: Shape (node, point); written.
    """
    num_nodes = axis.shape[1]
    num_points = belief.shape[0]
    for k in range(num_points):
        product[k] = 1.0
    for c in range(num_nodes):
        here = axis[0, c]
        scale = axis[1, c]
        row = weights[c]
        for k in range(num_points):
            row[k] = scale * product[k]
            product[k] *= belief[k] - here
    for k in range(num_points):
        product[k] = 1.0
    for c in range(num_nodes - 1, -1, -1):
        here = axis[0, c]
        row = weights[c]
        for k in range(num_points):
            row[k] *= product[k]
            product[k] *= belief[k] - here
