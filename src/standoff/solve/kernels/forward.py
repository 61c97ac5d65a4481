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
states sends into an array of its own, so threads may share the parts; `mass.join` then adds them up. The cut depends on the layer
and not on the threads, so the answer does not depend on these.

Mass has the shape (state, channel, point). Some channels are empty in some states (a milestone that was met, a state not
reached yet): `live` says which are not, and the others are skipped. Mass that is not live is zero once it was joined, and
undefined in a part.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.departure import Departure, spread_mass, take_mass, write_posteriors
from standoff.solve.kernels.mass import put_mass, sum_mass, sum_products
from standoff.solve.kernels.vectors import WIDTH, keep, kernel, load, pointer, store

__all__ = [
    "Destination",
    "Mass",
    "Valuation",
    "chance_forward",
    "decision_forward",
    "joint_forward",
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
def _send(action, fraction_of_all, count, amount, flow):
    """Send the mass that takes an action along its branches; that of channel flow.which[c] starts at amount[flow.at[c]]."""
    planes, num_channels, padded, which, at = flow.num_planes, flow.num_channels, flow.padded, flow.which, flow.at
    for c in range(count):
        p = which[c] - flow.first_plane
        if p >= 0:
            paid = flow.action_payoff[action * planes + p]
            if paid != 0.0:
                flow.payoffs[p] += flow.factor[p] * fraction_of_all * paid * sum_mass(amount, at[c], padded)
    for branch in range(flow.branch_start[action], flow.branch_start[action + 1]):
        fraction = fraction_of_all * flow.probability[branch]
        y = flow.target[branch]
        for c in range(count):
            channel = which[c]
            if y >= 0:
                here = y * num_channels + channel
                put_mass(not flow.to_live[here], fraction, amount, at[c], flow.to, here * padded, padded)
                flow.to_live[here] = True
                continue
            flow.absorbed[(-y - 1) * num_channels + channel] += fraction * sum_mass(amount, at[c], padded)
            p = channel - flow.first_plane
            if p >= 0:
                value = sum_products(amount, at[c], flow.terminal_values, ((-y - 1) * planes + p) * padded, padded)
                flow.payoffs[p] += flow.factor[p] * fraction * value


@kernel
def _skip(q, x, y, count, flow):
    """Send the mass of a state whose move does not come up, with probability 1 - q, to the state y of the next layer."""
    if q < 1.0:
        for c in range(count):
            start, here = x * flow.num_channels + flow.which[c], y * flow.num_channels + flow.which[c]
            padded = flow.padded
            put_mass(not flow.to_live[here], 1.0 - q, flow.mass, start * padded, flow.to, here * padded, padded)
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
                write_posteriors(
                    q, beliefs, axis * padded, flat_strategies, strategy, layer.action_allowed[a, 0],
                    layer.action_allowed[a, 1], padded, departure,
                )  # fmt: skip
                take_mass(flow.which, count, own, q, flat_strategies, strategy, padded, departure)
                if axis == 0:
                    spread_mass(count, n1, n2, points1, padded, departure)
                else:
                    spread_mass(count, n2, n1, points2, padded, departure)
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
