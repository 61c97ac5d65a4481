"""One layer of the backward induction: values and strategies at every state and belief point.

In a decision layer, mover m, state x, action a with branches (p, y):

    W(a; .) = r(x, a) + sum p V_next(y; .)          one polynomial in the beliefs for every plane

and at every belief point the mover's node (`standoff.solve.node`) is solved along the mover's own axis, because only
the belief about the mover changes. Values of all other players follow from the posteriors:

    V_{m,h} = sum_a s_h(a) W_{m,h}(a; b'(a)),    V_{j,k} = sum_a sbar(a) W_{j,k}(a; b'(a)),   sbar = (1-b) s_1 + b s_2.

The nodes of a state are taken in blocks of eight (`standoff.solve.block`): eight points of the other player's axis at one
own belief, or, for what is left over, eight own beliefs at one point of the other axis. Where the own belief is certain it
stays, so the nodes at both ends of the own axis need no iteration.

Strategies and evidence are held in **mover order**, the mover's own belief outermost: point i_own n_other + i_other. For a
mover on the first axis that is the natural order of points; for one on the second axis it is its transpose.

Trusted: the game's arrays (see `standoff.game.model`). Kernels release the interpreter lock and write only to the states
[first, last) that they are given, so a layer may be cut among threads.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.block import Q1, ROWS, S1, climb_block, logit_block, newton_block, prove_unique, settle_block
from standoff.solve.branch import trace
from standoff.solve.lanes import WIDTH, exp, keep, kernel, largest, load, maximum, pointer, splat, store, where_below
from standoff.solve.node import WORK_ROWS

__all__ = ["COUNTS", "LOG_ODDS_TOLERANCE", "TRACED_TOLERANCE", "chance_layer", "decision_layer", "period_end"]

COUNTS = ("nodes", "evaluations", "unique", "traced", "folds", "lost")
"""What `decision_layer` counts, in the order of its `counts` argument."""
NODES, EVALUATIONS, UNIQUE, TRACED, FOLDS, LOST = range(6)

LOG_ODDS_TOLERANCE = 1e-10
"""Largest sum of |H_a| of a solved node."""
TRACED_TOLERANCE = 1e-8
"""Largest |H| of a node that had to be traced around a fold: where slopes are steep, rounding allows no less."""
NEAR = 2e-5
CLOSER = 1e-9
MOMENTUM = 0.9  # share of the last change of the evidence that is expected again a period earlier


@kernel
def period_end(values, flow, discounts, out):
    """Value at the end of a period: its flow plus the discounted value of the next; shapes (state, plane, row)."""
    for x in range(out.shape[0]):
        for p in range(out.shape[1]):
            for k in range(out.shape[2]):
                out[x, p, k] = flow[x, p] + discounts[p] * values[x, p, k]


@kernel
def _continuation(
    action, planes, payoff, branch_start, probability, target, terminal_values, values, row, out, base
):  # fmt: skip
    """Write W(a; .) of one action, by plane and point, from `base` on; arrays are pointers."""
    size = planes * row
    first = branch_start[action]
    last = branch_start[action + 1]
    if row == 1:
        for p in range(planes):
            out[base + p] = payoff[action * planes + p]
            for branch in range(first, last):
                y = target[branch]
                if y < 0:
                    out[base + p] += probability[branch] * terminal_values[(-y - 1) * planes + p]
                else:
                    out[base + p] += probability[branch] * values[y * planes + p]
        return
    for branch in range(first, last):
        y = target[branch]
        if y < 0:
            _add(branch == first, action, planes, payoff, probability[branch], terminal_values, (-y - 1) * size, row, out, base)
        else:
            _add(branch == first, action, planes, payoff, probability[branch], values, y * size, row, out, base)


@kernel
def _add(is_first, action, planes, payoff, share, source, start, row, out, base):
    """Add a share of one branch's values, to the action's payoff if it is the first."""
    if is_first:
        for p in range(planes):
            paid = payoff[action * planes + p]
            for k in range(p * row, (p + 1) * row, WIDTH):
                store(out, base + k, paid + share * load(source, start + k))
    else:
        for k in range(0, planes * row, WIDTH):
            store(out, base + k, load(out, base + k) + share * load(source, start + k))


@kernel
def _blend(q, values, start, out, to, size):
    """Mix what a layer gave with what its absence gives, out = q out + (1-q) values; flat arrays."""
    if q < 1.0:
        for k in range(size):
            out[to + k] = q * out[to + k] + (1.0 - q) * values[start + k]


@kernel
def chance_layer(moves, terminal_values, values, out):
    """Values of a chance layer: with the probability of arrival the branches of its one action, else `skip`."""
    planes, row = out.shape[1], out.shape[2]
    size = planes * row
    flat_out, flat_values, flat_terminals = pointer(out), pointer(values), pointer(terminal_values)
    payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    arrival, skip, action_start = moves.arrival, moves.skip, moves.action_start
    for x in range(out.shape[0]):
        q = arrival[x]
        if q > 0.0:
            _continuation(
                action_start[x], planes, payoff, branch_start, probability, target, flat_terminals, flat_values, row, flat_out,
                x * size,
            )  # fmt: skip
            _blend(q, flat_values, skip[x] * size, flat_out, x * size, size)
        else:
            for k in range(size):
                flat_out[x * size + k] = flat_values[skip[x] * size + k]


@kernel
def decision_layer(
    first, last, moves, sides, terminal_values, values, warm, trend, out, strategies, residuals, regrets, counts,
    trace_always,
):  # fmt: skip
    """Values and strategies of the states [first, last) of a decision layer, at more than one belief point.

    Args:
        first: First state.
        last: One past the last state.
        moves: The layer.
        sides: Players and belief axes.
        terminal_values: What each terminal is worth; shape (terminal, plane, row).
        values: V of the next layer; shape (state, plane, row).
        warm: Evidence l at every node as last solved, in mover order; shape (action, row); read and written.
        trend: How it changed when last solved; shape (action, row); read and written.
        out: V of this layer; shape (state, plane, row); written.
        strategies: s_h(a), in mover order; shape (action, type, row); written.
        residuals: Largest |s - logit(Q)| of each state; shape (state,); written.
        regrets: Largest one-shot regret of each state; shape (state,); written.
        counts: See `COUNTS`; shape (state, 6); written.
        trace_always: Whether to trace every node from L = 0 by `standoff.solve.branch`, even where its solution is proved
            unique.
    """
    planes, row = out.shape[1], out.shape[2]
    size = planes * row
    arrival, skip, action_start = moves.arrival, moves.skip, moves.action_start
    action_allowed = moves.action_allowed
    mover, axis_of, plane_of, rationality = moves.mover, sides.axis_of, sides.plane_of, sides.rationality
    n1, n2 = sides.n1, sides.n2
    longest = max(n1, n2)
    widest = 1
    for x in range(first, last):
        widest = max(widest, action_start[x + 1] - action_start[x])
    # the arrays behind the pointers, which must live as long
    tally_room = np.zeros(len(COUNTS), dtype=np.int64)
    allowed_room = np.ones(2 * widest, dtype=np.int64)
    room = np.zeros(
        2 * (widest * size + WIDTH) + size + WIDTH + WIDTH * (
            widest * planes * longest + 2 * widest * longest + (ROWS + 3) * widest + planes + longest + 2
        )
    )  # fmt: skip
    place = 0
    natural, place = pointer(room[place:]), place + widest * size + WIDTH
    w, place = pointer(room[place:]), place + widest * size + WIDTH
    found, place = pointer(room[place:]), place + size + WIDTH
    lines, place = pointer(room[place:]), place + WIDTH * widest * planes * longest
    coefficients, place = pointer(room[place:]), place + WIDTH * 2 * widest * longest
    work, place = pointer(room[place:]), place + WIDTH * ROWS * widest
    ell, place = pointer(room[place:]), place + WIDTH * widest
    base, place = pointer(room[place:]), place + WIDTH * widest
    kept, place = pointer(room[place:]), place + WIDTH * widest
    block_values, place = pointer(room[place:]), place + WIDTH * planes
    weights, place = pointer(room[place:]), place + WIDTH * longest
    eight, place = pointer(room[place:]), place + WIDTH
    failed = pointer(room[place:])
    tally, allowed = pointer(tally_room), pointer(allowed_room)
    flat_out, flat_values, flat_terminals = pointer(out), pointer(values), pointer(terminal_values)
    flat_strategies, flat_warm, flat_trend = pointer(strategies), pointer(warm), pointer(trend)
    payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    points1, matrix1, samples1 = pointer(sides.axis1), pointer(sides.matrix1), pointer(sides.samples1)
    points2, matrix2, samples2 = pointer(sides.axis2), pointer(sides.matrix2), pointer(sides.samples2)
    for x in range(first, last):
        residuals[x] = 0.0
        regrets[x] = 0.0
        start = action_start[x]
        n = action_start[x + 1] - start
        q = arrival[x]
        m = mover[x]
        if m < 0 or q == 0.0:
            for k in range(size):
                flat_out[x * size + k] = flat_values[skip[x] * size + k]
            for k in range(start * 2 * row, (start + n) * 2 * row):
                flat_strategies[k] = 0.0
            for k in range(len(COUNTS)):
                counts[x, k] = 0
            continue
        for k in range(len(COUNTS)):
            tally[k] = 0
        tally[NODES] = n1 * n2
        axis = axis_of[m]
        # mover order: the own belief outermost. It is the natural order where the own axis is the first.
        for a in range(n):
            allowed[2 * a] = action_allowed[start + a, 0]
            allowed[2 * a + 1] = action_allowed[start + a, 1]
            if axis == 1:
                _continuation(
                    start + a, planes, payoff, branch_start, probability, target, flat_terminals, flat_values, row, natural,
                    a * size,
                )  # fmt: skip
            else:
                _continuation(
                    start + a, planes, payoff, branch_start, probability, target, flat_terminals, flat_values, row, w, a * size
                )
        if axis < 0:
            regrets[x] = _single_type(
                n, rationality[m], plane_of[m], planes, row, w, flat_strategies, start * 2 * row, flat_out, x * size, work
            )
            tally[UNIQUE] = tally[EVALUATIONS] = tally[NODES]
        elif axis == 0:
            residuals[x], regrets[x] = _two_types(
                n, n1, n2, rationality[m], plane_of[m], points1, matrix1, samples1, allowed, planes, row, w, flat_warm,
                flat_trend, start * row, flat_strategies, start * 2 * row, flat_out, x * size, tally, trace_always, lines,
                coefficients, work, ell, base, kept, block_values, weights, eight, failed,
            )  # fmt: skip
        else:
            for a in range(n * planes):
                for i in range(n2):
                    for j in range(n1):
                        w[a * row + i * n1 + j] = natural[a * row + j * n2 + i]
            residuals[x], regrets[x] = _two_types(
                n, n2, n1, rationality[m], plane_of[m], points2, matrix2, samples2, allowed, planes, row, w, flat_warm,
                flat_trend, start * row, flat_strategies, start * 2 * row, found, 0, tally, trace_always, lines,
                coefficients, work, ell, base, kept, block_values, weights, eight, failed,
            )  # fmt: skip
            for p in range(planes):
                for j in range(n1):
                    for i in range(n2):
                        flat_out[x * size + p * row + j * n2 + i] = found[p * row + i * n1 + j]
        # what fills the rows up must be finite: it is multiplied by masses of zero
        for k in range(n1 * n2, row):
            for p in range(planes):
                flat_out[x * size + p * row + k] = 0.0
            for a in range(2 * start, 2 * (start + n)):
                flat_strategies[a * row + k] = 0.0
        for k in range(len(COUNTS)):
            counts[x, k] = tally[k]
        _blend(q, flat_values, skip[x] * size, flat_out, x * size, size)
    keep(room)
    keep(tally_room)
    keep(allowed_room)


@kernel
def _single_type(n, rationality, plane, planes, row, w, strategies, strategy_base, out, out_base, work):
    """A mover with one type: logit at every belief point, and beliefs stay where they are. Returns the regret."""
    worst = 0.0
    for k in range(0, row, WIDTH):
        top = load(w, plane * row + k)
        for a in range(1, n):
            top = maximum(load(w, (a * planes + plane) * row + k), top)
        total = splat(0.0)
        for a in range(n):
            odds = exp(rationality * (load(w, (a * planes + plane) * row + k) - top))
            total = total + odds
            store(work, WIDTH * a, odds)
        share = 1.0 / total
        for a in range(n):
            strategy = load(work, WIDTH * a) * share
            store(work, WIDTH * a, strategy)
            store(strategies, strategy_base + 2 * a * row + k, strategy)
            store(strategies, strategy_base + (2 * a + 1) * row + k, strategy)
        for p in range(planes):
            value = splat(0.0)
            for a in range(n):
                value = value + load(work, WIDTH * a) * load(w, (a * planes + p) * row + k)
            store(out, out_base + p * row + k, value)
            if p == plane:
                worst = max(worst, largest(top - value))
    return worst


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
def _two_types(
    n, nm, nj, rationality, plane, points, matrix, samples, allowed, planes, row, w, warm, trend, warm_base, strategies,
    strategy_base, out, out_base, counts, trace_always, lines, coefficients, work, ell, base, kept, block_values, weights,
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
        if not trace_always:
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
                trace_always, ell, work, base, kept, block_values, weights, eight, failed, counts,
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
    n, nm, lanes, planes, plane, rationality, belief, coefficients, allowed, lines, points, proved, trace_always, ell,
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
    if trace_always:
        store(failed, 0, one)
    elif num_proved > 0:
        used = newton_block(
            n, nm, rationality, belief, coefficients, allowed, NEAR, (one - proved) * 1e300, ell, work
        )  # fmt: skip
        counts[EVALUATIONS] += used * lanes
    if num_proved < WIDTH and not trace_always:
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
