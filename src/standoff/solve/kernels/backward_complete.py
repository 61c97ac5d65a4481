"""Backward induction without private types: one number a state and player, no belief.

States are taken in chunks. In each chunk the action values of all states are found first, then all exponentials at once,
eight to a vector whatever the number of actions of a state, then strategies and values:

    Q(a) = r(a) + sum p V(y),    s(a) = exp(L (Q(a) - max Q)) / Z,    V = sum s(a) Q(a).

Two players are by far the most frequent case and have loops of their own, in which both values stay in registers.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.vectors import WIDTH, exp, keep, kernel, load, pointer, store

__all__ = ["plain_layer"]

CHUNK = 512
"""Actions whose values are held at a time, so that they stay in the fastest cache."""


@kernel
def plain_layer(first, last, moves, sides, terminal_values, values, out, strategies, regrets, counts):
    """Values and strategies of the states [first, last) of a decision layer in a game without private types.

    Args:
        first: First state.
        last: One past the last state.
        moves: The layer.
        sides: Players.
        terminal_values: Shape (terminal, plane, 1).
        values: V of the next layer; shape (state, plane, 1).
        out: V of this layer; shape (state, plane, 1); written.
        strategies: s(a); shape (action, 1, 1); written.
        regrets: Largest one-shot regret of each state; shape (state,); written.
        counts: See `standoff.solve.kernels.backward.COUNTS`; shape (state, 6), zero; the counts of all states are
            written to `first`.
    """
    planes = out.shape[1]
    action_start = pointer(moves.action_start)
    widest = 1
    for x in range(first, last):
        widest = max(widest, action_start[x + 1] - action_start[x])
    limit = max(CHUNK, widest)
    room = np.zeros(limit * planes + 2 * limit + WIDTH)
    q = pointer(room)
    tops = pointer(room[limit * planes :])
    probabilities = pointer(room[limit * planes + limit :])
    mover, arrival, skip = pointer(moves.mover), pointer(moves.arrival), pointer(moves.skip)
    payoff, branch_start = pointer(moves.action_payoff), pointer(moves.branch_start)
    probability, target = pointer(moves.probability), pointer(moves.target)
    rationality, plane_of = pointer(sides.rationality), pointer(sides.plane_of)
    ends, flat, flat_out = pointer(terminal_values), pointer(values), pointer(out)
    flat_strategies, flat_regrets = pointer(strategies), pointer(regrets)
    nodes = 0
    begin = first
    while begin < last:
        base = action_start[begin]
        # a state without a move takes no room for its actions, but one for itself
        end = begin + 1
        while end < last and end - begin < limit and action_start[end + 1] - base <= limit:
            end += 1
        count = action_start[end] - base
        if planes == 2:
            _two_action_values(base, count, payoff, branch_start, probability, target, ends, flat, q)
        else:
            _action_values(base, count, planes, payoff, branch_start, probability, target, ends, flat, q)
        _exponents(begin, end, planes, mover, plane_of, rationality, action_start, q, tops, probabilities)
        for k in range(0, count, WIDTH):
            store(probabilities, k, exp(load(probabilities, k)))
        if planes == 2:
            nodes += _two_values(
                begin,
                end,
                mover,
                arrival,
                skip,
                plane_of,
                action_start,
                q,
                tops,
                probabilities,
                flat,
                flat_out,
                flat_strategies,
                flat_regrets,
            )
        else:
            nodes += _values(
                begin, end, planes, mover, arrival, skip, plane_of, action_start, q, tops, probabilities, flat, flat_out,
                flat_strategies, flat_regrets,
            )  # fmt: skip
        begin = end
    for k in range(3):  # every node is solved by one evaluation, and its solution is unique
        counts[first, k] = nodes
    keep(room)


@kernel
def _two_action_values(base, count, payoff, branch_start, probability, target, ends, values, q):
    """Q of both players for `count` actions from `base` on."""
    branch = branch_start[base]
    for a in range(count):
        q0 = payoff[2 * (base + a)]
        q1 = payoff[2 * (base + a) + 1]
        stop = branch_start[base + a + 1]
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
def _action_values(base, count, planes, payoff, branch_start, probability, target, ends, values, q):
    """Q of every player for `count` actions from `base` on."""
    for a in range(count):
        row = planes * a
        for p in range(planes):
            q[row + p] = payoff[planes * (base + a) + p]
        for branch in range(branch_start[base + a], branch_start[base + a + 1]):
            y = target[branch]
            share = probability[branch]
            if y < 0:
                for p in range(planes):
                    q[row + p] += share * ends[planes * (-y - 1) + p]
            else:
                for p in range(planes):
                    q[row + p] += share * values[planes * y + p]


@kernel
def _exponents(begin, end, planes, mover, plane_of, rationality, action_start, q, tops, probabilities):
    """L (Q - max Q) of the mover of every state, and max Q; zero where nobody moves."""
    base = action_start[begin]
    for x in range(begin, end):
        m = mover[x]
        start = action_start[x] - base
        stop = action_start[x + 1] - base
        if m < 0:
            for a in range(start, stop):
                probabilities[a] = 0.0
            continue
        plane = plane_of[m]
        scale = rationality[m]
        top = q[planes * start + plane]
        for a in range(start + 1, stop):
            top = max(top, q[planes * a + plane])
        for a in range(start, stop):
            probabilities[a] = scale * (q[planes * a + plane] - top)
        tops[x - begin] = top


@kernel
def _two_values(
    begin, end, mover, arrival, skip, plane_of, action_start, q, tops, probabilities, values, out, strategies, regrets
):  # fmt: skip
    """Strategies, values of both players and regrets; returns in how many states somebody moves."""
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
            total += probabilities[a]
        share = 1.0 / total
        v0 = 0.0
        v1 = 0.0
        for a in range(start, stop):
            s = probabilities[a] * share
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
def _values(
    begin, end, planes, mover, arrival, skip, plane_of, action_start, q, tops, probabilities, values, out, strategies, regrets
):  # fmt: skip
    """Strategies, values of every player and regrets; returns in how many states somebody moves."""
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
            total += probabilities[a]
        share = 1.0 / total
        for a in range(start, stop):
            probabilities[a] *= share
            strategies[base + a] = probabilities[a]
        for p in range(planes):
            value = 0.0
            for a in range(start, stop):
                value += probabilities[a] * q[planes * a + p]
            if p == plane_of[m]:
                regrets[x] = tops[x - begin] - value
            if comes_up < 1.0:
                value = comes_up * value + (1.0 - comes_up) * values[planes * skip[x] + p]
            out[planes * x + p] = value
    return nodes
