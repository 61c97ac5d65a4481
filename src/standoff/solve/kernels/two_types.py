"""All nodes of a state whose mover has two types.

The nodes of a state are taken in blocks of eight (`standoff.solve.kernels.node_block`): eight points of the other
player's axis at one
own belief, or, for what is left over, eight own beliefs at one point of the other axis. Where the own belief is certain it
stays, so the nodes at both ends of the own axis need no iteration.

Every array is in mover order (`standoff.solve.kernels.backward`): point i nj + j, own belief i, the other's belief j. Arrays are
pointers (`standoff.solve.kernels.vectors.pointer`).
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.arclength import trace
from standoff.solve.kernels.node import WORK_ROWS
from standoff.solve.kernels.node_block import Q1, ROWS, S1, logit_block, newton_block, prove_unique, settle_block
from standoff.solve.kernels.trace_block import climb_block
from standoff.solve.kernels.vectors import WIDTH, kernel, largest, load, maximum, splat, store, where_below

__all__ = [
    "ANY_BRANCH", "COUNTS", "EVALUATIONS", "FOLDS", "LOG_ODDS_TOLERANCE", "LOST", "NODES", "PRINCIPAL", "TRACED",
    "TRACED_TOLERANCE", "TRACE_ALWAYS", "UNIQUE", "two_types",
]  # fmt: skip

COUNTS = ("nodes", "evaluations", "unique", "traced", "folds", "lost")
"""What `decision_layer` counts, in the order of its `counts` argument."""
NODES, EVALUATIONS, UNIQUE, TRACED, FOLDS, LOST = range(6)

PRINCIPAL, TRACE_ALWAYS, ANY_BRANCH = range(3)
"""Modes of `decision_layer`."""

LOG_ODDS_TOLERANCE = 1e-10
"""Largest sum of |H_a| of a solved node."""
TRACED_TOLERANCE = 1e-8
"""Largest |H| of a node that had to be traced around a fold: where slopes are steep, rounding allows no less."""
NEAR = 2e-5
CLOSER = 1e-9
MOMENTUM = 0.9  # share of the last change of the evidence that is expected again a period earlier


@kernel
def _put(to, base, stride, count, vector, eight):
    """Write the first `count` lanes at base, base + stride, ..."""
    store(eight, 0, vector)
    for lane in range(count):
        to[base + lane * stride] = eight[lane]


@kernel
def _get(source, base, stride, count, eight):
    """Lanes from base, base + stride, ...; the last of `count` stands for those beyond."""
    for lane in range(WIDTH):
        eight[lane] = source[base + min(lane, count - 1) * stride]
    return load(eight, 0)


@kernel
def two_types(
    n, nm, nj, rationality, plane, points, matrix, samples, allowed, planes, row, w, warm, trend, warm_base, strategies,
    strategy_base, out, out_base, counts, mode, lines, coefficients, work, ell, base, kept, block_values, weights,
    eight, failed
):  # fmt: skip
    """All nodes of a state whose mover has two types. Returns the largest residual and regret.

    Every array is in mover order: point i nj + j, own belief i, the other's belief j.
    """
    inner = nm - 2
    worst_residual = 0.0
    worst_regret = 0.0
    j0 = 0
    while j0 < nj:
        # eight columns side by side; or one column, whose own beliefs then lie side by side; or a part of eight
        count = min(WIDTH, nj - j0)
        is_column = count < WIDTH and count * ((inner + WIDTH - 1) // WIDTH) <= inner
        if is_column:
            count = 1
        for a in range(n):
            for p in range(planes):
                here = (a * planes + p) * row + j0
                to = WIDTH * nm * (planes * a + p)
                if count == WIDTH:
                    for i in range(nm):
                        store(lines, to + WIDTH * i, load(w, here + i * nj))
                elif is_column:
                    for i in range(nm):
                        store(lines, to + WIDTH * i, splat(w[here + i * nj]))
                else:
                    for i in range(nm):
                        store(lines, to + WIDTH * i, _get(w, here + i * nj, 1, count, eight))
        for h in range(2):
            for a in range(n):
                source = WIDTH * nm * (planes * a + plane + h)
                to = WIDTH * nm * (n * h + a)
                for third in range(0, nm, 3):
                    # three sums side by side; the last three overlap with those before where they must
                    c = min(third, nm - 3)
                    one = splat(0.0)
                    two = splat(0.0)
                    three = splat(0.0)
                    for i in range(nm):
                        value = load(lines, source + WIDTH * i)
                        one = one + matrix[c * nm + i] * value
                        two = two + matrix[(c + 1) * nm + i] * value
                        three = three + matrix[(c + 2) * nm + i] * value
                    store(coefficients, to + WIDTH * c, one)
                    store(coefficients, to + WIDTH * (c + 1), two)
                    store(coefficients, to + WIDTH * (c + 2), three)
        proved = splat(0.0)
        if mode != TRACE_ALWAYS:
            proved = prove_unique(n, nm, rationality, coefficients, allowed, samples)
        for end in range(2):
            regret = _certain(n, nm, planes, plane, end, rationality, allowed, lines, work, block_values)
            worst_regret = max(worst_regret, largest(regret))
            _keep(
                n, planes, row, end * (nm - 1) * nj + j0, 1, count, work, block_values, out, out_base, strategies,
                strategy_base, eight,
            )  # fmt: skip
            counts[UNIQUE] += count
            counts[EVALUATIONS] += count
        i = 1
        while i < nm - 1:
            place = i * nj + j0
            lanes = count
            step = 1
            belief = splat(points[i])
            if is_column:
                lanes = min(WIDTH, nm - 1 - i)
                step = nj
                for lane in range(WIDTH):
                    eight[lane] = points[min(i + lane, nm - 2)]
                belief = load(eight, 0)
            is_row = step == 1 and lanes == WIDTH
            for a in range(n):
                if allowed[2 * a] and allowed[2 * a + 1]:
                    here = warm_base + a * row + place
                    if is_row:
                        store(ell, WIDTH * a, load(warm, here) + MOMENTUM * load(trend, here))
                    else:
                        guess = _get(warm, here, step, lanes, eight)
                        store(ell, WIDTH * a, guess + MOMENTUM * _get(trend, here, step, lanes, eight))
            residual, regret = _solve_block(
                n, nm, lanes, planes, plane, rationality, belief, coefficients, allowed, lines, points, proved,
                mode, ell, work, base, kept, block_values, weights, eight, failed, counts,
            )  # fmt: skip
            worst_residual = max(worst_residual, largest(residual))
            worst_regret = max(worst_regret, largest(regret))
            _keep(
                n, planes, row, place, step, lanes, work, block_values, out, out_base, strategies, strategy_base, eight
            )
            for a in range(n):
                if allowed[2 * a] and allowed[2 * a + 1]:
                    here = warm_base + a * row + place
                    found = load(ell, WIDTH * a)
                    if is_row:
                        store(trend, here, found - load(warm, here))
                        store(warm, here, found)
                    else:
                        _put(trend, here, step, lanes, found - _get(warm, here, step, lanes, eight), eight)
                        _put(warm, here, step, lanes, found, eight)
            i += WIDTH if is_column else 1
        j0 += count
    return worst_residual, worst_regret


@kernel
def _keep(n, planes, row, place, step, lanes, work, values, out, out_base, strategies, strategy_base, eight):
    """Write values and strategies of a block to where they belong."""
    if step == 1 and lanes == WIDTH:
        for p in range(planes):
            store(out, out_base + p * row + place, load(values, WIDTH * p))
        for a in range(n):
            at = strategy_base + 2 * a * row + place
            store(strategies, at, load(work, WIDTH * (ROWS * a + S1)))
            store(strategies, at + row, load(work, WIDTH * (ROWS * a + S1 + 1)))
    else:
        for p in range(planes):
            _put(out, out_base + p * row + place, step, lanes, load(values, WIDTH * p), eight)
        for a in range(n):
            at = strategy_base + 2 * a * row + place
            _put(strategies, at, step, lanes, load(work, WIDTH * (ROWS * a + S1)), eight)
            _put(strategies, at + row, step, lanes, load(work, WIDTH * (ROWS * a + S1 + 1)), eight)


@kernel
def _certain(n, nm, planes, plane, end, rationality, allowed, lines, work, values):
    """Nodes where the own belief is certain, at one end of the own axis; returns the regret."""
    top1 = splat(-1e300)
    top2 = splat(-1e300)
    for a in range(n):
        # an action that only one type has reveals that type, however unlikely
        at = end * (nm - 1) if allowed[2 * a] and allowed[2 * a + 1] else 0 if allowed[2 * a] else nm - 1
        q1 = load(lines, WIDTH * (nm * (planes * a + plane) + at))
        q2 = load(lines, WIDTH * (nm * (planes * a + plane + 1) + at))
        store(work, WIDTH * (ROWS * a + Q1), q1)
        store(work, WIDTH * (ROWS * a + Q1 + 1), q2)
        if allowed[2 * a]:
            top1 = maximum(q1, top1)
        if allowed[2 * a + 1]:
            top2 = maximum(q2, top2)
    logit_block(n, rationality, allowed, top1, top2, work)
    for p in range(planes):
        value = splat(0.0)
        for a in range(n):
            at = end * (nm - 1) if allowed[2 * a] and allowed[2 * a + 1] else 0 if allowed[2 * a] else nm - 1
            h = p - plane if p == plane or p == plane + 1 else end
            value = value + load(work, WIDTH * (ROWS * a + S1 + h)) * load(lines, WIDTH * (nm * (planes * a + p) + at))
        store(values, WIDTH * p, value)
    return maximum(top1 - load(values, WIDTH * plane), top2 - load(values, WIDTH * (plane + 1)))


@kernel
def _solve_block(
    n, nm, lanes, planes, plane, rationality, belief, coefficients, allowed, lines, points, proved, mode, ell,
    work, base, kept, values, weights, eight, failed, counts
):  # fmt: skip
    """Solve one block and settle it; returns the largest residual and regret of each lane."""
    one = splat(1.0)
    zero = splat(0.0)
    num_proved = 0
    store(eight, 0, proved)
    for lane in range(WIDTH):
        num_proved += eight[lane] > 0.5
    for lane in range(lanes):
        counts[UNIQUE] += eight[lane] > 0.5
        counts[TRACED] += eight[lane] < 0.5
    store(failed, 0, zero)
    if mode == TRACE_ALWAYS:
        store(failed, 0, one)
    elif num_proved > 0 or mode == ANY_BRANCH:
        waived = zero if mode == ANY_BRANCH else (one - proved) * 1e300
        used = newton_block(n, nm, rationality, belief, coefficients, allowed, NEAR, waived, ell, work)
        counts[EVALUATIONS] += used * lanes
    if num_proved < WIDTH and mode == PRINCIPAL:
        for a in range(n):
            store(kept, WIDTH * a, load(ell, WIDTH * a))
        store(failed, 0, proved)  # nobody waits for them
        used = climb_block(n, nm, rationality, belief, coefficients, allowed, ell, work, base, failed)
        counts[EVALUATIONS] += used * lanes
        for a in range(n):
            climbed = load(ell, WIDTH * a)
            store(ell, WIDTH * a, where_below(one, proved, load(kept, WIDTH * a), climbed))
        store(failed, 0, load(failed, 0) * (one - proved))
    size, residual, regret = settle_block(
        n, nm, planes, plane, rationality, belief, coefficients, allowed, lines, points, ell, work, weights, values
    )
    ignored = load(failed, 0) * 1e300
    if not largest(where_below(one, ignored, zero, size)) <= LOG_ODDS_TOLERANCE:
        used = newton_block(n, nm, rationality, belief, coefficients, allowed, CLOSER, ignored, ell, work)
        counts[EVALUATIONS] += used * lanes
        size, residual, regret = settle_block(
            n, nm, planes, plane, rationality, belief, coefficients, allowed, lines, points, ell, work, weights, values
        )
    store(failed, 0, where_below(size, splat(LOG_ODDS_TOLERANCE), load(failed, 0), one))
    num_failed = 0
    for lane in range(lanes):
        num_failed += failed[lane] > 0.5
    if num_failed > 0:
        store(eight, 0, belief)
        for lane in range(lanes):
            if failed[lane] > 0.5:
                _trace_lane(n, nm, rationality, eight[lane], lane, lanes, coefficients, allowed, ell, counts)
        size, residual, regret = settle_block(
            n, nm, planes, plane, rationality, belief, coefficients, allowed, lines, points, ell, work, weights, values
        )
    return residual, regret


@kernel
def _trace_lane(n, nm, rationality, belief, lane, lanes, coefficients, allowed, ell, counts):
    """Trace the node in one lane around its folds; the last lane in use stands for those beyond."""
    line = np.empty((2, n, nm))
    found = np.empty(n)
    has = np.empty((n, 2), dtype=np.bool_)
    for a in range(n):
        for h in range(2):
            has[a, h] = allowed[2 * a + h] != 0
            for c in range(nm):
                line[h, a, c] = coefficients[WIDTH * (nm * (n * h + a) + c) + lane]
    tries, folds = trace(belief, rationality, found, line, has, TRACED_TOLERANCE, np.empty((WORK_ROWS, n)))
    counts[EVALUATIONS] += abs(tries)
    counts[FOLDS] += folds
    counts[LOST] += tries < 0
    for a in range(n):
        for copy in range(lane, WIDTH if lane == lanes - 1 else lane + 1):
            ell[WIDTH * a + copy] = found[a]
