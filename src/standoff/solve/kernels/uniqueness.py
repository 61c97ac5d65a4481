"""A proof that a decision has one solution, at this rationality and every smaller one.

In the notation of `node`, write u_a = L w Q_1'(a) and v_a = L w Q_2'(a) at any belief. Where every d_a = 1 - v_a + u_a is
positive, each l_a is a decreasing function of c, and the equation for c has at most one solution if 1 + sum_a g_a / d_a stays
positive, that is if for every pair of mixtures s_1, s_2

    sum_a s_2(a) v_a / d_a - sum_a s_1(a) u_a / d_a > -1,    for which   min_a v_a / d_a - max_a u_a / d_a > -1   suffices.

Bounds v_lo <= v_a <= v_hi and u_lo <= u_a <= u_hi over all beliefs turn this into a finite test (v/d grows in v, and in u
where v < 0; u/d grows in u, and in v where u > 0). All conditions weaken as L falls. So where the test passes, the solution is
unique at every smaller L too, and lies on the principal branch. Where it fails, the branch is traced from L = 0.

The bounds come from samples: a polynomial of degree n sampled at 4n + 1 Chebyshev points exceeds the largest sample by a factor
of at most 1 / cos(pi/8) (Ehlich & Zeller 1964). A cheaper test comes first: by Bernstein's inequality L w |Q'| is at most
(L/2) sum_k k |c_k|.

References:
    Ehlich, H. and Zeller, K. (1964), Schwankung von Polynomen zwischen Gitterpunkten, Mathematische Zeitschrift 86.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.vectors import WIDTH, kernel, largest, load, maximum, minimum, splat, where_below

__all__ = ["is_unique", "make_slope_samples", "prove_unique"]

OVERSHOOT = 1.0 / np.cos(np.pi / 8.0) - 1.0


def make_slope_samples(num_points: int) -> NDArray[np.float64]:
    """Make the matrix from the Chebyshev coefficients of Q to samples of b (1-b) Q'(b); shape (sample, coefficient)."""
    degree = num_points  # of b (1-b) Q'(b), where Q has degree num_points - 1
    x = np.cos(np.pi * np.arange(4 * degree + 1) / (4 * degree))
    columns = [np.polynomial.chebyshev.chebval(x, np.polynomial.chebyshev.chebder(unit)) for unit in np.eye(num_points)]
    # b = (1+x)/2: dQ/db = 2 dQ/dx and b (1-b) = (1 - x^2)/4
    return np.ascontiguousarray(0.5 * (1.0 - x[:, None] ** 2) * np.stack(columns, axis=1))


@kernel
def _is_flat(rationality, coefficients):
    """Whether a cheaper test holds, which implies the other: Bernstein's inequality bounds L w |Q'| by (L/2) sum_k k |c_k|."""
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


@kernel
def is_unique(rationality, coefficients, allowed, samples):
    """Whether the test of the module docstring proves that the node has one solution, at any belief.

    Args:
        rationality: L.
        coefficients: Shape (type, action, coefficient).
        allowed: Shape (action, type).
        samples: From `make_slope_samples`.
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


@kernel
def prove_unique(n, nm, rationality, coefficients, allowed, samples):
    """1 in the lanes where the test of `node` proves one solution at any belief and smaller rationality.

    Args:
        n: Actions.
        nm: Points on the own axis.
        rationality: L.
        coefficients: Of Q_h(a; .), as in `newton_block`.
        allowed: Shape (action, 2).
        samples: From `make_slope_samples`; shape (sample, coefficient).
    """
    zero = splat(0.0)
    one = splat(1.0)
    # the cheap test first: Bernstein's inequality bounds L w |Q'| by (L/2) sum_k k |c_k|
    most1 = zero
    most2 = zero
    most_gap = zero
    for a in range(n):
        flat1 = zero
        flat2 = zero
        flat_gap = zero
        for c in range(1, nm):
            one_c = load(coefficients, WIDTH * (nm * a + c))
            two_c = load(coefficients, WIDTH * (nm * (n + a) + c))
            gap_c = two_c - one_c
            flat1 = flat1 + c * 1.0 * maximum(one_c, -one_c)
            flat2 = flat2 + c * 1.0 * maximum(two_c, -two_c)
            flat_gap = flat_gap + c * 1.0 * maximum(gap_c, -gap_c)
        most1 = maximum(most1, flat1)
        most2 = maximum(most2, flat2)
        most_gap = maximum(most_gap, flat_gap)
    flat = (0.5 * rationality) * (most1 + most2 + most_gap)
    if largest(flat) < 1.0:
        return one
    proved = one
    lowest = zero
    highest = zero
    for a in range(n):
        if not (allowed[2 * a] and allowed[2 * a + 1]):
            continue
        u_low, u_high = splat(1e300), splat(-1e300)
        v_low, v_high = splat(1e300), splat(-1e300)
        gap_high, gap_low = splat(-1e300), splat(1e300)
        for k in range(4 * nm + 1):
            u = zero
            v = zero
            for c in range(1, nm):
                u = u + samples[k * nm + c] * load(coefficients, WIDTH * (nm * a + c))
                v = v + samples[k * nm + c] * load(coefficients, WIDTH * (nm * (n + a) + c))
            u_low = minimum(u_low, u)
            u_high = maximum(u_high, u)
            v_low = minimum(v_low, v)
            v_high = maximum(v_high, v)
            gap_high = maximum(gap_high, v - u)
            gap_low = minimum(gap_low, v - u)
        u_over = OVERSHOOT * maximum(u_high, -u_low)
        v_over = OVERSHOOT * maximum(v_high, -v_low)
        u_low = rationality * (u_low - u_over)
        u_high = rationality * (u_high + u_over)
        v_low = rationality * (v_low - v_over)
        v_high = rationality * (v_high + v_over)
        gap_high = rationality * (gap_high + OVERSHOOT * maximum(gap_high, -gap_low))
        # each of these must be positive; nothing is proved where one is not
        proved = where_below(one, gap_high, zero, proved)
        proved = where_below(one + u_low, zero, zero, proved)
        proved = where_below(one - v_high, zero, zero, proved)
        low_d = one - v_low + u_low
        high_d = one - v_high + u_high
        proved = where_below(zero, v_low, proved, where_below(low_d, zero, zero, proved))
        proved = where_below(u_high, zero, proved, where_below(high_d, zero, zero, proved))
        lowest = minimum(lowest, where_below(zero, v_low, zero, v_low / low_d))
        highest = maximum(highest, where_below(u_high, zero, zero, u_high / high_d))
    return where_below(lowest - highest, splat(-1.0), where_below(flat, splat(0.999999), one, zero),
                       where_below(flat, splat(0.999999), one, proved))  # fmt: skip
