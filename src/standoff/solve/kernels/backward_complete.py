"""One layer of the backward induction under complete information: one number a state and player, no belief.

States are taken in chunks. In each chunk the action values of all states are found first, then all exponentials at once,
eight to a vector whatever the number of actions of a state, then strategies and values:

    Q(a) = r(a) + sum p V(y),    s(a) = exp(L (Q(a) - max Q)) / Z,    V = sum s(a) Q(a).

Two players are by far the most frequent case and have loops of their own, in which both values stay in registers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from standoff.solve.kernels.continuation import point_to_continuation
from standoff.solve.kernels.vectors import WIDTH, exp, keep, kernel, load, pointer, store

__all__ = ["complete_layer"]

CHUNK = 512
"""Actions whose values are held at a time, so that they stay in the fastest cache."""


class Arrays(NamedTuple):
    """The arrays that the loops over a chunk of states take, as pointers.

    Attributes:
        num_planes: Players.
        mover: Mover of each state, negative where nobody moves.
        arrival: Probability that the move comes up.
        skip: State of the next layer if it does not.
        action_start: First action of each state.
        plane_of: Plane of each player.
        rationality: L of each player.
        next_values: V of the next layer.
        q: Q of the actions of the chunk, for every player.
        tops: Largest Q of the mover, for each state of the chunk.
        powers: exp(L (Q - max Q)) of the actions of the chunk, and first its exponent.
        values: V of the layer; written.
        strategies: s(a); written.
        regrets: Largest one-shot regret of each state; written.
    """

    num_planes: int
    mover: Any
    arrival: Any
    skip: Any
    action_start: Any
    plane_of: Any
    rationality: Any
    next_values: Any
    q: Any
    tops: Any
    powers: Any
    values: Any
    strategies: Any
    regrets: Any


@kernel
def complete_layer(first, last, layer, grid, terminal_values, values, solution):
    """Solve the states [first, last) of a decision layer of a game without private types.

    Args:
        first: First state.
        last: One past the last state.
        layer: The layer.
        grid: Players.
        terminal_values: Shape (terminal, plane, 1).
        values: V of the next layer; shape (state, plane, 1).
        solution: Where the solution is written; its counts, zero before, are written for `first` and hold those of all states.
    """
    planes = values.shape[1]
    action_start = pointer(layer.action_start)
    widest = 1
    for x in range(first, last):
        widest = max(widest, action_start[x + 1] - action_start[x])
    limit = max(CHUNK, widest)
    space = np.zeros(limit * planes + 2 * limit + WIDTH)
    following = point_to_continuation(layer, terminal_values, values)
    powers = pointer(space[limit * planes + limit :])
    arrays = Arrays(
        planes, pointer(layer.mover), pointer(layer.arrival), pointer(layer.skip), action_start, pointer(grid.plane_of),
        pointer(grid.rationality), pointer(values), pointer(space), pointer(space[limit * planes :]), powers,
        pointer(solution.values), pointer(solution.strategies), pointer(solution.regrets),
    )  # fmt: skip
    nodes = 0
    begin = first
    while begin < last:
        start = action_start[begin]
        # a state without a move takes no space for its actions, but one number for itself
        end = begin + 1
        while end < last and end - begin < limit and action_start[end + 1] - start <= limit:
            end += 1
        count = action_start[end] - start
        if planes == 2:
            _write_two_action_values(start, count, following, arrays.q)
        else:
            _write_action_values(start, count, following, arrays.q)
        _write_exponents(begin, end, arrays)
        for k in range(0, count, WIDTH):
            store(powers, k, exp(load(powers, k)))
        nodes += _write_two_values(begin, end, arrays) if planes == 2 else _write_values(begin, end, arrays)
        begin = end
    for k in range(3):  # every node is solved by one evaluation, and its solution is unique
        solution.counts[first, k] = nodes
    keep(space)


@kernel
def _write_two_action_values(start, count, following, q):
    """Write Q of both players for `count` actions from `start` on."""
    payoff, branch_start, probability, target = (
        following.payoff, following.branch_start, following.probability, following.target
    )  # fmt: skip
    ends, values = following.terminal_values, following.values
    branch = branch_start[start]
    for a in range(count):
        q0 = payoff[2 * (start + a)]
        q1 = payoff[2 * (start + a) + 1]
        stop = branch_start[start + a + 1]
        while branch < stop:
            y = target[branch]
            share = probability[branch]
            if y < 0:
                q0 += share * ends[2 * (-y - 1)]
                q1 += share * ends[2 * (-y - 1) + 1]
            else:
                q0 += share * values[2 * y]
                q1 += share * values[2 * y + 1]
            branch += 1
        q[2 * a] = q0
        q[2 * a + 1] = q1


@kernel
def _write_action_values(start, count, following, q):
    """Write Q of every player for `count` actions from `start` on."""
    planes, payoff, branch_start = following.num_planes, following.payoff, following.branch_start
    probability, target = following.probability, following.target
    ends, values = following.terminal_values, following.values
    for a in range(count):
        at = planes * a
        for p in range(planes):
            q[at + p] = payoff[planes * (start + a) + p]
        for branch in range(branch_start[start + a], branch_start[start + a + 1]):
            y = target[branch]
            share = probability[branch]
            if y < 0:
                for p in range(planes):
                    q[at + p] += share * ends[planes * (-y - 1) + p]
            else:
                for p in range(planes):
                    q[at + p] += share * values[planes * y + p]


@kernel
def _write_exponents(begin, end, arrays):
    """Write L (Q - max Q) of the mover of every state, and max Q; zero where nobody moves."""
    planes, rationality = arrays.num_planes, arrays.rationality
    mover, action_start, plane_of, q, tops, powers = (
        arrays.mover, arrays.action_start, arrays.plane_of, arrays.q, arrays.tops, arrays.powers
    )  # fmt: skip
    base = action_start[begin]
    for x in range(begin, end):
        m = mover[x]
        start = action_start[x] - base
        stop = action_start[x + 1] - base
        if m < 0:
            for a in range(start, stop):
                powers[a] = 0.0
            continue
        plane = plane_of[m]
        scale = rationality[m]
        top = q[planes * start + plane]
        for a in range(start + 1, stop):
            top = max(top, q[planes * a + plane])
        for a in range(start, stop):
            powers[a] = scale * (q[planes * a + plane] - top)
        tops[x - begin] = top


@kernel
def _write_two_values(begin, end, arrays):
    """Write strategies, values of both players and regrets; returns the number of states in which a player moves."""
    mover, action_start, plane_of, q, tops, powers = (
        arrays.mover, arrays.action_start, arrays.plane_of, arrays.q, arrays.tops, arrays.powers
    )  # fmt: skip
    arrival, skip, values, out, strategies, regrets = (
        arrays.arrival, arrays.skip, arrays.next_values, arrays.values, arrays.strategies, arrays.regrets
    )  # fmt: skip
    base = action_start[begin]
    nodes = 0
    for x in range(begin, end):
        m = mover[x]
        start = action_start[x] - base
        stop = action_start[x + 1] - base
        comes_up = arrival[x]
        if m < 0 or comes_up == 0.0:
            out[2 * x] = values[2 * skip[x]]
            out[2 * x + 1] = values[2 * skip[x] + 1]
            regrets[x] = 0.0
            for a in range(start, stop):
                strategies[base + a] = 0.0
            continue
        nodes += 1
        total = 0.0
        for a in range(start, stop):
            total += powers[a]
        share = 1.0 / total
        v0 = 0.0
        v1 = 0.0
        for a in range(start, stop):
            s = powers[a] * share
            strategies[base + a] = s
            v0 += s * q[2 * a]
            v1 += s * q[2 * a + 1]
        regrets[x] = tops[x - begin] - (v0 if plane_of[m] == 0 else v1)
        if comes_up < 1.0:
            v0 = comes_up * v0 + (1.0 - comes_up) * values[2 * skip[x]]
            v1 = comes_up * v1 + (1.0 - comes_up) * values[2 * skip[x] + 1]
        out[2 * x] = v0
        out[2 * x + 1] = v1
    return nodes


@kernel
def _write_values(begin, end, arrays):
    """Write strategies, values of every player and regrets; returns the number of states in which a player moves."""
    planes = arrays.num_planes
    mover, action_start, plane_of, q, tops, powers = (
        arrays.mover, arrays.action_start, arrays.plane_of, arrays.q, arrays.tops, arrays.powers
    )  # fmt: skip
    arrival, skip, values, out, strategies, regrets = (
        arrays.arrival, arrays.skip, arrays.next_values, arrays.values, arrays.strategies, arrays.regrets
    )  # fmt: skip
    base = action_start[begin]
    nodes = 0
    for x in range(begin, end):
        m = mover[x]
        start = action_start[x] - base
        stop = action_start[x + 1] - base
        comes_up = arrival[x]
        if m < 0 or comes_up == 0.0:
            for p in range(planes):
                out[planes * x + p] = values[planes * skip[x] + p]
            regrets[x] = 0.0
            for a in range(start, stop):
                strategies[base + a] = 0.0
            continue
        nodes += 1
        total = 0.0
        for a in range(start, stop):
            total += powers[a]
        share = 1.0 / total
        for a in range(start, stop):
            powers[a] *= share
            strategies[base + a] = powers[a]
        for p in range(planes):
            value = 0.0
            for a in range(start, stop):
                value += powers[a] * q[planes * a + p]
            if p == plane_of[m]:
                regrets[x] = tops[x - begin] - value
            if comes_up < 1.0:
                value = comes_up * value + (1.0 - comes_up) * values[planes * skip[x] + p]
            out[planes * x + p] = value
    return nodes
