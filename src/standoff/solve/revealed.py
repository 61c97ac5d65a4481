"""The same crisis with the private types revealed.

The public belief is part of the state, so a solved game holds the equilibria of all priors. Where everyone knows the types,
the belief is 0 or 1 and stays there: Bayes' rule moves no certainty. Those beliefs are points of every grid, nothing is
interpolated, and the strategies there are those of the game in which the players have just these types. Only the forward pass
is done again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from standoff.game.model import Game
from standoff.solve.backward_pass import Backward
from standoff.solve.forward_pass import forward_pass
from standoff.solve.kernels.arrays import BeliefGrid
from standoff.solve.result import Equilibrium
from standoff.solve.workers import Workers

__all__ = ["list_type_profiles", "reveal_types"]


def list_type_profiles(game: Game) -> Iterator[tuple[tuple[int, ...], float]]:
    """List every combination of the players' types with its prior probability; one type for each player, in order."""
    for types in product(*(range(len(player.player_types)) for player in game.players)):
        shares = [player.prior[k] for player, k in zip(game.players, types, strict=True)]
        yield types, float(np.prod(shares))


def reveal_types(equilibrium: Equilibrium, types: tuple[int, ...]) -> Equilibrium:
    """Find the equilibrium of the game in which everybody knows everybody's type.

    Args:
        equilibrium: The solved game.
        types: Type of each player, in order.

    Returns:
        The equilibrium with priors of 0 and 1. Its certificate holds for every node of the solved game; its `belief_error` is
        the difference between the public probabilities and those given the true types, which is rounding error.

    Raises:
        ValueError: `types` does not name one type of each player.
    """
    game = equilibrium.game
    if len(types) != len(game.players) or any(
        not 0 <= k < len(player.player_types) for player, k in zip(game.players, types, strict=False)
    ):
        raise ValueError(f"types must be one type of each of {len(game.players)} players, not {types!r}")
    players = tuple(
        replace(player, prior=tuple(float(k == own) for k in range(len(player.player_types))))
        for player, own in zip(game.players, types, strict=True)
    )
    revealed = replace(game, players=players)
    points = equilibrium.certificate.belief_points
    grid = BeliefGrid(revealed, points[0] if points else 1, equilibrium.settings.anchor or game.prior_belief)
    found = Backward.restore(equilibrium)
    with Workers.start(equilibrium.settings) as workers:
        sweep = forward_pass(revealed, grid, found, workers, None)
    start_values = equilibrium.values[0][0][game.start] @ grid.start_weights
    own = [first + k for first, k in zip(game.first_plane, types, strict=True)]
    gap = float(np.max(np.abs(start_values[own] - sweep.payoffs[own])))
    public, private = sweep.absorbed[:, :, :1], sweep.absorbed[:, :, [1 + p for p in own]]
    error = float(np.max(np.abs(private - public), initial=0.0))
    certificate = replace(equilibrium.certificate, belief_error=error, consistency_gap=gap)
    settings = replace(equilibrium.settings, anchor=equilibrium.settings.anchor or game.prior_belief)
    return replace(
        equilibrium, game=revealed, settings=settings, certificate=certificate, start_values=start_values, sweep=sweep
    )
