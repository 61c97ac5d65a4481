"""A finite Markov chain, unrolled in time, and its probabilities.

A step of the chain is one layer of the game. A chain state belongs to one step; only ends, and what is open at the horizon, go
to themselves for ever. So "by the end of period t" is "within (t + 1) x layers steps", counting periods from 0.

Everything of interest is the first passage of a **label**: an outcome's label is borne by its ends, a milestone's by every
chain state in which arriving meets it. The start is an arrival too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chain", "chain_probabilities"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """A finite Markov chain, unrolled in time. Chain state 0 is the start; every chain state has positive probability.

    Attributes:
        num_periods: Horizon of the game.
        steps_per_period: Steps (layers) in a period.
        step_start: First chain state of each step, then the first end; shape (step + 1,), with one step more than there
            are layers in all periods: the last holds what is open at the horizon.
        belief_axes: Grid beliefs about each player with two types.
        game_state: State of the game's layer, or -(terminal + 1) for an end; shape (chain state,).
        beliefs: Index into each of `belief_axes`, 0 for an end; shape (chain state, axis).
        met: Bit j is set where the j-th milestone that others wait for was met before arriving; shape (chain state,).
        row_start: First transition of each chain state; shape (chain state + 1,).
        column: Chain state that the transition leads to, ascending in each row; shape (transition,).
        probability: Positive; sums to one in each row; shape (transition,).
        labels: Chain states by label: `outcome_NAME` and `milestone_NAME` (see the module), `unresolved` for what is
            open at the horizon; ascending.
    """

    num_periods: int
    steps_per_period: int
    step_start: Indices
    belief_axes: tuple[Floats, ...]
    game_state: Indices
    beliefs: Indices
    met: Indices
    row_start: Indices
    column: Indices
    probability: Floats
    labels: dict[str, Indices]

    @property
    def num_states(self) -> int:
        """Number of chain states."""
        return len(self.game_state)

    @property
    def num_transitions(self) -> int:
        """Number of transitions."""
        return len(self.column)

    @property
    def num_steps(self) -> int:
        """Steps to the horizon."""
        return self.num_periods * self.steps_per_period


def chain_probabilities(chain: Chain) -> dict[str, Floats]:
    """Probability that a label was reached by the end of each period, by a forward sweep of the chain alone.

    Args:
        chain: The chain.

    Returns:
        By label; shape (period,).
    """
    names = list(chain.labels)
    bears = np.zeros((chain.num_states, len(names)), dtype=np.bool_)
    for k, name in enumerate(names):
        bears[chain.labels[name], k] = True
    # column k: the mass that has not yet reached label k
    mass = np.zeros((chain.num_states, len(names)))
    mass[0] = 1.0
    reached = np.where(bears[0], 1.0, 0.0)
    mass[0, bears[0]] = 0.0
    probabilities = np.empty((chain.num_periods, len(names)))
    ends = slice(int(chain.step_start[-1]), chain.num_states)
    for step in range(chain.num_steps):
        here = slice(int(chain.step_start[step]), int(chain.step_start[step + 1]))
        there = slice(here.stop, int(chain.step_start[step + 2]))
        own = slice(int(chain.row_start[here.start]), int(chain.row_start[here.stop]))
        source = np.repeat(np.arange(here.start, here.stop), np.diff(chain.row_start[here.start : here.stop + 1]))
        np.add.at(mass, chain.column[own], chain.probability[own, None] * mass[source])
        for block in (there, ends):
            reached += np.sum(mass[block], axis=0, where=bears[block])
            mass[block][bears[block]] = 0.0
        if (step + 1) % chain.steps_per_period == 0:
            probabilities[(step + 1) // chain.steps_per_period - 1] = reached
    return {name: probabilities[:, k] for k, name in enumerate(names)}
