"""A finite Markov chain, unrolled in time.

A step of the chain is one layer of the game. A chain state belongs to one step. Only terminals, and states that are
unresolved at the horizon, are absorbing. So "by the end of period t" is "within (t + 1) x layers steps", counting periods from 0.

Every quantity of interest is the first passage of a **label**. The terminals of an outcome have its label; every chain state
in which an arrival meets a milestone has the milestone's. The start is an arrival too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chain"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """A finite Markov chain, unrolled in time. Chain state 0 is the start; every chain state has positive probability.

    Attributes:
        num_periods: Horizon of the game.
        steps_per_period: Steps (layers) in a period.
        step_start: First chain state of each step, then the first terminal; shape (step + 1,), with one step more than there
            are layers in all periods: the last holds the states that are unresolved at the horizon.
        belief_axes: Grid beliefs about each player with two types.
        game_state: State of the game's layer, or -(terminal + 1); shape (chain state,).
        beliefs: Index into each of `belief_axes`, 0 for a terminal; shape (chain state, axis).
        met: Bit j is set where the j-th milestone that others come after was met before arriving; shape (chain state,).
        row_start: First transition of each chain state; shape (chain state + 1,).
        column: Chain state that the transition leads to, ascending in each row; shape (transition,).
        probability: Positive; sums to one in each row; shape (transition,).
        labels: Chain states by label: `outcome_NAME` and `milestone_NAME` (see the module), `unresolved` for states
            that are unresolved at the horizon; ascending.
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
