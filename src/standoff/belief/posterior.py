"""What the filter found, in the words of the scenario: states, ends, beliefs, and probabilities by date.

The belief about a player is known as a distribution: the players' own public belief depends on moves that may have gone
unreported. Its mean is the probability that the player is of its second type; its spread says how far the players themselves
may be from that. Masses at single belief points may be slightly negative, so only moments are told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.belief.filter import Filtered
from standoff.game.model import Game
from standoff.scenario import Scenario
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.result import Equilibrium
from standoff.solve.target import UNRESOLVED, Target

__all__ = [
    "BeliefSeries",
    "LevelProbability",
    "OutcomeProbability",
    "ProbabilitySeries",
    "StateProbability",
    "belief_series",
    "level_probabilities",
    "met_share",
    "outcome_probabilities",
    "probabilities_of_targets",
    "probability_series",
    "state_probabilities",
]  # fmt: skip

Floats = NDArray[np.float64]

SMALLEST_TOLD = 1e-9
"""States and ends less likely than this are not told."""


@dataclass(frozen=True)
class StateProbability:
    """One public state in which the crisis may stand.

    Attributes:
        levels: Level of every track, as slugs.
        probability: That it stands there; over all states and ends they sum to one.
        beliefs: Mean belief in the second type of each player with two types, given this state; by player.
    """

    levels: dict[str, str]
    probability: float
    beliefs: dict[str, float]


@dataclass(frozen=True)
class OutcomeProbability:
    """One way in which the crisis may have ended.

    Attributes:
        outcome: Slug.
        package: Slug of the package agreed on, or "".
        label: For people.
        probability: That it has.
    """

    outcome: str
    package: str
    label: str
    probability: float


@dataclass(frozen=True)
class LevelProbability:
    """The probabilities of the levels of one track while the crisis is open.

    Attributes:
        track: Slug.
        label: For people.
        levels: Slugs of the levels.
        probability: Of each level, given that nothing has ended; shape (level,).
    """

    track: str
    label: str
    levels: tuple[str, ...]
    probability: Floats


@dataclass(frozen=True)
class BeliefSeries:
    """What is believed of one player's type by date.

    Attributes:
        player: Slug.
        label: For people.
        player_type: Slug of the second type.
        type_label: For people.
        mean: Probability that the player is of its second type while the crisis is open, given what was reported until each
            date (and expected from the last report on); shape (period + 1,), nan where nothing is open.
        spread: Standard deviation of the players' own public belief around it, for want of reports; shape (period + 1,).
    """

    player: str
    label: str
    player_type: str
    type_label: str
    mean: Floats
    spread: Floats


@dataclass(frozen=True)
class ProbabilitySeries:
    """The probability of one outcome or milestone by date.

    Attributes:
        kind: "outcome" or "milestone".
        name: Slug; `unresolved` for no outcome.
        label: For people.
        before: Forecast of the scenario, without reports, by the end of each period from the first; shape (period,).
        after: The same given the reports, by the end of the periods from where the crisis stands, that moment included; shape
            (period,).
    """

    kind: str
    name: str
    label: str
    before: Floats
    after: Floats


def state_probabilities(scenario: Scenario, equilibrium: Equilibrium, found: Filtered) -> tuple[StateProbability, ...]:
    """The states in which the crisis may stand, the likeliest first."""
    game, points = equilibrium.game, equilibrium.num_points
    layer = game.epoch_of(min(found.period, game.num_periods - 1)).layers[0]
    columns = [(name, layer.fields.index(name), track.levels) for name, track in scenario.state.items()]
    grouped: dict[tuple[str, ...], Floats] = {}
    for x in range(layer.num_states):
        mass = found.mass[x, 0, :points]
        if mass.any():
            key = tuple(levels[layer.levels[x, column]] for _, column, levels in columns)
            grouped[key] = grouped.get(key, np.zeros(points)) + mass
    names = [name for name, _, _ in columns]
    told = []
    for key, mass in grouped.items():
        share = float(mass.sum())
        if share > SMALLEST_TOLD:
            means = equilibrium.grid.beliefs[:, :points] @ mass / share
            beliefs = {game.players[i].name: _unit(means[axis]) for axis, i in enumerate(game.belief_players)}
            told.append(StateProbability(dict(zip(names, key, strict=True)), share, beliefs))
    return tuple(sorted(told, key=lambda one: -one.probability))


def outcome_probabilities(equilibrium: Equilibrium, found: Filtered) -> tuple[OutcomeProbability, ...]:
    """The ways in which the crisis may have ended, the likeliest first."""
    game = equilibrium.game
    shares: dict[tuple[int, int], float] = {}
    for terminal, share in enumerate(found.ended[:, 0].tolist()):
        key = (int(game.terminals.outcome[terminal]), int(game.terminals.package[terminal]))
        shares[key] = shares.get(key, 0.0) + share
    told = []
    for (outcome, package), share in shares.items():
        if share > SMALLEST_TOLD:
            name = game.outcomes[outcome]
            deal = game.packages[package] if package >= 0 else ""
            label = game.label(name) + (f", {game.label(deal)}" if deal else "")
            told.append(OutcomeProbability(name, deal, label, share))
    return tuple(sorted(told, key=lambda one: -one.probability))


def level_probabilities(scenario: Scenario, equilibrium: Equilibrium, found: Filtered) -> tuple[LevelProbability, ...]:
    """The probabilities of the levels of every track; none where nothing is open."""
    game = equilibrium.game
    layer = game.epoch_of(min(found.period, game.num_periods - 1)).layers[0]
    share = found.mass[:, 0].sum(axis=1)
    total = float(share.sum())
    if total <= SMALLEST_TOLD:
        return ()
    told = []
    for name, track in scenario.state.items():
        column = layer.levels[:, layer.fields.index(name)]
        probabilities = [float(share[column == level].sum()) / total for level in range(len(track.levels))]
        told.append(LevelProbability(name, track.label, track.levels, np.clip(probabilities, 0.0, 1.0)))
    return tuple(told)


def belief_series(
    scenario: Scenario, equilibrium: Equilibrium, by_period: Sequence[Filtered]
) -> tuple[BeliefSeries, ...]:
    """What is believed of every player with two types, by the start of each period given."""
    game, points = equilibrium.game, equilibrium.num_points
    told = []
    for axis, i in enumerate(game.belief_players):
        player = game.players[i]
        belief = equilibrium.grid.beliefs[axis, :points]
        means, spreads = [], []
        for found in by_period:
            mass = found.mass[:, 0, :points].sum(axis=0)
            total = float(mass.sum())
            is_open = total > SMALLEST_TOLD
            mean = _unit(float(mass @ belief) / total) if is_open else math.nan
            variance = float(mass @ belief**2) / total - mean**2 if is_open else math.nan
            means.append(mean)
            spreads.append(math.sqrt(max(variance, 0.0)) if is_open else math.nan)
        second = player.player_types[1]
        type_label = scenario.players[player.name].type_labels.get(second, second.replace("_", " "))
        told.append(BeliefSeries(player.name, player.label, second, type_label, np.array(means), np.array(spreads)))
    return tuple(told)


def probability_series(equilibrium: Equilibrium, by_period: Sequence[Filtered]) -> tuple[ProbabilitySeries, ...]:
    """Probability of every outcome and milestone by the start of each period given; outcomes and unresolved sum to one."""
    game, sweep = equilibrium.game, equilibrium.sweep
    told = []
    before_open = np.ones(game.num_periods)
    after_open = np.ones(len(by_period))
    for k, name in enumerate(game.outcomes):
        own = game.terminals.outcome == k
        before = sweep.absorbed[:, own, 0].sum(axis=1)
        after = np.array([found.ended[own, 0].sum() for found in by_period])
        before_open, after_open = before_open - before, after_open - after
        told.append(ProbabilitySeries("outcome", name, game.label(name), _units(before), _units(after)))
    label = game.label(UNRESOLVED)
    told.append(ProbabilitySeries("outcome", UNRESOLVED, label, _units(before_open), _units(after_open)))
    for m, milestone in enumerate(game.milestones):
        after = np.array([met_share(game, found, m) for found in by_period])
        told.append(
            ProbabilitySeries(
                "milestone", milestone.name, milestone.label, _units(sweep.milestones[:, m]), _units(after)
            )
        )
    return tuple(told)


def met_share(game: Game, found: Filtered, milestone: int) -> float:
    """Probability that a milestone has been met."""
    unmet, m = 0.0, milestone
    while m >= 0:  # what has not met the one before has not met this one
        unmet += float(found.mass[:, 1 + m].sum() + found.ended[:, 1 + m].sum())
        m = game.milestones[m].after
    return 1.0 - unmet


def probabilities_of_targets(probabilities: ContinuationProbabilities, found: Filtered) -> Floats:
    """Probability of each target from where the crisis stands; shape (target,).

    Args:
        probabilities: Continuation probabilities of targets whose date lies after the period in which it stands.
        found: Where it stands.
    """
    game = probabilities.equilibrium.game
    to_go = probabilities.over(found.period, found.mass)
    return _units(np.array([_so_far(game, found, target) + to_go[k] for k, target in enumerate(probabilities.targets)]))


def _so_far(game: Game, found: Filtered, target: Target) -> float:
    """Probability that a target has been met already."""
    if target.kind == "milestone":
        names = [milestone.name for milestone in game.milestones]
        return met_share(game, found, names.index(target.name))
    if target.name == UNRESOLVED:
        return 0.0
    return float(found.ended[game.terminals.outcome == game.outcomes.index(target.name), 0].sum())


def _unit(share: float) -> float:
    return min(1.0, max(0.0, float(share)))


def _units(shares: Floats) -> Floats:
    return np.asarray(np.clip(shares, 0.0, 1.0))
