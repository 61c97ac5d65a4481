"""One layer of the backward induction: values and strategies at every state and belief point.

In a decision layer, mover m, state x, action a with branches (p, y):

    W(a; .) = r(x, a) + sum p V_next(y; .)          one polynomial in the beliefs for every plane

and at every belief point the mover's node (`standoff.solve.kernels.node`) is solved along the mover's own axis, because only
the belief about the mover changes. Values of all other players follow from the posteriors:

    V_{m,h} = sum_a s_h(a) W_{m,h}(a; b'(a)),    V_{j,k} = sum_a sbar(a) W_{j,k}(a; b'(a)),   sbar = (1-b) s_1 + b s_2.

Strategies and evidence are held in **mover order**, the mover's own belief outermost: point i_own n_other + i_other. For a
mover on the first axis that is the natural order of points; for one on the second axis it is its transpose.

Trusted: the game's arrays (see `standoff.game.model`). Kernels release the interpreter lock and write only to the states
[first, last) that they are given, so a layer may be cut among threads.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.node_block import ROWS
from standoff.solve.kernels.two_types import COUNTS, EVALUATIONS, NODES, UNIQUE, two_types
from standoff.solve.kernels.vectors import WIDTH, exp, keep, kernel, largest, load, maximum, pointer, splat, store

__all__ = ["chance_layer", "decision_layer", "period_end"]


@kernel
def period_end(values, flow, discounts, out):
    """Value at the end of a period: its flow plus the discounted value of the next; shapes (state, plane, row)."""
    planes, row = out.shape[1], out.shape[2]
    flat, paid, to = pointer(values), pointer(flow), pointer(out)
    for p in range(planes):
        discount = discounts[p]
        for x in range(p, out.shape[0] * planes, planes):
            for k in range(x * row, (x + 1) * row):
                to[k] = paid[x] + discount * flat[k]


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
            _add(
                branch == first,
                action,
                planes,
                payoff,
                probability[branch],
                terminal_values,
                (-y - 1) * size,
                row,
                out,
                base,
            )
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
    mode,
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
        mode: `PRINCIPAL`; `TRACE_ALWAYS` to trace every node from L = 0 by `standoff.solve.kernels.arclength`, even
            where its solution
            is proved unique; `ANY_BRANCH` to take what Newton's method finds from `warm`, on whichever branch it lies.
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
                    start + a,
                    planes,
                    payoff,
                    branch_start,
                    probability,
                    target,
                    flat_terminals,
                    flat_values,
                    row,
                    w,
                    a * size,
                )
        if axis < 0:
            regrets[x] = _single_type(
                n,
                rationality[m],
                plane_of[m],
                planes,
                row,
                n1 * n2,
                w,
                flat_strategies,
                start * 2 * row,
                flat_out,
                x * size,
                work,
            )
            tally[UNIQUE] = tally[EVALUATIONS] = tally[NODES]
        elif axis == 0:
            residuals[x], regrets[x] = two_types(
                n, n1, n2, rationality[m], plane_of[m], points1, matrix1, samples1, allowed, planes, row, w, flat_warm,
                flat_trend, start * row, flat_strategies, start * 2 * row, flat_out, x * size, tally, mode, lines,
                coefficients, work, ell, base, kept, block_values, weights, eight, failed,
            )  # fmt: skip
        else:
            for a in range(n * planes):
                for i in range(n2):
                    for j in range(n1):
                        w[a * row + i * n1 + j] = natural[a * row + j * n2 + i]
            residuals[x], regrets[x] = two_types(
                n, n2, n1, rationality[m], plane_of[m], points2, matrix2, samples2, allowed, planes, row, w, flat_warm,
                flat_trend, start * row, flat_strategies, start * 2 * row, found, 0, tally, mode, lines,
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
def _single_type(n, rationality, plane, planes, row, num_points, w, strategies, strategy_base, out, out_base, work):
    """A mover with one type: logit at every belief point, and beliefs stay where they are. Returns the regret."""
    worst = 0.0
    for k in range(0, row, WIDTH):
        top = load(w, plane * row + k)
        for a in range(1, n):
            top = maximum(load(w, (a * planes + plane) * row + k), top)
        total = splat(0.0)
        for a in range(n):
            probabilities = exp(rationality * (load(w, (a * planes + plane) * row + k) - top))
            total = total + probabilities
            store(work, WIDTH * a, probabilities)
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
            if p == plane and k + WIDTH <= num_points:
                worst = max(worst, largest(top - value))
            elif p == plane:
                # what fills the row up belongs to no belief
                store(work, WIDTH * n, top - value)
                for lane in range(num_points - k):
                    worst = max(worst, work[WIDTH * n + lane])
    return worst
