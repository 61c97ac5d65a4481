"""Values under strategies that are known already: the linear half of the backward induction.

A **carried** row is anything that is added up along the play: the values of the planes come first, then, for gradients, the
**worths** of the channels of the forward pass (what a unit of mass there will add to a target). A worth is the value of a
bystander who is paid when the target is met. So one recursion serves all of them; with the posteriors b'(a) of a state's
mover,

    X_e = q sum_a share_e(a) W_e(a; b'(a)) + (1-q) X_e(skip),    W_e(a) = r_e(a) + sum p X_e(y),

where share is s_h for the mover's own type h and sbar for everything else. Strategies are taken from the solver, and nothing
is iterated.

Lines. A polynomial in the mover's own belief is held as a line of numbers for each own point, over the points of the other
axis, and wrapped around: behind its nj numbers stand the first ones again. Then eight nodes that follow one another in mover
order take their eight numbers of any line with one load, at their number modulo nj.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.vectors import WIDTH, keep, kernel, load, maximum, pointer, splat, store, where_below

__all__ = ["carried_layer", "carried_meet", "continuation", "lines_of", "posterior_of", "weights_and_slopes"]


@kernel
def continuation(action, planes, moves, terminals, values, w):
    """Write W(a; .) of one action; shape (carried, row). Only the planes are paid for the action itself."""
    carried, row = values.shape[1], values.shape[2]
    for e in range(carried):
        paid = moves.action_payoff[action, e] if e < planes else 0.0
        for k in range(row):
            w[e, k] = paid
    for branch in range(moves.branch_start[action], moves.branch_start[action + 1]):
        share = moves.probability[branch]
        y = moves.target[branch]
        source = terminals[-y - 1] if y < 0 else values[y]
        for e in range(carried):
            for k in range(row):
                w[e, k] += share * source[e, k]


@kernel
def lines_of(w, nm, nj, is_first_axis, lines, to):
    """Write W of one action as lines, wrapped around, to the flat array `lines` from `to` on."""
    stride = nj + WIDTH
    for e in range(w.shape[0]):
        for i in range(nm):
            at = to + (e * nm + i) * stride
            for j in range(nj):
                lines[at + j] = w[e, i * nj + j] if is_first_axis else w[e, j * nm + i]
            for j in range(nj, stride):
                lines[at + j] = lines[at + j - nj]


@kernel
def posterior_of(belief, first, second, has_first, has_second):
    """Belief-weighted strategy and posterior by Bayes' rule, as in the forward pass."""
    zero = splat(0.0)
    share = first + belief * (second - first)
    posterior = where_below(share, zero, belief, belief * second / maximum(share, splat(1e-300)))
    if not has_first:
        posterior = splat(1.0)
    elif not has_second:
        posterior = zero
    return share, posterior


@kernel
def weights_and_slopes(nm, nodes, belief, weights, to, slopes):
    """Interpolation weights of every lane's belief at to, to + 8, ..., and their derivatives at 0, 8, ...

    Both follow from the products over the points before and behind, as in `standoff.solve.kernels.chebyshev.weights_at`.
    """
    product = splat(1.0)
    change = splat(0.0)
    for k in range(nm):
        scale = nodes[nm + k]
        store(weights, to + WIDTH * k, scale * product)
        store(slopes, WIDTH * k, scale * change)
        gap = belief - nodes[k]
        change = change * gap + product
        product = product * gap
    product = splat(1.0)
    change = splat(0.0)
    for k in range(nm - 1, -1, -1):
        before = load(weights, to + WIDTH * k)
        store(slopes, WIDTH * k, load(slopes, WIDTH * k) * product + before * change)
        store(weights, to + WIDTH * k, before * product)
        gap = belief - nodes[k]
        change = change * gap + product
        product = product * gap


@kernel
def carried_meet(holds, after, planes, hit_worth, values):
    """Turn worths of mass that stands in a state into worths of mass that arrives there and may meet a milestone.

    Args:
        holds: Whether each carried milestone holds; shape (state, channel).
        after: The channel that must be met before, -1 for none and always smaller than the own one; shape (channel,).
        planes: Carried rows before the first channel.
        hit_worth: What meeting each is worth; shape (channel,).
        values: Shape (state, carried, row); changed.
    """
    channels = after.shape[0]
    for x in range(holds.shape[0]):
        # what arrives in a channel goes on to later ones as if it stood there, so the earlier ones are done first
        for c in range(channels):
            if not holds[x, c]:
                continue
            values[x, planes + c, :] = hit_worth[c]
            for later in range(c + 1, channels):
                if after[later] == c:
                    # `later` is still as it stands: it is turned only after this
                    values[x, planes + c, :] += values[x, planes + later, :]


@kernel
def carried_layer(is_chance, moves, sides, strategies, terminals, values, planes, out):
    """Carried rows of a layer with one mover in every state, from those of the next layer.

    Args:
        is_chance: Whether nature moves.
        moves: The layer.
        sides: Players and belief axes.
        strategies: s_h(a) as the solver left them, in mover order; shape (action, type, row).
        terminals: Shape (terminal, carried, row).
        values: Of the next layer; shape (state, carried, row).
        planes: Carried rows that are planes.
        out: Shape (state, carried, row); written.
    """
    carried, row = out.shape[1], out.shape[2]
    points = sides.n1 * sides.n2
    longest = max(sides.n1, sides.n2)
    w = np.empty((carried, row))
    line_room = np.empty(carried * longest * (longest + WIDTH))
    weight_room = np.empty(2 * WIDTH * longest)
    found_room = np.empty(carried * row)
    lines, weights, found = pointer(line_room), pointer(weight_room), pointer(found_room)
    slopes = pointer(weight_room[WIDTH * longest :])
    points1, points2, beliefs = pointer(sides.axis1), pointer(sides.axis2), pointer(sides.own_belief)
    flat_strategies = pointer(strategies)
    for x in range(out.shape[0]):
        start, stop = moves.action_start[x], moves.action_start[x + 1]
        q = moves.arrival[x]
        m = moves.mover[x]
        if q == 0.0 or (m < 0 and not is_chance):
            out[x] = values[moves.skip[x]]
            continue
        axis = -1 if is_chance else sides.axis_of[m]
        if is_chance:
            continuation(start, planes, moves, terminals, values, out[x])
        elif axis < 0:
            out[x] = 0.0
            for a in range(start, stop):
                continuation(a, planes, moves, terminals, values, w)
                for e in range(carried):
                    for k in range(points):
                        out[x, e, k] += strategies[a, 0, k] * w[e, k]
        else:
            nm = sides.n1 if axis == 0 else sides.n2
            nj = sides.n2 if axis == 0 else sides.n1
            nodes = points1 if axis == 0 else points2
            own = sides.plane_of[m]
            found_room[:] = 0.0
            for a in range(start, stop):
                continuation(a, planes, moves, terminals, values, w)
                lines_of(w, nm, nj, axis == 0, lines, 0)
                has1, has2 = moves.action_allowed[a, 0], moves.action_allowed[a, 1]
                for k in range(0, row, WIDTH):
                    first = load(flat_strategies, 2 * a * row + k)
                    second = load(flat_strategies, (2 * a + 1) * row + k)
                    share, posterior = posterior_of(load(beliefs, axis * row + k), first, second, has1, has2)
                    weights_and_slopes(nm, nodes, posterior, weights, 0, slopes)
                    for e in range(carried):
                        value = splat(0.0)
                        for i in range(nm):
                            at = (e * nm + i) * (nj + WIDTH) + k % nj
                            value = value + load(weights, WIDTH * i) * load(lines, at)
                        weight = first if e == own else second if e == own + 1 else share
                        store(found, e * row + k, load(found, e * row + k) + weight * value)
            for e in range(carried):
                for i in range(nm):
                    for j in range(nj):
                        out[x, e, i * nj + j if axis == 0 else j * nm + i] = found_room[e * row + i * nj + j]
        for e in range(carried):
            for k in range(points):
                out[x, e, k] = q * out[x, e, k] + (1.0 - q) * values[moves.skip[x], e, k]
            for k in range(points, row):
                out[x, e, k] = 0.0
    keep(line_room)
    keep(weight_room)
    keep(found_room)
