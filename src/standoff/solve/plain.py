"""Backward induction without private types: one number a state and player, no belief.

States are taken in chunks. In each chunk the action values of all states are found first, then all exponentials at once,
eight to a vector whatever the number of actions of a state, then strategies and values:

    Q(a) = r(a) + sum p V(y),    s(a) = exp(L (Q(a) - max Q)) / Z,    V = sum s(a) Q(a).
"""

from __future__ import annotations

import numpy as np

from standoff.solve.lanes import WIDTH, exp, kernel, load, store

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
        counts: See `standoff.solve.backward.COUNTS`; shape (state, 6); written.
    """
    planes = out.shape[1]
    widest = 1
    for x in range(first, last):
        widest = max(widest, moves.action_start[x + 1] - moves.action_start[x])
    limit = max(CHUNK, widest)
    q = np.empty((limit, planes))
    odds = np.zeros(limit + WIDTH)
    begin = first
    while begin < last:
        base = moves.action_start[begin]
        end = begin + 1
        while end < last and moves.action_start[end + 1] - base <= limit:
            end += 1
        for x in range(begin, end):
            m = moves.mover[x]
            if m < 0 or moves.arrival[x] == 0.0:
                for a in range(moves.action_start[x], moves.action_start[x + 1]):
                    odds[a - base] = 0.0
                continue
            plane = sides.plane_of[m]
            rationality = sides.rationality[m]
            top = -np.inf
            for a in range(moves.action_start[x], moves.action_start[x + 1]):
                row = a - base
                for p in range(planes):
                    q[row, p] = moves.action_payoff[a, p]
                for branch in range(moves.branch_start[a], moves.branch_start[a + 1]):
                    share = moves.probability[branch]
                    y = moves.target[branch]
                    if y < 0:
                        for p in range(planes):
                            q[row, p] += share * terminal_values[-y - 1, p, 0]
                    else:
                        for p in range(planes):
                            q[row, p] += share * values[y, p, 0]
                top = max(top, q[row, plane])
            for a in range(moves.action_start[x], moves.action_start[x + 1]):
                odds[a - base] = rationality * (q[a - base, plane] - top)
        for k in range(0, moves.action_start[end] - base, WIDTH):
            store(odds, k, exp(load(odds, k)))
        for x in range(begin, end):
            m = moves.mover[x]
            arrival = moves.arrival[x]
            regrets[x] = 0.0
            counts[x, :] = 0
            skip = moves.skip[x]
            if m < 0 or arrival == 0.0:
                for p in range(planes):
                    out[x, p, 0] = values[skip, p, 0]
                for a in range(moves.action_start[x], moves.action_start[x + 1]):
                    strategies[a, 0, 0] = 0.0
                continue
            counts[x, 0] = 1
            counts[x, 1] = 1
            counts[x, 2] = 1
            plane = sides.plane_of[m]
            total = 0.0
            top = -np.inf
            for a in range(moves.action_start[x], moves.action_start[x + 1]):
                total += odds[a - base]
                top = max(top, q[a - base, plane])
            for p in range(planes):
                out[x, p, 0] = 0.0
            for a in range(moves.action_start[x], moves.action_start[x + 1]):
                share = odds[a - base] / total
                strategies[a, 0, 0] = share
                for p in range(planes):
                    out[x, p, 0] += share * q[a - base, p]
            regrets[x] = top - out[x, plane, 0]
            if arrival < 1.0:
                for p in range(planes):
                    out[x, p, 0] = arrival * out[x, p, 0] + (1.0 - arrival) * values[skip, p, 0]
        begin = end
