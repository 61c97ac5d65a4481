"""Results of the filter in the terms of the scenario: states, outcomes, beliefs, and probabilities by date.

The public belief about a player has a distribution, because it depends on moves that may have gone unreported. Its mean is the
probability that the player is of its second type. Its standard deviation measures how far the belief of the players may be from
that mean. Masses at single belief points may be slightly negative, so only moments are reported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.belief.filter import FilterState
from standoff.game.model import Game
from standoff.scenario import Scenario
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.open_crises import find_too_few
from standoff.solve.result import Equilibrium
from standoff.solve.target import UNRESOLVED, Target

__all__ = [
    "BeliefSeries",
    "LevelProbability",
    "OutcomeProbability",
    "ProbabilitySeries",
    "StateProbability",
    "compute_met_probability",
    "evaluate_targets",
    "list_levels",
    "list_outcomes",
    "list_states",
    "trace_beliefs",
    "trace_probabilities",
]  # fmt: skip

Floats = NDArray[np.float64]

SMALLEST_PROBABILITY = 1e-9
"""States and outcomes with a smaller probability are left out."""


@dataclass(frozen=True)
class StateProbability:
    """The probability of one public state.

    Attributes:
        levels: Level of every track, as slugs.
        probability: Probability of the state; states and outcomes sum to one.
        beliefs: By player with two types, the mean belief in its second type given this state.
    """

    levels: dict[str, str]
    probability: float
    beliefs: dict[str, float]


@dataclass(frozen=True)
class OutcomeProbability:
    """The probability that the crisis has ended in one outcome.

    Attributes:
        outcome: Slug.
        package: Slug of the package agreed on, or "".
        label: Text for people.
        probability: Probability that the crisis has ended so.
    """

    outcome: str
    package: str
    label: str
    probability: float


@dataclass(frozen=True)
class LevelProbability:
    """The probabilities of the levels of one track, given that the crisis is open.

    Attributes:
        track: Slug.
        label: Text for people.
        levels: Slugs of the levels.
        probability: Probability of each level; shape (level,).
    """

    track: str
    label: str
    levels: tuple[str, ...]
    probability: Floats


@dataclass(frozen=True)
class BeliefSeries:
    """The belief about one player's type by date.

    Attributes:
        player: Slug.
        label: Text for people.
        player_type: Slug of the second type.
        type_label: Text for people.
        mean: Probability that the player is of its second type, given that the crisis is open and given the reports up to each
            date (a prediction after the last report); shape (period + 1,), nan if the crisis has almost surely ended.
        spread: Standard deviation of the public belief, which unreported moves leave uncertain; shape (period + 1,).
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
        label: Text for people.
        before: Forecast of the scenario, without reports, by the end of each period from the first; shape (period,).
        after: Forecast given the reports, by the dates of the update from the state's date on; shape (period,).
    """

    kind: str
    name: str
    label: str
    before: Floats
    after: Floats


def list_states(scenario: Scenario, equilibrium: Equilibrium, found: FilterState) -> tuple[StateProbability, ...]:
    """List the states with their probabilities, the most likely first."""
    game, points = equilibrium.game, equilibrium.num_points
    layer = game.find_epoch(min(found.period, game.num_periods - 1)).layers[0]
    columns = [(name, layer.fields.index(name), track.levels) for name, track in scenario.state.items()]
    grouped: dict[tuple[str, ...], Floats] = {}
    for x in range(layer.num_states):
        mass = found.mass[x, 0, :points]
        if mass.any():
            key = tuple(levels[layer.levels[x, column]] for _, column, levels in columns)
            grouped[key] = grouped.get(key, np.zeros(points)) + mass
    names = [name for name, _, _ in columns]
    listed = []
    for key, mass in grouped.items():
        share = float(mass.sum())
        if share > SMALLEST_PROBABILITY:
            means = equilibrium.grid.beliefs[:, :points] @ mass / share
            beliefs = {game.players[i].name: _clip(means[axis]) for axis, i in enumerate(game.belief_players)}
            listed.append(StateProbability(dict(zip(names, key, strict=True)), share, beliefs))
    return tuple(sorted(listed, key=lambda one: -one.probability))


def list_outcomes(equilibrium: Equilibrium, found: FilterState) -> tuple[OutcomeProbability, ...]:
    """List the outcomes in which the crisis may have ended, the most likely first."""
    game = equilibrium.game
    shares: dict[tuple[int, int], float] = {}
    for terminal, share in enumerate(found.ended[:, 0].tolist()):
        key = (int(game.terminals.outcome[terminal]), int(game.terminals.package[terminal]))
        shares[key] = shares.get(key, 0.0) + share
    listed = []
    for (outcome, package), share in shares.items():
        if share > SMALLEST_PROBABILITY:
            name = game.outcomes[outcome]
            deal = game.packages[package] if package >= 0 else ""
            label = game.get_label(name) + (f", {game.get_label(deal)}" if deal else "")
            listed.append(OutcomeProbability(name, deal, label, share))
    return tuple(sorted(listed, key=lambda one: -one.probability))


def list_levels(
    scenario: Scenario, equilibrium: Equilibrium, found: FilterState, open_error: float = 0.0
) -> tuple[LevelProbability, ...]:
    """List the probabilities of the levels of every track; empty if the crisis has almost surely ended.

    Args:
        scenario: The scenario.
        equilibrium: Its equilibrium.
        found: The distribution.
        open_error: Estimated error of the probability that the crisis is open.
    """
    game = equilibrium.game
    layer = game.find_epoch(min(found.period, game.num_periods - 1)).layers[0]
    share = found.mass[:, 0].sum(axis=1)
    total = float(share.sum())
    if find_too_few(np.array(total), open_error):
        return ()
    listed = []
    for name, track in scenario.state.items():
        column = layer.levels[:, layer.fields.index(name)]
        probabilities = [float(share[column == level].sum()) / total for level in range(len(track.levels))]
        listed.append(LevelProbability(name, track.label, track.levels, np.clip(probabilities, 0.0, 1.0)))
    return tuple(listed)


def trace_beliefs(
    scenario: Scenario, equilibrium: Equilibrium, by_period: Sequence[FilterState], open_error: Floats
) -> tuple[BeliefSeries, ...]:
    """Trace the belief about every player with two types through the given distributions.

    Args:
        scenario: The scenario.
        equilibrium: Its equilibrium.
        by_period: The distributions.
        open_error: Estimated error of the probability that the crisis is open in each of them; shape (period,).
    """
    game, points = equilibrium.game, equilibrium.num_points
    listed = []
    for axis, i in enumerate(game.belief_players):
        player = game.players[i]
        belief = equilibrium.grid.beliefs[axis, :points]
        means, spreads = [], []
        for found, error in zip(by_period, open_error, strict=True):
            mass = found.mass[:, 0, :points].sum(axis=0)
            total = float(mass.sum())
            is_open = not find_too_few(np.array(total), error)
            mean = _clip(float(mass @ belief) / total) if is_open else math.nan
            variance = float(mass @ belief**2) / total - mean**2 if is_open else math.nan
            means.append(mean)
            largest = mean * (1.0 - mean)  # of any distribution over 0..1 with this mean
            spreads.append(math.sqrt(min(max(variance, 0.0), largest)) if is_open else math.nan)
        second = player.player_types[1]
        type_label = scenario.players[player.name].type_labels.get(second, second.replace("_", " "))
        listed.append(BeliefSeries(player.name, player.label, second, type_label, np.array(means), np.array(spreads)))
    return tuple(listed)


def trace_probabilities(equilibrium: Equilibrium, by_period: Sequence[FilterState]) -> tuple[ProbabilitySeries, ...]:
    """Trace the probability of every outcome and milestone; outcomes and `unresolved` sum to one."""
    game, sweep = equilibrium.game, equilibrium.sweep
    listed = []
    before_open = np.ones(game.num_periods)
    after_open = np.ones(len(by_period))
    for k, name in enumerate(game.outcomes):
        own = game.terminals.outcome == k
        before = sweep.absorbed[:, own, 0].sum(axis=1)
        after = np.array([found.ended[own, 0].sum() for found in by_period])
        before_open, after_open = before_open - before, after_open - after
        listed.append(ProbabilitySeries("outcome", name, game.get_label(name), _clip_all(before), _clip_all(after)))
    label = game.get_label(UNRESOLVED)
    listed.append(ProbabilitySeries("outcome", UNRESOLVED, label, _clip_all(before_open), _clip_all(after_open)))
    for m, milestone in enumerate(game.milestones):
        after = np.array([compute_met_probability(game, found, m) for found in by_period])
        listed.append(
            ProbabilitySeries(
                "milestone", milestone.name, milestone.label, _clip_all(sweep.milestones[:, m]), _clip_all(after)
            )
        )
    return tuple(listed)


def compute_met_probability(game: Game, found: FilterState, milestone: int) -> float:
    """Compute the probability that a milestone has been met."""
    unmet, m = 0.0, milestone
    while m >= 0:  # what has not met the one before has not met this one
        unmet += float(found.mass[:, 1 + m].sum() + found.ended[:, 1 + m].sum())
        m = game.milestones[m].after
    return 1.0 - unmet


def evaluate_targets(probabilities: ContinuationProbabilities, found: FilterState) -> Floats:
    """Compute the probability of each target from a filtered distribution; shape (target,).

    Args:
        probabilities: Continuation probabilities of targets whose date lies after the start of the distribution's period.
        found: The distribution.
    """
    game = probabilities.equilibrium.game
    later = probabilities.over(found.period, found.mass)
    met = [_compute_met(game, found, target) for target in probabilities.targets]
    return _clip_all(np.array(met) + later)


def _compute_met(game: Game, found: FilterState, target: Target) -> float:
    """Compute the probability that a target has already been met."""
    if target.kind == "milestone":
        names = [milestone.name for milestone in game.milestones]
        return compute_met_probability(game, found, names.index(target.name))
    if target.name == UNRESOLVED:
        return 0.0
    return float(found.ended[game.terminals.outcome == game.outcomes.index(target.name), 0].sum())


def _clip(share: float) -> float:
    return min(1.0, max(0.0, float(share)))


def _clip_all(shares: Floats) -> Floats:
    return np.asarray(np.clip(shares, 0.0, 1.0))
