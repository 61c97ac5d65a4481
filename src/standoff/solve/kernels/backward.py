"""One layer of the backward induction: values and strategies at every state and belief point.

In a decision layer, mover m, state x, action a with branches (p, y):

    W(a; .) = r(x, a) + sum p V_next(y; .)          one polynomial in the beliefs for every plane

and at every belief point the mover's node (`node`) is solved along the mover's own axis, because only the belief about the
mover changes. Values of all other players follow from the posteriors:

    V_{m,h} = sum_a s_h(a) W_{m,h}(a; b'(a)),    V_{j,k} = sum_a sbar(a) W_{j,k}(a; b'(a)),   sbar = (1-b) s_1 + b s_2.

Strategies and log likelihood ratios are held in **mover order**, the mover's own belief outermost: point i_own n_other +
i_other. For a mover on the first axis this is the natural order of points; for one on the second axis it is its transpose.

Trusted: the game's arrays (see `standoff.game.model`). Kernels release the interpreter lock and write only to the states
[first, last) that they are given, so several threads may share a layer.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.continuation import point_to_continuation, write_continuation
from standoff.solve.kernels.node_block import ROWS, Block
from standoff.solve.kernels.two_types import COUNTS, EVALUATIONS, NODES, UNIQUE, Output, OwnAxis, solve_two_types
from standoff.solve.kernels.vectors import WIDTH, exp, keep, kernel, largest, load, maximum, pointer, splat, store

__all__ = ["chance_layer", "decision_layer", "end_period"]


@kernel
def end_period(values, flow, discounts, out):
    """Write the value at the end of a period, its flow plus the discounted value of the next; shapes (state, plane, point)."""
    planes, padded = out.shape[1], out.shape[2]
    flat, paid, to = pointer(values), pointer(flow), pointer(out)
    for p in range(planes):
        discount = discounts[p]
        for x in range(p, out.shape[0] * planes, planes):
            for k in range(x * padded, (x + 1) * padded):
                to[k] = paid[x] + discount * flat[k]


@kernel
def _blend(q, values, start, out, to, size):
    """Mix the value of a layer that comes up with that of one that does not, out = q out + (1-q) values; flat arrays."""
    if q < 1.0:
        for k in range(size):
            out[to + k] = q * out[to + k] + (1.0 - q) * values[start + k]


@kernel
def chance_layer(layer, terminal_values, values, out):
    """Write the values of a chance layer: with the probability of arrival those of its one action, else those of `skip`."""
    size = out.shape[1] * out.shape[2]
    following = point_to_continuation(layer, terminal_values, values)
    flat_out, flat_values = pointer(out), pointer(values)
    arrival, skip, action_start = layer.arrival, layer.skip, layer.action_start
    for x in range(out.shape[0]):
        q = arrival[x]
        if q > 0.0:
            write_continuation(following, action_start[x], flat_out, x * size)
            _blend(q, flat_values, skip[x] * size, flat_out, x * size, size)
        else:
            for k in range(size):
                flat_out[x * size + k] = flat_values[skip[x] * size + k]


@kernel
def decision_layer(first, last, layer, grid, terminal_values, values, solution, mode):
    """Solve the states [first, last) of a decision layer, at more than one belief point.

    Args:
        first: First state.
        last: One past the last state.
        layer: The layer.
        grid: Players and belief axes.
        terminal_values: Payoff of each terminal; shape (terminal, plane, point).
        values: V of the next layer; shape (state, plane, point).
        solution: Where the solution is written; strategies in mover order.
        mode: `PRINCIPAL`; `TRACE_ALWAYS` to trace every node from L = 0 around its folds, even where its solution is proved
            unique; `ANY_BRANCH` to take what Newton's method finds from `solution.ell`, on whichever branch it lies; `FOLLOW`
            to stay on the branch on which the prediction in `solution.ell` lies, where it is lost if it cannot;
            `FOLLOW_OR_JUMP` to let such a node leave the branch, so that its `solution.ell` is no number from then on.
    """
    planes, padded = values.shape[1], values.shape[2]
    size = planes * padded
    n1, n2 = grid.n1, grid.n2
    longest = max(n1, n2)
    widest = 1
    for x in range(first, last):
        widest = max(widest, layer.action_start[x + 1] - layer.action_start[x])
    # the arrays behind the pointers, which must live as long
    count_space = np.zeros(len(COUNTS), dtype=np.int64)
    allowed_space = np.ones(2 * widest, dtype=np.int64)
    space = np.zeros(
        2 * (widest * size + WIDTH) + size + WIDTH + WIDTH * (
            widest * planes * longest + 2 * widest * longest + (ROWS + 3) * widest + planes + longest + 2
        )
    )  # fmt: skip
    at = 0
    natural, at = pointer(space[at:]), at + widest * size + WIDTH
    w, at = pointer(space[at:]), at + widest * size + WIDTH
    turned_values, at = pointer(space[at:]), at + size + WIDTH
    action_values, at = pointer(space[at:]), at + WIDTH * widest * planes * longest
    coefficients, at = pointer(space[at:]), at + WIDTH * 2 * widest * longest
    work, at = pointer(space[at:]), at + WIDTH * ROWS * widest
    ell, at = pointer(space[at:]), at + WIDTH * widest
    ell_before, at = pointer(space[at:]), at + WIDTH * widest
    ell_guess, at = pointer(space[at:]), at + WIDTH * widest
    block_values, at = pointer(space[at:]), at + WIDTH * planes
    weights, at = pointer(space[at:]), at + WIDTH * longest
    lanes, at = pointer(space[at:]), at + WIDTH
    failed = pointer(space[at:])
    counts, allowed = pointer(count_space), pointer(allowed_space)
    following = point_to_continuation(layer, terminal_values, values)
    flat_out, flat_values, flat_strategies = pointer(solution.values), pointer(values), pointer(solution.strategies)
    flat_ell, flat_change = pointer(solution.ell), pointer(solution.ell_change)
    axis1 = OwnAxis(n1, n2, pointer(grid.axis1), pointer(grid.matrix1), pointer(grid.samples1))
    axis2 = OwnAxis(n2, n1, pointer(grid.axis2), pointer(grid.matrix2), pointer(grid.samples2))
    for x in range(first, last):
        solution.residuals[x] = 0.0
        solution.regrets[x] = 0.0
        start = layer.action_start[x]
        n = layer.action_start[x + 1] - start
        q = layer.arrival[x]
        m = layer.mover[x]
        if m < 0 or q == 0.0:
            for k in range(size):
                flat_out[x * size + k] = flat_values[layer.skip[x] * size + k]
            for k in range(start * 2 * padded, (start + n) * 2 * padded):
                flat_strategies[k] = 0.0
            for k in range(len(COUNTS)):
                solution.counts[x, k] = 0
            continue
        for k in range(len(COUNTS)):
            counts[k] = 0
        counts[NODES] = n1 * n2
        is_turned = grid.axis_of[m] == 1
        axis = axis2 if is_turned else axis1
        for a in range(n):
            allowed[2 * a] = layer.action_allowed[start + a, 0]
            allowed[2 * a + 1] = layer.action_allowed[start + a, 1]
            write_continuation(following, start + a, natural if is_turned else w, a * size)
        if is_turned:
            for a in range(n * planes):
                _transpose(natural, a * padded, n1, n2, w, a * padded)
        block = Block(
            n, axis.num_own, planes, grid.plane_of[m], grid.rationality[m], allowed, axis.points, action_values, coefficients,
            ell, work, block_values, weights, ell_before, ell_guess, failed, lanes,
        )  # fmt: skip
        output = Output(
            turned_values if is_turned else flat_out, 0 if is_turned else x * size, flat_strategies, start * 2 * padded,
            flat_ell, flat_change, start * padded, counts,
        )  # fmt: skip
        if grid.axis_of[m] < 0:
            solution.regrets[x] = _solve_one_type(block, n1 * n2, w, padded, output)
            counts[UNIQUE] = counts[EVALUATIONS] = counts[NODES]
        else:
            solution.residuals[x], solution.regrets[x] = solve_two_types(block, axis, w, padded, output, mode)
        if is_turned:
            for p in range(planes):
                _transpose(turned_values, p * padded, n2, n1, flat_out, x * size + p * padded)
        # the padding must be finite: it is multiplied by masses of zero
        for k in range(n1 * n2, padded):
            for p in range(planes):
                flat_out[x * size + p * padded + k] = 0.0
            for a in range(2 * start, 2 * (start + n)):
                flat_strategies[a * padded + k] = 0.0
        for k in range(len(COUNTS)):
            solution.counts[x, k] = counts[k]
        _blend(q, flat_values, layer.skip[x] * size, flat_out, x * size, size)
    keep(space)
    keep(count_space)
    keep(allowed_space)


@kernel
def _transpose(source, start, rows, columns, to, at):
    """Write numbers over two belief axes with the axes exchanged."""
    for j in range(columns):
        for i in range(rows):
            to[at + j * rows + i] = source[start + i * columns + j]


@kernel
def _solve_one_type(block, num_points, w, padded, output):
    """Solve the nodes of a mover with one type: logit at every belief point, and no belief moves. Returns the regret."""
    n, planes, plane, work = block.num_actions, block.num_planes, block.plane, block.work
    worst = 0.0
    for k in range(0, padded, WIDTH):
        top = load(w, plane * padded + k)
        for a in range(1, n):
            top = maximum(load(w, (a * planes + plane) * padded + k), top)
        total = splat(0.0)
        for a in range(n):
            power = exp(block.rationality * (load(w, (a * planes + plane) * padded + k) - top))
            total = total + power
            store(work, WIDTH * a, power)
        inverse = 1.0 / total
        for a in range(n):
            strategy = load(work, WIDTH * a) * inverse
            store(work, WIDTH * a, strategy)
            store(output.strategies, output.first_strategy + 2 * a * padded + k, strategy)
            store(output.strategies, output.first_strategy + (2 * a + 1) * padded + k, strategy)
        for p in range(planes):
            value = splat(0.0)
            for a in range(n):
                value = value + load(work, WIDTH * a) * load(w, (a * planes + p) * padded + k)
            store(output.values, output.first_value + p * padded + k, value)
            if p == plane and k + WIDTH <= num_points:
                worst = max(worst, largest(top - value))
            elif p == plane:
                # the padding belongs to no belief
                store(work, WIDTH * n, top - value)
                for lane in range(num_points - k):
                    worst = max(worst, work[WIDTH * n + lane])
    return worst
