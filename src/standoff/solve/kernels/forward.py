"""One layer of the forward pass: probability mass on (state, public belief), moved by the equilibrium strategies.

Mass at a belief point moves to the posterior b'(a) with the transpose of the interpolation that the backward induction used:
weight w_k(b'(a)) goes to point k. The weights sum to one and preserve the mean, so mass is conserved and expected beliefs are
martingales. Masses of single points may be slightly negative; only their sums mean anything.

Several measures travel together, one to a **channel**:

- channel 0 is the public measure, in which a mover with two types acts by its belief-weighted strategy sbar;
- one channel for every milestone holds the mass that has not met it yet;
- one channel for every player type holds the measure in which that player is known (to us, not to the players) to be of that
  type, so it acts by s_h. It is the exact adjoint of the backward values of that plane: payoffs added up along it equal the
  value of the plane at the start to rounding error, and its outcomes are the probabilities given the true type.

In a game without private types every player type's measure is the public one, and has no channel of its own
(`forward_complete`).

Kernels move the mass of the states [first, last) that they are given. Where a layer is cut into **parts**, each part of its
states sends into an array of its own, so threads may share the parts; `join` then adds them up. The cut depends on the layer
and not on the threads, so the answer does not depend on these.

Mass has the shape (state, channel, point). Some channels are empty in some states (a milestone that was met, a state not
reached yet): `live` says which are not, and the others are skipped. Mass that is not live is zero once it was joined, and
undefined in a part.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.node_block import interpolate
from standoff.solve.kernels.vectors import (
    WIDTH,
    keep,
    kernel,
    lane_sum,
    load,
    maximum,
    pointer,
    splat,
    store,
    where_below,
)

__all__ = [
    "Destination",
    "Mass",
    "Valuation",
    "chance_forward",
    "decision_forward",
    "join",
    "joint_forward",
    "meet_milestones",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Mass(NamedTuple):
    """Mass in a layer.

    Attributes:
        mass: Shape (state, channel, point).
        live: Which of it is not zero; shape (state, channel).
    """

    mass: Floats
    live: Bools


class Destination(NamedTuple):
    """What the mass of a layer is sent to.

    Attributes:
        mass: Mass of the next layer; shape (state, channel, point); added to, or written where nothing is live.
        live: Which of it is not zero; shape (state, channel); added to.
        absorbed: Mass that ends at each terminal; shape (terminal, channel); added to.
        payoffs: Payoff along each plane's own channel; shape (plane,); added to.
    """

    mass: Floats
    live: Bools
    absorbed: Floats
    payoffs: Floats


class Valuation(NamedTuple):
    """What the payoffs along the planes' channels need.

    Attributes:
        first_plane: Channel of the first plane; those of the planes are the last. The number of channels where there are none.
        terminal_values: Payoff of each terminal at every belief point; shape (terminal, plane, point).
        factor: Discount factor of each plane to the start; shape (plane,).
    """

    first_plane: int
    terminal_values: Floats
    factor: Floats


class Flow(NamedTuple):
    """The arrays along which mass flows, as pointers, and their sizes."""

    first_plane: int
    num_planes: int
    num_channels: int
    padded: int
    action_payoff: Any
    branch_start: Any
    probability: Any
    target: Any
    terminal_values: Any
    factor: Any
    mass: Any
    to: Any
    to_live: Any
    absorbed: Any
    payoffs: Any
    which: Any
    at: Any


@kernel
def _point_to_flow(layer, valuation, source, destination, channel_space):
    """Take the pointers of a flow; `channel_space` holds two numbers for each channel."""
    num_channels = source.mass.shape[1]
    return Flow(
        valuation.first_plane,
        destination.payoffs.shape[0],
        num_channels,
        source.mass.shape[2],
        pointer(layer.action_payoff),
        pointer(layer.branch_start),
        pointer(layer.probability),
        pointer(layer.target),
        pointer(valuation.terminal_values),
        pointer(valuation.factor),
        pointer(source.mass),
        pointer(destination.mass),
        pointer(destination.live.view(np.uint8)),
        pointer(destination.absorbed),
        pointer(destination.payoffs),
        pointer(channel_space),
        pointer(channel_space[num_channels:]),
    )


@kernel
def meet_milestones(holds, after, mass, live, hits):
    """Remove from each milestone's channel the mass in states where it holds.

    Args:
        holds: Shape (state, milestone).
        after: Index of the milestone that must come before, -1 for none and always smaller than the own index.
        mass: Shape (state, channel, point); the milestones' channels are those from 1 on; changed.
        live: Shape (state, channel); changed.
        hits: Mass that met each milestone; shape (milestone,); added to.
    """
    num_milestones = holds.shape[1]
    num_channels, padded = mass.shape[1], mass.shape[2]
    flat = pointer(mass)
    for x in range(holds.shape[0]):
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(num_milestones - 1, -1, -1):
            if not (holds[x, m] and live[x, 1 + m]):
                continue
            here = (x * num_channels + 1 + m) * padded
            hits[m] += _sum(flat, here, padded)
            for later in range(m + 1, num_milestones):
                if after[later] == m:
                    live[x, 1 + later] = True
                    _add(1.0, flat, here, flat, (x * num_channels + 1 + later) * padded, padded)
            for k in range(here, here + padded):
                flat[k] = 0.0
            live[x, 1 + m] = False


@kernel
def join(first, last, parts, parts_live, live):
    """Add up the parts of the states [first, last) of the next layer in the first of them.

    Args:
        first: First state.
        last: One past the last.
        parts: Shape (part, state, channel, point); the first is written.
        parts_live: Shape (part, state, channel).
        live: Which of the sum is not zero; shape (state, channel); written.
    """
    num_parts, num_states, num_channels, padded = parts.shape
    flat = pointer(parts)
    for y in range(first, last):
        for c in range(num_channels):
            here = (y * num_channels + c) * padded
            is_empty = not parts_live[0, y, c]
            for part in range(1, num_parts):
                if parts_live[part, y, c]:
                    _put(is_empty, 1.0, flat, part * num_states * num_channels * padded + here, flat, here, padded)
                    is_empty = False
            if is_empty:
                for k in range(here, here + padded):
                    flat[k] = 0.0
            live[y, c] = not is_empty


@kernel
def _put(is_first, fraction, source, start, to, base, padded):
    """Add a fraction of the mass over the points to another, or write it if it is the first."""
    if is_first:
        for k in range(0, padded, WIDTH):
            store(to, base + k, fraction * load(source, start + k))
    else:
        _add(fraction, source, start, to, base, padded)


@kernel
def _send(action, fraction_of_all, count, amount, flow):
    """Send the mass that takes an action along its branches; that of channel flow.which[c] starts at amount[flow.at[c]]."""
    planes, num_channels, padded, which, at = flow.num_planes, flow.num_channels, flow.padded, flow.which, flow.at
    for c in range(count):
        p = which[c] - flow.first_plane
        if p >= 0:
            paid = flow.action_payoff[action * planes + p]
            if paid != 0.0:
                flow.payoffs[p] += flow.factor[p] * fraction_of_all * paid * _sum(amount, at[c], padded)
    for branch in range(flow.branch_start[action], flow.branch_start[action + 1]):
        fraction = fraction_of_all * flow.probability[branch]
        y = flow.target[branch]
        for c in range(count):
            channel = which[c]
            if y >= 0:
                here = y * num_channels + channel
                _put(not flow.to_live[here], fraction, amount, at[c], flow.to, here * padded, padded)
                flow.to_live[here] = True
                continue
            flow.absorbed[(-y - 1) * num_channels + channel] += fraction * _sum(amount, at[c], padded)
            p = channel - flow.first_plane
            if p >= 0:
                value = _product(amount, at[c], flow.terminal_values, ((-y - 1) * planes + p) * padded, padded)
                flow.payoffs[p] += flow.factor[p] * fraction * value


@kernel
def _skip(q, x, y, count, flow):
    """Send the mass of a state whose move does not come up, with probability 1 - q, to the state y of the next layer."""
    if q < 1.0:
        for c in range(count):
            start, here = x * flow.num_channels + flow.which[c], y * flow.num_channels + flow.which[c]
            padded = flow.padded
            _put(not flow.to_live[here], 1.0 - q, flow.mass, start * padded, flow.to, here * padded, padded)
            flow.to_live[here] = True


@kernel
def _list_live(x, live, flow, start):
    """List the channels of a state that hold anything, and where their mass begins; returns their number."""
    count = 0
    for c in range(live.shape[1]):
        if live[x, c]:
            flow.which[count] = c
            flow.at[count] = start + c * flow.padded
            count += 1
    return count


@kernel
def chance_forward(first, last, layer, valuation, source, destination):
    """Move the mass of the states [first, last) of a chance layer; see `decision_forward`."""
    channel_space = np.zeros(2 * source.mass.shape[1], dtype=np.int64)
    flow = _point_to_flow(layer, valuation, source, destination, channel_space)
    for x in range(first, last):
        count = _list_live(x, source.live, flow, x * flow.num_channels * flow.padded)
        q = layer.arrival[x]
        _skip(q, x, layer.skip[x], count, flow)
        if q > 0.0:
            _send(layer.action_start[x], q, count, flow.mass, flow)
    keep(channel_space)


@kernel
def joint_forward(first, last, layer, amounts, valuation, source, destination):
    """Move the mass of the states [first, last) of a layer for whose joint actions it is known.

    Args:
        first: First state.
        last: One past the last.
        layer: The layer.
        amounts: Mass that takes each joint action, from `simultaneous_layer.simultaneous_amounts`; shape
            (action, channel, point).
        valuation: How payoffs are counted.
        source: Mass of the layer.
        destination: What it is sent to.
    """
    channel_space = np.zeros(2 * source.mass.shape[1], dtype=np.int64)
    flow = _point_to_flow(layer, valuation, source, destination, channel_space)
    taken = pointer(amounts)
    for x in range(first, last):
        q = layer.arrival[x] if layer.mover[x] >= 0 else 0.0
        count = _list_live(x, source.live, flow, 0)
        _skip(q, x, layer.skip[x], count, flow)
        if q == 0.0:
            continue
        for a in range(layer.action_start[x], layer.action_start[x + 1]):
            _list_live(x, source.live, flow, a * flow.num_channels * flow.padded)
            _send(a, 1.0, count, taken, flow)
    keep(channel_space)


@kernel
def _sum(amount, start, padded):
    """Sum mass over the points."""
    total = load(amount, start)
    for k in range(WIDTH, padded, WIDTH):
        total = total + load(amount, start + k)
    return lane_sum(total)


@kernel
def _product(amount, start, other, base, padded):
    """Sum the products of two arrays over the points."""
    total = load(amount, start) * load(other, base)
    for k in range(WIDTH, padded, WIDTH):
        total = total + load(amount, start + k) * load(other, base + k)
    return lane_sum(total)


@kernel
def _add(fraction, source, start, to, base, padded):
    """Add a fraction of the mass over the points to another."""
    for k in range(0, padded, WIDTH):
        store(to, base + k, load(to, base + k) + fraction * load(source, start + k))


class Departure(NamedTuple):
    """The mass that takes an action, on its way to the posteriors; pointers, in mover order.

    Attributes:
        present: Mass of the state, its live channels side by side.
        leaving: Mass that takes the action, at the points where it was.
        arriving: Mass at the points around its posteriors.
        posteriors: Posterior at every point.
        mixed: q sbar(a) at every point.
        weights: Workspace for interpolation weights.
        column: Workspace for the weights of one column.
    """

    present: Any
    leaving: Any
    arriving: Any
    posteriors: Any
    mixed: Any
    weights: Any
    column: Any


@kernel
def decision_forward(first, last, layer, grid, strategies, valuation, source, destination):
    """Move the mass of the states [first, last) of a decision layer.

    Args:
        first: First state.
        last: One past the last.
        layer: The layer.
        grid: Players and belief axes.
        strategies: s_h(a) at every node, in mover order; shape (action, type, point).
        valuation: How payoffs are counted.
        source: Mass of the layer.
        destination: What it is sent to.
    """
    num_channels, padded = source.mass.shape[1], source.mass.shape[2]
    num_types = strategies.shape[1]
    n1, n2 = grid.n1, grid.n2
    longest = max(n1, n2)
    wide = WIDTH * ((longest + WIDTH - 1) // WIDTH)
    masses = num_channels * padded + WIDTH
    # the arrays behind the pointers, which must live as long
    channel_space = np.zeros(2 * num_channels, dtype=np.int64)
    space = np.zeros(4 * masses + WIDTH * (longest * longest + 1) + longest * wide + 2 * (padded + WIDTH))
    at = 0
    present, at = pointer(space[at:]), at + masses
    leaving, at = pointer(space[at:]), at + masses
    arriving, at = pointer(space[at:]), at + masses
    amount, at = pointer(space[at:]), at + masses
    weights, at = pointer(space[at:]), at + WIDTH * (longest * longest + 1)
    column, at = pointer(space[at:]), at + longest * wide
    mixed, at = pointer(space[at:]), at + padded + WIDTH
    posteriors = pointer(space[at:])
    flow = _point_to_flow(layer, valuation, source, destination, channel_space)
    flat_strategies = pointer(strategies)
    points1, points2, beliefs = pointer(grid.axis1), pointer(grid.axis2), pointer(grid.own_belief)
    for x in range(first, last):
        m = layer.mover[x]
        q = layer.arrival[x] if m >= 0 else 0.0
        count = _list_live(x, source.live, flow, 0)
        _skip(q, x, layer.skip[x], count, flow)
        if q == 0.0 or count == 0:
            continue
        axis = grid.axis_of[m]
        # from here on the live channels are side by side
        for c in range(count):
            here = (x * num_channels + flow.which[c]) * padded
            flow.at[c] = c * padded
            if axis == 1:
                _transpose(flow.mass, here, n1, n2, present, c * padded)
            else:
                for k in range(0, padded, WIDTH):
                    store(present, c * padded + k, load(flow.mass, here + k))
        own = valuation.first_plane + grid.plane_of[m]
        departure = Departure(present, leaving, amount if axis == 0 else arriving, posteriors, mixed, weights, column)
        for a in range(layer.action_start[x], layer.action_start[x + 1]):
            strategy = a * num_types * padded
            if axis < 0:
                for c in range(0, count * padded, padded):
                    for k in range(0, padded, WIDTH):
                        store(amount, c + k, q * load(flat_strategies, strategy + k) * load(present, c + k))
            else:
                _update_beliefs(
                    q, beliefs, axis * padded, flat_strategies, strategy, layer.action_allowed[a, 0],
                    layer.action_allowed[a, 1], padded, departure,
                )  # fmt: skip
                _leave(flow.which, count, own, q, flat_strategies, strategy, padded, departure)
                if axis == 0:
                    _spread(count, n1, n2, points1, padded, departure)
                else:
                    _spread(count, n2, n1, points2, padded, departure)
                    for c in range(count):
                        _transpose(arriving, c * padded, n2, n1, amount, c * padded)
            _send(a, 1.0, count, amount, flow)
    keep(space)
    keep(channel_space)


@kernel
def _transpose(source, start, rows, columns, to, base):
    """Write mass over two belief axes with the axes exchanged."""
    for j in range(rows):
        for i in range(columns):
            to[base + i * rows + j] = source[start + j * columns + i]


@kernel
def _update_beliefs(q, beliefs, belief, strategies, strategy, has1, has2, padded, departure):
    """Write the posteriors after an action, and the probability q sbar(a) of taking it."""
    zero = splat(0.0)
    for k in range(0, padded, WIDTH):
        b = load(beliefs, belief + k)
        s1 = load(strategies, strategy + k)
        s2 = load(strategies, strategy + padded + k)
        mixed = s1 + b * (s2 - s1)
        posterior = where_below(mixed, zero, b, b * s2 / maximum(mixed, splat(1e-300)))
        if not has1:
            posterior = splat(1.0)
        elif not has2:
            posterior = zero
        store(departure.posteriors, k, posterior)
        store(departure.mixed, k, q * mixed)


@kernel
def _leave(which, count, own, q, strategies, strategy, padded, departure):
    """Write the mass that takes an action, at the points where it was."""
    present, leaving = departure.present, departure.leaving
    for c in range(count):
        base = c * padded
        if which[c] == own or which[c] == own + 1:
            types = strategy + (which[c] - own) * padded
            for k in range(0, padded, WIDTH):
                store(leaving, base + k, q * load(strategies, types + k) * load(present, base + k))
        else:
            for k in range(0, padded, WIDTH):
                store(leaving, base + k, load(departure.mixed, k) * load(present, base + k))


@kernel
def _spread(count, nm, nj, points, padded, departure):
    """Carry mass from every point along the mover's axis to the points around its posterior; all in mover order."""
    posteriors, weights, column, sent, arrived = (
        departure.posteriors, departure.weights, departure.column, departure.leaving, departure.arriving
    )  # fmt: skip
    j0 = 0
    # fewer than eight columns go together, too, where what is written beyond them stays within the channel: the next line
    # of points overwrites it, and behind the last line it is cleared
    is_narrow = 1 < nj < WIDTH and (nm - 1) * nj + WIDTH <= padded
    while j0 + WIDTH <= nj or (is_narrow and j0 == 0):
        for i in range(nm):
            interpolate(nm, points, load(posteriors, i * nj + j0), weights, WIDTH * i, WIDTH * nm)
        c = 0
        while c < count:
            # four channels side by side; the last four overlap with those before where they must
            if count >= 4:
                c = min(c, count - 4)
                base = c * padded + j0
                for k in range(nm):
                    one = splat(0.0)
                    two = splat(0.0)
                    three = splat(0.0)
                    four = splat(0.0)
                    for i in range(nm):
                        weight = load(weights, WIDTH * (k * nm + i))
                        at = base + i * nj
                        one = one + weight * load(sent, at)
                        two = two + weight * load(sent, at + padded)
                        three = three + weight * load(sent, at + 2 * padded)
                        four = four + weight * load(sent, at + 3 * padded)
                    here = base + k * nj
                    store(arrived, here, one)
                    store(arrived, here + padded, two)
                    store(arrived, here + 2 * padded, three)
                    store(arrived, here + 3 * padded, four)
                c += 4
            else:
                base = c * padded + j0
                for k in range(nm):
                    total = splat(0.0)
                    for i in range(nm):
                        total = total + load(weights, WIDTH * (k * nm + i)) * load(sent, base + i * nj)
                    store(arrived, base + k * nj, total)
                c += 1
        if is_narrow:
            for c in range(count):
                for k in range(nm * nj, padded):
                    arrived[c * padded + k] = 0.0
        j0 += WIDTH
    # columns left over, one at a time: the points to which mass goes lie side by side
    wide = WIDTH * ((nm + WIDTH - 1) // WIDTH)
    while j0 < nj:
        for i0 in range(0, nm, WIDTH):
            for lane in range(WIDTH):
                weights[lane] = posteriors[min(i0 + lane, nm - 1) * nj + j0]
            interpolate(nm, points, load(weights, 0), weights, WIDTH, WIDTH)
            for lane in range(min(WIDTH, nm - i0)):
                for k in range(nm):
                    column[(i0 + lane) * wide + k] = weights[WIDTH * (k + 1) + lane]
        for c in range(count):
            base = c * padded + j0
            for k0 in range(0, nm, WIDTH):
                total = splat(0.0)
                for i in range(nm):
                    total = total + sent[base + i * nj] * load(column, i * wide + k0)
                store(weights, 0, total)
                for lane in range(min(WIDTH, nm - k0)):
                    arrived[base + (k0 + lane) * nj] = weights[lane]
        j0 += 1
