"""Public steps: what everybody may observe next, from a state and beliefs of a solved game.

A step starts in a state of a layer with the public beliefs that hold when it is entered. With probability 1 - q the layer
does not come up, and the play skips on; or somebody takes an action a, with probability q sbar(a), where sbar is the mover's
strategy weighted by the public belief, and one of its consequences follows. The beliefs after it follow from Bayes' rule. The
mover's node is solved at exactly these beliefs, not at the belief points.

Consequences of one action that lead to the same state cannot be distinguished, so they are one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.solve.result import Equilibrium
from standoff.solve.sample import find_strategy

__all__ = ["Step", "list_movers", "list_public_steps"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        probability: Public probability, given the state and beliefs before it; positive.
        action: Index into the layer's actions; -1 where the layer does not come up.
        target: State of the next layer, or -(terminal + 1).
        beliefs: Public belief about each player with two types after it.
    """

    probability: float
    action: int
    target: int
    beliefs: tuple[float, ...]


def list_movers(layer: Layer, state: int, action: int) -> tuple[tuple[int, int, int], ...]:
    """List who moves when an action of a layer is taken: the player, and its action's index in `action_names` and among its own.

    Two entries where two players move at the same time, none where nature moves.
    """
    if layer.is_chance or layer.mover[state] < 0:
        return ()
    index = action - int(layer.action_start[state])
    if layer.second is None or layer.second.mover[state] < 0:
        return ((int(layer.mover[state]), int(layer.action_label[action]), index),)
    across = int(layer.second.num_actions[state])
    return (
        (int(layer.mover[state]), int(layer.action_label[action]), index // across),
        (int(layer.second.mover[state]), int(layer.second.action_label[action]), index % across),
    )


def list_public_steps(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    *,
    state: int,
    beliefs: tuple[float, ...],
    next_values: Floats | None = None,
) -> tuple[Step, ...]:
    """List the steps through a layer, in the order of its actions, and last that it does not come up.

    Args:
        equilibrium: A solved game.
        period: Period.
        layer_index: Layer.
        state: State of the layer.
        beliefs: Public belief about each player with two types.
        next_values: V of the next layer, as for `standoff.solve.sample.find_strategy`.

    Returns:
        The steps; their probabilities sum to one.
    """
    game = equilibrium.game
    layer = game.find_epoch(period).layers[layer_index]
    comes_up = layer.is_chance or layer.mover[state] >= 0
    arrival = float(layer.arrival[state]) if comes_up else 0.0
    found: list[Step] = []
    if arrival > 0.0:
        start, stop = int(layer.action_start[state]), int(layer.action_start[state + 1])
        probabilities, after = np.ones(stop - start), [beliefs] * (stop - start)
        if not layer.is_chance:
            probabilities, after = _mix_actions(
                equilibrium, period, layer_index, state=state, beliefs=beliefs, next_values=next_values
            )
        for action in range(start, stop):
            probability = arrival * float(probabilities[action - start])
            if probability > 0.0:
                targets = _sum_targets(layer, action)
                found += [
                    Step(probability * p, action, y, after[action - start]) for y, p in targets.items() if p > 0.0
                ]
    if arrival < 1.0:
        found.append(Step(1.0 - arrival, -1, int(layer.skip[state]), beliefs))
    return tuple(found)


def _sum_targets(layer: Layer, action: int) -> dict[int, float]:
    """Sum the probabilities of the states and terminals to which an action leads."""
    targets: dict[int, float] = {}
    for branch in range(int(layer.branch_start[action]), int(layer.branch_start[action + 1])):
        target = int(layer.branch_target[branch])
        targets[target] = targets.get(target, 0.0) + float(layer.branch_probability[branch])
    return targets


def _mix_actions(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    *,
    state: int,
    beliefs: tuple[float, ...],
    next_values: Floats | None,
) -> tuple[Floats, list[tuple[float, ...]]]:
    """Find the public probability of every action of a state, joint where two players move, and the beliefs after each."""
    game = equilibrium.game
    layer = game.find_epoch(period).layers[layer_index]
    start, stop = int(layer.action_start[state]), int(layer.action_start[state + 1])
    probabilities = np.ones(stop - start)
    after = [list(beliefs) for _ in range(start, stop)]
    for which, (player, _, _) in enumerate(list_movers(layer, state, start)):
        strategies, posteriors = find_strategy(
            equilibrium, period, layer_index, state, beliefs, player, next_values=next_values
        )
        axis = _find_axis(game, player)
        own = [list_movers(layer, state, action)[which][2] for action in range(start, stop)]
        mixed = strategies[0] if axis < 0 else (1.0 - beliefs[axis]) * strategies[0] + beliefs[axis] * strategies[1]
        probabilities = probabilities * mixed[own]
        if axis >= 0:
            for index, part in enumerate(own):
                after[index][axis] = float(posteriors[part])
    return probabilities, [tuple(each) for each in after]


def _find_axis(game: Game, player: int) -> int:
    return game.belief_players.index(player) if player in game.belief_players else -1
