"""Eight decision nodes of one state side by side.

The equations and the Newton step are those of `standoff.solve.kernels.node`; here a quantity is a vector with one belief point in
each lane (`standoff.solve.kernels.vectors`). A block holds for every action and type the Chebyshev coefficients of the
action value
along the mover's own belief, one polynomial a lane, and is solved in three steps:

1. `newton_block` iterates from a near guess, and stops one step after |H| has become small;
2. where nothing proves that the solution is unique, `standoff.solve.kernels.trace_block` walks up from rationality 0 instead;
3. `settle_block` evaluates strategies, posteriors by Bayes' rule and the values of every plane there, and measures what is
   left of H, the residual and the regret.

Arrays are pointers (`standoff.solve.kernels.vectors.pointer`), so shapes are told by the arguments. Scratch of one
number an action and
lane holds row r of action a at 8 (ROWS a + r). `allowed` says whether type h has action a at 2 a + h.
"""

from __future__ import annotations

from standoff.solve.kernels.node import OVERSHOOT
from standoff.solve.kernels.vectors import (
    WIDTH,
    exp,
    kernel,
    largest,
    load,
    log,
    maximum,
    minimum,
    splat,
    store,
    where_below,
)

__all__ = [
    "ROWS",
    "S1",
    "evaluate_block",
    "logit_block",
    "newton_block",
    "prove_unique",
    "settle_block",
    "weights_block",
]

MAX_STEP = 5.0  # longest Newton step in log-odds
MAX_ITERATIONS = 12
NEAR = 3e-5  # |H| after which one more Newton step leaves less than the tolerance

POSTERIOR, Q1, Q2, SLOPE1, SLOPE2, S1, S2, H, INVERSE_D, SPARE = range(10)
ROWS = 10
"""Rows of scratch for each action."""


@kernel
def _posterior(allowed, belief, ell, a):
    """Posterior after action a at the evidence `ell`."""
    if allowed[2 * a] and allowed[2 * a + 1]:
        return belief / (belief + (1.0 - belief) * exp(-load(ell, WIDTH * a)))
    return splat(0.0) if allowed[2 * a] else splat(1.0)


@kernel
def _values_and_slopes(n, nm, coefficients, allowed, belief, ell, work):
    """Posteriors, action values and their slopes at the evidence `ell`; returns the largest action value of each type.

    The Chebyshev polynomials T_k(x) and U_k-1(x) = T_k'(x) / k follow from x by recurrence, once for both types.
    """
    top1 = splat(-1e300)
    top2 = splat(-1e300)
    one = splat(1.0)
    for a in range(n):
        posterior = _posterior(allowed, belief, ell, a)
        x = posterior + posterior - one
        two_x = x + x
        first = WIDTH * nm * a
        second = WIDTH * nm * (n + a)
        # T_k-1, T_k, U_k-2, U_k-1 at k = 1
        t_before = one
        t = x
        u_before = splat(0.0)
        u = one
        c1 = load(coefficients, first + WIDTH)
        c2 = load(coefficients, second + WIDTH)
        q1 = load(coefficients, first) + c1 * t
        q2 = load(coefficients, second) + c2 * t
        slope1 = c1
        slope2 = c2
        for c in range(2, nm):
            t_next = two_x * t - t_before
            u_next = two_x * u - u_before
            t_before = t
            t = t_next
            u_before = u
            u = u_next
            bent = (1.0 * c) * u
            c1 = load(coefficients, first + WIDTH * c)
            c2 = load(coefficients, second + WIDTH * c)
            q1 = q1 + c1 * t
            q2 = q2 + c2 * t
            slope1 = slope1 + c1 * bent
            slope2 = slope2 + c2 * bent
        row = WIDTH * ROWS * a
        store(work, row + WIDTH * POSTERIOR, posterior)
        store(work, row + WIDTH * Q1, q1)
        store(work, row + WIDTH * Q2, q2)
        store(work, row + WIDTH * SLOPE1, slope1 + slope1)
        store(work, row + WIDTH * SLOPE2, slope2 + slope2)
        if allowed[2 * a]:
            top1 = maximum(q1, top1)
        if allowed[2 * a + 1]:
            top2 = maximum(q2, top2)
    return top1, top2


@kernel
def _values_alone(n, nm, coefficients, allowed, belief, ell, work):
    """As `_values_and_slopes`, where no slopes are needed."""
    top1 = splat(-1e300)
    top2 = splat(-1e300)
    one = splat(1.0)
    for a in range(n):
        posterior = _posterior(allowed, belief, ell, a)
        x = posterior + posterior - one
        two_x = x + x
        first = WIDTH * nm * a
        second = WIDTH * nm * (n + a)
        t_before = one
        t = x
        q1 = load(coefficients, first) + load(coefficients, first + WIDTH) * t
        q2 = load(coefficients, second) + load(coefficients, second + WIDTH) * t
        for c in range(2, nm):
            t_next = two_x * t - t_before
            t_before = t
            t = t_next
            q1 = q1 + load(coefficients, first + WIDTH * c) * t
            q2 = q2 + load(coefficients, second + WIDTH * c) * t
        row = WIDTH * ROWS * a
        store(work, row + WIDTH * Q1, q1)
        store(work, row + WIDTH * Q2, q2)
        if allowed[2 * a]:
            top1 = maximum(q1, top1)
        if allowed[2 * a + 1]:
            top2 = maximum(q2, top2)
    return top1, top2


@kernel
def logit_block(n, rationality, allowed, top1, top2, work):
    """Logit strategies from the action values in `work`; returns c = log Z2 - log Z1."""
    z1 = splat(0.0)
    z2 = splat(0.0)
    for a in range(n):
        row = WIDTH * ROWS * a
        probabilities1 = splat(0.0)
        probabilities2 = splat(0.0)
        if allowed[2 * a]:
            probabilities1 = exp(rationality * (load(work, row + WIDTH * Q1) - top1))
            z1 = z1 + probabilities1
        if allowed[2 * a + 1]:
            probabilities2 = exp(rationality * (load(work, row + WIDTH * Q2) - top2))
            z2 = z2 + probabilities2
        store(work, row + WIDTH * S1, probabilities1)
        store(work, row + WIDTH * S2, probabilities2)
    share1 = 1.0 / z1
    share2 = 1.0 / z2
    for a in range(n):
        row = WIDTH * ROWS * a
        store(work, row + WIDTH * S1, load(work, row + WIDTH * S1) * share1)
        store(work, row + WIDTH * S2, load(work, row + WIDTH * S2) * share2)
    return log(z2 * share1) + rationality * (top2 - top1)


@kernel
def evaluate_block(n, nm, rationality, belief, coefficients, allowed, ell, work):
    """H and what the Newton step needs at `ell`.

    Returns:
        In every lane: sum_a |H_a|, sum g_a H_a / d_a, sum g_a / d_a, prod d_a.
    """
    top1, top2 = _values_and_slopes(n, nm, coefficients, allowed, belief, ell, work)
    c = logit_block(n, rationality, allowed, top1, top2, work)
    one = splat(1.0)
    size = splat(0.0)
    g_h = splat(0.0)
    g_1 = splat(0.0)
    product = one
    for a in range(n):
        if not (allowed[2 * a] and allowed[2 * a + 1]):
            continue
        row = WIDTH * ROWS * a
        posterior = load(work, row + WIDTH * POSTERIOR)
        slope1 = load(work, row + WIDTH * SLOPE1)
        slope2 = load(work, row + WIDTH * SLOPE2)
        w = rationality * posterior * (one - posterior)
        h = load(ell, WIDTH * a) - rationality * (load(work, row + WIDTH * Q2) - load(work, row + WIDTH * Q1)) + c
        d = one - w * (slope2 - slope1)
        inverse = one / d
        g = w * (load(work, row + WIDTH * S2) * slope2 - load(work, row + WIDTH * S1) * slope1) * inverse
        g_h = g_h + g * h
        g_1 = g_1 + g
        product = product * d
        size = size + maximum(h, -h)
        store(work, row + WIDTH * H, h)
        store(work, row + WIDTH * INVERSE_D, inverse)
    return size, g_h, g_1, product


@kernel
def newton_block(n, nm, rationality, belief, coefficients, allowed, near, active, ell, work):
    """Newton's method from `ell`, which is overwritten, to one step past sum |H| <= near in every active lane.

    Args:
        n: Actions.
        nm: Points on the mover's own belief axis.
        rationality: L.
        belief: The mover's public belief, one a lane.
        coefficients: Of Q_h(a; .), flat, at 8 (nm (n h + a) + coefficient).
        allowed: Whether each type has the action; shape (action, 2).
        near: Where to stop.
        active: 0 in the lanes that count, else 1e300: their H is taken to be small.
        ell: Evidence, flat, at 8 a.
        work: Scratch, flat, 8 ROWS n.

    Returns:
        Evaluations used.
    """
    one = splat(1.0)
    for iteration in range(1, MAX_ITERATIONS + 1):
        size, g_h, g_1, _ = evaluate_block(n, nm, rationality, belief, coefficients, allowed, ell, work)
        shift = g_h / (one + g_1)
        longest = splat(1e-300)
        for a in range(n):
            if allowed[2 * a] and allowed[2 * a + 1]:
                row = WIDTH * ROWS * a
                step = (shift - load(work, row + WIDTH * H)) * load(work, row + WIDTH * INVERSE_D)
                longest = maximum(step, maximum(-step, longest))
                store(work, row + WIDTH * H, step)
        scale = minimum(one, MAX_STEP / longest)
        for a in range(n):
            if allowed[2 * a] and allowed[2 * a + 1]:
                row = WIDTH * ROWS * a
                store(ell, WIDTH * a, load(ell, WIDTH * a) + scale * load(work, row + WIDTH * H))
        if largest(size - active) <= near:
            return iteration
    return MAX_ITERATIONS


@kernel
def prove_unique(n, nm, rationality, coefficients, allowed, samples):
    """1 in the lanes where the test of `standoff.solve.kernels.node` proves one solution at any belief and smaller rationality.

    Args:
        n: Actions.
        nm: Points on the own axis.
        rationality: L.
        coefficients: Of Q_h(a; .), as in `newton_block`.
        allowed: Shape (action, 2).
        samples: From `standoff.solve.kernels.node.slope_samples`; shape (sample, coefficient).
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


@kernel
def settle_block(
    n, nm, planes, plane, rationality, belief, coefficients, allowed, lines, nodes, ell, work, weights, values
):
    """Strategies, posteriors and values at a solution, with what it still lacks.

    Args:
        n: and the next arguments: see `newton_block`.
        nm: Points on the own axis.
        planes: Number of planes.
        plane: Plane of the mover's first type.
        rationality: L.
        belief: Own belief.
        coefficients: Of the action values.
        allowed: Shape (action, 2).
        lines: Action values of every plane along the own axis, flat, at 8 (nm (planes a + plane) + point).
        nodes: Points and scales of the own axis; shape (2, point).
        ell: Evidence, flat, at 8 a.
        work: Scratch; holds strategies and posteriors on return.
        weights: Scratch, flat, 8 nm.
        values: V of every plane; flat, at 8 p; written.

    Returns:
        In every lane: sum_a |H_a|, the largest |s - logit(Q)|, the largest regret.
    """
    one = splat(1.0)
    zero = splat(0.0)
    top1, top2 = _values_alone(n, nm, coefficients, allowed, belief, ell, work)
    c = logit_block(n, rationality, allowed, top1, top2, work)
    for p in range(planes):
        store(values, WIDTH * p, zero)
    size = zero
    top1 = splat(-1e300)
    top2 = splat(-1e300)
    shift1 = zero
    shift2 = zero
    for a in range(n):
        row = WIDTH * ROWS * a
        first = load(work, row + WIDTH * S1)
        second = load(work, row + WIDTH * S2)
        mixed = first + belief * (second - first)
        if allowed[2 * a] and allowed[2 * a + 1]:
            h = load(ell, WIDTH * a) - rationality * (load(work, row + WIDTH * Q2) - load(work, row + WIDTH * Q1)) + c
            size = size + maximum(h, -h)
            # an action that nobody takes tells nothing
            posterior = where_below(mixed, zero, belief, belief * second / maximum(mixed, splat(1e-300)))
        elif allowed[2 * a]:
            posterior = zero
        else:
            posterior = one
        store(work, row + WIDTH * POSTERIOR, posterior)
        weights_block(nm, nodes, posterior, weights, 0, WIDTH)
        line = WIDTH * nm * planes * a
        for p in range(planes):
            value = zero
            for k in range(nm):
                value = value + load(weights, WIDTH * k) * load(lines, line + WIDTH * (nm * p + k))
            share = mixed
            if p == plane:
                share = first
                change = rationality * (value - load(work, row + WIDTH * Q1))
                shift1 = shift1 + first * change
                store(work, row + WIDTH * Q1, change)
                if allowed[2 * a]:
                    top1 = maximum(value, top1)
            elif p == plane + 1:
                share = second
                change = rationality * (value - load(work, row + WIDTH * Q2))
                shift2 = shift2 + second * change
                store(work, row + WIDTH * Q2, change)
                if allowed[2 * a + 1]:
                    top2 = maximum(value, top2)
            store(values, WIDTH * p, load(values, WIDTH * p) + share * value)
    # how far the strategies are from logit at the posteriors by Bayes' rule, to second order in a tiny difference
    residual = zero
    for a in range(n):
        row = WIDTH * ROWS * a
        one_off = load(work, row + WIDTH * S1) * (load(work, row + WIDTH * Q1) - shift1)
        two_off = load(work, row + WIDTH * S2) * (load(work, row + WIDTH * Q2) - shift2)
        residual = maximum(residual, maximum(maximum(one_off, -one_off), maximum(two_off, -two_off)))
    regret = maximum(top1 - load(values, WIDTH * plane), top2 - load(values, WIDTH * (plane + 1)))
    return size, residual, regret


@kernel
def weights_block(nm, nodes, belief, weights, start, step):
    """Interpolation weights of every lane's belief, at start, start + step, ...; see `standoff.solve.kernels.chebyshev`."""
    product = splat(1.0)
    for k in range(nm):
        store(weights, start + k * step, nodes[nm + k] * product)
        product = product * (belief - nodes[k])
    product = splat(1.0)
    for k in range(nm - 1, -1, -1):
        store(weights, start + k * step, load(weights, start + k * step) * product)
        product = product * (belief - nodes[k])
