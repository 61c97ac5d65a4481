"""The value of every action at one decision to every player type.

At a state x of a decision layer and a public belief b the mover's type h gets from action a

    Q_h(a) = r_h(x, a) + sum_y p(y | x, a) V_h(y, b'(a)),

and every other player type k of player j likewise, with its own r and V; b'(a) is the public belief after the action by Bayes'
rule. Where two players move at the same time, the other's strategy s_k(c) and its posterior enter: the mover's types expect the
other's move by the public belief, and the other's type k knows its own strategy, so that

    Q_h(a) = sum_c sbar(c) (r_h + E V_h(y, b'(a), b'(c))),    Q_k(a) = sum_c s_k(c) (r_k + E V_k(y, b'(a), b'(c))).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Layer
from standoff.solve.result import Equilibrium
from standoff.solve.sample import find_strategy

__all__ = ["ActionValues", "find_action_values", "find_milestone_probabilities"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ActionValues:
    """A decision of one player, observed by everyone.

    Attributes:
        player: The player who decides.
        names: Its actions.
        strategies: Probability of each action by type; shape (type, action).
        allowed: Whether each type has each action; shape (type, action).
        posteriors: Public belief in the player's second type after each action; shape (action,), nan for one type.
        values: Value of each action to every plane; shape (action, plane). For a type of the player that does not have the
            action: the value that it would have.
        milestones: Probability that the action's own consequences meet each milestone's condition; shape (action, milestone).
    """

    player: int
    names: tuple[str, ...]
    strategies: Floats
    allowed: NDArray[np.bool_]
    posteriors: Floats
    values: Floats
    milestones: Floats


def find_action_values(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    state: int,
    beliefs: tuple[float, ...],
    player: int | None = None,
) -> ActionValues:
    """Find the value of every action at a state.

    Args:
        equilibrium: Its values of the period must have been kept (period 0 always is).
        period: Period.
        layer_index: Layer, a decision layer.
        state: State of that layer, one in which a player moves.
        beliefs: Public belief about each player with two types.
        player: Which player, where two move at the same time; None: the mover.

    Returns:
        The player's actions and their values.
    """
    game = equilibrium.game
    layer = game.find_epoch(period).layers[layer_index]
    first, second = _find_movers(layer, state)
    who = first if player is None else player
    strategies, posteriors = find_strategy(equilibrium, period, layer_index, state, beliefs, who)
    joint = np.arange(layer.action_start[state], layer.action_start[state + 1])
    count = int(layer.second.num_actions[state]) if layer.second is not None and second >= 0 else 1
    table = joint.reshape(-1, count)  # by the mover's action and the second mover's
    others = np.ones((1, 1))  # strategies of the other mover, by type
    after_other: Floats = np.full(1, np.nan)
    other = -1
    if second >= 0:
        other = second if who == first else first
        others, after_other = find_strategy(equilibrium, period, layer_index, state, beliefs, other)
        if who == second:
            table = table.T
    weights = _weigh_actions(equilibrium, other, others, beliefs)
    values = np.zeros((len(table), len(game.planes)))
    probabilities = np.zeros((len(table), len(game.milestones)))
    for a, row in enumerate(table):
        for c, action in enumerate(row):
            after = list(beliefs)
            for mover, posterior in ((who, posteriors[a]), (other, after_other[c])):
                if mover in game.belief_players:
                    after[game.belief_players.index(mover)] = float(posterior)
            value = _evaluate_action(equilibrium, period, layer_index, int(action), tuple(after))
            values[a] += weights[:, c] * value
            probabilities[a] += (
                _average_strategy(equilibrium, other, others, beliefs)[c]
                * find_milestone_probabilities(equilibrium, period, layer_index)[int(action)]
            )
    labels, has = _list_actions(layer, table[:, 0], is_second=who == second)
    return ActionValues(
        who,
        tuple(layer.action_names[label] for label in labels),
        strategies,
        has.T[: len(strategies)] if len(strategies) > 1 else np.ones_like(strategies, dtype=np.bool_),
        posteriors,
        values,
        probabilities,
    )


def find_milestone_probabilities(equilibrium: Equilibrium, period: int, layer_index: int) -> Floats:
    """Find the probability that each action of a layer leads at once to a state in which each milestone's condition holds.

    Args:
        equilibrium: The solved game.
        period: Period.
        layer_index: Layer.

    Returns:
        Shape (action, milestone); by joint action where two players move at the same time.
    """
    game = equilibrium.game
    epoch = game.find_epoch(period)
    layer = epoch.layers[layer_index]
    arrived = epoch.layers[(layer_index + 1) % game.num_layers]
    holds = np.where(
        (layer.branch_target >= 0)[:, None], arrived.milestone_holds[layer.branch_target.clip(min=0)], False
    )
    return _sum_branches(layer, layer.branch_probability[:, None] * holds)


def _sum_branches(layer: Layer, by_branch: Floats) -> Floats:
    """Sum over the branches of each action."""
    owner = np.repeat(np.arange(layer.num_actions), np.diff(layer.branch_start))
    total = np.zeros((layer.num_actions, by_branch.shape[1]))
    np.add.at(total, owner, by_branch)
    return total


def _find_movers(layer: Layer, state: int) -> tuple[int, int]:
    second = int(layer.second.mover[state]) if layer.second is not None else -1
    return int(layer.mover[state]), second


def _list_actions(layer: Layer, actions: Ints, *, is_second: bool) -> tuple[list[int], NDArray[np.bool_]]:
    """List the labels of a player's own actions, and which type has which; shape (action, 2)."""
    if is_second and layer.second is not None:
        return layer.second.action_label[actions].tolist(), layer.second.action_allowed[actions]
    return layer.action_label[actions].tolist(), layer.action_allowed[actions]


def _average_strategy(equilibrium: Equilibrium, other: int, others: Floats, beliefs: tuple[float, ...]) -> Floats:
    """Average the other mover's strategy by the public belief about its type."""
    if len(others) == 1:
        return np.asarray(others[0])
    belief = beliefs[equilibrium.game.belief_players.index(other)]
    return np.asarray((1.0 - belief) * others[0] + belief * others[1])


def _weigh_actions(equilibrium: Equilibrium, other: int, others: Floats, beliefs: tuple[float, ...]) -> Floats:
    """Find the probability of each action of the other mover as every plane expects it; shape (plane, action)."""
    mean = _average_strategy(equilibrium, other, others, beliefs)
    return np.array([others[plane.player_type] if plane.player == other else mean for plane in equilibrium.game.planes])


def _evaluate_action(
    equilibrium: Equilibrium, period: int, layer_index: int, action: int, beliefs: tuple[float, ...]
) -> Floats:
    """Evaluate a joint action for every plane, at the public belief after it; shape (plane,)."""
    game, grid = equilibrium.game, equilibrium.grid
    layer = game.find_epoch(period).layers[layer_index]
    at = grid.interpolate(beliefs)
    next_values = equilibrium.values[period][layer_index + 1]
    value = np.array(layer.action_payoff[action], dtype=np.float64)
    for branch in range(layer.branch_start[action], layer.branch_start[action + 1]):
        target = int(layer.branch_target[branch])
        source = grid.terminal_values[-target - 1] if target < 0 else next_values[target]
        value += layer.branch_probability[branch] * (source[:, : len(at)] @ at)
    return value
