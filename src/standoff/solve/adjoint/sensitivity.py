"""One layer of the adjoint sweep: how a target responds to the numbers of the layer's nodes.

The target T is a sum over components (`linear`): masses times contributions. Let y_e = dT/dX_e be the sensitivity to
component e where a state is entered. For a channel it is the mass in the state, and it moves forward in time as mass does;
for a plane it is what earlier strategies make of its value, and it starts at zero. At a node with belief b, q the probability
that the decision comes up and everything at the posteriors b'(a), with ' on W the slope there,

    F = q sum_e y_e sum_a weight_e(a) W_e(a)

has the slopes, while the posteriors and the other strategies are held,

    A_h(a) = dF/ds_h(a) = q (y_h Q_h(a) + P(h) sum_{e not own} y_e W_e(a)),       Q_h = W of the mover's own plane h,
    B(a) = dF/db'(a) = q sum_e y_e weight_e(a) W_e'(a).

Strategies are logit, so a change dQ_h of the action values acts through e_h(a) = L s_h(a) (A_h(a) - sum s_h A_h), and through
the log likelihood ratio l_a = log s_2(a)/s_1(a), which moves the posterior by w_a = b'(1-b'):

    dF = sum_{h,a} e_h(a) dQ_h(a) + sum_a beta_a dl_a,      beta_a = w_a (B(a) + sum_h e_h(a) Q_h'(a)).

The log likelihood ratios solve H(l) = 0 (`kernels.node`), so by the implicit function theorem dl = -J^{-1} dH with the
Jacobian J = diag(d) + 1 g'. With z = J^{-T} beta, one division by the Sherman-Morrison formula,

    z_a = (beta_a - g_a S) / d_a,     S = sum z = (sum beta/d) / (1 + sum g/d),

the sensitivities to the action values of type h (sign - for the first, + for the second) and to rationality are

    E_h(a) = e_h(a) -+ L (z_a - s_h(a) S),
    dT/dL = sum_h cov_{s_h}(A_h, Q_h) + sum_a z_a (Q_2 - Q_1 - mean Q_2 + mean Q_1).

Then C_e(a) = q y_e weight_e(a) (+ E_h(a) for the own planes) is the sensitivity to W_e(a; b'(a)). The transpose of the
interpolation carries it to the points, where W_e = r_e + sum p X_e gives those of payoffs, probabilities and the next layer.

At a fold J is singular and T has no derivative. A node counts as differentiable if the norm of J^{-1} (the largest row sum),
its **reach**, is at most `LARGEST_REACH`, or if nothing depends on its log likelihood ratios.

References:
    Griewank, A. and Walther, A. (2008), Evaluating Derivatives, SIAM, chapter 15 (implicit and iterative differentiation).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.adjoint.linear import add_branches, update_belief, write_lines, write_weights
from standoff.solve.kernels.dense import solve_dense
from standoff.solve.kernels.vectors import WIDTH, keep, kernel, lane_sum, largest, load, maximum, pointer, splat, store

__all__ = [
    "LARGEST_REACH", "SMALLEST_STAKE", "Derivatives", "differentiate_action", "differentiate_layer", "move_met",
]  # fmt: skip

LARGEST_REACH = 1e6
"""Largest norm of the inverse Jacobian of a node at which it counts as differentiable."""
SMALLEST_STAKE = 1e-9
"""Probability that depends on the log likelihood ratios of a node, below which a reach above `LARGEST_REACH` is accepted."""
SAFE_REACH = 1e3
"""Norm up to which the Sherman-Morrison formula is used; above, Gaussian elimination with pivots."""
Q1, Q2, SLOPE1, SLOPE2, A1, A2, B, W, MIXED, D, G, BETA = range(12)
ROWS = 12

Floats = NDArray[np.float64]


class Derivatives(NamedTuple):
    """What the sensitivities of a layer are added to.

    Attributes:
        following: dT/dX of the next layer; shape (state, component, point).
        terminals: dT/dX of the terminals; shape (terminal, component, point).
        payoff: Shape (action, plane).
        probability: Shape (branch,).
        arrival: Shape (state,); nan where a decision never comes up, as nothing was solved there.
        rationality: Shape (player,).
    """

    following: Floats
    terminals: Floats
    payoff: Floats
    probability: Floats
    arrival: Floats
    rationality: Floats


class TypedState(NamedTuple):
    """A state whose mover has two types; arrays are pointers, in mover order.

    Attributes:
        num_actions: Actions, n.
        num_own: Points on the own axis.
        num_other: Points on the other axis.
        padded: Length of the point axis.
        num_components: Components.
        rationality: L.
        own: Plane of the mover's first type.
        points: Points and scales of the own axis.
        beliefs: Own belief at every node.
        strategies: At padded (2 a + h) + point.
        weighted: q y_e at every node; at padded e + point.
        lines: Lines of W of every action.
        spread: Lines of the sensitivities to W of every action; written.
        weights: Interpolation weights of every action.
        slopes: Derivatives of the interpolation weights of one action.
        work: Workspace, 8 ROWS n.
        sums: Workspace, 8 num_components.
    """

    num_actions: int
    num_own: int
    num_other: int
    padded: int
    num_components: int
    rationality: float
    own: int
    points: Any
    beliefs: Any
    strategies: Any
    weighted: Any
    lines: Any
    spread: Any
    weights: Any
    slopes: Any
    work: Any
    sums: Any


@kernel
def move_met(holds, after, planes, sensitivity):
    """Move the mass that meets a milestone out of its channel, and into the channels of the milestones that come after it.

    Args:
        holds: Whether the milestone of each channel holds; shape (state, channel).
        after: The channel that must be met before, -1 for none; shape (channel,).
        planes: Components before the first channel.
        sensitivity: Shape (state, component, point); changed.
    """
    for x in range(holds.shape[0]):
        for c in range(after.shape[0] - 1, -1, -1):
            if not holds[x, c]:
                continue
            for later in range(c + 1, after.shape[0]):
                if after[later] == c:
                    sensitivity[x, planes + later, :] += sensitivity[x, planes + c, :]
            sensitivity[x, planes + c, :] = 0.0


@kernel
def differentiate_action(action, w_sensitivity, layer, following, to):
    """Pass the sensitivities to W of an action to what it is made of; all of `to` is added to."""
    planes, terminals, values = following.num_planes, following.terminals, following.values
    num_components, padded = w_sensitivity.shape
    for e in range(planes):
        total = 0.0
        for k in range(padded):
            total += w_sensitivity[e, k]
        to.payoff[action, e] += total
    for branch in range(layer.branch_start[action], layer.branch_start[action + 1]):
        probability = layer.probability[branch]
        y = layer.target[branch]
        source = terminals[-y - 1] if y < 0 else values[y]
        target = to.terminals[-y - 1] if y < 0 else to.following[y]
        total = 0.0
        for e in range(num_components):
            for k in range(padded):
                total += w_sensitivity[e, k] * source[e, k]
                target[e, k] += probability * w_sensitivity[e, k]
        to.probability[branch] += total


@kernel
def differentiate_layer(is_chance, layer, grid, strategies, following, sensitivity, to):
    """Push the sensitivities through a layer with one mover in every state.

    Args:
        is_chance: Whether nature moves.
        layer: The layer.
        grid: Players and belief axes.
        strategies: s_h(a) of the solver, in mover order; shape (action, type, point).
        following: Components of the next layer.
        sensitivity: dT/dX of this layer; shape (state, component, point).
        to: What they are added to.

    Returns:
        The largest reach of a node that is not differentiable, 0 where all are.
    """
    values, by_arrival, by_rationality, next_sensitivity = following.values, to.arrival, to.rationality, to.following
    num_components, padded = sensitivity.shape[1], sensitivity.shape[2]
    points = grid.n1 * grid.n2
    longest = max(grid.n1, grid.n2)
    widest = 1
    for x in range(sensitivity.shape[0]):
        widest = max(widest, layer.action_start[x + 1] - layer.action_start[x])
    w = np.zeros((widest, num_components, padded))
    w_sensitivity = np.zeros((widest, num_components, padded))
    weighted = np.zeros(num_components * padded)
    # the arrays behind the pointers of a state whose mover has two types, which must live as long
    size = num_components * longest * (longest + WIDTH) if longest > 1 else 0
    space = np.zeros(
        2 * widest * size
        + (WIDTH * (widest * longest + longest + ROWS * widest + num_components + 1) if longest > 1 else 1)
    )
    at = 0
    lines, at = pointer(space[at:]), at + widest * size
    spread, at = pointer(space[at:]), at + widest * size
    weights, at = pointer(space[at:]), at + (WIDTH * widest * longest if longest > 1 else 0)
    slopes, at = pointer(space[at:]), at + (WIDTH * longest if longest > 1 else 0)
    work, at = pointer(space[at:]), at + (WIDTH * ROWS * widest if longest > 1 else 0)
    sums = pointer(space[at:])
    points1, points2 = pointer(grid.axis1), pointer(grid.axis2)
    worst = 0.0
    for x in range(sensitivity.shape[0]):
        q = layer.arrival[x]
        m = layer.mover[x]
        skip = layer.skip[x]
        if not sensitivity[x].any():
            if q == 0.0 and m >= 0 and not is_chance:
                by_arrival[x] = np.nan
            continue
        is_decision = m >= 0 and not is_chance
        if (q == 0.0 or m < 0) and not is_chance:
            next_sensitivity[skip] += sensitivity[x]
            if is_decision:
                by_arrival[x] = np.nan
            continue
        start = layer.action_start[x]
        n = layer.action_start[x + 1] - start
        for e in range(num_components):
            for k in range(padded):
                by_arrival[x] -= sensitivity[x, e, k] * values[skip, e, k]
                next_sensitivity[skip, e, k] += (1.0 - q) * sensitivity[x, e, k]
        for a in range(n):
            add_branches(start + a, layer, following, w[a])
        axis = -1 if is_chance else grid.axis_of[m]
        if is_chance:
            for e in range(num_components):
                for k in range(padded):
                    w_sensitivity[0, e, k] = q * sensitivity[x, e, k]
                    by_arrival[x] += sensitivity[x, e, k] * w[0, e, k]
        elif axis < 0:
            by_arrival[x] += _differentiate_one_type(
                n, q, m, grid, sensitivity[x], strategies[start:], w, w_sensitivity, by_rationality
            )
        else:
            nm = grid.n1 if axis == 0 else grid.n2
            nj = grid.n2 if axis == 0 else grid.n1
            length = num_components * nm * (nj + WIDTH)
            for a in range(n):
                write_lines(w[a], nm, nj, axis == 0, lines, a * length)
            for e in range(num_components):
                for k in range(points):
                    i, j = k // nj, k % nj
                    weighted[e * padded + k] = q * sensitivity[x, e, k if axis == 0 else j * nm + i]
            state = TypedState(
                n, nm, nj, padded, num_components, grid.rationality[m], grid.plane_of[m], points1 if axis == 0 else points2,
                pointer(grid.own_belief[axis]), pointer(strategies[start:]), pointer(weighted), lines, spread, weights, slopes,
                work, sums,
            )  # fmt: skip
            total, by_l, reach = _differentiate_two_types(state, layer.action_allowed[start : start + n])
            worst = max(worst, reach)
            by_arrival[x] += total / q
            by_rationality[m] += by_l
            for a in range(n):
                _unwrap(spread, a * length, nm, nj, axis == 0, w_sensitivity[a])
        for a in range(n):
            differentiate_action(start + a, w_sensitivity[a], layer, following, to)
    keep(space)
    keep(weighted)
    return worst


@kernel
def _unwrap(lines, base, nm, nj, is_first_axis, out):
    """Write lines in the natural order of points, with the repeated numbers added to those that they repeat."""
    stride = nj + WIDTH
    for e in range(out.shape[0]):
        for i in range(nm):
            at = base + (e * nm + i) * stride
            for j in range(stride - 1, nj - 1, -1):
                lines[at + j - nj] += lines[at + j]
            for j in range(nj):
                out[e, i * nj + j if is_first_axis else j * nm + i] = lines[at + j]


@kernel
def _differentiate_one_type(n, q, m, grid, sensitivity, strategies, w, w_sensitivity, by_rationality):
    """Differentiate the nodes of a mover with one type, where no belief moves; returns sum_e y_e V_e over the points."""
    points, rationality, plane = grid.n1 * grid.n2, grid.rationality[m], grid.plane_of[m]
    num_components = sensitivity.shape[0]
    sums = np.empty(n)
    total = 0.0
    for k in range(points):
        mean_sum = 0.0
        mean_value = 0.0
        for a in range(n):
            sums[a] = 0.0
            for e in range(num_components):
                sums[a] += sensitivity[e, k] * w[a, e, k]
            mean_sum += strategies[a, 0, k] * sums[a]
            mean_value += strategies[a, 0, k] * w[a, plane, k]
        total += mean_sum
        for a in range(n):
            probability = q * strategies[a, 0, k]
            for e in range(num_components):
                w_sensitivity[a, e, k] = probability * sensitivity[e, k]
            w_sensitivity[a, plane, k] += rationality * probability * (sums[a] - mean_sum)
            by_rationality[m] += probability * (sums[a] - mean_sum) * (w[a, plane, k] - mean_value)
    return total


@kernel
def _differentiate_two_types(state, action_allowed):
    """Differentiate all nodes of a state whose mover has two types.

    Args:
        state: The state; the lines of its sensitivities are written.
        action_allowed: Shape (action, 2).

    Returns:
        sum_e q y_e V_e over the nodes, dT/dL of the state, and the reach of a node that is not differentiable, else 0.
    """
    n, nm, nj, padded, num_components = (
        state.num_actions, state.num_own, state.num_other, state.padded, state.num_components
    )  # fmt: skip
    rationality, own, strategies, weighted = state.rationality, state.own, state.strategies, state.weighted
    lines, spread, weights, slopes = state.lines, state.spread, state.weights, state.slopes
    work, sums = state.work, state.sums
    size = num_components * nm * (nj + WIDTH)
    for k in range(n * size):
        spread[k] = 0.0
    zero = splat(0.0)
    one = splat(1.0)
    total = zero
    by_rationality = zero
    worst = 0.0
    for k in range(0, padded, WIDTH):
        around = k % nj
        b = load(state.beliefs, k)
        y1 = load(weighted, own * padded + k)
        y2 = load(weighted, (own + 1) * padded + k)
        mean_a1 = zero
        mean_a2 = zero
        mean_q1 = zero
        mean_q2 = zero
        for a in range(n):
            s1 = load(strategies, 2 * a * padded + k)
            s2 = load(strategies, (2 * a + 1) * padded + k)
            mixed, posterior = update_belief(b, s1, s2, action_allowed[a, 0], action_allowed[a, 1])
            write_weights(nm, state.points, posterior, weights, WIDTH * nm * a, slopes)
            at = WIDTH * ROWS * a
            others = zero
            others_slope = zero
            for e in range(num_components):
                value = zero
                slope = zero
                here = a * size + e * nm * (nj + WIDTH) + around
                for i in range(nm):
                    line = load(lines, here + i * (nj + WIDTH))
                    value = value + load(weights, WIDTH * (nm * a + i)) * line
                    slope = slope + load(slopes, WIDTH * i) * line
                if e == own:
                    store(work, at + WIDTH * Q1, value)
                    store(work, at + WIDTH * SLOPE1, slope)
                elif e == own + 1:
                    store(work, at + WIDTH * Q2, value)
                    store(work, at + WIDTH * SLOPE2, slope)
                else:
                    y = load(weighted, e * padded + k)
                    others = others + y * value
                    others_slope = others_slope + y * slope
            q1, q2 = load(work, at + WIDTH * Q1), load(work, at + WIDTH * Q2)
            a1 = y1 * q1 + (one - b) * others
            a2 = y2 * q2 + b * others
            store(work, at + WIDTH * A1, a1)
            store(work, at + WIDTH * A2, a2)
            store(
                work, at + WIDTH * B,
                y1 * s1 * load(work, at + WIDTH * SLOPE1) + y2 * s2 * load(work, at + WIDTH * SLOPE2) + mixed * others_slope,
            )  # fmt: skip
            is_common = action_allowed[a, 0] and action_allowed[a, 1]
            store(work, at + WIDTH * W, posterior * (one - posterior) if is_common else zero)
            store(work, at + WIDTH * MIXED, mixed)
            total = total + y1 * s1 * q1 + y2 * s2 * q2 + mixed * others
            mean_a1 = mean_a1 + s1 * a1
            mean_a2 = mean_a2 + s2 * a2
            mean_q1 = mean_q1 + s1 * q1
            mean_q2 = mean_q2 + s2 * q2
        beta_d = zero
        g_d = zero
        size_g_d = zero
        steepest = zero
        for a in range(n):
            at = WIDTH * ROWS * a
            s1 = load(strategies, 2 * a * padded + k)
            s2 = load(strategies, (2 * a + 1) * padded + k)
            w = load(work, at + WIDTH * W)
            slope1 = load(work, at + WIDTH * SLOPE1)
            slope2 = load(work, at + WIDTH * SLOPE2)
            moved1 = s1 * (load(work, at + WIDTH * A1) - mean_a1)
            moved2 = s2 * (load(work, at + WIDTH * A2) - mean_a2)
            by_rationality = by_rationality + moved1 * (load(work, at + WIDTH * Q1) - mean_q1)
            by_rationality = by_rationality + moved2 * (load(work, at + WIDTH * Q2) - mean_q2)
            moved1 = rationality * moved1
            moved2 = rationality * moved2
            store(work, at + WIDTH * A1, moved1)  # e_h from here on
            store(work, at + WIDTH * A2, moved2)
            d = one - rationality * w * (slope2 - slope1)
            g = rationality * w * (s2 * slope2 - s1 * slope1)
            beta = w * (load(work, at + WIDTH * B) + moved1 * slope1 + moved2 * slope2)
            store(work, at + WIDTH * D, d)
            store(work, at + WIDTH * G, g)
            store(work, at + WIDTH * BETA, beta)
            beta_d = beta_d + beta / d
            g_d = g_d + g / d
            size_g_d = size_g_d + maximum(g / d, -(g / d))
            steepest = maximum(one / d, maximum(-(one / d), steepest))
        rest = one + g_d
        total_z = beta_d / rest
        reach = steepest * (one + size_g_d / maximum(rest, -rest))
        is_steep = not largest(reach) <= SAFE_REACH
        if is_steep:
            worst = max(worst, _solve_transposed(n, work))
            total_z = zero
            for a in range(n):
                total_z = total_z + load(work, WIDTH * (ROWS * a + BETA))
        for a in range(n):
            at = WIDTH * ROWS * a
            z = load(work, at + WIDTH * BETA)
            if not is_steep:
                z = (z - load(work, at + WIDTH * G) * total_z) / load(work, at + WIDTH * D)
            s1 = load(strategies, 2 * a * padded + k)
            s2 = load(strategies, (2 * a + 1) * padded + k)
            gap = load(work, at + WIDTH * Q2) - load(work, at + WIDTH * Q1)
            by_rationality = by_rationality + z * (gap - mean_q2 + mean_q1)
            mixed = load(work, at + WIDTH * MIXED)
            for e in range(num_components):
                store(sums, WIDTH * e, load(weighted, e * padded + k) * mixed)
            store(sums, WIDTH * own, y1 * s1 + load(work, at + WIDTH * A1) - rationality * (z - s1 * total_z))
            store(sums, WIDTH * (own + 1), y2 * s2 + load(work, at + WIDTH * A2) + rationality * (z - s2 * total_z))
            for e in range(num_components):
                total_sensitivity = load(sums, WIDTH * e)
                here = a * size + e * nm * (nj + WIDTH) + around
                for i in range(nm):
                    to = here + i * (nj + WIDTH)
                    store(spread, to, load(spread, to) + load(weights, WIDTH * (nm * a + i)) * total_sensitivity)
    return lane_sum(total), lane_sum(by_rationality), worst


@kernel
def _solve_transposed(n, work):
    """Replace beta by z = J^{-T} beta, lane by lane; returns the reach of a lane without a derivative, else 0."""
    matrix = np.empty((n, n))
    right = np.empty(n)
    worst = 0.0
    for lane in range(WIDTH):
        stake = 0.0
        reach = 0.0
        # largest column sum of J^{-T}, one column at a time, and last the system itself
        for column in range(n + 1):
            for a in range(n):
                at = WIDTH * ROWS * a + lane
                for k in range(n):
                    matrix[a, k] = work[at + WIDTH * G]
                matrix[a, a] += work[at + WIDTH * D]
                right[a] = (1.0 if a == column else 0.0) if column < n else work[at + WIDTH * BETA]
                if column == n:
                    stake = max(stake, abs(right[a]))
            if solve_dense(matrix, right) == 0.0:
                reach = np.inf
            elif column < n:
                total = 0.0
                for a in range(n):
                    total += abs(right[a])
                if not total <= reach:
                    reach = total
        for a in range(n):
            work[WIDTH * (ROWS * a + BETA) + lane] = right[a] if stake > 0.0 else 0.0
        if stake > 0.0 and not reach <= LARGEST_REACH and not stake * reach <= SMALLEST_STAKE:
            worst = max(worst, reach)
    return worst
