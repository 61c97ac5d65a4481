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
"""

from __future__ import annotations

import numpy as np
from numba import njit

from standoff.solve.lockstep import weight_rows

__all__ = ["CHANNEL_BLOCK", "chance_forward", "decision_forward", "meet_milestones"]

CHANNEL_BLOCK = 4
"""Channels are held in blocks of this many (the last ones may be empty), so that they can be summed in registers."""


@njit(cache=True, nogil=True, error_model="numpy")
def meet_milestones(holds, after, first_channel, mass, hits):
    """Take out of each milestone's channel the mass in states where it holds.

    Args:
        holds: Shape (state, milestone).
        after: Index of the milestone that must come before, -1 for none and always smaller than the own index.
        first_channel: Channel of the first milestone.
        mass: Shape (state, point, channel); changed.
        hits: Mass that met each milestone; shape (milestone,); added to.
    """
    num_milestones = holds.shape[1]
    for x in range(holds.shape[0]):
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(num_milestones - 1, -1, -1):
            if not holds[x, m]:
                continue
            channel = first_channel + m
            for k in range(mass.shape[1]):
                here = mass[x, k, channel]
                hits[m] += here
                mass[x, k, channel] = 0.0
                for later in range(m + 1, num_milestones):
                    if after[later] == m:
                        mass[x, k, first_channel + later] += here


@njit(cache=True, nogil=True, error_model="numpy")
def _release(
    action,
    amount,
    factor,
    first_plane_channel,
    action_payoff,
    branch_start,
    probability,
    target,
    terminal_values,
    next_mass,
    absorbed,
    payoffs,
):
    """Send the mass that takes an action along its branches; `amount` has shape (point, channel)."""
    num_points, num_channels = amount.shape
    for p in range(payoffs.shape[0]):
        total = 0.0
        for k in range(num_points):
            total += amount[k, first_plane_channel + p]
        payoffs[p] += factor[p] * total * action_payoff[action, p]
    for branch in range(branch_start[action], branch_start[action + 1]):
        share = probability[branch]
        y = target[branch]
        if y < 0:
            for k in range(num_points):
                for c in range(num_channels):
                    absorbed[-y - 1, c] += share * amount[k, c]
            for p in range(payoffs.shape[0]):
                total = 0.0
                for k in range(num_points):
                    total += amount[k, first_plane_channel + p] * terminal_values[-y - 1, k, p]
                payoffs[p] += factor[p] * share * total
        else:
            _add(share, amount, next_mass[y])


@njit(cache=True, nogil=True, error_model="numpy")
def chance_forward(
    arrival,
    skip,
    action_start,
    action_payoff,
    branch_start,
    probability,
    target,
    terminal_values,
    factor,
    first_plane_channel,
    mass,
    next_mass,
    absorbed,
    payoffs,
):
    """Move the mass of a chance layer into `next_mass`, `absorbed` and `payoffs`, all added to."""
    num_points, num_channels = mass.shape[1], mass.shape[2]
    amount = np.empty((num_points, num_channels))
    for x in range(mass.shape[0]):
        if not _any(mass[x]):
            continue
        q = arrival[x]
        if q < 1.0:
            _add(1.0 - q, mass[x], next_mass[skip[x]])
        if q > 0.0:
            amount[:, :] = 0.0
            _add(q, mass[x], amount)
            _release(
                action_start[x], amount, factor, first_plane_channel, action_payoff, branch_start, probability, target,
                terminal_values, next_mass, absorbed, payoffs,
            )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def decision_forward(
    shape,
    mover,
    arrival,
    skip,
    action_start,
    action_allowed,
    action_payoff,
    branch_start,
    probability,
    target,
    terminal_values,
    factor,
    first_plane_channel,
    plane_of,
    axis_of,
    axis1,
    axis2,
    strategies,
    mass,
    next_mass,
    absorbed,
    payoffs,
):
    """Move the mass of a decision layer into `next_mass`, `absorbed` and `payoffs`, all added to.

    Args:
        shape: Belief points on each axis.
        mover: and the next eight arguments: see `Layer`.
        terminal_values: Worth of each terminal at every belief point; shape (terminal, point, plane).
        factor: Discount factor of each plane to the start; shape (plane,).
        first_plane_channel: Channel of the first plane.
        plane_of: Plane of each player's first type.
        axis_of: Belief axis of each player, or -1.
        axis1: Points and scales of axis 1; `axis2` of axis 2.
        strategies: s_h(a) at every node; shape (action, type, point).
        mass: Shape (state, point, channel).
        next_mass: Mass of the next layer; shape (state, point, channel).
        absorbed: Shape (terminal, channel).
        payoffs: Payoff added up along each plane's own channel; shape (plane,).
    """
    n1, n2 = shape
    num_points, num_channels = mass.shape[1], mass.shape[2]
    amount = np.empty((num_points, num_channels))
    sent = np.empty((num_points, num_channels))
    weights = np.empty((max(n1, n2), num_points))
    product = np.empty(num_points)
    posterior = np.empty(num_points)
    for x in range(mass.shape[0]):
        if not _any(mass[x]):
            continue
        q = arrival[x] if mover[x] >= 0 else 0.0
        if q < 1.0:
            _add(1.0 - q, mass[x], next_mass[skip[x]])
        if q == 0.0:
            continue
        m = mover[x]
        axis = axis_of[m]
        own = first_plane_channel + plane_of[m]
        for a in range(action_start[x], action_start[x + 1]):
            if axis < 0:
                for k in range(num_points):
                    share = q * strategies[a, 0, k]
                    for c in range(num_channels):
                        amount[k, c] = share * mass[x, k, c]
            else:
                points_of = axis1 if axis == 0 else axis2
                for k in range(num_points):
                    belief = points_of[0, k // n2 if axis == 0 else k % n2]
                    first = strategies[a, 0, k]
                    second = strategies[a, 1, k]
                    sbar = (1.0 - belief) * first + belief * second
                    if not action_allowed[a, 0]:
                        posterior[k] = 1.0
                    elif not action_allowed[a, 1]:
                        posterior[k] = 0.0
                    else:
                        posterior[k] = belief * second / sbar if sbar > 0.0 else belief
                    for c in range(num_channels):
                        sent[k, c] = q * sbar * mass[x, k, c]
                    sent[k, own] = q * first * mass[x, k, own]
                    sent[k, own + 1] = q * second * mass[x, k, own + 1]
                weight_rows(posterior, points_of, product, weights)
                _spread(n1, n2, axis, weights, sent, amount)
            _release(
                a, amount, factor, first_plane_channel, action_payoff, branch_start, probability, target,
                terminal_values, next_mass, absorbed, payoffs,
            )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _any(mass):
    """Whether any mass is there at all."""
    for k in range(mass.shape[0]):
        for c in range(mass.shape[1]):
            if mass[k, c] != 0.0:
                return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def _add(share, mass, to):
    """Add a share of one block of mass to another; shapes (point, channel)."""
    size = mass.shape[0] * mass.shape[1]
    source = mass.reshape(size)
    flat = to.reshape(size)
    for k in range(size):
        flat[k] += share * source[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _spread(n1, n2, axis, weights, sent, amount):
    """Carry mass from every point along the mover's axis to the points around its posterior."""
    nm = n1 if axis == 0 else n2
    stride = n2 if axis == 0 else 1
    for to in range(n1 * n2):
        k = to // n2 if axis == 0 else to % n2
        start = to % n2 if axis == 0 else to - to % n2
        for c in range(0, sent.shape[1], CHANNEL_BLOCK):
            v0 = 0.0
            v1 = 0.0
            v2 = 0.0
            v3 = 0.0
            node = start
            for _ in range(nm):
                weight = weights[k, node]
                v0 += weight * sent[node, c]
                v1 += weight * sent[node, c + 1]
                v2 += weight * sent[node, c + 2]
                v3 += weight * sent[node, c + 3]
                node += stride
            amount[to, c] = v0
            amount[to, c + 1] = v1
            amount[to, c + 2] = v2
            amount[to, c + 3] = v3
