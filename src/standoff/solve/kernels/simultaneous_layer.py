"""Layers in which two players move at the same time: backward and forward.

The equations of a node are those of `standoff.solve.kernels.simultaneous_node`; every node is traced from rationality 0,
because nothing here
proves a solution unique. Joint action i n + j of a state is the mover's action i with the second mover's action j. Strategies
are kept for every joint action, the mover's of its part i and the second mover's of its part j, in the natural order of points.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.chebyshev import weights_at
from standoff.solve.kernels.simultaneous_node import correct_pair, evaluate_pair, make_pair, posteriors_of, trace_pair
from standoff.solve.kernels.two_types import EVALUATIONS, FOLDS, LOST, NODES, TRACED
from standoff.solve.kernels.vectors import kernel

__all__ = ["joint_values", "pair_of_state", "simultaneous_layer", "simultaneous_send", "solve_pair_at"]

PAIR_TOLERANCE = 1e-9
"""Largest |F| of a node with two movers."""


@kernel
def joint_values(x, moves, terminal_values, values, planes, row):
    """W of every joint action of a state; shape (joint action, plane, row)."""
    start, stop = moves.action_start[x], moves.action_start[x + 1]
    w = np.zeros((stop - start, planes, row))
    for a in range(start, stop):
        for p in range(planes):
            for k in range(row):
                w[a - start, p, k] = moves.action_payoff[a, p]
        for branch in range(moves.branch_start[a], moves.branch_start[a + 1]):
            y = moves.target[branch]
            share = moves.probability[branch]
            for p in range(planes):
                for k in range(row):
                    source = terminal_values[-y - 1, p, k] if y < 0 else values[y, p, k]
                    w[a - start, p, k] += share * source
    return w


@kernel
def pair_of_state(x, moves, second_mover, second_count, second_allowed, sides, w):
    """The `Pair` of a state and the number of its unknowns; its beliefs are still to be set.

    A state with one mover is a pair whose second mover has one action and no payoff.
    """
    start = moves.action_start[x]
    alone = second_mover[x] < 0
    count2 = 1 if alone else second_count[x]
    count1 = (moves.action_start[x + 1] - start) // count2
    n1, n2 = sides.n1, sides.n2
    pair = make_pair(count1, count2, sides.axis1, sides.axis2, sides.slope1, sides.slope2)
    pair.allowed[1, 0, 0] = alone
    size = 1 if alone else 0
    for which in range(1 if alone else 2):
        player = moves.mover[x] if which == 0 else second_mover[x]
        axis = sides.axis_of[player]
        plane = sides.plane_of[player]
        pair.rationality[which] = sides.rationality[player]
        pair.num_types[which] = 2 if axis >= 0 else 1
        if axis >= 0:
            pair.owner[axis] = which
        for h in range(pair.num_types[which]):
            for a in range(pair.counts[which]):
                row = start + (a * count2 if which == 0 else a)
                # which types may do something is a question only of players with types
                has = axis < 0 or (moves.action_allowed[row, h] if which == 0 else second_allowed[row, h])
                pair.allowed[which, h, a] = has
                size += has
            for joint in range(w.shape[0]):
                for k in range(n1):
                    for c in range(n2):
                        value = w[joint, plane + h, k * n2 + c]
                        pair.values[which, h, joint // count2, joint % count2, k, c] = value
    return pair, size


@kernel
def solve_pair_at(pair, belief1, belief2, is_start_given, solution, f):
    """Solve a pair at the public beliefs of both axes, on the principal branch, or from a start given in `solution`.

    Returns:
        The largest |F|, evaluations (negative where the branch was lost), folds.
    """
    pair.at[0] = belief1
    pair.at[1] = belief2
    for axis in range(2):
        if pair.owner[axis] >= 0:
            pair.belief[pair.owner[axis]] = pair.at[axis]
    tries, folds = -1, 0
    if is_start_given:
        tries = correct_pair(pair, solution, PAIR_TOLERANCE)
    if tries < 0:
        tries, folds = trace_pair(pair, solution, PAIR_TOLERANCE)
    return evaluate_pair(pair, 1.0, solution, f), tries, folds


@kernel
def simultaneous_layer(
    first, last, moves, second_mover, second_count, second_allowed, sides, terminal_values, values, out, strategies,
    second_strategies, residuals, regrets, counts, is_start_given, starts, second_starts,
):  # fmt: skip
    """Values and strategies of the states [first, last); see `standoff.solve.kernels.backward.decision_layer`.

    Args:
        first: First state.
        last: One past the last state.
        moves: The layer.
        second_mover: and the next two arguments: see `standoff.game.model.SecondMover`.
        second_count: Own actions of the second mover; shape (state,).
        second_allowed: Shape (action, 2).
        sides: Players and belief axes.
        terminal_values: Shape (terminal, plane, row).
        values: V of the next layer; shape (state, plane, row).
        out: V of this layer; written.
        strategies: Of the mover; shape (action, type, row); written.
        second_strategies: Of the second mover; shape (action, type, row); written.
        residuals: Shape (state,); written.
        regrets: Shape (state,); written.
        counts: Shape (state, 6); written.
        is_start_given: Whether to look for a solution near a start, on whichever branch it lies.
        starts: The start, as relative logarithms of the mover's strategies; shape (action, 2).
        second_starts: The same of the second mover; shape (action, 2).
    """
    planes, row = out.shape[1], out.shape[2]
    n1, n2 = sides.n1, sides.n2
    num_types = strategies.shape[1]
    for x in range(first, last):
        residuals[x] = 0.0
        regrets[x] = 0.0
        counts[x, :] = 0
        start = moves.action_start[x]
        stop = moves.action_start[x + 1]
        q = moves.arrival[x]
        strategies[start:stop] = 0.0
        second_strategies[start:stop] = 0.0
        if moves.mover[x] < 0 or q == 0.0:
            out[x] = values[moves.skip[x]]
            continue
        w = joint_values(x, moves, terminal_values, values, planes, row)
        pair, size = pair_of_state(x, moves, second_mover, second_count, second_allowed, sides, w)
        count1, count2 = pair.counts[0], pair.counts[1]
        alone = second_mover[x] < 0
        m1, m2 = moves.mover[x], second_mover[x]
        solution = np.empty(size)
        f = np.empty(size)
        out[x, :, :] = 0.0
        counts[x, NODES] = n1 * n2
        for k in range(n1 * n2):
            if is_start_given:
                _start_at(pair, start, starts, second_starts, solution)
            worst, tries, folds = solve_pair_at(
                pair, sides.axis1[0, k // n2], sides.axis2[0, k % n2], is_start_given, solution, f
            )
            counts[x, EVALUATIONS] += abs(tries)
            counts[x, TRACED] += 1
            counts[x, FOLDS] += folds
            counts[x, LOST] += tries < 0
            # exp(y) (1 - exp(-F)) = s - logit(Q)
            if not worst <= residuals[x]:
                residuals[x] = worst
            _settle(x, k, pair, alone, m1, m2, sides, w, out, planes, count1, count2)
            for i in range(count1):
                for j in range(count2):
                    for h in range(num_types):
                        strategies[start + i * count2 + j, h, k] = pair.s[0, min(h, pair.num_types[0] - 1), i]
                        second_strategies[start + i * count2 + j, h, k] = pair.s[1, min(h, pair.num_types[1] - 1), j]
            for which in range(1 if alone else 2):
                for h in range(pair.num_types[which]):
                    mean, top = 0.0, -np.inf
                    for a in range(pair.counts[which]):
                        if pair.allowed[which, h, a]:
                            mean += pair.s[which, h, a] * pair.q[which, h, a]
                            top = max(top, pair.q[which, h, a])
                    regrets[x] = max(regrets[x], top - mean)
        if q < 1.0:
            for p in range(planes):
                for k in range(n1 * n2):
                    out[x, p, k] = q * out[x, p, k] + (1.0 - q) * values[moves.skip[x], p, k]


@kernel
def _start_at(pair, first_action, starts, second_starts, y):
    """Write a given start into the unknowns, normalised."""
    here = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            first = here
            total = 0.0
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    row = first_action + (a * pair.counts[1] if m == 0 else a)
                    y[here] = starts[row, h] if m == 0 else second_starts[row, h]
                    total += np.exp(y[here])
                    here += 1
            for k in range(first, here):
                y[k] -= np.log(total)


@kernel
def _settle(x, k, pair, alone, m1, m2, sides, w, out, planes, count1, count2):
    """Values of every plane at one point, from the strategies and posteriors in the pair."""
    n1, n2 = sides.n1, sides.n2
    for i in range(count1):
        for j in range(count2):
            first = i if pair.owner[0] == 0 else j if pair.owner[0] == 1 else 0
            second = i if pair.owner[1] == 0 else j if pair.owner[1] == 1 else 0
            for p in range(planes):
                share = 1.0
                for which in range(1 if alone else 2):
                    plane = sides.plane_of[m1 if which == 0 else m2]
                    a = i if which == 0 else j
                    if plane <= p < plane + pair.num_types[which]:
                        share *= pair.s[which, p - plane, a]
                    else:
                        share *= pair.mean[which, a]
                value = 0.0
                for k1 in range(n1):
                    for k2 in range(n2):
                        value += (
                            pair.weights[0, 0, first, k1] * pair.weights[1, 0, second, k2]
                            * w[i * count2 + j, p, k1 * n2 + k2]
                        )  # fmt: skip
                out[x, p, k] += share * value


@kernel
def simultaneous_send(
    first, last, first_plane, moves, second_mover, second_count, second_allowed, sides, strategies, second_strategies, mass,
    amounts,
):  # fmt: skip
    """Mass that takes each joint action in the states [first, last); see `standoff.solve.kernels.forward.send`.

    Args:
        first: First state.
        last: One past the last.
        first_plane: Channel of the first plane; the number of channels where no plane has one.
        moves: The layer.
        second_mover: and the next two arguments: see `standoff.game.model.SecondMover`.
        second_count: Own actions of the second mover; shape (state,).
        second_allowed: Shape (action, 2).
        sides: Players and belief axes.
        strategies: Of the mover; shape (action, type, row).
        second_strategies: Of the second mover; shape (action, type, row).
        mass: Shape (state, channel, row).
        amounts: Shape (action, channel, row); written.
    """
    num_channels, row = mass.shape[1], mass.shape[2]
    planes = 2 * sides.axis_of.shape[0]  # at most
    n1, n2 = sides.n1, sides.n2
    weights = np.zeros((2, max(n1, n2)))
    posterior = np.zeros(2)
    for x in range(first, last):
        q = moves.arrival[x] if moves.mover[x] >= 0 else 0.0
        if q == 0.0:
            continue
        alone = second_mover[x] < 0
        start = moves.action_start[x]
        # only what the posteriors need of the pair: no values
        nothing = np.zeros((moves.action_start[x + 1] - start, planes, row))
        pair, _ = pair_of_state(x, moves, second_mover, second_count, second_allowed, sides, nothing)
        count2 = pair.counts[1]
        for joint in range(start, moves.action_start[x + 1]):
            i, j = (joint - start) // count2, (joint - start) % count2
            amounts[joint] = 0.0
            for k in range(n1 * n2):
                for axis in range(2):
                    belief = sides.axis1[0, k // n2] if axis == 0 else sides.axis2[0, k % n2]
                    posterior[axis] = belief
                    if pair.owner[axis] >= 0:
                        pair.belief[pair.owner[axis]] = belief
                for which in range(2):
                    for h in range(pair.num_types[which]):
                        a = i if which == 0 else j
                        given = strategies if which == 0 else second_strategies
                        pair.s[which, h, a] = given[joint, h, k]
                posteriors_of(pair)
                for axis in range(2):
                    if pair.owner[axis] >= 0:
                        posterior[axis] = pair.posterior[pair.owner[axis], i if pair.owner[axis] == 0 else j]
                    weights_at(
                        posterior[axis], sides.axis1 if axis == 0 else sides.axis2,
                        weights[axis, : n1 if axis == 0 else n2],
                    )  # fmt: skip
                for c in range(num_channels):
                    here = mass[x, c, k]
                    if here == 0.0:
                        continue
                    share = q
                    for which in range(1 if alone else 2):
                        own = c - first_plane - sides.plane_of[moves.mover[x] if which == 0 else second_mover[x]]
                        a = i if which == 0 else j
                        if c >= first_plane and 0 <= own < pair.num_types[which]:
                            share *= pair.s[which, own, a]
                        else:
                            share *= pair.mean[which, a]
                    for k1 in range(n1):
                        for k2 in range(n2):
                            amounts[joint, c, k1 * n2 + k2] += share * here * weights[0, k1] * weights[1, k2]
