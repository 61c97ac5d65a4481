"""One layer of the adjoint sweep: how a target answers to the numbers of the layer's nodes.

The target T is a sum over what is carried (`standoff.solve.adjoint.linear`): masses times worths. Let y_e = dT/dX_e be the
sensitivity to carried row e where a state is entered. For a channel it is the mass that stands there, and it moves forward in
time as mass does; for a plane it is what strategies decided earlier make of its value, and it starts at zero. At a node with
belief b, q the probability that the decision comes up and everything at the posteriors b'(a), with ' on W the slope there,

    F = q sum_e y_e sum_a share_e(a) W_e(a)

has the slopes, while the posteriors and the other strategies are held,

    A_h(a) = dF/ds_h(a) = q (y_h Q_h(a) + P(h) sum_{e not own} y_e W_e(a)),       Q_h = W of the mover's own plane h,
    B(a) = dF/db'(a) = q sum_e y_e share_e(a) W_e'(a).

Strategies are logit, so a change dQ_h of the action values acts through e_h(a) = L s_h(a) (A_h(a) - sum s_h A_h), and through
the evidence l_a = log s_2(a)/s_1(a), which moves the posterior by w_a = b'(1-b'):

    dF = sum_{h,a} e_h(a) dQ_h(a) + sum_a beta_a dl_a,      beta_a = w_a (B(a) + sum_h e_h(a) Q_h'(a)).

The evidence solves H(l) = 0 (`standoff.solve.kernels.node`), so by the implicit function theorem dl = -J^{-1} dH with
the Jacobian
J = diag(d) + 1 g'. With z = J^{-T} beta, one division by the Sherman-Morrison formula,

    z_a = (beta_a - g_a S) / d_a,     S = sum z = (sum beta/d) / (1 + sum g/d),

the sensitivities to the action values of type h (sign - for the first, + for the second) and to rationality are

    E_h(a) = e_h(a) -+ L (z_a - s_h(a) S),
    dT/dL = sum_h cov_{s_h}(A_h, Q_h) + sum_a z_a (Q_2 - Q_1 - mean Q_2 + mean Q_1).

Then C_e(a) = q y_e share_e(a) (+ E_h(a) for the own planes) is the sensitivity to W_e(a; b'(a)). The transpose of the
interpolation carries it to the points, where W_e = r_e + sum p X_e gives those of payoffs, probabilities and the next layer.

At a fold J is singular and T has no derivative. A node counts as differentiable if the norm of J^{-1} (the largest row sum) is
at most `LARGEST_REACH`, or if nothing depends on its evidence.

References:
    Griewank, A. and Walther, A. (2008), Evaluating Derivatives, SIAM, chapter 15 (implicit and iterative differentiation).
"""

from __future__ import annotations

import numpy as np

from standoff.solve.adjoint.linear import continuation, lines_of, posterior_of, weights_and_slopes
from standoff.solve.kernels.arclength import solve_dense
from standoff.solve.kernels.vectors import WIDTH, kernel, lane_sum, largest, load, maximum, pointer, splat, store

__all__ = ["LARGEST_REACH", "SMALLEST_STAKE", "release", "sensitivity_layer", "sensitivity_meet"]

LARGEST_REACH = 1e6
"""Largest norm of the inverse Jacobian of a node at which it counts as differentiable."""
SMALLEST_STAKE = 1e-9
"""Probability at stake in the evidence of a node, below which a reach above `LARGEST_REACH` is let pass."""
SAFE_REACH = 1e3
"""Norm up to which the Sherman-Morrison formula is used; above, Gaussian elimination with pivots."""
Q1, Q2, SLOPE1, SLOPE2, A1, A2, B, W, SHARE, D, G, BETA = range(12)
ROWS = 12


@kernel
def sensitivity_meet(holds, after, planes, sensitivity):
    """Move the mass that meets a milestone out of its channel, and into those that wait for it.

    Args:
        holds: Whether each carried milestone holds; shape (state, channel).
        after: The channel that must be met before, -1 for none; shape (channel,).
        planes: Carried rows before the first channel.
        sensitivity: Shape (state, carried, row); changed.
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
def release(
    action, w_sensitivity, planes, moves, values, terminals, next_sensitivity, by_terminal, by_payoff, by_probability
):
    """From the sensitivities to W of an action to those of what it is made of; all added to."""
    carried, row = w_sensitivity.shape
    for e in range(planes):
        total = 0.0
        for k in range(row):
            total += w_sensitivity[e, k]
        by_payoff[action, e] += total
    for branch in range(moves.branch_start[action], moves.branch_start[action + 1]):
        share = moves.probability[branch]
        y = moves.target[branch]
        source = terminals[-y - 1] if y < 0 else values[y]
        to = by_terminal[-y - 1] if y < 0 else next_sensitivity[y]
        total = 0.0
        for e in range(carried):
            for k in range(row):
                total += w_sensitivity[e, k] * source[e, k]
                to[e, k] += share * w_sensitivity[e, k]
        by_probability[branch] += total


@kernel
def sensitivity_layer(
    is_chance, moves, sides, strategies, terminals, values, planes, sensitivity, next_sensitivity, by_terminal, by_payoff,
    by_probability, by_arrival, by_rationality,
):  # fmt: skip
    """Push the sensitivities through a layer with one mover in every state. Everything below `sensitivity` is added to.

    Args:
        is_chance: Whether nature moves.
        moves: The layer.
        sides: Players and belief axes.
        strategies: s_h(a) as the solver left them, in mover order; shape (action, type, row).
        terminals: Carried rows of the terminals; shape (terminal, carried, row).
        values: Carried rows of the next layer; shape (state, carried, row).
        planes: Carried rows that are planes.
        sensitivity: dT/dX of this layer; shape (state, carried, row).
        next_sensitivity: dT/dX of the next layer; shape (state, carried, row).
        by_terminal: dT/dX of the terminals; shape (terminal, carried, row).
        by_payoff: Shape (action, plane).
        by_probability: Shape (branch,).
        by_arrival: Shape (state,); not a number where a decision never comes up, as nothing was solved there.
        by_rationality: Shape (player,).

    Returns:
        The largest reach of a node that is not differentiable, 0 where all are.
    """
    carried, row = sensitivity.shape[1], sensitivity.shape[2]
    points = sides.n1 * sides.n2
    longest = max(sides.n1, sides.n2)
    widest = 1
    for x in range(sensitivity.shape[0]):
        widest = max(widest, moves.action_start[x + 1] - moves.action_start[x])
    w = np.zeros((widest, carried, row))
    w_sensitivity = np.zeros((widest, carried, row))
    standing = np.zeros(carried * row)
    has_types = longest > 1
    room = np.zeros(
        (2 * widest * carried * longest * (longest + WIDTH) + WIDTH * (
            widest * longest + longest + ROWS * widest + widest * carried + carried + 1
        )) if has_types else 1
    )  # fmt: skip
    worst = 0.0
    for x in range(sensitivity.shape[0]):
        q = moves.arrival[x]
        m = moves.mover[x]
        skip = moves.skip[x]
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
        start = moves.action_start[x]
        n = moves.action_start[x + 1] - start
        for e in range(carried):
            for k in range(row):
                by_arrival[x] -= sensitivity[x, e, k] * values[skip, e, k]
                next_sensitivity[skip, e, k] += (1.0 - q) * sensitivity[x, e, k]
        for a in range(n):
            continuation(start + a, planes, moves, terminals, values, w[a])
        axis = -1 if is_chance else sides.axis_of[m]
        if is_chance:
            for e in range(carried):
                for k in range(row):
                    w_sensitivity[0, e, k] = q * sensitivity[x, e, k]
                    by_arrival[x] += sensitivity[x, e, k] * w[0, e, k]
        elif axis < 0:
            by_arrival[x] += _single_type(
                n, points, q, sides.rationality[m], sides.plane_of[m], sensitivity[x], strategies[start:], w, w_sensitivity,
                by_rationality[m : m + 1],
            )  # fmt: skip
        else:
            nm = sides.n1 if axis == 0 else sides.n2
            nj = sides.n2 if axis == 0 else sides.n1
            size = carried * nm * (nj + WIDTH)
            for a in range(n):
                lines_of(w[a], nm, nj, axis == 0, pointer(room), a * size)
            for e in range(carried):
                for k in range(points):
                    i, j = k // nj, k % nj
                    standing[e * row + k] = q * sensitivity[x, e, k if axis == 0 else j * nm + i]
            total, by_l, reach = _two_types(
                n, nm, nj, row, carried, sides.rationality[m], sides.plane_of[m], sides.axis1 if axis == 0 else sides.axis2,
                sides.own_belief[axis], moves.action_allowed[start : start + n], strategies[start : start + n], standing, room,
                widest,
            )  # fmt: skip
            worst = max(worst, reach)
            by_arrival[x] += total / q
            by_rationality[m] += by_l
            spread = widest * size
            for a in range(n):
                _unwrap(room, spread + a * size, nm, nj, axis == 0, w_sensitivity[a])
        for a in range(n):
            release(
                start + a, w_sensitivity[a], planes, moves, values, terminals, next_sensitivity, by_terminal, by_payoff,
                by_probability,
            )  # fmt: skip
    return worst


@kernel
def _unwrap(lines, base, nm, nj, is_first_axis, out):
    """Add up what was spread to lines that wrap around, into the natural order of points."""
    stride = nj + WIDTH
    for e in range(out.shape[0]):
        for i in range(nm):
            at = base + (e * nm + i) * stride
            for j in range(stride - 1, nj - 1, -1):
                lines[at + j - nj] += lines[at + j]
            for j in range(nj):
                out[e, i * nj + j if is_first_axis else j * nm + i] = lines[at + j]


@kernel
def _single_type(n, points, q, rationality, plane, sensitivity, strategies, w, w_sensitivity, by_rationality):
    """A mover with one type: beliefs stay where they are. Returns sum_e y_e V_e over the points."""
    carried = sensitivity.shape[0]
    answer = np.empty(n)
    total = 0.0
    for k in range(points):
        mean_answer = 0.0
        mean_value = 0.0
        for a in range(n):
            answer[a] = 0.0
            for e in range(carried):
                answer[a] += sensitivity[e, k] * w[a, e, k]
            mean_answer += strategies[a, 0, k] * answer[a]
            mean_value += strategies[a, 0, k] * w[a, plane, k]
        total += mean_answer
        for a in range(n):
            share = q * strategies[a, 0, k]
            for e in range(carried):
                w_sensitivity[a, e, k] = share * sensitivity[e, k]
            w_sensitivity[a, plane, k] += rationality * share * (answer[a] - mean_answer)
            by_rationality[0] += share * (answer[a] - mean_answer) * (w[a, plane, k] - mean_value)
    return total


@kernel
def _two_types(
    n, nm, nj, row, carried, rationality, own, axis, own_belief, action_allowed, given, standing_room, room, widest
):  # fmt: skip
    """All nodes of a state whose mover has two types; everything in mover order.

    Args:
        n: Actions.
        nm: Points on the own axis.
        nj: Points on the other axis.
        row: Length of a row of points.
        carried: Number of carried rows.
        rationality: L.
        own: Plane of the mover's first type.
        axis: Points and scales of the own axis; shape (2, nm).
        own_belief: Own belief at every node; shape (row,).
        action_allowed: Shape (action, 2).
        given: Strategies; shape (action, 2, row).
        standing_room: q y_e at every node; shape (carried * row,).
        room: Lines of W of every action, and behind those of `widest` actions as many that are written with the sensitivities;
            then scratch.
        widest: Actions that there is room for.

    Returns:
        sum_e q y_e V_e over the nodes, dT/dL of the state, and the reach of a node that is not differentiable, else 0.
    """
    size = carried * nm * (nj + WIDTH)
    lines = pointer(room)
    spread = pointer(room[widest * size :])
    place = 2 * widest * size
    weights, place = pointer(room[place:]), place + WIDTH * widest * nm
    slopes, place = pointer(room[place:]), place + WIDTH * nm
    work, place = pointer(room[place:]), place + WIDTH * ROWS * widest
    answers, place = pointer(room[place:]), place + WIDTH * carried
    strategies, standing, beliefs, nodes = pointer(given), pointer(standing_room), pointer(own_belief), pointer(axis)
    for k in range(n * size):
        spread[k] = 0.0
    zero = splat(0.0)
    one = splat(1.0)
    total = zero
    by_rationality = zero
    worst = 0.0
    for k in range(0, row, WIDTH):
        around = k % nj
        b = load(beliefs, k)
        y1 = load(standing, own * row + k)
        y2 = load(standing, (own + 1) * row + k)
        mean_a1 = zero
        mean_a2 = zero
        mean_q1 = zero
        mean_q2 = zero
        for a in range(n):
            s1 = load(strategies, 2 * a * row + k)
            s2 = load(strategies, (2 * a + 1) * row + k)
            share, posterior = posterior_of(b, s1, s2, action_allowed[a, 0], action_allowed[a, 1])
            weights_and_slopes(nm, nodes, posterior, weights, WIDTH * nm * a, slopes)
            at = WIDTH * ROWS * a
            others = zero
            others_slope = zero
            for e in range(carried):
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
                    y = load(standing, e * row + k)
                    others = others + y * value
                    others_slope = others_slope + y * slope
            q1, q2 = load(work, at + WIDTH * Q1), load(work, at + WIDTH * Q2)
            a1 = y1 * q1 + (one - b) * others
            a2 = y2 * q2 + b * others
            store(work, at + WIDTH * A1, a1)
            store(work, at + WIDTH * A2, a2)
            store(
                work, at + WIDTH * B,
                y1 * s1 * load(work, at + WIDTH * SLOPE1) + y2 * s2 * load(work, at + WIDTH * SLOPE2) + share * others_slope,
            )  # fmt: skip
            is_common = action_allowed[a, 0] and action_allowed[a, 1]
            store(work, at + WIDTH * W, posterior * (one - posterior) if is_common else zero)
            store(work, at + WIDTH * SHARE, share)
            total = total + y1 * s1 * q1 + y2 * s2 * q2 + share * others
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
            s1 = load(strategies, 2 * a * row + k)
            s2 = load(strategies, (2 * a + 1) * row + k)
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
            s1 = load(strategies, 2 * a * row + k)
            s2 = load(strategies, (2 * a + 1) * row + k)
            gap = load(work, at + WIDTH * Q2) - load(work, at + WIDTH * Q1)
            by_rationality = by_rationality + z * (gap - mean_q2 + mean_q1)
            share = load(work, at + WIDTH * SHARE)
            for e in range(carried):
                store(answers, WIDTH * e, load(standing, e * row + k) * share)
            store(answers, WIDTH * own, y1 * s1 + load(work, at + WIDTH * A1) - rationality * (z - s1 * total_z))
            store(answers, WIDTH * (own + 1), y2 * s2 + load(work, at + WIDTH * A2) + rationality * (z - s2 * total_z))
            for e in range(carried):
                answer = load(answers, WIDTH * e)
                here = a * size + e * nm * (nj + WIDTH) + around
                for i in range(nm):
                    to = here + i * (nj + WIDTH)
                    store(spread, to, load(spread, to) + load(weights, WIDTH * (nm * a + i)) * answer)
    return lane_sum(total), lane_sum(by_rationality), worst


@kernel
def _solve_transposed(n, work):
    """Write z = J^{-T} beta in the place of beta, lane by lane; returns the reach of a lane without a derivative, else 0."""
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
