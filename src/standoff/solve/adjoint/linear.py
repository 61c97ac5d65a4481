"""Values under known strategies: the linear half of the backward induction.

A **component** is anything that is added up along the play: first the values of the planes, then, for gradients, the
**contributions** of the channels of the forward pass (what a unit of mass there will add to a target). A contribution is the
value of a bystander who is paid when the target is met. So one recursion serves all of them; with the posteriors b'(a) of a
state's mover,

    X_e = q sum_a weight_e(a) W_e(a; b'(a)) + (1-q) X_e(skip),    W_e(a) = r_e(a) + sum p X_e(y),

where weight_e is s_h for the mover's own type h and sbar for everything else. Strategies are the solver's, and nothing is
iterated.

Lines. A polynomial in the mover's own belief is held as a line of numbers for each own point, over the points of the other
axis, and wrapped around: after its num_other numbers the first ones are repeated. Then eight nodes that are consecutive in
mover order load their eight numbers of any line at once, at their index modulo num_other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.vectors import WIDTH, keep, kernel, load, maximum, pointer, splat, store, where_below

__all__ = [
    "Components",
    "add_branches",
    "evaluate_layer",
    "evaluate_on_arrival",
    "update_belief",
    "write_lines",
    "write_weights",
]


class Components(NamedTuple):
    """The components that follow a layer.

    Attributes:
        num_planes: Components that are planes; they come first.
        terminals: Components of the terminals; shape (terminal, component, point).
        values: Components of the next layer; shape (state, component, point).
    """

    num_planes: int
    terminals: NDArray[np.float64]
    values: NDArray[np.float64]


@kernel
def add_branches(action, layer, following, w):
    """Write W(a; .) of one action; shape (component, point). Only the planes are paid for the action itself."""
    planes, terminals, values = following.num_planes, following.terminals, following.values
    num_components, padded = values.shape[1], values.shape[2]
    for e in range(num_components):
        paid = layer.action_payoff[action, e] if e < planes else 0.0
        for k in range(padded):
            w[e, k] = paid
    for branch in range(layer.branch_start[action], layer.branch_start[action + 1]):
        probability = layer.probability[branch]
        y = layer.target[branch]
        source = terminals[-y - 1] if y < 0 else values[y]
        for e in range(num_components):
            for k in range(padded):
                w[e, k] += probability * source[e, k]


@kernel
def write_lines(w, nm, nj, is_first_axis, lines, to):
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
def update_belief(belief, first, second, has_first, has_second):
    """Find the belief-weighted strategy and posterior by Bayes' rule, as in the forward pass."""
    zero = splat(0.0)
    mixed = first + belief * (second - first)
    posterior = where_below(mixed, zero, belief, belief * second / maximum(mixed, splat(1e-300)))
    if not has_first:
        posterior = splat(1.0)
    elif not has_second:
        posterior = zero
    return mixed, posterior


@kernel
def write_weights(nm, points, belief, weights, to, slopes):
    """Write the interpolation weights of every lane's belief at to, to + 8, ..., and their derivatives at 0, 8, ...

    Both follow from the products over the points before and behind, as in `kernels.chebyshev.write_weights_at`.
    """
    product = splat(1.0)
    change = splat(0.0)
    for k in range(nm):
        scale = points[nm + k]
        store(weights, to + WIDTH * k, scale * product)
        store(slopes, WIDTH * k, scale * change)
        gap = belief - points[k]
        change = change * gap + product
        product = product * gap
    product = splat(1.0)
    change = splat(0.0)
    for k in range(nm - 1, -1, -1):
        before = load(weights, to + WIDTH * k)
        store(slopes, WIDTH * k, load(slopes, WIDTH * k) * product + before * change)
        store(weights, to + WIDTH * k, before * product)
        gap = belief - points[k]
        change = change * gap + product
        product = product * gap


@kernel
def evaluate_on_arrival(holds, after, planes, hit_value, values):
    """Turn contributions of mass in a state into contributions of mass that arrives there and may meet a milestone.

    Args:
        holds: Whether the milestone of each channel holds; shape (state, channel).
        after: The channel that must be met before, -1 for none and always smaller than the own one; shape (channel,).
        planes: Components before the first channel.
        hit_value: Contribution of meeting each milestone; shape (channel,).
        values: Shape (state, component, point); changed.
    """
    channels = after.shape[0]
    for x in range(holds.shape[0]):
        # what arrives in a channel continues to later ones as if it had been there, so the earlier ones are done first
        for c in range(channels):
            if not holds[x, c]:
                continue
            values[x, planes + c, :] = hit_value[c]
            for later in range(c + 1, channels):
                if after[later] == c:
                    # `later` is turned only after this
                    values[x, planes + c, :] += values[x, planes + later, :]


@kernel
def evaluate_layer(is_chance, layer, grid, strategies, following, out):
    """Write the components of a layer with one mover in every state, from those of the next layer.

    Args:
        is_chance: Whether nature moves.
        layer: The layer.
        grid: Players and belief axes.
        strategies: s_h(a) of the solver, in mover order; shape (action, type, point).
        following: Components of the next layer.
        out: Shape (state, component, point); written.
    """
    values = following.values
    num_components, padded = out.shape[1], out.shape[2]
    points = grid.n1 * grid.n2
    longest = max(grid.n1, grid.n2)
    w = np.empty((num_components, padded))
    line_space = np.empty(num_components * longest * (longest + WIDTH))
    weight_space = np.empty(2 * WIDTH * longest)
    sum_space = np.empty(num_components * padded)
    lines, weights, sums = pointer(line_space), pointer(weight_space), pointer(sum_space)
    slopes = pointer(weight_space[WIDTH * longest :])
    points1, points2, beliefs = pointer(grid.axis1), pointer(grid.axis2), pointer(grid.own_belief)
    flat_strategies = pointer(strategies)
    for x in range(out.shape[0]):
        start, stop = layer.action_start[x], layer.action_start[x + 1]
        q = layer.arrival[x]
        m = layer.mover[x]
        if q == 0.0 or (m < 0 and not is_chance):
            out[x] = values[layer.skip[x]]
            continue
        axis = -1 if is_chance else grid.axis_of[m]
        if is_chance:
            add_branches(start, layer, following, out[x])
        elif axis < 0:
            out[x] = 0.0
            for a in range(start, stop):
                add_branches(a, layer, following, w)
                for e in range(num_components):
                    for k in range(points):
                        out[x, e, k] += strategies[a, 0, k] * w[e, k]
        else:
            nm = grid.n1 if axis == 0 else grid.n2
            nj = grid.n2 if axis == 0 else grid.n1
            axis_points = points1 if axis == 0 else points2
            own = grid.plane_of[m]
            sum_space[:] = 0.0
            for a in range(start, stop):
                add_branches(a, layer, following, w)
                write_lines(w, nm, nj, axis == 0, lines, 0)
                has1, has2 = layer.action_allowed[a, 0], layer.action_allowed[a, 1]
                for k in range(0, padded, WIDTH):
                    first = load(flat_strategies, 2 * a * padded + k)
                    second = load(flat_strategies, (2 * a + 1) * padded + k)
                    mixed, posterior = update_belief(load(beliefs, axis * padded + k), first, second, has1, has2)
                    write_weights(nm, axis_points, posterior, weights, 0, slopes)
                    for e in range(num_components):
                        value = splat(0.0)
                        for i in range(nm):
                            at = (e * nm + i) * (nj + WIDTH) + k % nj
                            value = value + load(weights, WIDTH * i) * load(lines, at)
                        weight = first if e == own else second if e == own + 1 else mixed
                        store(sums, e * padded + k, load(sums, e * padded + k) + weight * value)
            for e in range(num_components):
                for i in range(nm):
                    for j in range(nj):
                        out[x, e, i * nj + j if axis == 0 else j * nm + i] = sum_space[e * padded + i * nj + j]
        for e in range(num_components):
            for k in range(points):
                out[x, e, k] = q * out[x, e, k] + (1.0 - q) * values[layer.skip[x], e, k]
            for k in range(points, padded):
                out[x, e, k] = 0.0
    keep(line_space)
    keep(weight_space)
    keep(sum_space)
