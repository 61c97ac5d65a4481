"""How the crisis ends and when: probability of every outcome and milestone by date, first moves, beliefs.

Every number is read off the exact forward pass of the equilibrium; nothing is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game
from standoff.solve.equilibrium import Equilibrium
from standoff.solve.sample import find_strategy

__all__ = ["FirstMove", "Forecast", "Series", "forecast"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """The probability of one thing by date.

    Attributes:
        name: Slug.
        label: Text for people.
        cumulative: Probability that it has happened by the end of each period; shape (period,).
        parts: For an outcome reached by packages: the same for every package.
        by_type: Cumulative probability given a player's true type, by (player, type).
    """

    name: str
    label: str
    cumulative: Floats
    parts: tuple[Series, ...] = ()
    by_type: tuple[tuple[str, str, Floats], ...] = ()


@dataclass(frozen=True)
class FirstMove:
    """What one player type would do now, if the decision came up before anything else happened.

    Attributes:
        stage: Stage.
        player: Player.
        player_type: Type.
        strategy: Probability of each action.
        labels: Text for people for each action.
        posteriors: Public belief in the player's second type after each action; empty for a player with one type.
    """

    stage: str
    player: str
    player_type: str
    strategy: dict[str, float]
    labels: dict[str, str]
    posteriors: dict[str, float]


@dataclass(frozen=True)
class Forecast:
    """Probabilities and timing of a solved crisis.

    Attributes:
        outcomes: Exclusive ends; with `unresolved` they sum to one in every period.
        unresolved: Probability that the crisis is still open at the end of each period; shape (period,).
        unresolved_label: Text for people.
        milestones: First passages; neither exclusive nor exhaustive.
        first_moves: What each type would do now.
        beliefs: Mean public belief in each two-type player's second type while the crisis is open, by player;
            shape (period + 1,), nan where nothing is open.
        levels: Probability of each level of each track while the crisis is open, by (track, level); shape (period + 1,).
        mean_duration: Mean length in periods, counting what is open at the horizon as ending there.
        median_duration: First period by whose end the crisis is over with probability one half, or None.
        start_values: Expected discounted payoff at the start, by (player, type).
    """

    outcomes: tuple[Series, ...]
    unresolved: Floats
    unresolved_label: str
    milestones: tuple[Series, ...]
    first_moves: tuple[FirstMove, ...]
    beliefs: dict[str, Floats]
    levels: dict[tuple[str, str], Floats]
    mean_duration: float
    median_duration: int | None
    start_values: dict[tuple[str, str], float]


def forecast(equilibrium: Equilibrium, *, level_names: dict[str, tuple[str, ...]] | None = None) -> Forecast:
    """Read the forecast off a solved game.

    Args:
        equilibrium: A solved game.
        level_names: Names of the levels of the tracks to report; none by default.

    Returns:
        The forecast.
    """
    game = equilibrium.game
    sweep = equilibrium.sweep
    outcomes = tuple(_outcome(game, sweep.absorbed, k) for k in range(len(game.outcomes)))
    unresolved = 1.0 - sum((series.cumulative for series in outcomes), np.zeros(game.num_periods))
    milestones = tuple(
        Series(milestone.name, milestone.label, np.clip(sweep.milestones[:, m], 0.0, 1.0))
        for m, milestone in enumerate(game.milestones)
    )
    open_before = np.concatenate([[1.0], unresolved[:-1]])
    over = np.flatnonzero(unresolved <= 0.5)
    beliefs = {game.players[i].name: sweep.mean_beliefs[:, axis] for axis, i in enumerate(game.belief_players)}
    planes = game.planes
    return Forecast(
        outcomes=outcomes,
        unresolved=np.clip(unresolved, 0.0, 1.0),
        unresolved_label=game.label("unresolved"),
        milestones=milestones,
        first_moves=_first_moves(equilibrium),
        beliefs=beliefs,
        levels=_levels(equilibrium, level_names or {}),
        mean_duration=float(open_before.sum()),
        median_duration=int(over[0]) + 1 if len(over) else None,
        start_values={
            (game.players[plane.player].name, game.players[plane.player].player_types[plane.player_type]): float(value)
            for plane, value in zip(planes, equilibrium.start_values, strict=True)
        },
    )


def _outcome(game: Game, absorbed: Floats, outcome: int) -> Series:
    own = game.terminals.outcome == outcome
    name = game.outcomes[outcome]
    total = absorbed[:, own].sum(axis=1)
    packages = sorted({int(k) for k in game.terminals.package[own] if k >= 0})
    parts = tuple(
        Series(
            game.packages[k],
            game.label(game.packages[k]),
            absorbed[:, own & (game.terminals.package == k), 0].sum(axis=1).clip(0.0, 1.0),
        )
        for k in packages
    )
    by_type = tuple(
        (player.name, player.player_types[plane.player_type], total[:, 1 + p].clip(0.0, 1.0))
        for p, plane in enumerate(game.planes)
        for player in [game.players[plane.player]]
        if len(player.player_types) == 2
    )
    return Series(name, game.label(name), total[:, 0].clip(0.0, 1.0), parts, by_type)


def _first_moves(equilibrium: Equilibrium) -> tuple[FirstMove, ...]:
    """Strategies at the start state of every decision layer that the start state reaches without any move."""
    game = equilibrium.game
    moves: list[FirstMove] = []
    state: int | None = game.start
    for s, layer in enumerate(game.epochs[0].layers):
        if state is None:
            break
        if layer.mover[state] >= 0 and layer.arrival[state] > 0.0:
            moves.extend(_moves_at(equilibrium, s, state))
        # nothing happens: follow the skip, if there is one
        state = int(layer.skip[state]) if layer.arrival[state] < 1.0 else None
    return tuple(moves)


def _moves_at(equilibrium: Equilibrium, s: int, state: int) -> list[FirstMove]:
    layer = equilibrium.game.epochs[0].layers[s]
    own = slice(int(layer.action_start[state]), int(layer.action_start[state + 1]))
    if layer.second is None or layer.second.mover[state] < 0:
        return _moves_of(equilibrium, s, state, int(layer.mover[state]), layer.action_label[own].tolist(), "")
    count = int(layer.second.num_actions[state])
    movers = (int(layer.mover[state]), int(layer.second.mover[state]))
    labels = (layer.action_label[own][::count].tolist(), layer.second.action_label[own][:count].tolist())
    return [
        move
        for mover, own_labels in zip(movers, labels, strict=True)
        for move in _moves_of(equilibrium, s, state, mover, own_labels, f"{equilibrium.game.players[mover].name}.")
    ]


def _moves_of(
    equilibrium: Equilibrium, s: int, state: int, mover: int, own_labels: list[int], prefix: str
) -> list[FirstMove]:
    """First moves of one player; `prefix` tells its actions from those of another who moves at the same time."""
    game = equilibrium.game
    layer = game.epochs[0].layers[s]
    player = game.players[mover]
    strategies, posteriors = find_strategy(equilibrium, 0, s, state, game.prior_belief, mover)
    names = [layer.action_names[label] for label in own_labels]
    labels = {name: game.label(f"{layer.name}.{prefix}{name}") for name in names}
    after = {} if len(player.player_types) == 1 else dict(zip(names, map(float, posteriors), strict=True))
    return [
        FirstMove(
            layer.stage,
            player.name,
            player_type,
            dict(zip(names, map(float, strategies[h]), strict=True)),
            labels,
            after,
        )
        for h, player_type in enumerate(player.player_types)
    ]


def _levels(equilibrium: Equilibrium, level_names: dict[str, tuple[str, ...]]) -> dict[tuple[str, str], Floats]:
    first = equilibrium.game.epochs[0].layers[0]
    open_mass = equilibrium.sweep.open_mass
    total = open_mass.sum(axis=1)
    share: dict[tuple[str, str], Floats] = {}
    for track, names in level_names.items():
        column = first.levels[:, first.fields.index(track)]
        for level, name in enumerate(names):
            mass = open_mass[:, column == level].sum(axis=1)
            share[track, name] = np.divide(mass, total, out=np.full_like(mass, np.nan), where=total > 1e-12)
    return share
