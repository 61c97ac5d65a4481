"""Forward pass over many draws of one structure at once: the kernels of a GPU.

The measures and the way in which they pass through belief points are those of `standoff.solve.forward`; layout and conventions
are those of `standoff.solve.cuda_backward`. Where the processor sends mass on from each state, here every state **collects**
what comes to it: two threads never add to the same number, so the order of the sums, and with it every digit, is always the
same. A layer is done in steps:

    amount that takes an action, at the beliefs to which it moves   `send`
    its sum over beliefs                                            `row_sums`
    payoffs of the action and of the ends that follow               `pay`, then `add_up`
    mass that ends at each terminal                                 `absorb`
    mass that arrives in each state of the next layer               `arrive`
    milestones met there                                            `meet_milestones`, then `add_up`
"""

from __future__ import annotations

import numpy as np
from numba import njit

from standoff.solve.chebyshev import weights_at
from standoff.solve.cuda_backward import _natural
from standoff.solve.cuda_constants import NUM_POINTS, cuda

__all__ = ["absorb", "add_up", "arrive", "belief_sums", "meet_milestones", "pay", "row_sums", "send"]


def send(
    comes_up, state_of, mover, allowed, axis_of, plane_of, axis_points, strategies, first_plane, other, mass, amount
):  # fmt: skip
    """Mass that takes each action of a layer, at the posteriors to which it moves.

    Args:
        comes_up: Probability that somebody, or nature, moves; shape (state, draw).
        state_of: State of each action; shape (action,).
        mover: Shape (state,); negative in chance layers.
        allowed: Shape (action, type).
        axis_of: Shape (player,).
        plane_of: Shape (player,).
        axis_points: Points and scales of a belief axis; shape (2, NUM_POINTS).
        strategies: s_h(a); shape (action, type, point, draw); not read in chance layers.
        first_plane: Channel of the first plane.
        other: Points of the axis of the player who does not move.
        mass: Shape (state, channel, point, draw).
        amount: Shape (action or more, channel, point, draw); written.
    """
    _, channels, row, draws = mass.shape
    own_points = row // other
    weights = cuda.local.array(NUM_POINTS, np.float64)
    arrived = cuda.local.array(NUM_POINTS, np.float64)
    for item in range(cuda.grid(1), state_of.shape[0] * channels * other * draws, cuda.gridsize(1)):
        d = item % draws
        j = item // draws % other
        c = item // (draws * other) % channels
        a = item // (draws * other * channels)
        x = state_of[a]
        q = comes_up[x, d]
        m = mover[x]
        axis = axis_of[m] if m >= 0 else -1
        if axis < 0:
            for i in range(own_points):
                k = i * other + j
                share = q * strategies[a, 0, k, d] if m >= 0 else q
                amount[a, c, k, d] = share * mass[x, c, k, d]
            continue
        own = first_plane + plane_of[m]
        for k in range(own_points):
            arrived[k] = 0.0
        for i in range(own_points):
            belief = axis_points[0, i]
            one = strategies[a, 0, i * other + j, d]
            two = strategies[a, 1, i * other + j, d]
            mixed = one + belief * (two - one)
            posterior = _posterior(belief, two, mixed, allowed[a, 0], allowed[a, 1])
            weights_at(posterior, axis_points, weights)
            share = one if c == own else two if c == own + 1 else mixed
            sent = q * share * mass[x, c, _natural(axis, i, j, own_points, other), d]
            for k in range(own_points):
                arrived[k] += weights[k] * sent
        for k in range(own_points):
            amount[a, c, _natural(axis, k, j, own_points, other), d] = arrived[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _posterior(belief, two, mixed, has1, has2):
    """Belief after an action; one that nobody takes tells nothing."""
    if not has1:
        return 1.0
    if not has2:
        return 0.0
    return belief * two / mixed if mixed > 0.0 else belief


def row_sums(count, mass, sums):
    """Sums over belief points.

    Args:
        count: Rows of the first axis to work on.
        mass: Shape (state or action, channel, point, draw).
        sums: Shape (state or action, channel, draw); written.
    """
    _, channels, row, draws = mass.shape
    for item in range(cuda.grid(1), count * channels * draws, cuda.gridsize(1)):
        d = item % draws
        c = item // draws % channels
        x = item // (draws * channels)
        total = 0.0
        for k in range(row):
            total += mass[x, c, k, d]
        sums[x, c, d] = total


def belief_sums(beliefs, mass, sums):
    """Public mass times the belief of each axis, added up over belief points.

    Args:
        beliefs: Belief of each axis at every point; shape (axis, point).
        mass: Shape (state, channel, point, draw).
        sums: Shape (axis, state, draw); written.
    """
    _, states, draws = sums.shape
    for item in range(cuda.grid(1), sums.size, cuda.gridsize(1)):
        d = item % draws
        x = item // draws % states
        axis = item // (draws * states)
        total = 0.0
        for k in range(mass.shape[2]):
            total += beliefs[axis, k] * mass[x, 0, k, d]
        sums[axis, x, d] = total


def pay(
    payoff, branch_start, probability, target, terminal_values, factor, first_plane, amount, sums, paid
):  # fmt: skip
    """Discounted payoff of each action, with those of the ends that follow it, along each plane's own channel.

    Args:
        payoff: Shape (action, plane, draw).
        branch_start: Shape (action + 1,).
        probability: Shape (branch, draw).
        target: Shape (branch,).
        terminal_values: Shape (terminal, plane, point, draw).
        factor: Discount factor of each plane to the start; shape (plane, draw).
        first_plane: Channel of the first plane.
        amount: From `send`.
        sums: Of `amount`, from `row_sums`.
        paid: Shape (action or more, plane, draw); written.
    """
    _, planes, draws = payoff.shape
    for item in range(cuda.grid(1), payoff.size, cuda.gridsize(1)):
        d = item % draws
        p = item // draws % planes
        a = item // (draws * planes)
        total = payoff[a, p, d] * sums[a, first_plane + p, d]
        for branch in range(branch_start[a], branch_start[a + 1]):
            if target[branch] < 0:
                worth = 0.0
                for k in range(amount.shape[2]):
                    worth += terminal_values[-target[branch] - 1, p, k, d] * amount[a, first_plane + p, k, d]
                total += probability[branch, d] * worth
        paid[a, p, d] = factor[p, d] * total


def add_up(count, parts, totals):
    """Add the parts of all actions or states to the totals.

    Args:
        count: Rows of the first axis to add up.
        parts: Shape (action or state, quantity, draw).
        totals: Shape (quantity, draw); added to.
    """
    quantities, draws = totals.shape
    for item in range(cuda.grid(1), quantities * draws, cuda.gridsize(1)):
        d = item % draws
        p = item // draws
        total = 0.0
        for x in range(count):
            total += parts[x, p, d]
        totals[p, d] += total


def absorb(end_start, end_branch, action_of, probability, sums, absorbed):
    """Mass that ends at each terminal.

    Args:
        end_start: First entry of each terminal in `end_branch`; shape (terminal + 1,).
        end_branch: Branches that end at each terminal.
        action_of: Action of each branch; shape (branch,).
        probability: Shape (branch, draw).
        sums: Of the amounts, from `row_sums`.
        absorbed: Shape (terminal, channel, draw); added to.
    """
    _, channels, draws = absorbed.shape
    for item in range(cuda.grid(1), absorbed.size, cuda.gridsize(1)):
        d = item % draws
        c = item // draws % channels
        t = item // (draws * channels)
        total = 0.0
        for entry in range(end_start[t], end_start[t + 1]):
            branch = end_branch[entry]
            total += probability[branch, d] * sums[action_of[branch], c, d]
        absorbed[t, c, d] += total


def arrive(
    into_start, into_branch, skips_start, skips_from, action_of, comes_up, probability, amount, mass, next_mass
):  # fmt: skip
    """Mass that arrives in each state of the next layer.

    Args:
        into_start: First entry of each next state in `into_branch`; shape (next state + 1,).
        into_branch: Branches that lead to each next state.
        skips_start: First entry of each next state in `skips_from`; shape (next state + 1,).
        skips_from: States whose `skip` is the next state.
        action_of: Action of each branch; shape (branch,).
        comes_up: Shape (state, draw).
        probability: Shape (branch, draw).
        amount: From `send`.
        mass: Shape (state, channel, point, draw).
        next_mass: Shape (next state, channel, point, draw); written.
    """
    _, channels, row, draws = next_mass.shape
    for item in range(cuda.grid(1), next_mass.size, cuda.gridsize(1)):
        d = item % draws
        k = item // draws % row
        c = item // (draws * row) % channels
        y = item // (draws * row * channels)
        total = 0.0
        for entry in range(skips_start[y], skips_start[y + 1]):
            x = skips_from[entry]
            total += (1.0 - comes_up[x, d]) * mass[x, c, k, d]
        for entry in range(into_start[y], into_start[y + 1]):
            branch = into_branch[entry]
            total += probability[branch, d] * amount[action_of[branch], c, k, d]
        next_mass[y, c, k, d] = total


def meet_milestones(holds, after, mass, hits):
    """Take out of each milestone's channel the mass in states where it holds; see `standoff.solve.forward`.

    Args:
        holds: Shape (state, milestone).
        after: Milestone that must come before, -1 for none; shape (milestone,).
        mass: Shape (state, channel, point, draw), milestones from channel 1 on; changed.
        hits: Mass that met each milestone in each state; shape (state or more, milestone, draw); written.
    """
    states, milestones = holds.shape
    row, draws = mass.shape[2], mass.shape[3]
    for item in range(cuda.grid(1), states * draws, cuda.gridsize(1)):
        d = item % draws
        x = item // draws
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(milestones - 1, -1, -1):
            total = 0.0
            if holds[x, m]:
                for k in range(row):
                    met = mass[x, 1 + m, k, d]
                    total += met
                    for later in range(m + 1, milestones):
                        if after[later] == m:
                            mass[x, 1 + later, k, d] += met
                    mass[x, 1 + m, k, d] = 0.0
            hits[x, m, d] = total
