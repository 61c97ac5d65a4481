"""The crisis solved in plain NumPy on the tree of public histories: structure without compiled kernels.

A game tree repeats every public history for each pair of private types. Here a history stands once, with the public belief
about each side, and whole levels of histories are arrays. History h of period t + 1 is 4 h' + 2 i + j, after history h' of
period t, side a's move i and side b's move j (0 hold, 1 raise; other moves and the accident end the crisis).

Strategies and beliefs determine each other, so sweeps forward (beliefs by Bayes' rule) and backward (action values, logit
strategies, values) are repeated until no strategy changes by more than `TOLERANCE`.

Prints the times of repeated solves as JSON, and writes strategies and beliefs to a file for the other programs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from families import (
    ACCIDENT,
    ACCIDENT_WORTH,
    FLOW,
    PRIOR,
    RAISE_COST,
    RATIONALITY,
    STRIKE_WORTH,
    TENSIONS,
    UNRESOLVED,
    YIELD_WORTH,
)  # fmt: skip

TOLERANCE = 1e-11
MAX_SWEEPS = 2000
A, B = 0, 1
HOLD, RAISE, END = range(3)
TYPES = tuple(tuple(PRIOR[side]) for side in "ab")


def by_type(numbers):
    """Numbers of side a's types, then of side b's; shape (4,). A number for all types of a side counts for each."""
    return np.array(
        [
            numbers[side][name] if isinstance(numbers[side], dict) else numbers[side]
            for side in "ab"
            for name in PRIOR[side]
        ]
    )


STRIKE, YIELD, CRASH = by_type(STRIKE_WORTH), by_type(YIELD_WORTH), by_type(ACCIDENT_WORTH)
COST, PAID, OPEN = by_type(RAISE_COST), by_type(FLOW), by_type(UNRESOLVED)


@dataclass
class Level:
    """One period: tension at every history, and strategies and beliefs of both sides.

    Attributes:
        tension: Of each history; shape (history,).
        after: Tension after both moved; shape (history, 2, 2).
        strategies: Of side a, shape (2, history, 3); of side b, shape (2, 2 * history, 3): history 2 h + i is after move i.
        beliefs: In the second type of each side when side a moves; shape (2, history).
        belief_a: In side a's second type after its move, where side b moves; shape (2 * history,).
    """

    tension: np.ndarray
    after: np.ndarray
    strategies: list[np.ndarray]
    beliefs: np.ndarray
    belief_a: np.ndarray


def histories(num_periods):
    """All levels, with uniform strategies."""
    tension = np.zeros(1, dtype=np.int64)
    levels = []
    for _ in range(num_periods):
        change = np.array([[-1, 1], [1, 2]])
        after = np.clip(tension[:, None, None] + change, 0, TENSIONS - 1)
        count = len(tension)
        levels.append(
            Level(
                tension,
                after,
                [np.full((2, count, 3), 1 / 3), np.full((2, 2 * count, 3), 1 / 3)],
                np.zeros((2, count)),
                np.zeros(2 * count),
            )
        )
        tension = after.reshape(-1)
    return levels


def posterior(belief, strategies):
    """Belief after each of the two moves that go on; shapes (history,), (2, history, 3) -> (history, 2)."""
    second = belief[:, None] * strategies[1, :, :2]
    return second / (second + (1 - belief)[:, None] * strategies[0, :, :2])


def believe(levels):
    """Beliefs at every history, from the strategies."""
    beliefs = np.array([[PRIOR[side][TYPES[k][1]]] for k, side in enumerate("ab")])
    for level in levels:
        level.beliefs = beliefs
        level.belief_a = posterior(beliefs[A], level.strategies[A]).reshape(-1)
        belief_b = posterior(np.repeat(beliefs[B], 2), level.strategies[B]).reshape(-1)
        beliefs = np.stack([np.repeat(level.belief_a, 2), belief_b])


def logit(q, rationality):
    """Logit strategies over the last axis."""
    probabilities = np.exp(rationality * (q - q.max(axis=-1, keepdims=True)))
    return probabilities / probabilities.sum(axis=-1, keepdims=True)


def respond(levels, rationality):
    """New strategies by backward induction at given beliefs; returns the largest change, and the values at the start."""
    change = 0.0
    hazard = np.array(ACCIDENT)
    values = np.repeat(OPEN[:, None], 4 * len(levels[-1].tension), axis=1)  # by type and history of the next period
    for level in reversed(levels):
        probabilities = hazard[level.after].reshape(-1)
        values = probabilities * CRASH[:, None] + (1 - probabilities) * (PAID[:, None] + values)
        for side in (B, A):
            own = slice(2 * side, 2 * side + 2)
            rest = slice(2 - 2 * side, 4 - 2 * side)
            count = values.shape[1] // 2
            q = np.empty((4, count, 3))
            q[:, :, :2] = values.reshape(4, count, 2)
            q[own, :, RAISE] += COST[own, None]
            q[:, :, END] = (STRIKE if side == A else YIELD)[:, None]
            found = logit(q[own], rationality)
            change = max(change, float(np.abs(found - level.strategies[side]).max()))
            level.strategies[side] = found
            about = level.beliefs[A] if side == A else np.repeat(level.beliefs[B], 2)
            mixed = found[0] + about[:, None] * (found[1] - found[0])
            values = np.empty((4, count))
            values[own] = np.einsum("khc,khc->kh", found, q[own])
            values[rest] = np.einsum("hc,khc->kh", mixed, q[rest])
    return change, values[:, 0]


def solve(num_periods, rationality=RATIONALITY):
    """Levels at equilibrium, values of the four types at the start, and the sweeps used."""
    levels = histories(num_periods)
    for sweep in range(1, MAX_SWEEPS + 1):
        believe(levels)
        change, values = respond(levels, rationality)
        if change <= TOLERANCE:
            return levels, values, sweep
    raise ArithmeticError(f"strategies still change by {change:.1e} after {MAX_SWEEPS} sweeps")


def probabilities(levels):
    """Probability of a strike, of a concession and of an accident by the horizon, from the public strategies."""
    ends = np.zeros(3)
    mass = np.ones(1)
    for level in levels:
        for side, belief in ((A, level.beliefs[A]), (B, np.repeat(level.beliefs[B], 2))):
            own = level.strategies[side]
            mixed = own[0] + belief[:, None] * (own[1] - own[0])
            ends[side] += mass @ mixed[:, END]
            mass = (mass[:, None] * mixed[:, :2]).reshape(-1)
        hazard = np.array(ACCIDENT)[level.after].reshape(-1)
        ends[2] += mass @ hazard
        mass = mass * (1 - hazard)
    return ends


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("periods", type=int)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    seconds = []
    for _ in range(arguments.repeat):
        start = time.perf_counter()
        levels, values, sweeps = solve(arguments.periods)
        ends = probabilities(levels)
        seconds.append(time.perf_counter() - start)
    if arguments.write:
        arrays = {}
        for t, level in enumerate(levels):
            arrays |= {
                f"tension_{t}": level.tension, f"after_{t}": level.after, f"a_{t}": level.strategies[A],
                f"b_{t}": level.strategies[B], f"beliefs_{t}": level.beliefs, f"belief_a_{t}": level.belief_a,
            }  # fmt: skip
        np.savez(
            arguments.write,
            accident=np.array(ACCIDENT),
            prior=[PRIOR[s][TYPES[k][1]] for k, s in enumerate("ab")],
            **arrays,
        )
    json.dump(
        {
            "seconds": seconds,
            "sweeps": sweeps,
            "probabilities": ends.tolist(),
            "values": values.tolist(),
            "numpy": np.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
