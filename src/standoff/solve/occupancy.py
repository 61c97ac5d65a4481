"""Where the play stands before every decision, and at which beliefs.

The forward pass keeps only what a forecast reports. Here every layer's mass is handed out on its way: by state, measure
and belief point, along the equilibrium's strategies. Measure 0 is the public one; then one for each plane (player type), in
which that player is of that type. As in the forward pass, masses at single belief points may be slightly negative; what means
something is their sums, and sums of their products with values at the same points.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from standoff.solve.arrays import second_of
from standoff.solve.forward import chance_forward, decision_forward
from standoff.solve.result import Equilibrium
from standoff.solve.simultaneous import simultaneous_forward

__all__ = ["occupancy"]

Floats = NDArray[np.float64]


def occupancy(equilibrium: Equilibrium, milestone: int | None = None) -> Iterator[tuple[int, int, Floats]]:
    """Walk from the start to the horizon and hand out the mass before every layer.

    Args:
        equilibrium: The solved game.
        milestone: Leave out what has met this milestone (one without `after`), from the moment on at which it does; None:
            everything that is open.

    Yields:
        Period, layer, and the mass in each state of the layer; shape (state, measure, row of belief points). The array is
        used again: copy what should stay.
    """
    game, grid = equilibrium.game, equilibrium.grid
    planes = len(game.planes)
    mass = np.zeros((game.num_states[0], 1 + planes, grid.row))
    mass[game.start] = grid.start_weights
    absorbed = np.zeros((len(game.terminals.outcome), 1 + planes))
    payoffs = np.zeros(planes)
    factor = np.ones(planes)
    assert milestone is None or game.milestones[milestone].after < 0
    for period in range(game.num_periods):
        epoch = game.epoch_of(period)
        for s, layer in enumerate(epoch.layers):
            if milestone is not None:
                mass[layer.milestone_holds[:, milestone]] = 0.0
            yield period, s, mass
            following = np.zeros((game.num_states[(s + 1) % game.num_layers], 1 + planes, grid.row))
            moves, strategies = equilibrium.moves(period, s), equilibrium.strategies[period][s]
            if layer.is_chance:
                chance_forward(
                    0, 1 + planes, 1, moves, grid.terminal_values, factor, mass, following, absorbed, payoffs
                )
            elif layer.second is not None:
                simultaneous_forward(
                    0, 1 + planes, 1, moves, *second_of(layer), grid.sides, grid.terminal_values, factor, strategies,
                    equilibrium.second_strategies[period][s], mass, following, absorbed, payoffs,
                )  # fmt: skip
            else:
                decision_forward(
                    0, 1 + planes, 1, moves, grid.sides, grid.terminal_values, factor, strategies, mass, following,
                    absorbed, payoffs,
                )  # fmt: skip
            mass = following
