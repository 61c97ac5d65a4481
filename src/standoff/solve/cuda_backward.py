"""Backward induction over many draws of one structure at once: the kernels of a GPU.

All draws share the integer arrays of the game (states, actions, branches, targets); every array of numbers has one more axis,
the **draw**, last. Neighbouring threads take neighbouring draws of the same node, so they do the same things to neighbouring
numbers: memory is read in whole lines, and threads part ways only where one draw needs more iterations than another.

A layer is solved in steps, each a kernel over all its items and draws:

    W(a; .) = r(x, a) + sum p V_next(y; .)          `action_values`, at every belief point
    Q_h(a; .) as Chebyshev polynomials              `own_coefficients`, along the mover's own axis
    is the solution unique?                         `prove_lines`, once for all own beliefs
    strategies and values                           `solve_nodes`, by `standoff.solve.cuda_node`
    chance layers                                   `chance_values`

Belief points are in natural order, i1 n2 + i2, but for strategies, evidence and the test of uniqueness, which are in mover
order (`standoff.solve.backward`). The own axis has `NUM_POINTS` points; the other one has as many, or one if there is none.
Rows are not filled up. Each kernel takes every `gridsize`-th item from its own number on, so any launch does the whole.

Kernels are plain functions that name `cuda` and the constants below; `standoff.solve.cuda_device` compiles them.

Trusted: the game's arrays (see `standoff.game.model`).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from standoff.solve.cuda_constants import MOST_ACTIONS, NUM_PLANES, NUM_POINTS, cuda
from standoff.solve.cuda_node import settle, solve_node
from standoff.solve.node import S1, S2, WORK_ROWS, is_unique

__all__ = ["action_values", "chance_values", "own_coefficients", "period_values", "prove_lines", "solve_nodes"]


def period_values(values, flow, discounts, out):
    """Value at the end of a period, flow + discount x value of the next.

    Args:
        values: V of the next period; shape (state, plane, point, draw).
        flow: Shape (state, plane, draw).
        discounts: Shape (plane, draw).
        out: As `values`; written.
    """
    _, planes, row, draws = out.shape
    for item in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        d = item % draws
        k = item // draws % row
        p = item // (draws * row) % planes
        x = item // (draws * row * planes)
        out[x, p, k, d] = flow[x, p, d] + discounts[p, d] * values[x, p, k, d]


def action_values(payoff, branch_start, probability, target, terminal_values, values, out):
    """W of every action of a layer.

    Args:
        payoff: Shape (action, plane, draw).
        branch_start: First branch of each action; shape (action + 1,).
        probability: Shape (branch, draw).
        target: State of the next layer, or -(terminal + 1); shape (branch,).
        terminal_values: Shape (terminal, plane, point, draw).
        values: V of the next layer; shape (state, plane, point, draw).
        out: Shape (action or more, plane, point, draw); written.
    """
    _, planes, row, draws = out.shape
    for item in range(cuda.grid(1), payoff.shape[0] * planes * row * draws, cuda.gridsize(1)):
        d = item % draws
        k = item // draws % row
        p = item // (draws * row) % planes
        a = item // (draws * row * planes)
        total = payoff[a, p, d]
        for branch in range(branch_start[a], branch_start[a + 1]):
            y = target[branch]
            if y < 0:
                total += probability[branch, d] * terminal_values[-y - 1, p, k, d]
            else:
                total += probability[branch, d] * values[y, p, k, d]
        out[a, p, k, d] = total


def chance_values(arrival, skip, action_start, w, values, out):
    """Values of a chance layer: with the probability of arrival those of its one action, else of `skip`.

    Args:
        arrival: Shape (state, draw).
        skip: Shape (state,).
        action_start: Shape (state + 1,).
        w: From `action_values`.
        values: V of the next layer.
        out: V of this layer; shape (state, plane, point, draw); written.
    """
    _, planes, row, draws = out.shape
    for item in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        d = item % draws
        k = item // draws % row
        p = item // (draws * row) % planes
        x = item // (draws * row * planes)
        q = arrival[x, d]
        value = 0.0
        if q > 0.0:
            value += q * w[action_start[x], p, k, d]
        if q < 1.0:
            value += (1.0 - q) * values[skip[x], p, k, d]
        out[x, p, k, d] = value


def own_coefficients(state_of, mover, axis_of, plane_of, matrix, w, out):
    """Chebyshev coefficients of the mover's action values along its own belief; nothing for a mover with one type.

    Args:
        state_of: State of each action; shape (action,).
        mover: Shape (state,).
        axis_of: Belief axis of each player, or -1; shape (player,).
        plane_of: Plane of each player's first type; shape (player,).
        matrix: From values at the points to coefficients; shape (coefficient, point).
        w: From `action_values`.
        out: Shape (type, action or more, coefficient, point of the other axis, draw); written.
    """
    _, _, own, other, draws = out.shape
    actions = state_of.shape[0]
    for item in range(cuda.grid(1), 2 * actions * own * other * draws, cuda.gridsize(1)):
        d = item % draws
        j = item // draws % other
        c = item // (draws * other) % own
        a = item // (draws * other * own) % actions
        h = item // (draws * other * own * actions)
        m = mover[state_of[a]]
        axis = axis_of[m]
        if axis < 0:
            continue
        total = 0.0
        for i in range(own):
            total += matrix[c, i] * w[a, plane_of[m] + h, _natural(axis, i, j, own, other), d]
        out[h, a, c, j, d] = total


@njit(cache=True, nogil=True, error_model="numpy")
def _natural(axis, i, j, own, other):
    """Number of the point with own belief i and the other's belief j, where the mover stands on `axis`."""
    return i * other + j if axis == 0 else j * own + i


def prove_lines(comes_up, mover, action_start, allowed, axis_of, rationality, samples, coefficients, proved, counts):
    """Whether the solution of each node is proved unique, for all own beliefs at once; counts the nodes, too.

    Args:
        comes_up: Probability that somebody moves; shape (state, draw).
        mover: Shape (state,).
        action_start: Shape (state + 1,).
        allowed: Shape (action, type).
        axis_of: Shape (player,).
        rationality: Shape (player, draw).
        samples: From `standoff.solve.node.slope_samples`; shape (sample, coefficient).
        coefficients: From `own_coefficients`.
        proved: Shape (state or more, point of the other axis, draw); written.
        counts: Nodes, unique nodes, evaluations and lost nodes; shape (4, draw); added to.
    """
    _, other, draws = proved.shape
    for item in range(cuda.grid(1), mover.shape[0] * other * draws, cuda.gridsize(1)):
        d = item % draws
        j = item // draws % other
        x = item // (draws * other)
        m = mover[x]
        if m < 0 or comes_up[x, d] == 0.0:
            continue
        cuda.atomic.add(counts, (0, d), NUM_POINTS)
        start = action_start[x]
        stop = action_start[x + 1]
        is_proved = axis_of[m] < 0 or is_unique(
            rationality[m, d], coefficients[:, start:stop, :, j, d], allowed[start:stop], samples
        )
        proved[x, j, d] = is_proved
        # a certain belief leaves nothing to find, so the nodes at both ends are unique in any case
        cuda.atomic.add(counts, (1, d), NUM_POINTS if is_proved else 2)


def solve_nodes(
    comes_up, skip, mover, action_start, allowed, axis_of, plane_of, rationality, axis_points, w, coefficients, proved,
    values, warm, trend, strategies, out, worst, counts,
):  # fmt: skip
    """Strategies and values of every node of a decision layer.

    Args:
        comes_up: Probability that somebody moves; shape (state, draw).
        skip: Where it goes else; shape (state,).
        mover: Shape (state,).
        action_start: Shape (state + 1,).
        allowed: Shape (action, type).
        axis_of: Shape (player,).
        plane_of: Shape (player,).
        rationality: Shape (player, draw).
        axis_points: Points and scales of a belief axis; shape (2, NUM_POINTS).
        w: From `action_values`.
        coefficients: From `own_coefficients`.
        proved: From `prove_lines`.
        values: V of the next layer; shape (state, plane, point, draw).
        warm: Evidence at every node as last solved; shape (action, point, draw); read and written.
        trend: How it changed when last solved; as `warm`.
        strategies: s_h(a); shape (action, type, point, draw); written.
        out: V of this layer; shape (state, plane, point, draw); written.
        worst: Largest residual and regret; shape (2, draw); raised.
        counts: As in `prove_lines`.
    """
    _, _, row, draws = out.shape
    states = mover.shape[0]
    other = proved.shape[1]
    own = row // other
    num_types = strategies.shape[1]
    work = cuda.local.array((WORK_ROWS, MOST_ACTIONS), np.float64)
    ell = cuda.local.array(MOST_ACTIONS, np.float64)
    start_ell = cuda.local.array(MOST_ACTIONS, np.float64)
    weights = cuda.local.array(NUM_POINTS, np.float64)
    found = cuda.local.array(NUM_PLANES, np.float64)
    for item in range(cuda.grid(1), states * row * draws, cuda.gridsize(1)):
        d = item % draws
        here = item // draws % row  # in mover order
        x = item // (draws * row)
        m = mover[x]
        start = action_start[x]
        n = action_start[x + 1] - start
        q = comes_up[x, d]
        if m < 0 or q == 0.0:
            for p in range(NUM_PLANES):
                out[x, p, here, d] = values[skip[x], p, here, d]
            for a in range(start, start + n):
                for h in range(num_types):
                    strategies[a, h, here, d] = 0.0
            continue
        axis = axis_of[m]
        i = here // other
        j = here % other
        point = here
        own_allowed = allowed[start : start + n]
        residual = 0.0
        if axis < 0:
            used = 1
            regret = _single_type(rationality[m, d], plane_of[m], w[start : start + n, :, here, d], work, found)
        else:
            point = _natural(axis, i, j, own, other)
            first = _natural(axis, 0, j, own, other)
            step = _natural(axis, 1, j, own, other) - first
            for a in range(n):
                ell[a] = 0.0
                if own_allowed[a, 0] and own_allowed[a, 1]:
                    ell[a] = warm[start + a, here, d] + MOMENTUM * trend[start + a, here, d]
            used = solve_node(
                axis_points[0, i], rationality[m, d], proved[x, j, d], ell[:n], coefficients[:, start : start + n, :, j, d],
                own_allowed, work[:, :n], start_ell[:n],
            )  # fmt: skip
            lines = w[start : start + n, :, first : first + (own - 1) * step + 1 : step, d]
            residual, regret = settle(
                axis_points[0, i],
                rationality[m, d],
                plane_of[m],
                axis_points,
                lines,
                own_allowed,
                work[:, :n],
                weights,
                found,
            )
            for a in range(n):
                if own_allowed[a, 0] and own_allowed[a, 1]:
                    trend[start + a, here, d] = ell[a] - warm[start + a, here, d]
                    warm[start + a, here, d] = ell[a]
        for a in range(n):
            for h in range(num_types):
                strategies[start + a, h, here, d] = work[S1 + h, a]
        for p in range(NUM_PLANES):
            value = q * found[p]
            if q < 1.0:
                value += (1.0 - q) * values[skip[x], p, point, d]
            out[x, p, point, d] = value
        cuda.atomic.add(counts, (2, d), abs(used))
        # what is no number is larger than nothing, so it must be asked for the other way round
        if used < 0 or not (residual < np.inf and regret < np.inf):
            cuda.atomic.add(counts, (3, d), 1)
            continue
        if residual > worst[0, d]:
            cuda.atomic.max(worst, (0, d), residual)
        if regret > worst[1, d]:
            cuda.atomic.max(worst, (1, d), regret)


MOMENTUM = 0.9
"""Share of the last change of the evidence that is expected again a period earlier."""


@njit(cache=True, nogil=True, error_model="numpy")
def _single_type(rationality, plane, w, work, found):
    """A mover with one type: logit, the same in both rows of strategies, and beliefs stay. Returns the regret."""
    n = w.shape[0]
    top = w[0, plane]
    for a in range(1, n):
        top = max(top, w[a, plane])
    total = 0.0
    for a in range(n):
        work[S1, a] = np.exp(rationality * (w[a, plane] - top))
        total += work[S1, a]
    for a in range(n):
        work[S1, a] /= total
        work[S2, a] = work[S1, a]
    for p in range(w.shape[1]):
        found[p] = 0.0
        for a in range(n):
            found[p] += work[S1, a] * w[a, p]
    return top - found[plane]
