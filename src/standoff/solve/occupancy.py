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
from standoff.solve.backward_pass import Backward
from standoff.solve.forward_pass import Sweeper, sweeper_of
from standoff.solve.result import Equilibrium
from standoff.solve.workers import Workers

__all__ = ["Standing", "occupancy"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """Where the play stands before a layer.

    Attributes:
        period: Period.
        layer_index: Layer.
        mass: Probability by state of the layer, measure and belief point; shape (state, measure, row).
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
    assert milestone is None or game.milestones[milestone].after < 0
    with Workers.of(equilibrium.settings) as workers:
        sweeper = sweeper_of(game, grid, Backward.of(equilibrium), workers)
        for period in range(game.num_periods):
            for s, layer in enumerate(game.epoch_of(period).layers):
                yield _standing(sweeper, period, s, layer, milestone)
                sweeper.step(period, s)
        yield _standing(sweeper, game.num_periods, 0, game.epochs[-1].layers[0], milestone)


def _standing(sweeper: Sweeper, period: int, s: int, layer: Layer, milestone: int | None) -> Standing:
    """Take out what stands where the milestone holds, and note the rest."""
    met = np.zeros(len(sweeper.measures))
    if milestone is not None:
        holds = layer.milestone_holds[:, milestone]
        met = sweeper.mass[holds].sum(axis=(0, 2))[sweeper.measures]
        sweeper.mass[holds] = 0.0
    return Standing(period, s, sweeper.mass[:, sweeper.measures], met)
