"""Eight decision nodes of one state, solved side by side.

The equations and the Newton step are those of `node`; here a quantity is a vector (`vectors`) with one belief point in each
lane. A block holds for every action and type the Chebyshev coefficients of the action value along the mover's own belief, one
polynomial a lane, and is solved in three steps:

1. `newton_block` iterates from a nearby guess, and stops one step after |H| has become small;
2. where nothing proves that the solution is unique, `trace_block` follows the branch from rationality 0 instead;
3. `value_block` evaluates strategies, posteriors by Bayes' rule and the values of every player type there, and measures the
   remaining H, the residual and the regret.

Arrays are pointers (`vectors.pointer`), so sizes are arguments. Workspace row r of action a starts at 8 (ROWS a + r), with one
number a lane. `allowed` holds at 2 a + h whether type h has action a.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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

__all__ = ["ROWS", "S1", "Block", "evaluate_block", "interpolate", "logit_block", "newton_block", "value_block"]

MAX_STEP = 5.0  # longest Newton step in log-odds
MAX_ITERATIONS = 12
NEAR = 3e-5  # |H| after which one more Newton step leaves less than the tolerance

POSTERIOR, Q1, Q2, SLOPE1, SLOPE2, S1, S2, H, INVERSE_D, TANGENT = range(10)
ROWS = 10
"""Rows of the workspace for each action."""


class Block(NamedTuple):
    """Eight nodes of one state. The attributes up to `rationality` are numbers; the others are pointers.

    Attributes:
        num_actions: Actions of the state, n.
        num_own: Points on the mover's own belief axis, m.
        num_planes: Player types whose values are wanted.
        plane: Index of the mover's first type among them.
        rationality: L of the mover.
        allowed: Whether each type has each action; at 2 a + h.
        points: Points and scales of the own axis (`chebyshev.make_axis_points`); the scale of point k is at m + k.
        action_values: Action values of every player type along the own axis; at 8 (m (num_planes a + plane) + point).
        coefficients: Chebyshev coefficients of the action values of the mover's types; at 8 (m (n h + a) + coefficient).
        ell: Log likelihood ratio of each action; at 8 a. The unknowns: read as a guess, written with the solution.
        work: Workspace, 8 ROWS n; holds strategies and posteriors on return of `value_block`.
        values: Values of every player type; at 8 p; written by `value_block`.
        weights: Workspace, 8 m.
        ell_before: Workspace, 8 n: the solution at the start of a step of `trace_block`.
        ell_guess: Workspace, 8 n: the result of Newton's method, kept while other lanes are traced.
        failed: 1 in the lanes without a solution, else 0; 8.
        lanes: Workspace, 8: the lanes of a vector one by one.
    """

    num_actions: int
    num_own: int
    num_planes: int
    plane: int
    rationality: float
    allowed: Any
    points: Any
    action_values: Any
    coefficients: Any
    ell: Any
    work: Any
    values: Any
    weights: Any
    ell_before: Any
    ell_guess: Any
    failed: Any
    lanes: Any


@kernel
def _posterior(allowed, belief, ell, a):
    """Find the posterior after action a at the log likelihood ratio `ell`."""
    if allowed[2 * a] and allowed[2 * a + 1]:
        return belief / (belief + (1.0 - belief) * exp(-load(ell, WIDTH * a)))
    return splat(0.0) if allowed[2 * a] else splat(1.0)


@kernel
def _evaluate_values_and_slopes(block, belief):
    """Write posteriors, action values and their slopes at `ell`; returns the largest action value of each type.

    The Chebyshev polynomials T_k(x) and U_k-1(x) = T_k'(x) / k follow from x by recurrence, once for both types.
    """
    n, nm, coefficients, allowed = block.num_actions, block.num_own, block.coefficients, block.allowed
    ell, work = block.ell, block.work
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
        at = WIDTH * ROWS * a
        store(work, at + WIDTH * POSTERIOR, posterior)
        store(work, at + WIDTH * Q1, q1)
        store(work, at + WIDTH * Q2, q2)
        store(work, at + WIDTH * SLOPE1, slope1 + slope1)
        store(work, at + WIDTH * SLOPE2, slope2 + slope2)
        if allowed[2 * a]:
            top1 = maximum(q1, top1)
        if allowed[2 * a + 1]:
            top2 = maximum(q2, top2)
    return top1, top2


@kernel
def _evaluate_values(block, belief):
    """Write action values at `ell`, where no slopes are needed; returns the largest action value of each type."""
    n, nm, coefficients, allowed = block.num_actions, block.num_own, block.coefficients, block.allowed
    ell, work = block.ell, block.work
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
        at = WIDTH * ROWS * a
        store(work, at + WIDTH * Q1, q1)
        store(work, at + WIDTH * Q2, q2)
        if allowed[2 * a]:
            top1 = maximum(q1, top1)
        if allowed[2 * a + 1]:
            top2 = maximum(q2, top2)
    return top1, top2


@kernel
def logit_block(block, rationality, top1, top2):
    """Write logit strategies from the action values in the workspace; returns c = log Z_2 - log Z_1."""
    n, allowed, work = block.num_actions, block.allowed, block.work
    z1 = splat(0.0)
    z2 = splat(0.0)
    for a in range(n):
        at = WIDTH * ROWS * a
        power1 = splat(0.0)
        power2 = splat(0.0)
        if allowed[2 * a]:
            power1 = exp(rationality * (load(work, at + WIDTH * Q1) - top1))
            z1 = z1 + power1
        if allowed[2 * a + 1]:
            power2 = exp(rationality * (load(work, at + WIDTH * Q2) - top2))
            z2 = z2 + power2
        store(work, at + WIDTH * S1, power1)
        store(work, at + WIDTH * S2, power2)
    inverse1 = 1.0 / z1
    inverse2 = 1.0 / z2
    for a in range(n):
        at = WIDTH * ROWS * a
        store(work, at + WIDTH * S1, load(work, at + WIDTH * S1) * inverse1)
        store(work, at + WIDTH * S2, load(work, at + WIDTH * S2) * inverse2)
    return log(z2 * inverse1) + rationality * (top2 - top1)


@kernel
def evaluate_block(block, rationality, belief):
    """Write H and what the Newton step needs at `ell`, at any rationality.

    Returns:
        In every lane: sum_a |H_a|, sum g_a H_a / d_a, sum g_a / d_a, prod d_a.
    """
    n, allowed, ell, work = block.num_actions, block.allowed, block.ell, block.work
    top1, top2 = _evaluate_values_and_slopes(block, belief)
    c = logit_block(block, rationality, top1, top2)
    one = splat(1.0)
    size = splat(0.0)
    g_h = splat(0.0)
    g_1 = splat(0.0)
    product = one
    for a in range(n):
        if not (allowed[2 * a] and allowed[2 * a + 1]):
            continue
        at = WIDTH * ROWS * a
        posterior = load(work, at + WIDTH * POSTERIOR)
        slope1 = load(work, at + WIDTH * SLOPE1)
        slope2 = load(work, at + WIDTH * SLOPE2)
        w = rationality * posterior * (one - posterior)
        h = load(ell, WIDTH * a) - rationality * (load(work, at + WIDTH * Q2) - load(work, at + WIDTH * Q1)) + c
        d = one - w * (slope2 - slope1)
        inverse = one / d
        g = w * (load(work, at + WIDTH * S2) * slope2 - load(work, at + WIDTH * S1) * slope1) * inverse
        g_h = g_h + g * h
        g_1 = g_1 + g
        product = product * d
        size = size + maximum(h, -h)
        store(work, at + WIDTH * H, h)
        store(work, at + WIDTH * INVERSE_D, inverse)
    return size, g_h, g_1, product


@kernel
def newton_block(block, belief, near, inactive):
    """Apply Newton's method from `block.ell`, which is overwritten, to one step past sum |H| <= near in every active lane.

    Args:
        block: The nodes.
        belief: The mover's public belief, one a lane.
        near: Where to stop.
        inactive: 0 in the lanes that count, 1e300 in the others, whose H is ignored.

    Returns:
        Evaluations used.
    """
    n, allowed, ell, work = block.num_actions, block.allowed, block.ell, block.work
    one = splat(1.0)
    for iteration in range(1, MAX_ITERATIONS + 1):
        size, g_h, g_1, _ = evaluate_block(block, block.rationality, belief)
        shift = g_h / (one + g_1)
        longest = splat(1e-300)
        for a in range(n):
            if allowed[2 * a] and allowed[2 * a + 1]:
                at = WIDTH * ROWS * a
                step = (shift - load(work, at + WIDTH * H)) * load(work, at + WIDTH * INVERSE_D)
                longest = maximum(step, maximum(-step, longest))
                store(work, at + WIDTH * H, step)
        scale = minimum(one, MAX_STEP / longest)
        for a in range(n):
            if allowed[2 * a] and allowed[2 * a + 1]:
                at = WIDTH * ROWS * a
                store(ell, WIDTH * a, load(ell, WIDTH * a) + scale * load(work, at + WIDTH * H))
        if largest(size - inactive) <= near:
            return iteration
    return MAX_ITERATIONS


@kernel
def value_block(block, belief):
    """Write strategies, posteriors and values at a solution, and measure its errors.

    Returns:
        In every lane: sum_a |H_a|, the largest |s - logit(Q)|, the largest regret.
    """
    n, nm, planes, plane, rationality = (
        block.num_actions, block.num_own, block.num_planes, block.plane, block.rationality
    )  # fmt: skip
    allowed, ell, work, weights, values = block.allowed, block.ell, block.work, block.weights, block.values
    one = splat(1.0)
    zero = splat(0.0)
    top1, top2 = _evaluate_values(block, belief)
    c = logit_block(block, rationality, top1, top2)
    for p in range(planes):
        store(values, WIDTH * p, zero)
    size = zero
    top1 = splat(-1e300)
    top2 = splat(-1e300)
    shift1 = zero
    shift2 = zero
    for a in range(n):
        at = WIDTH * ROWS * a
        first = load(work, at + WIDTH * S1)
        second = load(work, at + WIDTH * S2)
        mixed = first + belief * (second - first)
        if allowed[2 * a] and allowed[2 * a + 1]:
            h = load(ell, WIDTH * a) - rationality * (load(work, at + WIDTH * Q2) - load(work, at + WIDTH * Q1)) + c
            size = size + maximum(h, -h)
            # an action that nobody takes leaves the belief as it is
            posterior = where_below(mixed, zero, belief, belief * second / maximum(mixed, splat(1e-300)))
        elif allowed[2 * a]:
            posterior = zero
        else:
            posterior = one
        store(work, at + WIDTH * POSTERIOR, posterior)
        interpolate(nm, block.points, posterior, weights, 0, WIDTH)
        line = WIDTH * nm * planes * a
        for p in range(planes):
            value = zero
            for k in range(nm):
                value = value + load(weights, WIDTH * k) * load(block.action_values, line + WIDTH * (nm * p + k))
            share = mixed
            if p == plane:
                share = first
                change = rationality * (value - load(work, at + WIDTH * Q1))
                shift1 = shift1 + first * change
                store(work, at + WIDTH * Q1, change)
                if allowed[2 * a]:
                    top1 = maximum(value, top1)
            elif p == plane + 1:
                share = second
                change = rationality * (value - load(work, at + WIDTH * Q2))
                shift2 = shift2 + second * change
                store(work, at + WIDTH * Q2, change)
                if allowed[2 * a + 1]:
                    top2 = maximum(value, top2)
            store(values, WIDTH * p, load(values, WIDTH * p) + share * value)
    # how far the strategies are from logit at the posteriors by Bayes' rule, to second order in a tiny difference
    residual = zero
    for a in range(n):
        at = WIDTH * ROWS * a
        one_off = load(work, at + WIDTH * S1) * (load(work, at + WIDTH * Q1) - shift1)
        two_off = load(work, at + WIDTH * S2) * (load(work, at + WIDTH * Q2) - shift2)
        residual = maximum(residual, maximum(maximum(one_off, -one_off), maximum(two_off, -two_off)))
    regret = maximum(top1 - load(values, WIDTH * plane), top2 - load(values, WIDTH * (plane + 1)))
    return size, residual, regret


@kernel
def interpolate(nm, points, belief, weights, start, step):
    """Write the interpolation weights of every lane's belief at start, start + step, ...; see `chebyshev`."""
    product = splat(1.0)
    for k in range(nm):
        store(weights, start + k * step, points[nm + k] * product)
        product = product * (belief - points[k])
    product = splat(1.0)
    for k in range(nm - 1, -1, -1):
        store(weights, start + k * step, load(weights, start + k * step) * product)
        product = product * (belief - points[k])
