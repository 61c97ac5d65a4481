"""Estimate the rationality of players from their actions: maximum likelihood in any explicit game.

Given counts of actions at named decision points, the log-likelihood of a common rationality L is

    log l(L) = sum_points sum_a n_a log s_a(L)

where s(L) is the logit equilibrium that a solve reports with rationality L for the chosen players. Every trial L
is a full solve with its own certificate. If the type of the player is unknown, s_a is the public probability: the strategies
of both types weighted by the public belief at that point.

References:
    McKelvey, R. D. and Palfrey, T. R. (1995), Quantal response equilibria for normal form games, Games and Economic
    Behavior 10.
    Bajari, P. and Hortacsu, A. (2005), Are structural estimates of auction models reasonable? Evidence from experimental
    data, Journal of Political Economy 113(4).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError, suggest_nearest
from standoff.game.model import Game
from standoff.history.likelihood import Estimate, maximise
from standoff.solve.equilibrium import Certificate, Equilibrium, Settings, solve
from standoff.solve.sample import find_strategy

__all__ = ["ActionCounts", "RationalityFit", "compute_log_likelihood", "compute_public_strategy", "fit_rationality"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ActionCounts:
    """The number of times that each action was taken at one decision point.

    Attributes:
        layer: Name of the layer.
        player: Name of the player.
        counts: Count of each action, not necessarily whole (a published share times the number of plays); 0 for an action that
            is left out.
        state: State of the layer.
        period: Period.
        player_type: Type of the player, if it is known; None for the public probability of each action.
        beliefs: Public belief at that point about each player with two types; None for the prior.
    """

    layer: str
    player: str
    counts: Mapping[str, float]
    state: int = 0
    period: int = 0
    player_type: str | None = None
    beliefs: tuple[float, ...] | None = field(default=None)


@dataclass(frozen=True)
class RationalityFit:
    """The maximum-likelihood estimate of rationality.

    Attributes:
        estimate: The estimate with standard error and log-likelihood.
        players: The players to whom it applies.
        equilibrium: The game solved at the estimate.
        solves: Number of games solved.
    """

    estimate: Estimate
    players: tuple[str, ...]
    equilibrium: Equilibrium
    solves: int

    @property
    def certificate(self) -> Certificate:
        """Certificate of the solution at the estimate."""
        return self.equilibrium.certificate


def fit_rationality(
    game: Game,
    observations: Sequence[ActionCounts],
    *,
    players: Sequence[str] | None = None,
    low: float = 0.01,
    high: float = 50.0,
    settings: Settings | None = None,
) -> RationalityFit:
    """Estimate rationality by maximum likelihood.

    Args:
        game: The game; the rationality that it gives to `players` is not used.
        observations: Counts of actions by decision point.
        players: Players who share the estimated rationality, while the others keep theirs; None for all players.
        low: Smallest rationality tried, positive.
        high: Largest rationality tried.
        settings: Settings of every solve.

    Raises:
        ValueError: An observation names something unknown, or a count is not a number of at least 0.
        SolveError: A game was not solved, or the observations do not bound the rationality.
    """
    chosen = tuple(player.name for player in game.players) if players is None else tuple(players)
    for name in chosen:
        _find_index("player", name, [player.name for player in game.players])
    if not 0.0 < low < high < math.inf:
        raise ValueError(f"low and high must be positive and in order, not {low!r} and {high!r}")
    settings = _keep_values(settings or Settings(), observations)
    for observation in observations:
        _check(game, observation)
    total = float(sum(sum(observation.counts.values()) for observation in observations))
    if not total:
        raise ValueError("nothing was observed: every count is 0")
    solves = 0

    def evaluate(rationality: float) -> float:
        nonlocal solves
        solves += 1
        try:
            equilibrium = solve(_set_rationality(game, chosen, rationality), settings)
            return compute_log_likelihood(equilibrium, observations)
        except SolveError as error:
            raise SolveError(f"{error} (the fit tried rationalities from {low:g} to {high:g}; narrow them)") from None

    estimate = maximise(evaluate, low, high, num_observations=total, name="rationality", grid_points=25)
    final = solve(_set_rationality(game, chosen, estimate.value), settings)
    return RationalityFit(estimate, chosen, final, solves + 1)


def compute_log_likelihood(equilibrium: Equilibrium, observations: Sequence[ActionCounts]) -> float:
    """Compute the log-likelihood of the counts; -inf if an action with probability 0 was taken."""
    terms = []
    for observation in observations:
        strategy = compute_public_strategy(equilibrium, observation)
        terms += [
            count * math.log(strategy[action]) if strategy[action] > 0.0 else -math.inf
            for action, count in observation.counts.items()
            if count
        ]
    return math.fsum(terms)


def compute_public_strategy(equilibrium: Equilibrium, observation: ActionCounts) -> dict[str, float]:
    """Compute the strategy at a decision point, by action; the average over the types if the type is unknown.

    Args:
        equilibrium: The solved game; for a period after the first, solved with `Settings(keep_values=True)`.
        observation: The decision point; its counts are not used.
    """
    game = equilibrium.game
    layer_index, player, names = _check(game, observation)
    beliefs = game.prior_belief if observation.beliefs is None else observation.beliefs
    strategies = _find_strategies(equilibrium, observation, layer_index, player, beliefs)
    types = game.players[player].player_types
    if observation.player_type is not None:
        weights = np.array([float(name == observation.player_type) for name in types])
    elif len(types) == 2:
        second = beliefs[game.belief_players.index(player)]
        weights = np.array([1.0 - second, second])
    else:
        weights = np.ones(1)
    return dict(zip(names, map(float, weights @ strategies), strict=True))


def _find_strategies(
    equilibrium: Equilibrium, observation: ActionCounts, layer_index: int, player: int, beliefs: tuple[float, ...]
) -> Floats:
    """Strategies of every type of the player over its own actions; shape (type, action)."""
    strategies, _ = find_strategy(equilibrium, observation.period, layer_index, observation.state, beliefs, player)
    return strategies


def _check(game: Game, observation: ActionCounts) -> tuple[int, int, tuple[str, ...]]:
    """Find the layer, the player and the names of its actions at a decision point, or raise ValueError."""
    player = _find_index("player", observation.player, [player.name for player in game.players])
    if not 0 <= observation.period < game.num_periods:
        raise ValueError(f"there is no period {observation.period!r}; the game has {game.num_periods}")
    layers = game.find_epoch(observation.period).layers
    layer_index = _find_index("layer", observation.layer, [layer.name for layer in layers])
    layer, x = layers[layer_index], observation.state
    if not 0 <= x < layer.num_states:
        raise ValueError(f"there is no state {x!r} in `{layer.name}`, which has {layer.num_states}")
    own = slice(int(layer.action_start[x]), int(layer.action_start[x + 1]))
    if layer.mover[x] == player:
        labels = layer.action_label[own][:: int(layer.second.num_actions[x]) if layer.second is not None else 1]
    elif layer.second is not None and layer.second.mover[x] == player:
        labels = layer.second.action_label[own][: int(layer.second.num_actions[x])]
    else:
        raise ValueError(f"`{observation.player}` does not move in state {x} of `{layer.name}`")
    names = tuple(layer.action_names[label] for label in labels)
    for action, count in observation.counts.items():
        _find_index("action", action, names)
        if isinstance(count, bool) or not 0.0 <= count < math.inf:
            raise ValueError(f"the count of `{action}` must be a number of at least 0, not {count!r}")
    if observation.player_type is not None:
        _find_index("type", observation.player_type, game.players[player].player_types)
    if observation.beliefs is not None and (
        len(observation.beliefs) != len(game.belief_players) or not all(0.0 <= b <= 1.0 for b in observation.beliefs)
    ):
        raise ValueError(f"beliefs must be {len(game.belief_players)} numbers from 0 to 1, not {observation.beliefs!r}")
    return layer_index, player, names


def _find_index(kind: str, name: str, names: Sequence[str]) -> int:
    if name not in names:
        raise ValueError(f"there is no {kind} `{name}`: {suggest_nearest(name, names)}")
    return list(names).index(name)


def _set_rationality(game: Game, players: Sequence[str], rationality: float) -> Game:
    return replace(
        game,
        players=tuple(
            replace(player, rationality=rationality) if player.name in players else player for player in game.players
        ),
    )


def _keep_values(settings: Settings, observations: Sequence[ActionCounts]) -> Settings:
    """Keep the values of later periods if an observation needs them."""
    later = any(observation.period > 0 for observation in observations)
    return replace(settings, keep_values=True) if later else settings
