"""Eight nodes walked up the principal branch from rationality 0, all lanes in step.

Euler steps in L are corrected by Newton's method. On the way the determinant of the Jacobian must stay away from zero and no
correction may be long; then the walk has met no fold and ends on the principal branch. A lane in which it fails is left to
`standoff.solve.kernels.arclength`, which goes around folds. Arrays are as in `standoff.solve.kernels.node_block`.
"""

from __future__ import annotations

from standoff.solve.kernels.node_block import (
    INVERSE_D,
    NEAR,
    POSTERIOR,
    Q1,
    Q2,
    ROWS,
    S1,
    S2,
    SLOPE1,
    SLOPE2,
    SPARE,
    H,
    evaluate_block,
)  # fmt: skip
from standoff.solve.kernels.vectors import WIDTH, kernel, largest, load, log, maximum, splat, store, where_below

__all__ = ["climb_block"]

CLIMB_FIRST = 0.5  # predicted change of evidence in the first step of a climb,
CLIMB_REACH = 1.5  # in any step,
CLIMB_SHORTEST = 1e-3  # and in the shortest step before a lane is given up
CLIMB_CORRECTIONS = 4  # Newton steps after each
CLIMB_LONGEST = 0.25  # and how far they may lead
CLIMB_STEPS = 400
CLIMB_DETERMINANT = 0.02  # a smaller determinant of the Jacobian may be the sign of a fold


@kernel
def climb_block(n, nm, rationality, belief, coefficients, allowed, ell, work, base, failed):
    """Walk up the principal branch from rationality 0, all lanes in step.

    Args:
        n: and the next five arguments: see `newton_block`.
        nm: Points on the own axis.
        rationality: L asked for.
        belief: Own belief.
        coefficients: Of the action values.
        allowed: Shape (action, 2).
        ell: Written with the solution, flat, at 8 a.
        work: Scratch, as in `newton_block`.
        base: Scratch, flat, 8 n.
        failed: Lanes that are 1 on entry are not waited for; on return 1 in every lane that did not arrive, else 0;
            shape (8,).

    Returns:
        Evaluations used.
    """
    count1 = 0
    count2 = 0
    for a in range(n):
        count1 += allowed[2 * a]
        count2 += allowed[2 * a + 1]
    one = splat(1.0)
    zero = splat(0.0)
    half = splat(0.5)
    for a in range(n):
        store(ell, WIDTH * a, log(splat(count1 / count2)))
    bad = load(failed, 0)
    here = 0.0
    reach = CLIMB_FIRST
    evaluations = 0
    for _ in range(CLIMB_STEPS):
        _, _, g_1, product = evaluate_block(n, nm, rationality * here, belief, coefficients, allowed, ell, work)
        determinant = where_below(product * (one + g_1), one + g_1, product * (one + g_1), one + g_1)
        bad = where_below(splat(CLIMB_DETERMINANT), determinant, bad, one)
        speed = _tangent(n, rationality, here, allowed, ell, work, base)
        fastest = largest(where_below(bad, half, speed, splat(1e-6)))
        if not fastest < 1e12:
            fastest = 1e12
        step = min(1.0 - here, reach / fastest)
        there = here + step if step < 1.0 - here else 1.0
        for a in range(n):
            ahead = load(base, WIDTH * a) + step * load(work, WIDTH * (ROWS * a + SPARE))
            store(ell, WIDTH * a, ahead)
        evaluations += 1
        total = zero
        size = one
        for _ in range(CLIMB_CORRECTIONS):
            size, g_h, g_1, _ = evaluate_block(n, nm, rationality * there, belief, coefficients, allowed, ell, work)
            evaluations += 1
            shift = g_h / (one + g_1)
            for a in range(n):
                if allowed[2 * a] and allowed[2 * a + 1]:
                    row = WIDTH * ROWS * a
                    change = (shift - load(work, row + WIDTH * H)) * load(work, row + WIDTH * INVERSE_D)
                    total = total + maximum(change, -change)
                    store(ell, WIDTH * a, load(ell, WIDTH * a) + change)
            if largest(where_below(bad, half, size, zero)) <= NEAR:
                break
        # a lane has arrived where its correction was short and ended near a solution
        astray = where_below(size, splat(NEAR), where_below(total, splat(CLIMB_LONGEST), zero, one), one)
        if largest(where_below(bad, half, astray, zero)) < 0.5:
            here = there
            reach = min(CLIMB_REACH, 1.5 * reach)
            if here >= 1.0:
                break
        else:
            for a in range(n):
                store(ell, WIDTH * a, load(base, WIDTH * a))
            reach *= 0.4
            if reach < CLIMB_SHORTEST:
                bad = maximum(bad, astray)
                reach = CLIMB_FIRST
        if -largest(-bad) > 0.5:
            break
    if here < 1.0:
        bad = one
    store(failed, 0, bad)
    return evaluations


@kernel
def _tangent(n, rationality, here, allowed, ell, work, base):
    """Write dl/dt at L = rationality t into the spare rows and `ell` into `base`; returns the largest |dl_a/dt|."""
    one = splat(1.0)
    mean1 = splat(0.0)
    mean2 = splat(0.0)
    for a in range(n):
        row = WIDTH * ROWS * a
        mean1 = mean1 + load(work, row + WIDTH * S1) * load(work, row + WIDTH * Q1)
        mean2 = mean2 + load(work, row + WIDTH * S2) * load(work, row + WIDTH * Q2)
    g_h = splat(0.0)
    g_1 = splat(0.0)
    for a in range(n):
        if allowed[2 * a] and allowed[2 * a + 1]:
            row = WIDTH * ROWS * a
            posterior = load(work, row + WIDTH * POSTERIOR)
            slopes = (
                load(work, row + WIDTH * S2) * load(work, row + WIDTH * SLOPE2)
                - load(work, row + WIDTH * S1) * load(work, row + WIDTH * SLOPE1)
            )  # fmt: skip
            g = rationality * here * posterior * (one - posterior) * slopes * load(work, row + WIDTH * INVERSE_D)
            change = rationality * (mean2 - mean1 - load(work, row + WIDTH * Q2) + load(work, row + WIDTH * Q1))
            g_h = g_h + g * change
            g_1 = g_1 + g
            store(work, row + WIDTH * H, change)
    shift = g_h / (one + g_1)
    speed = splat(0.0)
    for a in range(n):
        row = WIDTH * ROWS * a
        store(base, WIDTH * a, load(ell, WIDTH * a))
        tangent = splat(0.0)
        if allowed[2 * a] and allowed[2 * a + 1]:
            tangent = (shift - load(work, row + WIDTH * H)) * load(work, row + WIDTH * INVERSE_D)
        speed = speed + maximum(tangent, -tangent)
        store(work, row + WIDTH * SPARE, tangent)
    return speed
