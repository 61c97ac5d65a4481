"""The forward pass: probability mass on (state, public belief), moved by the equilibrium strategies.

Mass at a belief point moves to the posterior b'(a) with the transpose of the interpolation that the backward induction
used: weight w_k(b'(a)) goes to point k. The weights sum to one and preserve the mean, so mass is conserved and expected
beliefs are martingales. Masses of single points may be slightly negative; only their sums mean anything.

Several measures travel together, one to a **channel**:

- channel 0 is the public measure, in which a mover with two types acts by its belief-weighted strategy sbar;
- one channel for every milestone holds the mass that has not met it yet;
- one channel for every player type holds the measure in which that player is known (to us, not to the players) to be of
  that type, so it acts by s_h. It is the exact adjoint of the backward values of that plane: payoffs added up along it
  equal the value of the plane at the start to rounding error, and its outcomes are the probabilities given the true type.

In a game without private types every player type's measure is the public one, and has no channel of its own
(`standoff.solve.kernels.forward_complete`).

Kernels move the mass of the states [first, last) that they are given. Where a layer is cut, every **part** of its states has
room of its own for what it sends, so parts may be shared out among threads; `join` then adds them up. The cut goes by the
layer and not by the threads, so the answer does not depend on these.

Mass has the shape (state, channel, row of points). Some channels are empty in some states (a milestone that was met, a state
not reached yet): `live` says which are not, and the others are passed over. What is not live is zero in mass that was joined,
and means nothing in a part.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.node_block import weights_block
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

__all__ = ["chance_forward", "decision_forward", "join", "joint_forward", "meet_milestones"]


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
def join(first, last, parts, parts_live, live):
    """Add up the parts of the states [first, last) of the next layer in the first of them.

    Args:
        first: First state.
        last: One past the last.
        parts: Shape (part, state, channel, row); the first is written.
        parts_live: Shape (part, state, channel).
        live: Which of the sum is not zero; shape (state, channel); written.
    """
    num_parts, num_states, num_channels, row = parts.shape
    flat = pointer(parts)
    for y in range(first, last):
        for c in range(num_channels):
            here = (y * num_channels + c) * row
            is_empty = not parts_live[0, y, c]
            for part in range(1, num_parts):
                if parts_live[part, y, c]:
                    _put(is_empty, 1.0, flat, part * num_states * num_channels * row + here, flat, here, row)
                    is_empty = False
            if is_empty:
                for k in range(here, here + row):
                    flat[k] = 0.0
            live[y, c] = not is_empty


@kernel
def _put(is_first, share, source, start, to, base, row):
    """Add a share of a row of points to another, or write it if it is the first."""
    if is_first:
        for k in range(0, row, WIDTH):
            store(to, base + k, share * load(source, start + k))
    else:
        _add(share, source, start, to, base, row)


@kernel
def _release(
    action, share_of_all, which, at, count, first_plane, row, amount, factor, action_payoff, branch_start, probability, target,
    terminal_values, to, to_live, absorbed, planes, payoffs,
):  # fmt: skip
    """Send the mass that takes an action along its branches.

    It lies in `amount`, a pointer, that of channel which[c] from at[c] on.
    """
    num_channels = to_live.shape[1]
    for c in range(count):
        p = which[c] - first_plane
        if p >= 0:
            paid = action_payoff[action * planes + p]
            if paid != 0.0:
                payoffs[p] += factor[p] * share_of_all * paid * _sum(amount, at[c], row)
    for branch in range(branch_start[action], branch_start[action + 1]):
        share = share_of_all * probability[branch]
        y = target[branch]
        for c in range(count):
            if y >= 0:
                here = (y * num_channels + which[c]) * row
                _put(not to_live[y, which[c]], share, amount, at[c], to, here, row)
                to_live[y, which[c]] = True
                continue
            absorbed[(-y - 1) * num_channels + which[c]] += share * _sum(amount, at[c], row)
            p = which[c] - first_plane
            if p >= 0:
                worth = _product(amount, at[c], terminal_values, ((-y - 1) * planes + p) * row, row)
                payoffs[p] += factor[p] * share * worth


@kernel
def _stay(q, x, y, which, count, row, mass, to, to_live):
    """Send the mass of a state whose move does not come up, with probability 1 - q, to the state y of the next layer."""
    num_channels = to_live.shape[1]
    if q < 1.0:
        for c in range(count):
            channel = which[c]
            start, here = (x * num_channels + channel) * row, (y * num_channels + channel) * row
            _put(not to_live[y, channel], 1.0 - q, mass, start, to, here, row)
            to_live[y, channel] = True


@kernel
def _list_live(x, live, which, at, stride, start):
    """List the channels of a state that hold anything, and where their rows begin; returns how many."""
    count = 0
    for c in range(live.shape[1]):
        if live[x, c]:
            which[count] = c
            at[count] = start + c * stride
            count += 1
    return count


@kernel
def chance_forward(
    first, last, first_plane, moves, terminal_values, factor, mass, live, to, to_live, absorbed, payoffs
):  # fmt: skip
    """Move the mass of the states [first, last) of a chance layer; see `decision_forward`."""
    num_channels, row = mass.shape[1], mass.shape[2]
    planes = payoffs.shape[0]
    which_room = np.zeros(2 * num_channels, dtype=np.int64)
    which, at = pointer(which_room), pointer(which_room[num_channels:])
    flat, flat_to, worth, weight = pointer(mass), pointer(to), pointer(terminal_values), pointer(factor)
    flat_absorbed, flat_payoffs = pointer(absorbed), pointer(payoffs)
    action_payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    arrival, skip, action_start = moves.arrival, moves.skip, moves.action_start
    for x in range(first, last):
        count = _list_live(x, live, which, at, row, x * num_channels * row)
        q = arrival[x]
        _stay(q, x, skip[x], which, count, row, flat, flat_to, to_live)
        if q > 0.0:
            _release(
                action_start[x], q, which, at, count, first_plane, row, flat, weight, action_payoff, branch_start, probability,
                target, worth, flat_to, to_live, flat_absorbed, planes, flat_payoffs,
            )  # fmt: skip
    keep(which_room)


@kernel
def joint_forward(
    first, last, first_plane, moves, terminal_values, factor, amounts, mass, live, to, to_live, absorbed, payoffs
):  # fmt: skip
    """Move the mass of the states [first, last) of a layer whose joint actions have theirs in `amounts` already.

    Args:
        amounts: From `standoff.solve.kernels.simultaneous_layer.simultaneous_send`; shape (action, channel, row).
    """
    num_channels, row = mass.shape[1], mass.shape[2]
    planes = payoffs.shape[0]
    which_room = np.zeros(2 * num_channels, dtype=np.int64)
    which, at = pointer(which_room), pointer(which_room[num_channels:])
    flat, flat_to, worth, weight = pointer(mass), pointer(to), pointer(terminal_values), pointer(factor)
    taken, flat_absorbed, flat_payoffs = pointer(amounts), pointer(absorbed), pointer(payoffs)
    action_payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    mover, arrival, skip, action_start = moves.mover, moves.arrival, moves.skip, moves.action_start
    for x in range(first, last):
        q = arrival[x] if mover[x] >= 0 else 0.0
        count = _list_live(x, live, which, at, row, 0)
        _stay(q, x, skip[x], which, count, row, flat, flat_to, to_live)
        if q == 0.0:
            continue
        for a in range(action_start[x], action_start[x + 1]):
            _list_live(x, live, which, at, row, a * num_channels * row)
            _release(
                a, 1.0, which, at, count, first_plane, row, taken, weight, action_payoff, branch_start, probability, target,
                worth, flat_to, to_live, flat_absorbed, planes, flat_payoffs,
            )  # fmt: skip
    keep(which_room)


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
def decision_forward(
    first, last, first_plane, moves, sides, terminal_values, factor, strategies, mass, live, to, to_live, absorbed, payoffs
):  # fmt: skip
    """Move the mass of the states [first, last) of a decision layer.

    Args:
        first: First state.
        last: One past the last.
        first_plane: Channel of the first plane; those of the planes are the last.
        moves: The layer.
        sides: Players and belief axes.
        terminal_values: Worth of each terminal at every belief point; shape (terminal, plane, row).
        factor: Discount factor of each plane to the start; shape (plane,).
        strategies: s_h(a) at every node, in mover order; shape (action, type, row).
        mass: Shape (state, channel, row).
        live: Which of it is not zero; shape (state, channel).
        to: Mass of the next layer; shape (state, channel, row); added to, or written where nothing is live.
        to_live: Shape (state, channel); added to.
        absorbed: Mass that ends at each terminal; shape (terminal, channel); added to.
        payoffs: Payoff along each plane's own channel; shape (plane,); added to.
    """
    num_channels, row = mass.shape[1], mass.shape[2]
    planes = payoffs.shape[0]
    num_types = strategies.shape[1]
    n1, n2 = sides.n1, sides.n2
    flat, flat_to, worth, weight = pointer(mass), pointer(to), pointer(terminal_values), pointer(factor)
    flat_strategies, flat_absorbed, flat_payoffs = pointer(strategies), pointer(absorbed), pointer(payoffs)
    points1, points2, beliefs = pointer(sides.axis1), pointer(sides.axis2), pointer(sides.own_belief)
    action_payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    axis_of, plane_of = sides.axis_of, sides.plane_of
    mover, arrival, skip, action_start = moves.mover, moves.arrival, moves.skip, moves.action_start
    action_allowed = moves.action_allowed
    longest = max(n1, n2)
    wide = WIDTH * ((longest + WIDTH - 1) // WIDTH)
    masses = num_channels * row + WIDTH
    # the arrays behind the pointers, which must live as long
    room = np.zeros(4 * masses + WIDTH * (longest * longest + 1) + longest * wide + 2 * (row + WIDTH))
    which_room = np.zeros(2 * num_channels, dtype=np.int64)
    place = 0
    standing, place = pointer(room[place:]), place + masses
    sent, place = pointer(room[place:]), place + masses
    arrived, place = pointer(room[place:]), place + masses
    amount, place = pointer(room[place:]), place + masses
    weights, place = pointer(room[place:]), place + WIDTH * (longest * longest + 1)
    column, place = pointer(room[place:]), place + longest * wide
    mixed, place = pointer(room[place:]), place + row + WIDTH
    posteriors = pointer(room[place:])
    which, at = pointer(which_room), pointer(which_room[num_channels:])
    for x in range(first, last):
        q = arrival[x] if mover[x] >= 0 else 0.0
        count = _list_live(x, live, which, at, row, 0)
        _stay(q, x, skip[x], which, count, row, flat, flat_to, to_live)
        if q == 0.0 or count == 0:
            continue
        m = mover[x]
        axis = axis_of[m]
        # the channels that hold anything lie side by side from here on
        for c in range(count):
            here = (x * num_channels + which[c]) * row
            at[c] = c * row
            if axis == 1:
                _turn(flat, here, n1, n2, standing, c * row)
            else:
                for k in range(0, row, WIDTH):
                    store(standing, c * row + k, load(flat, here + k))
        own = first_plane + plane_of[m]
        for a in range(action_start[x], action_start[x + 1]):
            strategy = a * num_types * row
            if axis < 0:
                for c in range(0, count * row, row):
                    for k in range(0, row, WIDTH):
                        store(amount, c + k, q * load(flat_strategies, strategy + k) * load(standing, c + k))
            else:
                _take(
                    which, count, own, q, beliefs, axis * row, flat_strategies, strategy, action_allowed[a, 0],
                    action_allowed[a, 1], row, standing, mixed, posteriors, sent,
                )  # fmt: skip
                if axis == 0:
                    _spread(count, n1, n2, points1, row, posteriors, weights, column, sent, amount)
                else:
                    _spread(count, n2, n1, points2, row, posteriors, weights, column, sent, arrived)
                    for c in range(count):
                        _turn(arrived, c * row, n2, n1, amount, c * row)
            _release(
                a, 1.0, which, at, count, first_plane, row, amount, weight, action_payoff, branch_start, probability, target,
                worth, flat_to, to_live, flat_absorbed, planes, flat_payoffs,
            )  # fmt: skip
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
def _spread(count, nm, nj, nodes, row, posteriors, weights, column, sent, arrived):
    """Carry mass from every point along the mover's axis to the points around its posterior; all in mover order."""
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
                    here = base + k * nj
                    store(arrived, here, one)
                    store(arrived, here + row, two)
                    store(arrived, here + 2 * row, three)
                    store(arrived, here + 3 * row, four)
                c += 4
            else:
                base = c * row + j0
                for k in range(nm):
                    total = splat(0.0)
                    for i in range(nm):
                        total = total + load(weights, WIDTH * (k * nm + i)) * load(sent, base + i * nj)
                    store(arrived, base + k * nj, total)
                c += 1
        if is_narrow:
            for c in range(count):
                for k in range(nm * nj, row):
                    arrived[c * row + k] = 0.0
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
                    arrived[base + (k0 + lane) * nj] = weights[lane]
        j0 += 1
