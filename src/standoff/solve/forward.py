"""The forward pass: probability mass on (state, public belief), moved by the equilibrium strategies.

Mass at a belief point moves to the posterior b'(a) with the transpose of the interpolation that the backward induction
used: weight w_k(b'(a)) goes to point k. The weights sum to one and preserve the mean, so mass is conserved and expected
beliefs are martingales. Masses of single points may be slightly negative; only their sums mean anything.

Several measures travel together, one to a **channel**:

- channel 0 is the public measure, in which a mover with two types acts by its belief-weighted strategy sbar;
- one channel for every milestone holds the mass that has not met it yet;
- one channel for every player type holds the measure in which that player is known (to us, not to the players) to be of
  that type, so it acts by s_h. It is the exact adjoint of the backward values of that plane: payoffs added up along it
  equal the value of the plane at the start to rounding error, and its outcomes are the odds given the true type.

In a game without private types every player type's measure is the public one, and has no channel of its own
(`standoff.solve.plain_forward`).

A layer is moved in two steps. `send` finds for every action the mass that takes it, at the points to which it goes; `arrive`
adds up, for every state of the next layer, what comes from where (`standoff.solve.arrivals`). Both work on the states [first,
last) that they are given and write to no others, so that states may be shared out among threads. Mass has the shape (state,
channel, row of points). Most channels are empty in most states (a milestone that was met, a state not reached yet), so `live`
says which are not, and the others are passed over; their mass is zero.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.block import weights_block
from standoff.solve.lanes import WIDTH, keep, kernel, lane_sum, load, maximum, pointer, splat, store, where_below

__all__ = ["account", "arrive", "meet_milestones", "send"]


@kernel
def meet_milestones(holds, after, mass, live, hits):
    """Take out of each milestone's channel the mass in states where it holds.

    Args:
        holds: Shape (state, milestone).
        after: Index of the milestone that must come before, -1 for none and always smaller than the own index.
        mass: Shape (state, channel, row); the milestones' channels are those from 1 on; changed.
        live: Shape (state, channel); changed.
        hits: Mass that met each milestone; shape (milestone,); added to.
    """
    num_milestones = holds.shape[1]
    num_channels, row = mass.shape[1], mass.shape[2]
    flat = pointer(mass)
    for x in range(holds.shape[0]):
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(num_milestones - 1, -1, -1):
            if not (holds[x, m] and live[x, 1 + m]):
                continue
            here = (x * num_channels + 1 + m) * row
            hits[m] += _sum(flat, here, row)
            for later in range(m + 1, num_milestones):
                if after[later] == m:
                    live[x, 1 + later] = True
                    _add(1.0, flat, here, flat, (x * num_channels + 1 + later) * row, row)
            for k in range(here, here + row):
                flat[k] = 0.0
            live[x, 1 + m] = False


@kernel
def arrive(first, last, arrivals, amounts, mass, live, next_mass, next_live):
    """Mass of the states [first, last) of the next layer.

    Args:
        first: First state of the next layer.
        last: One past the last.
        arrivals: Of the layer.
        amounts: From `send`; shape (action, channel, row).
        mass: Of the layer; shape (state, channel, row).
        live: Which of it is not zero; shape (state, channel).
        next_mass: Of the next layer; shape (state, channel, row); where `next_live` is false, it is zero; written.
        next_live: Shape (state, channel); written.
    """
    num_channels, row = next_mass.shape[1], next_mass.shape[2]
    start, source, origin = pointer(arrivals.start), pointer(arrivals.source), pointer(arrivals.origin)
    weight, taken, standing, to = pointer(arrivals.weight), pointer(amounts), pointer(mass), pointer(next_mass)
    for y in range(first, last):
        for c in range(num_channels):
            here = (y * num_channels + c) * row
            was_live = next_live[y, c]
            is_empty = True
            for entry in range(start[y], start[y + 1]):
                x = origin[entry]
                if not live[x, c]:
                    continue
                a = source[entry]
                if a >= 0:
                    _gather(is_empty, weight[entry], taken, (a * num_channels + c) * row, to, here, row)
                else:
                    _gather(is_empty, weight[entry], standing, (x * num_channels + c) * row, to, here, row)
                is_empty = False
            next_live[y, c] = not is_empty
            if is_empty and was_live:
                for k in range(here, here + row):
                    to[k] = 0.0


@kernel
def _gather(is_first, share, source, start, to, base, row):
    """Add a share of a row of points to another, or write it if it is the first."""
    if is_first:
        for k in range(0, row, WIDTH):
            store(to, base + k, share * load(source, start + k))
    else:
        _add(share, source, start, to, base, row)


@kernel
def account(arrivals, action_payoff, terminal_values, factor, amounts, mass, live, absorbed, payoffs):
    """Add up what ends and what is paid in a layer.

    Args:
        arrivals: Of the layer.
        action_payoff: Shape (action, plane).
        terminal_values: Worth of each terminal at every belief point; shape (terminal, plane, row).
        factor: Discount factor of each plane to the start; shape (plane,).
        amounts: From `send`; shape (action, channel, row).
        mass: Of the layer; shape (state, channel, row); the planes' channels are the last.
        live: Which of it is not zero; shape (state, channel).
        absorbed: Mass that ended at each terminal; shape (terminal, channel); added to.
        payoffs: Payoff along each plane's own channel; shape (plane,); added to.
    """
    num_channels, row = mass.shape[1], mass.shape[2]
    num_terminals, planes = terminal_values.shape[0], terminal_values.shape[1]
    first_plane = num_channels - planes
    taken, standing, worth = pointer(amounts), pointer(mass), pointer(terminal_values)
    for k in range(arrivals.paying.shape[0]):
        x = arrivals.paying_origin[k]
        a = arrivals.paying_source[k]
        for p in range(planes):
            c = first_plane + p
            paid = action_payoff[arrivals.paying[k], p]
            if live[x, c] and paid != 0.0:
                total = (
                    _sum(taken, (a * num_channels + c) * row, row)
                    if a >= 0
                    else _sum(standing, (x * num_channels + c) * row, row)
                )
                payoffs[p] += factor[p] * paid * arrivals.paying_weight[k] * total
    base = arrivals.start.shape[0] - 1 - num_terminals
    for terminal in range(num_terminals):
        for entry in range(arrivals.start[base + terminal], arrivals.start[base + terminal + 1]):
            x = arrivals.origin[entry]
            a = arrivals.source[entry]
            share = arrivals.weight[entry]
            source, here = (taken, a) if a >= 0 else (standing, x)
            for c in range(num_channels):
                if live[x, c]:
                    absorbed[terminal, c] += share * _sum(source, (here * num_channels + c) * row, row)
            for p in range(planes):
                c = first_plane + p
                if live[x, c]:
                    valued = _product(
                        source, (here * num_channels + c) * row, worth, (terminal * planes + p) * row, row
                    )
                    payoffs[p] += factor[p] * share * valued


@kernel
def _sum(amount, start, row):
    """Sum of one row of points."""
    total = load(amount, start)
    for k in range(WIDTH, row, WIDTH):
        total = total + load(amount, start + k)
    return lane_sum(total)


@kernel
def _product(amount, start, other, base, row):
    """Sum of products of two rows of points."""
    total = load(amount, start) * load(other, base)
    for k in range(WIDTH, row, WIDTH):
        total = total + load(amount, start + k) * load(other, base + k)
    return lane_sum(total)


@kernel
def _add(share, source, start, to, base, row):
    """Add a share of a row of points to another."""
    for k in range(0, row, WIDTH):
        store(to, base + k, load(to, base + k) + share * load(source, start + k))


@kernel
def send(first, last, first_plane, moves, sides, strategies, mass, live, amounts):
    """Mass that takes each action in the states [first, last) of a decision layer, at the points to which it goes.

    Args:
        first: First state.
        last: One past the last.
        first_plane: Channel of the first plane.
        moves: The layer.
        sides: Players and belief axes.
        strategies: s_h(a) at every node, in mover order; shape (action, type, row).
        mass: Shape (state, channel, row).
        live: Which of it is not zero; shape (state, channel).
        amounts: Shape (action, channel, row), zero behind the last belief point; written where `live` says so.
    """
    num_channels, row = mass.shape[1], mass.shape[2]
    num_types = strategies.shape[1]
    n1, n2 = sides.n1, sides.n2
    flat, flat_strategies, flat_amounts = pointer(mass), pointer(strategies), pointer(amounts)
    points1, points2, beliefs = pointer(sides.axis1), pointer(sides.axis2), pointer(sides.own_belief)
    axis_of, plane_of = sides.axis_of, sides.plane_of
    mover, arrival, action_start = moves.mover, moves.arrival, moves.action_start
    action_allowed = moves.action_allowed
    longest = max(n1, n2)
    wide = WIDTH * ((longest + WIDTH - 1) // WIDTH)
    masses = num_channels * row + WIDTH
    # the arrays behind the pointers, which must live as long
    room = np.zeros(3 * masses + WIDTH * (longest * longest + 1) + longest * wide + 2 * (row + WIDTH))
    which_room = np.zeros(2 * num_channels, dtype=np.int64)
    place = 0
    standing, place = pointer(room[place:]), place + masses
    sent, place = pointer(room[place:]), place + masses
    arrived, place = pointer(room[place:]), place + masses
    weights, place = pointer(room[place:]), place + WIDTH * (longest * longest + 1)
    column, place = pointer(room[place:]), place + longest * wide
    mixed, place = pointer(room[place:]), place + row + WIDTH
    posteriors = pointer(room[place:])
    which, to = pointer(which_room), pointer(which_room[num_channels:])
    for x in range(first, last):
        q = arrival[x] if mover[x] >= 0 else 0.0
        if q == 0.0:
            continue
        # the channels that hold anything lie side by side from here on
        count = 0
        for c in range(num_channels):
            if live[x, c]:
                which[count] = c
                count += 1
        if count == 0:
            continue
        m = mover[x]
        axis = axis_of[m]
        for c in range(count):
            here = (x * num_channels + which[c]) * row
            if axis == 1:
                _turn(flat, here, n1, n2, standing, c * row)
            else:
                for k in range(0, row, WIDTH):
                    store(standing, c * row + k, load(flat, here + k))
        own = first_plane + plane_of[m]
        for a in range(action_start[x], action_start[x + 1]):
            strategy = a * num_types * row
            for c in range(count):
                to[c] = (a * num_channels + which[c]) * row
            if axis < 0:
                for c in range(count):
                    for k in range(0, row, WIDTH):
                        store(
                            flat_amounts,
                            to[c] + k,
                            q * load(flat_strategies, strategy + k) * load(standing, c * row + k),
                        )
                continue
            _take(
                which, count, own, q, beliefs, axis * row, flat_strategies, strategy, action_allowed[a, 0],
                action_allowed[a, 1], row, standing, mixed, posteriors, sent,
            )  # fmt: skip
            if axis == 0:
                _spread(count, n1, n2, points1, row, posteriors, weights, column, sent, flat_amounts, to)
            else:
                for c in range(count):
                    to[c] = c * row
                _spread(count, n2, n1, points2, row, posteriors, weights, column, sent, arrived, to)
                for c in range(count):
                    _turn(arrived, c * row, n2, n1, flat_amounts, (a * num_channels + which[c]) * row)
    keep(room)
    keep(which_room)


@kernel
def _turn(source, start, rows, columns, to, base):
    """Write a row of points with its two axes exchanged."""
    for j in range(rows):
        for i in range(columns):
            to[base + i * rows + j] = source[start + j * columns + i]


@kernel
def _take(
    which, count, own, q, beliefs, belief, strategies, strategy, has1, has2, row, standing, mixed, posteriors, sent
):  # fmt: skip
    """Mass that takes an action, at the points where it stood, and the posteriors to which it goes."""
    zero = splat(0.0)
    for k in range(0, row, WIDTH):
        b = load(beliefs, belief + k)
        one = load(strategies, strategy + k)
        two = load(strategies, strategy + row + k)
        share = one + b * (two - one)
        posterior = where_below(share, zero, b, b * two / maximum(share, splat(1e-300)))
        if not has1:
            posterior = splat(1.0)
        elif not has2:
            posterior = zero
        store(posteriors, k, posterior)
        store(mixed, k, q * share)
    for c in range(count):
        base = c * row
        if which[c] == own or which[c] == own + 1:
            types = strategy + (which[c] - own) * row
            for k in range(0, row, WIDTH):
                store(sent, base + k, q * load(strategies, types + k) * load(standing, base + k))
        else:
            for k in range(0, row, WIDTH):
                store(sent, base + k, load(mixed, k) * load(standing, base + k))


@kernel
def _spread(count, nm, nj, nodes, row, posteriors, weights, column, sent, arrived, to):
    """Carry mass from every point along the mover's axis to the points around its posterior; all in mover order.

    The mass of channel c lies in `sent` from c row on, and goes to `arrived` from to[c] on.
    """
    j0 = 0
    # fewer than eight columns go together, too, where what is written beyond them lies in the same row: the next line of
    # points overwrites it, and behind the last line it is cleared
    is_narrow = 1 < nj < WIDTH and (nm - 1) * nj + WIDTH <= row
    while j0 + WIDTH <= nj or (is_narrow and j0 == 0):
        for i in range(nm):
            weights_block(nm, nodes, load(posteriors, i * nj + j0), weights, WIDTH * i, WIDTH * nm)
        c = 0
        while c < count:
            # four channels side by side; the last four overlap with those before where they must
            if count >= 4:
                c = min(c, count - 4)
                base = c * row + j0
                for k in range(nm):
                    one = splat(0.0)
                    two = splat(0.0)
                    three = splat(0.0)
                    four = splat(0.0)
                    for i in range(nm):
                        weight = load(weights, WIDTH * (k * nm + i))
                        at = base + i * nj
                        one = one + weight * load(sent, at)
                        two = two + weight * load(sent, at + row)
                        three = three + weight * load(sent, at + 2 * row)
                        four = four + weight * load(sent, at + 3 * row)
                    here = k * nj + j0
                    store(arrived, to[c] + here, one)
                    store(arrived, to[c + 1] + here, two)
                    store(arrived, to[c + 2] + here, three)
                    store(arrived, to[c + 3] + here, four)
                c += 4
            else:
                base = c * row + j0
                for k in range(nm):
                    total = splat(0.0)
                    for i in range(nm):
                        total = total + load(weights, WIDTH * (k * nm + i)) * load(sent, base + i * nj)
                    store(arrived, to[c] + k * nj + j0, total)
                c += 1
        if is_narrow:
            for c in range(count):
                for k in range(nm * nj, row):
                    arrived[to[c] + k] = 0.0
        j0 += WIDTH
    # columns left over, one at a time: the points to which mass goes lie side by side
    wide = WIDTH * ((nm + WIDTH - 1) // WIDTH)
    while j0 < nj:
        for i0 in range(0, nm, WIDTH):
            for lane in range(WIDTH):
                weights[lane] = posteriors[min(i0 + lane, nm - 1) * nj + j0]
            weights_block(nm, nodes, load(weights, 0), weights, WIDTH, WIDTH)
            for lane in range(min(WIDTH, nm - i0)):
                for k in range(nm):
                    column[(i0 + lane) * wide + k] = weights[WIDTH * (k + 1) + lane]
        for c in range(count):
            base = c * row + j0
            for k0 in range(0, nm, WIDTH):
                total = splat(0.0)
                for i in range(nm):
                    total = total + sent[base + i * nj] * load(column, i * wide + k0)
                store(weights, 0, total)
                for lane in range(min(WIDTH, nm - k0)):
                    arrived[to[c] + (k0 + lane) * nj + j0] = weights[lane]
        j0 += 1
