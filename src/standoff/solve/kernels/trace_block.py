"""Eight nodes traced together along the principal branch from rationality 0.

Euler steps in the rationality are corrected by Newton's method. On the way the determinant of the Jacobian must stay away from
zero and every correction must be short; then the path has met no fold and ends on the principal branch. A lane in which this
fails is left to `arclength.trace_node`, which follows its branch around folds.
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
    TANGENT,
    H,
    evaluate_block,
)  # fmt: skip
from standoff.solve.kernels.vectors import WIDTH, kernel, largest, load, log, maximum, splat, store, where_below

__all__ = ["LONGEST_FOLLOWED_CORRECTION", "follow_block", "trace_block"]

FIRST_CHANGE = 0.5  # predicted change of the log likelihood ratios in the first step,
LARGEST_CHANGE = 1.5  # in any step,
SMALLEST_CHANGE = 1e-3  # and in the shortest step before a lane is given up
CORRECTIONS = 4  # Newton steps after each Euler step
LONGEST_CORRECTION = 0.25  # and their largest total length
MAX_STEPS = 400
SMALLEST_DETERMINANT = 0.02  # a smaller determinant of the Jacobian may be the sign of a fold

LONGEST_FOLLOWED_CORRECTION = 0.25  # of a node in one step of a whole game that is traced jointly (`joint_branch`),
SMALLEST_FOLLOWED_DETERMINANT = -1e-9  # and the smallest determinant there; it may vanish at the end of the branch


@kernel
def trace_block(block, belief):
    """Follow the principal branch from rationality 0 in all lanes at once.

    `block.ell` is written with the solutions. Lanes in which `block.failed` is 1 on entry are not waited for; on return it is
    1 in every lane that did not reach the rationality of the mover, else 0.

    Args:
        block: The nodes.
        belief: The mover's public belief, one a lane.

    Returns:
        Evaluations used.
    """
    n, rationality, allowed = block.num_actions, block.rationality, block.allowed
    ell, work, ell_before, failed = block.ell, block.work, block.ell_before, block.failed
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
    lost = load(failed, 0)
    here = 0.0
    longest_change = FIRST_CHANGE
    evaluations = 0
    for _ in range(MAX_STEPS):
        _, _, g_1, product = evaluate_block(block, rationality * here, belief)
        determinant = where_below(product * (one + g_1), one + g_1, product * (one + g_1), one + g_1)
        lost = where_below(splat(SMALLEST_DETERMINANT), determinant, lost, one)
        speed = _write_tangent(block, here)
        fastest = largest(where_below(lost, half, speed, splat(1e-6)))
        if not fastest < 1e12:
            fastest = 1e12
        step = min(1.0 - here, longest_change / fastest)
        there = here + step if step < 1.0 - here else 1.0
        for a in range(n):
            ahead = load(ell_before, WIDTH * a) + step * load(work, WIDTH * (ROWS * a + TANGENT))
            store(ell, WIDTH * a, ahead)
        evaluations += 1
        total = zero
        size = one
        for _ in range(CORRECTIONS):
            size, g_h, g_1, _ = evaluate_block(block, rationality * there, belief)
            evaluations += 1
            total = total + _apply_step(block, g_h / (one + g_1))
            if largest(where_below(lost, half, size, zero)) <= NEAR:
                break
        # a lane succeeds where its correction was short and ended near a solution
        is_off = where_below(size, splat(NEAR), where_below(total, splat(LONGEST_CORRECTION), zero, one), one)
        if largest(where_below(lost, half, is_off, zero)) < 0.5:
            here = there
            longest_change = min(LARGEST_CHANGE, 1.5 * longest_change)
            if here >= 1.0:
                break
        else:
            for a in range(n):
                store(ell, WIDTH * a, load(ell_before, WIDTH * a))
            longest_change *= 0.4
            if longest_change < SMALLEST_CHANGE:
                lost = maximum(lost, is_off)
                longest_change = FIRST_CHANGE
        if -largest(-lost) > 0.5:
            break
    if here < 1.0:
        lost = one
    store(failed, 0, lost)
    return evaluations


@kernel
def follow_block(block, belief):
    """Correct the prediction in `block.ell` of solutions that lie on a known branch, in all lanes at once.

    Args:
        block: The nodes; `block.failed` is written: 1 in every lane whose correction was long, did not converge, or ended where
            the determinant of the Jacobian, or its factor 1 + sum g_a / d_a, is negative, else 0.
        belief: The mover's public belief, one a lane.

    Returns:
        Evaluations used.
    """
    one = splat(1.0)
    zero = splat(0.0)
    total = zero
    lost = zero
    evaluations = 0
    for _ in range(CORRECTIONS):
        size, g_h, g_1, product = evaluate_block(block, block.rationality, belief)
        evaluations += 1
        determinant = where_below(product * (one + g_1), one + g_1, product * (one + g_1), one + g_1)
        lost = where_below(splat(SMALLEST_FOLLOWED_DETERMINANT), determinant, zero, one)
        total = total + _apply_step(block, g_h / (one + g_1))
        if largest(size) <= NEAR:
            break
    is_off = where_below(size, splat(NEAR), where_below(total, splat(LONGEST_FOLLOWED_CORRECTION), lost, one), one)
    store(block.failed, 0, is_off)
    return evaluations


@kernel
def _apply_step(block, shift):
    """Apply a Newton step to `block.ell` from what `evaluate_block` has written; returns the sum of its sizes."""
    allowed, ell, work = block.allowed, block.ell, block.work
    total = splat(0.0)
    for a in range(block.num_actions):
        if allowed[2 * a] and allowed[2 * a + 1]:
            at = WIDTH * ROWS * a
            change = (shift - load(work, at + WIDTH * H)) * load(work, at + WIDTH * INVERSE_D)
            total = total + maximum(change, -change)
            store(ell, WIDTH * a, load(ell, WIDTH * a) + change)
    return total


@kernel
def _write_tangent(block, t):
    """Write dl/dt at L = rationality t, and keep `ell` as it is now; returns the sum of |dl_a/dt|."""
    n, rationality, allowed = block.num_actions, block.rationality, block.allowed
    ell, work = block.ell, block.work
    one = splat(1.0)
    mean1 = splat(0.0)
    mean2 = splat(0.0)
    for a in range(n):
        at = WIDTH * ROWS * a
        mean1 = mean1 + load(work, at + WIDTH * S1) * load(work, at + WIDTH * Q1)
        mean2 = mean2 + load(work, at + WIDTH * S2) * load(work, at + WIDTH * Q2)
    g_h = splat(0.0)
    g_1 = splat(0.0)
    for a in range(n):
        if allowed[2 * a] and allowed[2 * a + 1]:
            at = WIDTH * ROWS * a
            posterior = load(work, at + WIDTH * POSTERIOR)
            slopes = (
                load(work, at + WIDTH * S2) * load(work, at + WIDTH * SLOPE2)
                - load(work, at + WIDTH * S1) * load(work, at + WIDTH * SLOPE1)
            )  # fmt: skip
            g = rationality * t * posterior * (one - posterior) * slopes * load(work, at + WIDTH * INVERSE_D)
            change = rationality * (mean2 - mean1 - load(work, at + WIDTH * Q2) + load(work, at + WIDTH * Q1))
            g_h = g_h + g * change
            g_1 = g_1 + g
            store(work, at + WIDTH * H, change)
    shift = g_h / (one + g_1)
    speed = splat(0.0)
    for a in range(n):
        at = WIDTH * ROWS * a
        store(block.ell_before, WIDTH * a, load(ell, WIDTH * a))
        tangent = splat(0.0)
        if allowed[2 * a] and allowed[2 * a + 1]:
            tangent = (shift - load(work, at + WIDTH * H)) * load(work, at + WIDTH * INVERSE_D)
        speed = speed + maximum(tangent, -tangent)
        store(work, at + WIDTH * TANGENT, tangent)
    return speed
