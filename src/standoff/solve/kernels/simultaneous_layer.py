"""Layers in which two players move at the same time: backward and forward.

The equations of a node are those of `simultaneous_node`; every node is traced from rationality 0, because nothing here proves
a solution unique. Joint action i n + j of a state is the mover's action i with the second mover's action j. Strategies are
kept for every joint action, the mover's of its part i and the second mover's of its part j, in the natural order of points.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.solve.kernels.arclength import trace_joint
from standoff.solve.kernels.chebyshev import write_weights_at
from standoff.solve.kernels.dense import solve_dense
from standoff.solve.kernels.simultaneous_node import (
    correct_joint,
    differentiate_joint,
    evaluate_joint,
    make_joint_node,
    update_joint_beliefs,
)  # fmt: skip
from standoff.solve.kernels.trace_block import LONGEST_FOLLOWED_CORRECTION
from standoff.solve.kernels.two_types import (
    EVALUATIONS,
    FOLDS,
    FOLLOW,
    LOST,
    NODES,
    TRACED,
)
from standoff.solve.kernels.vectors import kernel

__all__ = [
    "JOINT_TOLERANCE",
    "Start",
    "add_joint_values",
    "fill_joint_node",
    "set_joint_beliefs",
    "simultaneous_amounts",
    "simultaneous_layer",
    "solve_joint_at",
]

JOINT_TOLERANCE = 1e-9
"""Largest |F| of a node with two movers."""


class Start(NamedTuple):
    """Where a search for other equilibria starts.

    Attributes:
        is_given: Whether to look for a solution near the start, on whichever branch it lies.
        strategies: Relative logarithms of the mover's strategies; shape (action, 2).
        second_strategies: Relative logarithms of the second mover's strategies; shape (action, 2).
    """

    is_given: bool
    strategies: NDArray[np.float64]
    second_strategies: NDArray[np.float64]


@kernel
def add_joint_values(x, layer, terminal_values, values):
    """Add up W of every joint action of a state; shape (joint action, plane, point)."""
    planes, padded = values.shape[1], values.shape[2]
    start, stop = layer.action_start[x], layer.action_start[x + 1]
    w = np.zeros((stop - start, planes, padded))
    for a in range(start, stop):
        for p in range(planes):
            for k in range(padded):
                w[a - start, p, k] = layer.action_payoff[a, p]
        for branch in range(layer.branch_start[a], layer.branch_start[a + 1]):
            y = layer.target[branch]
            weight = layer.probability[branch]
            for p in range(planes):
                for k in range(padded):
                    source = terminal_values[-y - 1, p, k] if y < 0 else values[y, p, k]
                    w[a - start, p, k] += weight * source
    return w


@kernel
def fill_joint_node(x, layer, grid, w):
    """Make the `JointNode` of a state, whose beliefs are still to be set, and count its unknowns.

    A state with one mover is a node whose second mover has one action and no payoff.
    """
    start = layer.action_start[x]
    alone = layer.second_mover[x] < 0
    count2 = 1 if alone else layer.second_count[x]
    count1 = (layer.action_start[x + 1] - start) // count2
    n1, n2 = grid.n1, grid.n2
    node = make_joint_node(count1, count2, grid.axis1, grid.axis2, grid.slope1, grid.slope2)
    node.allowed[1, 0, 0] = alone
    size = 1 if alone else 0
    for which in range(1 if alone else 2):
        player = layer.mover[x] if which == 0 else layer.second_mover[x]
        axis = grid.axis_of[player]
        plane = grid.plane_of[player]
        node.rationality[which] = grid.rationality[player]
        node.num_types[which] = 2 if axis >= 0 else 1
        if axis >= 0:
            node.owner[axis] = which
        for h in range(node.num_types[which]):
            for a in range(node.counts[which]):
                action = start + (a * count2 if which == 0 else a)
                # only players with two types have actions of one type
                has = axis < 0 or (layer.action_allowed[action, h] if which == 0 else layer.second_allowed[action, h])
                node.allowed[which, h, a] = has
                size += has
            for joint in range(w.shape[0]):
                for k in range(n1):
                    for c in range(n2):
                        value = w[joint, plane + h, k * n2 + c]
                        node.values[which, h, joint // count2, joint % count2, k, c] = value
    return node, size


@kernel
def set_joint_beliefs(node, belief1, belief2):
    """Set the public beliefs of both axes."""
    node.at[0] = belief1
    node.at[1] = belief2
    for axis in range(2):
        if node.owner[axis] >= 0:
            node.belief[node.owner[axis]] = node.at[axis]


@kernel
def solve_joint_at(node, belief1, belief2, is_start_given, solution, f):
    """Solve a node at the public beliefs of both axes, on its own branch, or from a start given in `solution`.

    Returns:
        The largest |F|, evaluations (negative where the branch was lost), folds.
    """
    set_joint_beliefs(node, belief1, belief2)
    tries, folds = -1, 0
    if is_start_given:
        tries = correct_joint(node, solution, JOINT_TOLERANCE)
    if tries < 0:
        tries, folds = trace_joint(node, solution, JOINT_TOLERANCE)
    return evaluate_joint(node, 1.0, solution, f), tries, folds


@kernel
def simultaneous_layer(first, last, layer, grid, terminal_values, values, solution, start_point, mode):
    """Solve the states [first, last) of a layer in which two players move at the same time in some states.

    Args:
        first: First state.
        last: One past the last state.
        layer: The layer.
        grid: Players and belief axes.
        terminal_values: Payoff of each terminal; shape (terminal, plane, point).
        values: V of the next layer; shape (state, plane, point).
        solution: Where the solution is written; strategies in the natural order of points.
        start_point: Where to look for a solution.
        mode: `FOLLOW` and `FOLLOW_OR_JUMP` as in `backward.decision_layer`; `solution.ell` then holds at row 4 a + 2 m + h the
            logarithm of the strategy of mover m, type h, in joint action a; any other mode ignores it.
    """
    ell = solution.ell
    out, strategies, second_strategies = solution.values, solution.strategies, solution.second_strategies
    residuals, regrets, counts = solution.residuals, solution.regrets, solution.counts
    planes = out.shape[1]
    n1, n2 = grid.n1, grid.n2
    num_types = strategies.shape[1]
    for x in range(first, last):
        residuals[x] = 0.0
        regrets[x] = 0.0
        counts[x, :] = 0
        start = layer.action_start[x]
        stop = layer.action_start[x + 1]
        q = layer.arrival[x]
        strategies[start:stop] = 0.0
        second_strategies[start:stop] = 0.0
        if layer.mover[x] < 0 or q == 0.0:
            out[x] = values[layer.skip[x]]
            continue
        w = add_joint_values(x, layer, terminal_values, values)
        node, size = fill_joint_node(x, layer, grid, w)
        count1, count2 = node.counts[0], node.counts[1]
        alone = layer.second_mover[x] < 0
        unknowns = np.empty(size)
        f = np.empty(size)
        out[x, :, :] = 0.0
        counts[x, NODES] = n1 * n2
        for k in range(n1 * n2):
            if start_point.is_given:
                _write_start(node, start, start_point, unknowns)
            belief1, belief2 = grid.axis1[0, k // n2], grid.axis2[0, k % n2]
            if mode >= FOLLOW:
                worst, used, folds = _follow_joint(node, belief1, belief2, start, ell, k, mode, unknowns, f)
            else:
                worst, used, folds = solve_joint_at(node, belief1, belief2, start_point.is_given, unknowns, f)
                _write_logarithms(node, start, unknowns, ell, k)
            counts[x, EVALUATIONS] += abs(used)
            counts[x, TRACED] += 1
            counts[x, FOLDS] += folds
            counts[x, LOST] += used < 0
            # exp(y) (1 - exp(-F)) = s - logit(Q)
            if not worst <= residuals[x]:
                residuals[x] = worst
            _add_values(node, layer, grid, x, k, w, out)
            for i in range(count1):
                for j in range(count2):
                    for h in range(num_types):
                        strategies[start + i * count2 + j, h, k] = node.s[0, min(h, node.num_types[0] - 1), i]
                        second_strategies[start + i * count2 + j, h, k] = node.s[1, min(h, node.num_types[1] - 1), j]
            for which in range(1 if alone else 2):
                for h in range(node.num_types[which]):
                    mean, top = 0.0, -np.inf
                    for a in range(node.counts[which]):
                        if node.allowed[which, h, a]:
                            mean += node.s[which, h, a] * node.q[which, h, a]
                            top = max(top, node.q[which, h, a])
                    regrets[x] = max(regrets[x], top - mean)
        if q < 1.0:
            for p in range(planes):
                for k in range(n1 * n2):
                    out[x, p, k] = q * out[x, p, k] + (1.0 - q) * values[layer.skip[x], p, k]


@kernel
def _follow_joint(node, belief1, belief2, first_action, ell, k, mode, y, f):
    """Solve a node near the prediction in column k of `ell`, which is overwritten; returns as `solve_joint_at` does."""
    set_joint_beliefs(node, belief1, belief2)
    size = y.shape[0]
    here = 0
    is_known = True
    for m in range(2):
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    y[here] = ell[4 * (first_action + (a * node.counts[1] if m == 0 else a)) + 2 * m + h, k]
                    is_known = is_known and np.isfinite(y[here])
                    here += 1
    used, folds = 0, 0
    if is_known:
        guess = y.copy()
        used = correct_joint(node, y, JOINT_TOLERANCE)
        worst = evaluate_joint(node, 1.0, y, f)
        if used > 0 and np.max(np.abs(y - guess)) <= LONGEST_FOLLOWED_CORRECTION:
            matrix = np.empty((size, size))
            by_t = np.empty(size)
            differentiate_joint(node, 1.0, matrix, by_t)
            if solve_dense(matrix, by_t) > 0.0:
                _write_logarithms(node, first_action, y, ell, k)
                return worst, used, folds
        if mode == FOLLOW:
            return worst, -abs(used), folds
    tries, folds = trace_joint(node, y, JOINT_TOLERANCE)
    for row in range(4 * first_action, 4 * (first_action + node.counts[0] * node.counts[1])):
        ell[row, k] = np.nan
    return evaluate_joint(node, 1.0, y, f), tries if tries < 0 else tries + abs(used), folds


@kernel
def _write_logarithms(node, first_action, y, ell, k):
    """Write the unknowns where the next solve nearby looks for them."""
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    ell[4 * (first_action + (a * node.counts[1] if m == 0 else a)) + 2 * m + h, k] = y[here]
                    here += 1


@kernel
def _write_start(node, first_action, start, y):
    """Write a start into the unknowns, normalised."""
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            first = here
            total = 0.0
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    action = first_action + (a * node.counts[1] if m == 0 else a)
                    y[here] = start.strategies[action, h] if m == 0 else start.second_strategies[action, h]
                    total += np.exp(y[here])
                    here += 1
            for k in range(first, here):
                y[k] -= np.log(total)


@kernel
def _add_values(node, layer, grid, x, k, w, out):
    """Add up the values of every plane at one point, from the strategies and posteriors of a node."""
    n1, n2, planes = grid.n1, grid.n2, out.shape[1]
    count1, count2 = node.counts[0], node.counts[1]
    alone = layer.second_mover[x] < 0
    m1, m2 = layer.mover[x], layer.second_mover[x]
    for i in range(count1):
        for j in range(count2):
            first = i if node.owner[0] == 0 else j if node.owner[0] == 1 else 0
            second = i if node.owner[1] == 0 else j if node.owner[1] == 1 else 0
            for p in range(planes):
                weight = 1.0
                for which in range(1 if alone else 2):
                    plane = grid.plane_of[m1 if which == 0 else m2]
                    a = i if which == 0 else j
                    if plane <= p < plane + node.num_types[which]:
                        weight *= node.s[which, p - plane, a]
                    else:
                        weight *= node.mean[which, a]
                value = 0.0
                for k1 in range(n1):
                    for k2 in range(n2):
                        value += (
                            node.weights[0, 0, first, k1] * node.weights[1, 0, second, k2]
                            * w[i * count2 + j, p, k1 * n2 + k2]
                        )  # fmt: skip
                out[x, p, k] += weight * value


@kernel
def simultaneous_amounts(first, last, first_plane, layer, grid, strategies, second_strategies, mass, amounts):
    """Write the mass that takes each joint action in the states [first, last).

    Args:
        first: First state.
        last: One past the last.
        first_plane: Channel of the first plane; the number of channels where no plane has one.
        layer: The layer.
        grid: Players and belief axes.
        strategies: Strategies of the mover; shape (action, type, point).
        second_strategies: Strategies of the second mover; shape (action, type, point).
        mass: Shape (state, channel, point).
        amounts: Shape (action, channel, point); written.
    """
    num_channels, padded = mass.shape[1], mass.shape[2]
    planes = 2 * grid.axis_of.shape[0]  # at most
    n1, n2 = grid.n1, grid.n2
    weights = np.zeros((2, max(n1, n2)))
    posterior = np.zeros(2)
    for x in range(first, last):
        q = layer.arrival[x] if layer.mover[x] >= 0 else 0.0
        if q == 0.0:
            continue
        alone = layer.second_mover[x] < 0
        start = layer.action_start[x]
        # the posteriors need no values
        nothing = np.zeros((layer.action_start[x + 1] - start, planes, padded))
        node, _ = fill_joint_node(x, layer, grid, nothing)
        count2 = node.counts[1]
        for joint in range(start, layer.action_start[x + 1]):
            i, j = (joint - start) // count2, (joint - start) % count2
            amounts[joint] = 0.0
            for k in range(n1 * n2):
                for axis in range(2):
                    belief = grid.axis1[0, k // n2] if axis == 0 else grid.axis2[0, k % n2]
                    posterior[axis] = belief
                    if node.owner[axis] >= 0:
                        node.belief[node.owner[axis]] = belief
                for which in range(2):
                    for h in range(node.num_types[which]):
                        a = i if which == 0 else j
                        given = strategies if which == 0 else second_strategies
                        node.s[which, h, a] = given[joint, h, k]
                update_joint_beliefs(node)
                for axis in range(2):
                    if node.owner[axis] >= 0:
                        posterior[axis] = node.posterior[node.owner[axis], i if node.owner[axis] == 0 else j]
                    write_weights_at(
                        posterior[axis], grid.axis1 if axis == 0 else grid.axis2,
                        weights[axis, : n1 if axis == 0 else n2],
                    )  # fmt: skip
                for c in range(num_channels):
                    here = mass[x, c, k]
                    if here == 0.0:
                        continue
                    weight = q
                    for which in range(1 if alone else 2):
                        own = c - first_plane - grid.plane_of[layer.mover[x] if which == 0 else layer.second_mover[x]]
                        a = i if which == 0 else j
                        if c >= first_plane and 0 <= own < node.num_types[which]:
                            weight *= node.s[which, own, a]
                        else:
                            weight *= node.mean[which, a]
                    for k1 in range(n1):
                        for k2 in range(n2):
                            amounts[joint, c, k1 * n2 + k2] += weight * here * weights[0, k1] * weights[1, k2]
