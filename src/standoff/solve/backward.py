"""One layer of the backward induction: values and strategies at every state and belief point.

The public belief has two axes, one for each player with two types (an axis of length 1 where there is no such player).
A belief point is numbered i1 * n2 + i2. In a decision layer, mover m, state x, action a with branches (p, y):

    W(a; .) = r(x, a) + sum p V_next(y; .)          one polynomial in the beliefs for every plane

and at every belief point the mover's node (`standoff.solve.node`) is solved along the mover's own axis, because only
the belief about the mover changes. Values of all other players follow from the posteriors:

    V_{m,h} = sum_a s_h(a) W_{m,h}(a; b'(a)),    V_{j,k} = sum_a sbar(a) W_{j,k}(a; b'(a)),   sbar = (1-b) s_1 + b s_2.

Trusted: the game's arrays (see `standoff.game.model`). Kernels release the interpreter lock and write only to the states
[first, last) that they are given, so a layer may be cut among threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from standoff.solve.branch import trace
from standoff.solve.lockstep import ROWS, S1, S2, SCRATCH, exp_rows, newton_rows, weight_rows
from standoff.solve.node import WORK_ROWS, is_unique

__all__ = [
    "COUNTS",
    "LOG_ODDS_TOLERANCE",
    "PLANE_BLOCK",
    "TRACED_TOLERANCE",
    "chance_layer",
    "decision_layer",
    "period_end",
]

COUNTS = ("nodes", "evaluations", "unique", "traced", "folds", "lost")
"""What `decision_layer` counts, in the order of its `counts` argument."""
PLANE_BLOCK = 4
"""Planes are held in blocks of this many (the last ones may be empty), so that they can be summed in registers."""
NODES, EVALUATIONS, UNIQUE, TRACED, FOLDS, LOST = range(6)

LOG_ODDS_TOLERANCE = 1e-10
"""Largest |H| of a node solved by Newton's method from a near guess."""
TRACED_TOLERANCE = 1e-8
"""Largest |H| of a node that had to be traced: where slopes are steep, rounding allows no less."""


@njit(cache=True, nogil=True, error_model="numpy")
def period_end(values, flow, discounts, out):
    """Value at the end of a period: its flow plus the discounted value of the next; shapes (state, point, plane)."""
    for x in range(out.shape[0]):
        for k in range(out.shape[1]):
            for p in range(flow.shape[1]):
                out[x, k, p] = flow[x, p] + discounts[p] * values[x, k, p]


@njit(cache=True, nogil=True, error_model="numpy")
def _continuation(action, action_payoff, branch_start, probability, target, terminal_values, values, out):
    """Write W(a; .) for one action; `out` has shape (point, plane)."""
    num_points, num_planes = out.shape
    flat = out.reshape(num_points * num_planes)
    for k in range(num_points):
        for p in range(action_payoff.shape[1]):
            out[k, p] = action_payoff[action, p]
        for p in range(action_payoff.shape[1], num_planes):
            out[k, p] = 0.0
    for branch in range(branch_start[action], branch_start[action + 1]):
        share = probability[branch]
        y = target[branch]
        source = terminal_values[-y - 1] if y < 0 else values[y]
        row = source.reshape(num_points * num_planes)
        for k in range(num_points * num_planes):
            flat[k] += share * row[k]


@njit(cache=True, nogil=True, error_model="numpy")
def chance_layer(
    arrival, skip, action_start, action_payoff, branch_start, probability, target, terminal_values, values, out
):
    """Values of a chance layer: with probability `arrival` the first action's branches, else `skip`."""
    num_points, num_planes = out.shape[1], out.shape[2]
    total = np.zeros((num_points, num_planes))
    for x in range(out.shape[0]):
        q = arrival[x]
        if q > 0.0:
            _continuation(
                action_start[x], action_payoff, branch_start, probability, target, terminal_values, values, total
            )
        _blend(q, total, values[skip[x]], out[x])


@njit(cache=True, nogil=True, error_model="numpy")
def _blend(q, came, stayed, out):
    """Write q came + (1-q) stayed, where what has no weight is not read."""
    for k in range(out.shape[0]):
        for p in range(out.shape[1]):
            value = 0.0
            if q > 0.0:
                value += q * came[k, p]
            if q < 1.0:
                value += (1.0 - q) * stayed[k, p]
            out[k, p] = value


@njit(cache=True, nogil=True, error_model="numpy")
def decision_layer(
    first,
    last,
    shape,
    mover,
    arrival,
    skip,
    action_start,
    action_allowed,
    action_payoff,
    branch_start,
    probability,
    target,
    terminal_values,
    rationality,
    axis_of,
    plane_of,
    axis1,
    axis2,
    matrix1,
    matrix2,
    samples1,
    samples2,
    values,
    warm,
    out,
    strategies,
    residuals,
    regrets,
    counts,
    trace_always,
):
    """Values and strategies of the states [first, last) of a decision layer.

    Args:
        first: First state.
        last: One past the last state.
        shape: Belief points on each axis (n1, n2).
        mover: and the next nine arguments: see `Layer`.
        terminal_values: What each terminal is worth at every belief point; shape (terminal, point, plane).
        rationality: L of each player; shape (player,).
        axis_of: Belief axis of each player, -1 for a player with one type; shape (player,).
        plane_of: Plane of each player's first type; shape (player,).
        axis1: Points and scales of axis 1; `axis2` of axis 2.
        matrix1: Coefficient matrix of axis 1; `matrix2` of axis 2.
        samples1: Slope samples of axis 1 (`slope_samples`); `samples2` of axis 2.
        values: V of the next layer; shape (state, point, plane), planes in whole blocks.
        warm: Evidence l at every node as last solved; shape (action, point); read and written.
        out: V of this layer; shape (state, point, plane); written.
        strategies: s_h(a); shape (action, type, point); written.
        residuals: Largest |s - logit(Q)| of each state; shape (state,); written.
        regrets: Largest one-shot regret of each state; shape (state,); written.
        counts: See `COUNTS`; shape (state, 6); written.
        trace_always: Whether to trace every node from L = 0 even where its solution is proved unique.
    """
    num_planes = out.shape[2]
    n1, n2 = shape
    num_points = n1 * n2
    widest = 1
    for x in range(first, last):
        widest = max(widest, action_start[x + 1] - action_start[x])
    w = np.empty((widest, num_points, num_planes))
    shifted = np.empty(num_points)
    bits = shifted.view(np.int64)
    scratch = np.empty((SCRATCH, num_points))
    rows = np.empty((widest, ROWS, num_points))
    ell = np.empty((widest, num_points))
    coefficients = np.empty((2, widest, max(n1, n2), num_points))
    weights = np.empty((max(n1, n2), num_points))
    value = np.empty(num_planes)
    own_belief = np.empty(num_points)
    unique = np.empty(num_points, dtype=np.bool_)
    # workspace of the scalar node, for the belief points that are traced one by one
    work = np.empty((WORK_ROWS, widest))
    line = np.empty((2, widest, max(n1, n2)))
    one_ell = np.empty(widest)
    for x in range(first, last):
        residuals[x] = 0.0
        regrets[x] = 0.0
        counts[x, :] = 0
        if mover[x] < 0 or arrival[x] == 0.0:
            out[x] = values[skip[x]]
            for a in range(action_start[x], action_start[x + 1]):
                strategies[a] = 0.0
            continue
        start = action_start[x]
        n = action_start[x + 1] - start
        for a in range(n):
            _continuation(start + a, action_payoff, branch_start, probability, target, terminal_values, values, w[a])
        m = mover[x]
        lam = rationality[m]
        plane = plane_of[m]
        axis = axis_of[m]
        counts[x, NODES] = num_points
        out[x, :, :] = 0.0
        if axis < 0:
            _plain_logit(x, start, n, lam, plane, w, scratch, shifted, bits, strategies, out, regrets)
            counts[x, UNIQUE] = num_points
            counts[x, EVALUATIONS] = num_points
        else:
            nm = n1 if axis == 0 else n2
            points_of = axis1 if axis == 0 else axis2
            matrix = matrix1 if axis == 0 else matrix2
            samples = samples1 if axis == 0 else samples2
            allowed = action_allowed[start : start + n]
            for k in range(num_points):
                own_belief[k] = points_of[0, k // n2 if axis == 0 else k % n2]
            _coefficient_rows(
                shape, axis, n, plane, matrix, w, coefficients, allowed, samples, line, lam, trace_always, unique
            )
            for a in range(n):
                for k in range(num_points):
                    ell[a, k] = warm[start + a, k]
            used, _ = newton_rows(
                lam, own_belief, coefficients, nm, allowed, unique, LOG_ODDS_TOLERANCE, ell[:n], rows[:n], scratch,
                shifted, bits,
            )  # fmt: skip
            counts[x, EVALUATIONS] = used * num_points
            for k in range(num_points):
                counts[x, UNIQUE] += unique[k]
                if unique[k] and scratch[0, k] <= LOG_ODDS_TOLERANCE:
                    continue
                for h in range(2):
                    for a in range(n):
                        for c in range(nm):
                            line[h, a, c] = coefficients[h, a, c, k]
                tries, folds = trace(
                    own_belief[k], lam, one_ell[:n], line[:, :n, :nm], allowed, TRACED_TOLERANCE, work[:, :n]
                )
                counts[x, EVALUATIONS] += abs(tries)
                counts[x, TRACED] += not unique[k]
                counts[x, FOLDS] += folds
                counts[x, LOST] += tries < 0
                for a in range(n):
                    ell[a, k] = one_ell[a]
                    rows[a, S1, k] = work[S1, a]
                    rows[a, S2, k] = work[S2, a]
            for a in range(n):
                for k in range(num_points):
                    strategies[start + a, 0, k] = rows[a, S1, k]
                    strategies[start + a, 1, k] = rows[a, S2, k]
                    if allowed[a, 0] and allowed[a, 1]:
                        warm[start + a, k] = ell[a, k]
            _collect(
                x, shape, axis, n, plane, lam, points_of, own_belief, allowed, w, rows, weights, scratch, value, shifted,
                bits, out, residuals, regrets,
            )  # fmt: skip
        if arrival[x] < 1.0:
            _blend(arrival[x], out[x], values[skip[x]], out[x])


@njit(cache=True, nogil=True, error_model="numpy")
def _plain_logit(x, start, n, lam, plane, w, scratch, shifted, bits, strategies, out, regrets):
    """A mover with one type: logit at every belief point, and beliefs stay where they are."""
    num_points, num_planes = out.shape[1], out.shape[2]
    top, z, power, odds = scratch[0], scratch[1], scratch[2], scratch[3]
    for k in range(num_points):
        top[k] = w[0, k, plane]
        z[k] = 0.0
    for a in range(1, n):
        for k in range(num_points):
            top[k] = max(top[k], w[a, k, plane])
    for a in range(n):
        for k in range(num_points):
            power[k] = lam * (w[a, k, plane] - top[k])
        exp_rows(power, shifted, bits, odds)
        for k in range(num_points):
            strategies[start + a, 0, k] = odds[k]
            z[k] += odds[k]
    for a in range(n):
        for k in range(num_points):
            odds[k] = strategies[start + a, 0, k] / z[k]
            strategies[start + a, 0, k] = odds[k]
            strategies[start + a, 1, k] = odds[k]
        for k in range(num_points):
            for p in range(num_planes):
                out[x, k, p] += odds[k] * w[a, k, p]
    for k in range(num_points):
        regrets[x] = max(regrets[x], top[k] - out[x, k, plane])


@njit(cache=True, nogil=True, error_model="numpy")
def _coefficient_rows(
    shape, axis, n, plane, matrix, w, coefficients, allowed, samples, line, lam, trace_always, unique
):
    """Chebyshev coefficients of the mover's own action values along its axis, laid out by belief point.

    Also says at which points the solution is proved unique, which holds for a whole line along the mover's axis.
    """
    n1, n2 = shape
    nm = n1 if axis == 0 else n2
    nj = n2 if axis == 0 else n1
    stride = n2 if axis == 0 else 1
    stride_j = 1 if axis == 0 else n2
    for j in range(nj):
        for h in range(2):
            for a in range(n):
                for c in range(nm):
                    total = 0.0
                    for k in range(nm):
                        total += matrix[c, k] * w[a, k * stride + j * stride_j, plane + h]
                    line[h, a, c] = total
                    for i in range(nm):
                        coefficients[h, a, c, i * stride + j * stride_j] = total
        proved = not trace_always and is_unique(lam, line[:, :n, :nm], allowed, samples)
        for i in range(nm):
            # where the belief is certain it stays, so one evaluation solves the node
            unique[i * stride + j * stride_j] = proved or i == 0 or i == nm - 1


@njit(cache=True, nogil=True, error_model="numpy")
def _collect(
    x,
    shape,
    axis,
    n,
    plane,
    lam,
    points_of,
    belief,
    allowed,
    w,
    rows,
    weights,
    scratch,
    value,
    shifted,
    bits,
    out,
    residuals,
    regrets,
):
    """Values of a solved state, with its residual and regret measured afresh at the Bayes posteriors.

    Rows 0, 1, 2 of each action (posterior and action values) are written anew.
    """
    num_points, num_planes = out.shape[1], out.shape[2]
    n2 = shape[1]
    nm = points_of.shape[1]
    stride = n2 if axis == 0 else 1
    sbar = scratch[1]
    for a in range(n):
        posterior = rows[a, 0]
        first = rows[a, S1]
        second = rows[a, S2]
        for k in range(num_points):
            sbar[k] = (1.0 - belief[k]) * first[k] + belief[k] * second[k]
        if allowed[a, 0] and allowed[a, 1]:
            for k in range(num_points):
                posterior[k] = belief[k] * second[k] / sbar[k] if sbar[k] > 0.0 else belief[k]
        else:
            for k in range(num_points):
                posterior[k] = 0.0 if allowed[a, 0] else 1.0
        weight_rows(posterior, points_of, scratch[2], weights)
        source = w[a]
        for k in range(num_points):
            # the line of belief points along the mover's axis through point k
            start = k % n2 if axis == 0 else k - k % n2
            mixed = sbar[k]
            for p in range(0, num_planes, PLANE_BLOCK):
                v0 = 0.0
                v1 = 0.0
                v2 = 0.0
                v3 = 0.0
                node = start
                for c in range(nm):
                    weight = weights[c, k]
                    v0 += weight * source[node, p]
                    v1 += weight * source[node, p + 1]
                    v2 += weight * source[node, p + 2]
                    v3 += weight * source[node, p + 3]
                    node += stride
                value[p] = v0
                value[p + 1] = v1
                value[p + 2] = v2
                value[p + 3] = v3
                out[x, k, p] += mixed * v0
                out[x, k, p + 1] += mixed * v1
                out[x, k, p + 2] += mixed * v2
                out[x, k, p + 3] += mixed * v3
            rows[a, 1, k] = value[plane]
            rows[a, 2, k] = value[plane + 1]
            # the mover's own types act by their own strategies
            out[x, k, plane] += (first[k] - mixed) * value[plane]
            out[x, k, plane + 1] += (second[k] - mixed) * value[plane + 1]
    top, z, power, odds = scratch[0], scratch[1], scratch[2], scratch[3]
    for h in range(2):
        for k in range(num_points):
            top[k] = -np.inf
            z[k] = 0.0
        for a in range(n):
            if allowed[a, h]:
                for k in range(num_points):
                    top[k] = max(top[k], rows[a, 1 + h, k])
        for k in range(num_points):
            regrets[x] = max(regrets[x], top[k] - out[x, k, plane + h])
        for a in range(n):
            if allowed[a, h]:
                for k in range(num_points):
                    power[k] = lam * (rows[a, 1 + h, k] - top[k])
                exp_rows(power, shifted, bits, odds)
                for k in range(num_points):
                    rows[a, 3 + h, k] = odds[k]
                    z[k] += odds[k]
        for a in range(n):
            if allowed[a, h]:
                for k in range(num_points):
                    residuals[x] = max(residuals[x], abs(rows[a, S1 + h, k] - rows[a, 3 + h, k] / z[k]))
