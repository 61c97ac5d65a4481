"""Where the play stands before every decision, and at which beliefs.

The forward pass keeps only what a forecast reports. Here every layer's mass is handed out on its way: by state, measure
and belief point, along the equilibrium's strategies. Measure 0 is the public one; then one for each plane (player type), in
which that player is of that type. As in the forward pass, masses at single belief points may be slightly negative; what means
something is their sums, and sums of their products with values at the same points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Layer
from standoff.solve.arrays import second_of
from standoff.solve.forward import chance_forward, decision_forward
from standoff.solve.result import Equilibrium
from standoff.solve.simultaneous import simultaneous_forward

__all__ = ["Standing", "occupancy"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """Where the play stands before a layer.

    Attributes:
        period: Period.
        layer_index: Layer.
        mass: Probability by state of the layer, measure and belief point; shape (state, measure, row). It is used again: copy
            what should stay.
        met: What has just met the milestone and been left out, by measure; shape (measure,).
    """

    period: int
    layer_index: int
    mass: Floats
    met: Floats


def occupancy(equilibrium: Equilibrium, milestone: int | None = None) -> Iterator[Standing]:
    """Walk from the start to the horizon and hand out the mass before every layer.

    Args:
        equilibrium: The solved game.
        milestone: Leave out what has met this milestone (one without `after`), from the moment on at which it does; None:
            everything that is open.

    Yields:
        Where the play stands before every layer of every period, in order, and once more at the horizon, as before layer 0 of
        the period after the last.
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
            yield Standing(period, s, mass, _leave_out(mass, layer, milestone))
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
    yield Standing(game.num_periods, 0, mass, _leave_out(mass, game.epochs[-1].layers[0], milestone))


def _leave_out(mass: Floats, layer: Layer, milestone: int | None) -> Floats:
    """Take out what stands where the milestone holds; returns how much that was, by measure."""
    if milestone is None:
        return np.zeros(mass.shape[1])
    holds = layer.milestone_holds[:, milestone]
    met = mass[holds].sum(axis=(0, 2))
    mass[holds] = 0.0
    return np.asarray(met)
