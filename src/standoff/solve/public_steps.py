"""What everybody may see next: the steps that lead on from a place in a solved game, with exact beliefs.

A place is a state of a layer and the public beliefs with which it is entered. From there the layer does not come up, with
probability 1 - q, and the play skips on; or somebody takes an action a, with probability q sbar(a), sbar being the mover's
strategy weighted by the public belief, and one of its consequences follows. The beliefs after it follow from Bayes' rule.
The mover's node is solved at the very beliefs of the place, not at the belief points.

Consequences of one action that lead to the same state cannot be told apart, so they are one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.solve.result import Equilibrium
from standoff.solve.sample import layer_strategy

__all__ = ["Step", "own_parts", "public_steps"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that may happen in a layer.

    Attributes:
        probability: Under the public measure, given the place; positive.
        action: Index into the layer's actions; -1 where the layer does not come up.
        target: State of the next layer, or -(terminal + 1).
        beliefs: Public belief about each player with two types after it.
    """

    probability: float
    action: int
    target: int
    beliefs: tuple[float, ...]


def own_parts(layer: Layer, state: int, action: int) -> tuple[tuple[int, int, int], ...]:
    """Who moves when an action of a layer is taken: player, its action's place in `action_names`, and among its own.

    Two where two players move at the same time, none where nature moves.
    """
    if layer.is_chance or layer.mover[state] < 0:
        return ()
    place = action - int(layer.action_start[state])
    if layer.second is None or layer.second.mover[state] < 0:
        return ((int(layer.mover[state]), int(layer.action_label[action]), place),)
    across = int(layer.second.num_actions[state])
    return (
        (int(layer.mover[state]), int(layer.action_label[action]), place // across),
        (int(layer.second.mover[state]), int(layer.second.action_label[action]), place % across),
    )


def public_steps(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    *,
    state: int,
    beliefs: tuple[float, ...],
    later: Floats | None = None,
) -> tuple[Step, ...]:
    """Everything that may happen in a layer, in the order of its actions, last that it does not come up.

    Args:
        equilibrium: A solved game.
        period: Period.
        layer_index: Layer.
        state: State of the layer.
        beliefs: Public belief about each player with two types.
        later: V of the next layer, as for `standoff.solve.sample.layer_strategy`.

    Returns:
        The steps; their probabilities sum to one.
    """
    game = equilibrium.game
    layer = game.epoch_of(period).layers[layer_index]
    comes_up = layer.is_chance or layer.mover[state] >= 0
    arrival = float(layer.arrival[state]) if comes_up else 0.0
    found: list[Step] = []
    if arrival > 0.0:
        start, stop = int(layer.action_start[state]), int(layer.action_start[state + 1])
        shares, after = np.ones(stop - start), [beliefs] * (stop - start)
        if not layer.is_chance:
            shares, after = _moves(equilibrium, period, layer_index, state=state, beliefs=beliefs, later=later)
        for action in range(start, stop):
            share = arrival * float(shares[action - start])
            if share > 0.0:
                ends = _ends(layer, action)
                found += [Step(share * p, action, y, after[action - start]) for y, p in ends.items() if p > 0.0]
    if arrival < 1.0:
        found.append(Step(1.0 - arrival, -1, int(layer.skip[state]), beliefs))
    return tuple(found)


def _ends(layer: Layer, action: int) -> dict[int, float]:
    """Where an action leads, with its probability."""
    ends: dict[int, float] = {}
    for branch in range(int(layer.branch_start[action]), int(layer.branch_start[action + 1])):
        target = int(layer.branch_target[branch])
        ends[target] = ends.get(target, 0.0) + float(layer.branch_probability[branch])
    return ends


def _moves(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    *,
    state: int,
    beliefs: tuple[float, ...],
    later: Floats | None,
) -> tuple[Floats, list[tuple[float, ...]]]:
    """Public probability of every action of a state, joint where two move, and the beliefs after each."""
    game = equilibrium.game
    layer = game.epoch_of(period).layers[layer_index]
    start, stop = int(layer.action_start[state]), int(layer.action_start[state + 1])
    shares = np.ones(stop - start)
    after = [list(beliefs) for _ in range(start, stop)]
    for which, (player, _, _) in enumerate(own_parts(layer, state, start)):
        strategies, posteriors = layer_strategy(equilibrium, period, layer_index, state, beliefs, player, later=later)
        axis = _axis(game, player)
        own = [own_parts(layer, state, action)[which][2] for action in range(start, stop)]
        mixed = strategies[0] if axis < 0 else (1.0 - beliefs[axis]) * strategies[0] + beliefs[axis] * strategies[1]
        shares = shares * mixed[own]
        if axis >= 0:
            for place, part in enumerate(own):
                after[place][axis] = float(posteriors[part])
    return shares, [tuple(each) for each in after]


def _axis(game: Game, player: int) -> int:
    return game.belief_players.index(player) if player in game.belief_players else -1
