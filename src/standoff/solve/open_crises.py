"""How many crises are still open, how accurately that is known, and what is an average over them.

An average over open crises, such as the mean belief, is a ratio of two masses. Both have a discretisation error e of about the
same size, so the average is wrong by about e / mass. Once nearly every crisis has ended, the average would mean nothing: it may
even leave the range of what is averaged, because mass at single belief points may be negative.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game
from standoff.solve.result import ForwardResult

__all__ = ["LARGEST_RATIO_ERROR", "SMALLEST_MASS", "find_open_gap", "find_too_few", "rate_open_crises"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LARGEST_RATIO_ERROR = 0.05
"""Largest estimated error of an average of probabilities over open crises that is reported."""
SMALLEST_MASS = 1e-9
"""Probability of being open below which an average is never reported: rounding alone may change it."""


def find_too_few(mass: Floats, error: Floats | float) -> Bools:
    """Say where too few crises are open for an average over them.

    Args:
        mass: Probability that the crisis is open.
        error: Estimated error of this probability; the same shape, or one for all.
    """
    return np.asarray(~(mass > np.maximum(SMALLEST_MASS, np.asarray(error) / LARGEST_RATIO_ERROR)))


def find_open_gap(game: Game, sweep: ForwardResult, coarse: Floats) -> Floats:
    """Find by how much the probability that the crisis is open differs between two belief grids, and between measures.

    Args:
        game: The game.
        sweep: The result of the forward pass.
        coarse: The probabilities with fewer (or more) points, from `standoff.solve.equilibrium.collect_all_probabilities`.

    Returns:
        The largest difference, also given a player's true type, at the end of this period or of a later one, as both may agree
        by chance at one date; 0 at the start. Shape (period + 1,).
    """
    num_periods, _, num_measures = sweep.absorbed.shape
    num_outcomes = len(game.outcomes)
    found = 1.0 - sweep.absorbed.sum(axis=1)
    other = 1.0 - coarse[:, : num_outcomes * num_measures].reshape(num_periods, num_outcomes, num_measures).sum(axis=1)
    gap = np.max(np.abs(found - other), axis=1)
    for player, first in zip(game.players, game.first_plane, strict=True):
        if len(player.player_types) == 2:
            mixed = player.prior[0] * found[:, 1 + first] + player.prior[1] * found[:, 2 + first]
            gap = np.maximum(gap, np.abs(mixed - found[:, 0]))
    return np.concatenate([np.zeros(1), np.maximum.accumulate(gap[::-1])[::-1]])


def rate_open_crises(sweep: ForwardResult, open_error: Floats) -> ForwardResult:
    """Add the error of the open mass, and remove mean beliefs where it is too large; the others are kept within 0..1."""
    too_few = find_too_few(sweep.open_mass.sum(axis=1), open_error)
    beliefs = np.where(too_few[:, None], np.nan, np.clip(sweep.mean_beliefs, 0.0, 1.0))
    return replace(sweep, mean_beliefs=beliefs, open_error=open_error)
