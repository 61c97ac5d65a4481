"""How probable every state and belief is before every decision.

The forward pass keeps only what a forecast reports. Here the mass of every layer is yielded on the way: by state, measure and
belief point, along the equilibrium's strategies. Measure 0 is the public one; then comes one for each plane (player type), in
which that player is of that type. As in the forward pass, masses at single belief points may be slightly negative; only their
sums mean anything, and sums of their products with values at the same points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.solve.backward_pass import Backward
from standoff.solve.forward_pass import ForwardPass, begin_forward_pass
from standoff.solve.kernels.arrays import BeliefGrid
from standoff.solve.result import Equilibrium
from standoff.solve.workers import Workers

__all__ = ["Occupancy", "trace_mass", "trace_occupancy"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Occupancy:
    """The mass before a layer.

    Attributes:
        period: Period.
        layer_index: Layer.
        mass: Probability by state of the layer, measure and belief point; shape (state, measure, point).
        met: Mass that has just met the milestone and is left out, by measure; shape (measure,).
    """

    period: int
    layer_index: int
    mass: Floats
    met: Floats


def trace_occupancy(equilibrium: Equilibrium, milestone: int | None = None) -> Iterator[Occupancy]:
    """Move the mass from the start to the horizon and yield it before every layer.

    Args:
        equilibrium: The solved game.
        milestone: Leave out the mass that has met this milestone (one without `after`), from that moment on; None: keep all that
            is open.

    Yields:
        The mass before every layer of every period, in order, and once more at the horizon, as before layer 0 of the period after
        the last.
    """
    with Workers.start(equilibrium.settings) as workers:
        yield from trace_mass(equilibrium.game, equilibrium.grid, Backward.restore(equilibrium), workers, milestone)


def trace_mass(
    game: Game, grid: BeliefGrid, backward: Backward, workers: Workers, milestone: int | None = None
) -> Iterator[Occupancy]:
    """Do the same from the result of a backward pass."""
    assert milestone is None or game.milestones[milestone].after < 0
    moving = begin_forward_pass(game, grid, backward, workers)
    for period in range(game.num_periods):
        for s, layer in enumerate(game.find_epoch(period).layers):
            yield _record(moving, period, s, layer, milestone)
            moving.step(period, s)
    yield _record(moving, game.num_periods, 0, game.epochs[-1].layers[0], milestone)


def _record(moving: ForwardPass, period: int, s: int, layer: Layer, milestone: int | None) -> Occupancy:
    """Remove the mass where the milestone holds, and record the rest."""
    met = np.zeros(len(moving.measures))
    if milestone is not None:
        holds = layer.milestone_holds[:, milestone]
        met = moving.mass[holds].sum(axis=(0, 2))[moving.measures]
        moving.mass[holds] = 0.0
    return Occupancy(period, s, moving.mass[:, moving.measures], met)
