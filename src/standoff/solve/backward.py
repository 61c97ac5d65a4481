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
from standoff.solve.chebyshev import weights_at
from standoff.solve.node import WORK_ROWS, evaluate, finish, newton, slope_bounds

__all__ = ["COUNTS", "chance_layer", "decision_layer", "period_end"]

COUNTS = ("nodes", "evaluations", "unique", "traced", "folds", "failed")
"""What `decision_layer` counts, in the order of its `counts` argument."""
NODES, EVALUATIONS, UNIQUE, TRACED, FOLDS, FAILED = range(6)

LOG_ODDS_TOLERANCE = 1e-12


@njit(cache=True, nogil=True, error_model="numpy")
def period_end(values, flow, discounts, out):  # type: ignore[no-untyped-def]
    """Value at the end of a period: its flow plus the discounted value of the next; shapes (state, plane, point)."""
    for x in range(out.shape[0]):
        for p in range(out.shape[1]):
            for k in range(out.shape[2]):
                out[x, p, k] = flow[x, p] + discounts[p] * values[x, p, k]


@njit(cache=True, nogil=True, error_model="numpy")
def _continuation(action, action_payoff, branch_start, probability, target, terminal_payoff, values, out):  # type: ignore[no-untyped-def]
    """Write W(a; .) for one action; `out` has shape (plane, point)."""
    num_planes, num_points = out.shape
    for p in range(num_planes):
        base = action_payoff[action, p]
        for k in range(num_points):
            out[p, k] = base
    for branch in range(branch_start[action], branch_start[action + 1]):
        share = probability[branch]
        y = target[branch]
        if y < 0:
            for p in range(num_planes):
                gain = share * terminal_payoff[-y - 1, p]
                for k in range(num_points):
                    out[p, k] += gain
        else:
            for p in range(num_planes):
                for k in range(num_points):
                    out[p, k] += share * values[y, p, k]


@njit(cache=True, nogil=True, error_model="numpy")
def chance_layer(
    arrival, skip, action_start, action_payoff, branch_start, probability, target, terminal_payoff, values, out
):  # type: ignore[no-untyped-def]
    """Values of a chance layer: with probability `arrival` the first action's branches, else `skip`."""
    num_planes, num_points = out.shape[1], out.shape[2]
    total = np.empty((num_planes, num_points))
    for x in range(out.shape[0]):
        if arrival[x] > 0.0:
            _continuation(
                action_start[x], action_payoff, branch_start, probability, target, terminal_payoff, values, total
            )
        q = arrival[x]
        for p in range(num_planes):
            for k in range(num_points):
                came = q * total[p, k] if q > 0.0 else 0.0
                stayed = (1.0 - q) * values[skip[x], p, k] if q < 1.0 else 0.0
                out[x, p, k] = came + stayed


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
    terminal_payoff,
    rationality,
    axis_of,
    plane_of,
    nodes1,
    nodes2,
    matrix1,
    matrix2,
    values,
    warm,
    out,
    strategies,
    residuals,
    regrets,
    counts,
    trace_always,
):  # type: ignore[no-untyped-def]
    """Values and strategies of the states [first, last) of a decision layer.

    Args:
        first: First state.
        last: One past the last state.
        shape: Belief points on each axis (n1, n2).
        mover: and the next ten arguments: see `Layer` and `Terminals`.
        rationality: L of each player; shape (player,).
        axis_of: Belief axis of each player, -1 for a player with one type; shape (player,).
        plane_of: Plane of each player's first type; shape (player,).
        nodes1: Points of axis 1; `nodes2` of axis 2.
        matrix1: Coefficient matrix of axis 1; `matrix2` of axis 2.
        values: V of the next layer; shape (state, plane, point).
        warm: Evidence l at every node as last solved; shape (action, point); read and written.
        out: V of this layer; shape (state, plane, point); written.
        strategies: s_h(a); shape (action, type, point); written.
        residuals: Largest |s - logit(Q)| of each state; shape (state,); written.
        regrets: Largest one-shot regret of each state; shape (state,); written.
        counts: See `COUNTS`; shape (state, 6); written.
        trace_always: Whether to trace every node from L = 0 even where its solution is proved unique.
    """
    num_planes = out.shape[1]
    n1, n2 = shape
    num_points = n1 * n2
    widest = 1
    for x in range(first, last):
        widest = max(widest, action_start[x + 1] - action_start[x])
    w = np.empty((widest, num_planes, num_points))
    longest = max(n1, n2)
    line = np.empty(longest)
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
            _continuation(
                start + a, action_payoff, branch_start, probability, target, terminal_payoff, values, w[a]
            )
        m = mover[x]
        lam = rationality[m]
        plane = plane_of[m]
        axis = axis_of[m]
        counts[x, NODES] = num_points
        for p in range(num_planes):
            for k in range(num_points):
                out[x, p, k] = 0.0
        if axis < 0:
            # one type: plain logit, beliefs stay
            for k in range(num_points):
                top = -np.inf
                for a in range(n):
                    top = max(top, w[a, plane, k])
                z = 0.0
                for a in range(n):
                    e = np.exp(lam * (w[a, plane, k] - top))
                    strategies[start + a, 0, k] = e
                    z += e
                for a in range(n):
                    s = strategies[start + a, 0, k] / z
                    strategies[start + a, 0, k] = s
                    strategies[start + a, 1, k] = s
                    for p in range(num_planes):
                        out[x, p, k] += s * w[a, p, k]
                regrets[x] = max(regrets[x], top - out[x, plane, k])
            counts[x, UNIQUE] = num_points
            counts[x, EVALUATIONS] = num_points
        else:
            nm = n1 if axis == 0 else n2
            nj = n2 if axis == 0 else n1
            stride = n2 if axis == 0 else 1
            stride_j = 1 if axis == 0 else n2
            nodes = nodes1 if axis == 0 else nodes2
            matrix = matrix1 if axis == 0 else matrix2
            allowed = action_allowed[start : start + n]
            work = np.empty((WORK_ROWS, n))
            coefficients = np.empty((2, n, nm))
            posteriors = np.empty(n)
            found = np.empty((2, n))
            ell = np.empty(n)
            q_found = np.empty((2, n))
            for j in range(nj):
                for h in range(2):
                    for a in range(n):
                        for c in range(nm):
                            total = 0.0
                            for k in range(nm):
                                total += matrix[c, k] * w[a, plane + h, k * stride + j * stride_j]
                            coefficients[h, a, c] = total
                unique = slope_bounds(lam, coefficients)
                for i in range(nm):
                    node = i * stride + j * stride_j
                    belief = nodes[i]
                    for a in range(n):
                        ell[a] = warm[start + a, node]
                    if belief <= 0.0 or belief >= 1.0:
                        # the belief stays where it is: one evaluation solves the node
                        evaluate(belief, lam, ell, coefficients, allowed, work)
                        counts[x, EVALUATIONS] += 1
                        counts[x, UNIQUE] += 1
                    elif unique and not trace_always:
                        used = newton(belief, lam, ell, coefficients, allowed, LOG_ODDS_TOLERANCE, work)
                        counts[x, EVALUATIONS] += abs(used)
                        counts[x, UNIQUE] += 1
                        if used < 0:
                            used, _ = trace(belief, lam, ell, coefficients, allowed, LOG_ODDS_TOLERANCE, work)
                            counts[x, EVALUATIONS] += abs(used)
                            counts[x, FAILED] += used < 0
                    else:
                        used, folds = trace(belief, lam, ell, coefficients, allowed, LOG_ODDS_TOLERANCE, work)
                        counts[x, EVALUATIONS] += abs(used)
                        counts[x, TRACED] += 1
                        counts[x, FOLDS] += folds
                        counts[x, FAILED] += used < 0
                    for a in range(n):
                        found[0, a] = work[5, a]
                        found[1, a] = work[6, a]
                        strategies[start + a, 0, node] = found[0, a]
                        strategies[start + a, 1, node] = found[1, a]
                        if belief > 0.0 and belief < 1.0 and allowed[a, 0] and allowed[a, 1]:
                            warm[start + a, node] = ell[a]
                    finish(belief, found, allowed, posteriors)
                    _collect(
                        x, node, j * stride_j, stride, nm, n, plane, belief, lam, nodes, w, found, allowed, posteriors,
                        line, q_found, out, residuals, regrets,
                    )  # fmt: skip
        q = arrival[x]
        if q < 1.0:
            for p in range(num_planes):
                for k in range(num_points):
                    out[x, p, k] = q * out[x, p, k] + (1.0 - q) * values[skip[x], p, k]


@njit(cache=True, nogil=True, error_model="numpy")
def _collect(
    x, node, offset, stride, nm, n, plane, belief, lam, nodes, w, found, allowed, posteriors, line, q, out, residuals, regrets
):  # type: ignore[no-untyped-def]
    """Values at one solved node, with its residual and regret measured afresh at the Bayes posteriors."""
    num_planes = out.shape[1]
    top1 = -np.inf
    top2 = -np.inf
    z1 = 0.0
    z2 = 0.0
    for a in range(n):
        weights_at(posteriors[a], nodes, line)
        sbar = (1.0 - belief) * found[0, a] + belief * found[1, a]
        for p in range(num_planes):
            value = 0.0
            for k in range(nm):
                value += line[k] * w[a, p, offset + k * stride]
            if p == plane:
                q[0, a] = value
                out[x, p, node] += found[0, a] * value
            elif p == plane + 1:
                q[1, a] = value
                out[x, p, node] += found[1, a] * value
            else:
                out[x, p, node] += sbar * value
        if allowed[a, 0]:
            top1 = max(top1, q[0, a])
        if allowed[a, 1]:
            top2 = max(top2, q[1, a])
    for a in range(n):
        if allowed[a, 0]:
            z1 += np.exp(lam * (q[0, a] - top1))
        if allowed[a, 1]:
            z2 += np.exp(lam * (q[1, a] - top2))
    for a in range(n):
        if allowed[a, 0]:
            residuals[x] = max(residuals[x], abs(found[0, a] - np.exp(lam * (q[0, a] - top1)) / z1))
        if allowed[a, 1]:
            residuals[x] = max(residuals[x], abs(found[1, a] - np.exp(lam * (q[1, a] - top2)) / z2))
    regrets[x] = max(regrets[x], max(top1 - out[x, plane, node], top2 - out[x, plane + 1, node]))
