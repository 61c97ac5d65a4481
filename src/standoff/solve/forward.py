"""One layer of the forward pass: probability mass on (state, public belief), moved by the equilibrium strategies.

Mass at a belief point moves to the posterior b'(a) with the transpose of the interpolation that the backward induction
used: weight w_k(b'(a)) goes to point k. The weights sum to one and preserve the mean, so mass is conserved and expected
beliefs are martingales. Masses of single points may be slightly negative; only their sums mean anything.

Several measures travel together, one to a **channel**:

- channel 0 is the public measure, in which a mover with two types acts by its belief-weighted strategy sbar;
- one channel for every milestone holds the mass that has not met it yet;
- one channel for every player type holds the measure in which that player is known (to us, not to the players) to be of
  that type, so it acts by s_h. It is the exact adjoint of the backward values of that plane: payoffs added up along it
  equal the value of the plane at the start to rounding error, and its outcomes are the odds given the true type.

Kernels work on the channels [first, last) that they are given and touch no others, so that channels may be shared out among
threads. Mass has the shape (state, channel, row of points).
"""

from __future__ import annotations

import numpy as np

from standoff.solve.block import weights_block
from standoff.solve.lanes import WIDTH, keep, kernel, lane_sum, load, maximum, pointer, splat, store, where_below

__all__ = ["chance_forward", "decision_forward", "meet_milestones"]


@kernel
def meet_milestones(holds, after, first_milestone, first, last, mass, hits):
    """Take out of each milestone's channel the mass in states where it holds.

    Args:
        holds: Shape (state, milestone).
        after: Index of the milestone that must come before, -1 for none and always smaller than the own index.
        first_milestone: Channel of the first milestone.
        first: First channel to work on; the channels of all milestones are worked on together, or none of them.
        last: One past the last channel.
        mass: Shape (state, channel, row); changed.
        hits: Mass that met each milestone; shape (milestone,); added to.
    """
    num_milestones = holds.shape[1]
    num_channels, row = mass.shape[1], mass.shape[2]
    flat = pointer(mass)
    if not first <= first_milestone < last:
        return
    for x in range(holds.shape[0]):
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(num_milestones - 1, -1, -1):
            if not holds[x, m]:
                continue
            here = (x * num_channels + first_milestone + m) * row
            if not _any(flat, here, here + row):
                continue
            hits[m] += _sum(flat, here, row)
            for later in range(m + 1, num_milestones):
                if after[later] == m:
                    _add(1.0, flat, here, flat, (x * num_channels + first_milestone + later) * row, row)
            for k in range(here, here + row):
                flat[k] = 0.0


@kernel
def _release(
    action, first, last, first_plane, row, amount, factor, action_payoff, branch_start, probability, target,
    terminal_values, next_mass, num_channels, absorbed, planes, payoffs,
):  # fmt: skip
    """Send the mass that takes an action along its branches; arrays are pointers, masses by channel and point."""
    own_first = max(first, first_plane)
    own_last = min(last, first_plane + planes)
    for c in range(own_first, own_last):
        p = c - first_plane
        paid = action_payoff[action * planes + p]
        if paid != 0.0:
            payoffs[p] += factor[p] * paid * _sum(amount, c * row, row)
    for branch in range(branch_start[action], branch_start[action + 1]):
        share = probability[branch]
        y = target[branch]
        if y < 0:
            for c in range(first, last):
                absorbed[(-y - 1) * num_channels + c] += share * _sum(amount, c * row, row)
            for c in range(own_first, own_last):
                p = c - first_plane
                payoffs[p] += (
                    factor[p] * share * _product(amount, c * row, terminal_values, ((-y - 1) * planes + p) * row, row)
                )
        else:
            _add(share, amount, first * row, next_mass, y * num_channels * row + first * row, (last - first) * row)


@kernel
def _sum(amount, start, row):
    """Sum of one row of points."""
    if row == 1:
        return amount[start]
    total = load(amount, start)
    for k in range(WIDTH, row, WIDTH):
        total = total + load(amount, start + k)
    return lane_sum(total)


@kernel
def _product(amount, start, other, base, row):
    """Sum of products of two rows of points."""
    if row == 1:
        return amount[start] * other[base]
    total = load(amount, start) * load(other, base)
    for k in range(WIDTH, row, WIDTH):
        total = total + load(amount, start + k) * load(other, base + k)
    return lane_sum(total)


@kernel
def _add(share, source, start, to, base, size):
    """Add a share of `size` numbers of one flat array to another."""
    k = 0
    while k + WIDTH <= size:
        store(to, base + k, load(to, base + k) + share * load(source, start + k))
        k += WIDTH
    while k < size:
        to[base + k] += share * source[start + k]
        k += 1


@kernel
def _any(mass, start, stop):
    """Whether any mass is there at all."""
    for k in range(start, stop):
        if mass[k] != 0.0:
            return True
    return False


@kernel
def chance_forward(
    first, last, first_plane, moves, terminal_values, factor, mass, next_mass, absorbed, payoffs
):  # fmt: skip
    """Move the mass of a chance layer into `next_mass`, `absorbed` and `payoffs`, all added to."""
    num_channels, row = mass.shape[1], mass.shape[2]
    size = (last - first) * row
    planes = payoffs.shape[0]
    room = np.zeros(num_channels * row + WIDTH)
    amount = pointer(room)
    flat, flat_next, worth, weight = pointer(mass), pointer(next_mass), pointer(terminal_values), pointer(factor)
    flat_absorbed, flat_payoffs = pointer(absorbed), pointer(payoffs)
    action_payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    arrival, skip, action_start = moves.arrival, moves.skip, moves.action_start
    for x in range(mass.shape[0]):
        here = (x * num_channels + first) * row
        if not _any(flat, here, here + size):
            continue
        q = arrival[x]
        if q < 1.0:
            _add(1.0 - q, flat, here, flat_next, (skip[x] * num_channels + first) * row, size)
        if q > 0.0:
            for k in range(size):
                amount[first * row + k] = q * flat[here + k]
            _release(
                action_start[x], first, last, first_plane, row, amount, weight, action_payoff, branch_start, probability, target,
                worth, flat_next, num_channels, flat_absorbed, planes, flat_payoffs,
            )  # fmt: skip
    keep(room)


@kernel
def decision_forward(
    first, last, first_plane, moves, sides, terminal_values, factor, strategies, mass, next_mass, absorbed, payoffs
):  # fmt: skip
    """Move the mass of a decision layer into `next_mass`, `absorbed` and `payoffs`, all added to.

    Args:
        first: First channel to work on.
        last: One past the last channel.
        first_plane: Channel of the first plane.
        moves: The layer.
        sides: Players and belief axes.
        terminal_values: Worth of each terminal at every belief point; shape (terminal, plane, row).
        factor: Discount factor of each plane to the start; shape (plane,).
        strategies: s_h(a) at every node, in mover order; shape (action, type, row).
        mass: Shape (state, channel, row).
        next_mass: Mass of the next layer; shape (state, channel, row).
        absorbed: Shape (terminal, channel).
        payoffs: Payoff added up along each plane's own channel; shape (plane,).
    """
    num_channels, row = mass.shape[1], mass.shape[2]
    size = (last - first) * row
    planes = payoffs.shape[0]
    num_types = strategies.shape[1]
    n1, n2 = sides.n1, sides.n2
    flat, flat_next, worth, weight = pointer(mass), pointer(next_mass), pointer(terminal_values), pointer(factor)
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
    # the array behind the pointers, which must live as long
    room = np.zeros(4 * masses + WIDTH * longest * longest + longest * wide + 2 * (row + WIDTH) + WIDTH)
    standing, sent, arrived = pointer(room), pointer(room[masses:]), pointer(room[2 * masses :])
    amount, weights = pointer(room[3 * masses :]), pointer(room[4 * masses :])
    column = pointer(room[4 * masses + WIDTH * longest * longest + WIDTH :])
    mixed = pointer(room[room.shape[0] - 2 * (row + WIDTH) :])
    posteriors = pointer(room[room.shape[0] - (row + WIDTH) :])
    for x in range(mass.shape[0]):
        here = (x * num_channels + first) * row
        if not _any(flat, here, here + size):
            continue
        q = arrival[x] if mover[x] >= 0 else 0.0
        if q < 1.0:
            _add(1.0 - q, flat, here, flat_next, (skip[x] * num_channels + first) * row, size)
        if q == 0.0:
            continue
        m = mover[x]
        axis = axis_of[m]
        if axis == 1:
            for c in range(first, last):
                for j in range(n1):
                    for i in range(n2):
                        standing[c * row + i * n1 + j] = flat[(x * num_channels + c) * row + j * n2 + i]
        else:
            for k in range(size):
                standing[first * row + k] = flat[here + k]
        own = first_plane + plane_of[m]
        for a in range(action_start[x], action_start[x + 1]):
            strategy = a * num_types * row
            if axis < 0:
                for c in range(first, last):
                    for k in range(row):
                        amount[c * row + k] = q * flat_strategies[strategy + k] * standing[c * row + k]
            else:
                _send(
                    first, last, own, q, beliefs, axis * row, flat_strategies, strategy, action_allowed[a, 0],
                    action_allowed[a, 1], row, standing, mixed, posteriors, sent,
                )  # fmt: skip
                if axis == 0:
                    _spread(first, last, n1, n2, points1, row, posteriors, weights, column, sent, amount)
                else:
                    _spread(first, last, n2, n1, points2, row, posteriors, weights, column, sent, arrived)
                    for c in range(first, last):
                        for i in range(n2):
                            for j in range(n1):
                                amount[c * row + j * n2 + i] = arrived[c * row + i * n1 + j]
            _release(
                a, first, last, first_plane, row, amount, weight, action_payoff, branch_start, probability, target,
                worth, flat_next, num_channels, flat_absorbed, planes, flat_payoffs,
            )  # fmt: skip
    keep(room)


@kernel
def _send(
    first, last, own, q, beliefs, belief, strategies, strategy, has1, has2, row, standing, mixed, posteriors, sent
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
    for c in range(first, last):
        base = c * row
        if c == own or c == own + 1:
            types = strategy + (c - own) * row
            for k in range(0, row, WIDTH):
                store(sent, base + k, q * load(strategies, types + k) * load(standing, base + k))
        else:
            for k in range(0, row, WIDTH):
                store(sent, base + k, load(mixed, k) * load(standing, base + k))


@kernel
def _spread(first, last, nm, nj, nodes, row, posteriors, weights, column, sent, arrived):
    """Carry mass from every point along the mover's axis to the points around its posterior; all in mover order."""
    j0 = 0
    # fewer than eight columns go together, too, where what is written beyond them lies in the same row: the next line of
    # points overwrites it, and behind the last line it is cleared
    is_narrow = 1 < nj < WIDTH and (nm - 1) * nj + WIDTH <= row
    while j0 + WIDTH <= nj or (is_narrow and j0 == 0):
        for i in range(nm):
            weights_block(nm, nodes, load(posteriors, i * nj + j0), weights, WIDTH * i, WIDTH * nm)
        c = first
        while c < last:
            # four channels side by side; the last four overlap with those before where they must
            if last - first >= 4:
                base = min(c, last - 4) * row + j0
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
                    to = base + k * nj
                    store(arrived, to, one)
                    store(arrived, to + row, two)
                    store(arrived, to + 2 * row, three)
                    store(arrived, to + 3 * row, four)
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
            for c in range(first, last):
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
        for c in range(first, last):
            base = c * row + j0
            for k0 in range(0, nm, WIDTH):
                total = splat(0.0)
                for i in range(nm):
                    total = total + sent[base + i * nj] * load(column, i * wide + k0)
                store(weights, 0, total)
                for lane in range(min(WIDTH, nm - k0)):
                    arrived[base + (k0 + lane) * nj] = weights[lane]
        j0 += 1
