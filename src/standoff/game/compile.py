"""From a scenario to an explicit-state game.

A game is made in four steps, each of which has its file:

    Bound          the scenario with numbers for its parameters     `standoff.game.bound`
    LayerArrays    each stage over all of its public states         `standoff.game.layer_arrays`
    LayerTemplate  states, actions and branches, numbered           `standoff.game.layer_template`
    Game           the template filled with numbers                 `standoff.game.model`

Between the first two, packages are chosen (`standoff.game.agenda`) and the reachable states are found, here: layer by layer
from the start, each expanded once, under the coefficients of every epoch. A branch of probability zero leads nowhere. What
the scenario names but play never reaches (a level, an action, a hazard, an outcome, a milestone) is a fault, unless the
values were overridden on purpose.

Many draws of the parameters of one scenario share a template (`standoff.game.compiled_scenario`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from standoff.game.agenda import choose_packages
from standoff.game.bound import bind
from standoff.game.faults import Faults
from standoff.game.game_template import GameTemplate, order_milestones
from standoff.game.layer_arrays import ActionArrays, LayerArrays, LayerRule, OwnActionArrays
from standoff.game.layer_template import expand_states
from standoff.game.model import NOBODY, Game, Layer
from standoff.game.stages import make_layer_rules
from standoff.game.states import StateSpace
from standoff.game.validity import check_game
from standoff.scenario import Scenario

__all__ = ["MAX_STATES", "compile_game", "compile_space", "compile_template"]

Levels = NDArray[np.int32]

MAX_STATES = 200_000
"""Largest number of states of a layer that the compiler will enumerate."""


def compile_game(scenario: Scenario) -> Game:
    """Compile a scenario.

    Args:
        scenario: A scenario that has passed the checks of `standoff.scenario`.

    Returns:
        The game.

    Raises:
        ScenarioError: With every fault that shows only in the states of the game: probabilities that do not sum to one,
            values that are not finite, states without a move, names that play never reaches.
    """
    return compile_template(scenario, check_play=not scenario.may_lack_play)[1]


def compile_template(scenario: Scenario, *, check_play: bool) -> tuple[GameTemplate, Game]:
    """Compile a scenario and keep the template of its game.

    Args:
        scenario: A scenario that has passed the checks of `standoff.scenario`.
        check_play: Whether what play never reaches is a fault.

    Returns:
        The template and the game.

    Raises:
        ScenarioError: As `compile_game`.
    """
    bound = bind(scenario, [{}], Faults(scenario, np.zeros(1, dtype=np.bool_)))
    return compile_space(StateSpace(bound, choose_packages(bound)), check_play=check_play)


def compile_space(space: StateSpace, *, check_play: bool) -> tuple[GameTemplate, Game]:
    """Compile a scenario that is bound to a single draw, whose packages are chosen.

    Args:
        space: The public states.
        check_play: Whether what play never reaches is a fault.

    Returns:
        The template and the game.

    Raises:
        ScenarioError: As `compile_game`.
    """
    faults = space.bound.faults
    faults.raise_problems()
    rules = make_layer_rules(space.bound.scenario)
    reached = _find_states(space, rules)
    if check_play:
        _check_levels(space, reached)
    faults.raise_problems()
    template, epochs = GameTemplate.read(space, rules, reached)
    for arrays in epochs:
        for rule, levels, own in zip(rules, reached, arrays, strict=True):
            _check_moves(space, rule, levels, own)
    if check_play:
        _check_play(space, template)
    (game,) = template.fill(space, epochs)
    faults.raise_problems()
    check_game(game)
    return template, game


def _follow(arrays: LayerArrays, count: int) -> list[Levels]:
    """Return every public state that may follow those of a layer."""
    stays = expand_states((arrays.arrival < 1.0) | (arrays.mover == NOBODY), count)
    found = [arrays.skip[stays]]
    for action in arrays.actions:
        found.extend(
            branch.levels[expand_states(action.available & (branch.probability > 0.0), count)]
            for branch in action.branches
            if branch.outcome < 0
        )
    return found


def _find_states(space: StateSpace, rules: Sequence[LayerRule]) -> list[Levels]:
    """Return the reachable states of each layer, sorted by code."""
    encode = space.encode
    known: list[Levels] = [np.empty((0, len(space.columns)), dtype=np.int32) for _ in rules]
    frontier = space.start
    while len(frontier):
        for s, rule in enumerate(rules):
            fresh = frontier[~np.isin(encode(frontier), encode(known[s]))]
            known[s] = np.concatenate([known[s], fresh])
            if len(known[s]) > MAX_STATES:
                space.bound.faults.add(
                    "too-many-states",
                    f"stage `{rule.stage}` has more than {MAX_STATES} reachable states",
                    rule.path,
                    "use fewer tracks or levels",
                )
                space.bound.faults.raise_problems()
            if not len(fresh):
                frontier = fresh
                break
            following: list[Levels] = []
            for epoch_start in space.bound.epoch_starts:
                states = space.make_states(fresh, epoch_start)
                following.extend(_follow(rule.evaluate(states), len(fresh)))
                if not states.deadlines_used:
                    break  # the other epochs are like this one
            frontier = np.concatenate(following)
            _, first = np.unique(encode(frontier), return_index=True)
            frontier = frontier[first]
    return [levels[np.argsort(encode(levels))] for levels in known]


def _check_moves(space: StateSpace, rule: LayerRule, levels: Levels, arrays: LayerArrays) -> None:
    """Add a fault where a type that may have to move has no action."""
    if rule.is_chance:
        return
    if arrays.second is None:
        _check_mover(space, rule, levels, arrays.arrival, arrays.mover, arrays.actions)
    else:
        _check_mover(space, rule, levels, arrays.arrival, arrays.mover, arrays.second.first_actions)
        _check_mover(space, rule, levels, arrays.arrival, arrays.second.mover, arrays.second.second_actions)


def _check_mover(
    space: StateSpace,
    rule: LayerRule,
    levels: Levels,
    arrives: NDArray[np.float64],
    mover_of: NDArray[np.int32],
    actions: Sequence[ActionArrays | OwnActionArrays],
) -> None:
    players = space.bound.players
    mover = np.asarray(expand_states(mover_of, len(levels)))
    arrival = expand_states(arrives, len(levels))
    num_types = np.array([len(player.player_types) for player in players])
    for h in range(2):
        count = np.sum([expand_states(action.allowed, len(levels))[:, h] for action in actions], axis=0)
        stuck = (mover >= 0) & (arrival > 0.0) & (count == 0) & (h < num_types[mover.clip(min=0)])
        if stuck.any():
            x = int(np.flatnonzero(stuck)[0])
            player = players[int(mover[x])]
            space.bound.faults.add(
                "no-action",
                f"in state `{space.describe(levels[x])}` type `{player.player_types[h]}` of `{player.name}` has no action",
                rule.path,
                "add an action that is always possible, or a `when` to the stage",
            )


def _check_levels(space: StateSpace, reached: Sequence[Levels]) -> None:
    """Add a fault for every level that play never reaches."""
    everything = np.concatenate(reached)
    for column, (name, track) in enumerate(space.bound.scenario.state.items()):
        seen = set(np.unique(everything[:, column]).tolist())
        for level, level_name in enumerate(track.levels):
            if level not in seen:
                space.bound.faults.add(
                    "unreachable-level",
                    f"track `{name}` never reaches its level `{level_name}`",
                    f"state.{name}.levels.{level}",
                    "let an action or a hazard lead to it, or remove the level",
                )


def _check_play(space: StateSpace, template: GameTemplate) -> None:
    """Add a fault for every action, hazard, outcome and milestone that never comes up."""
    scenario, faults = space.bound.scenario, space.bound.faults
    rules = template.rules
    paths: dict[tuple[int, int], str] = {}
    seen: set[tuple[int, int]] = set()
    milestones: set[int] = set()
    for templates in template.epochs:
        for s, layer in enumerate(own.layer for own in templates):
            for label in range(len(layer.action_names)):
                paths[s, label] = rules[s].path
            labels = [layer.action_label] if layer.second is None else [layer.action_label, layer.second.action_label]
            seen.update((s, int(label)) for label in np.unique(np.concatenate(labels)))
            milestones.update(np.flatnonzero(layer.milestone_holds.any(axis=0)).tolist())
    for s, label in sorted(set(paths) - seen):
        layer = template.epochs[0][s].layer
        name = layer.action_names[label]
        if layer.is_chance:
            faults.add(
                "unreachable-hazard",
                f"`{layer.name}` can never happen",
                rules[s].path,
                "check its `when` and its rate",
            )
        elif name not in space.packages.list_names():
            faults.add(
                "unreachable-action",
                f"action `{name}` of stage `{layer.stage}` is never possible",
                _find_action_path(scenario, rules[s], layer, label),
                "check its `when`, or remove the action",
            )
    used = set(template.outcome.tolist())
    for k, name in enumerate(scenario.outcomes):
        if k not in used:
            faults.add(
                "unreachable-outcome",
                f"the crisis can never end in outcome `{name}`",
                f"outcomes.{name}",
                "let an action or a hazard lead to it, or remove the outcome",
            )
    for m, name in enumerate(order_milestones(scenario)):
        if m not in milestones:
            faults.add(
                "unreachable-milestone",
                f"milestone `{name}` can never be met",
                f"milestones.{name}.when",
                "check its condition, or remove the milestone",
            )


def _find_action_path(scenario: Scenario, rule: LayerRule, layer: Layer, label: int) -> str:
    """Return where in the scenario an action is written."""
    name = layer.action_names[label]
    if layer.second is not None:
        stage = next(stage for stage in scenario.stages if stage.name == rule.stage)
        return f"{rule.path}.{list(stage.list_actions())[label].path}"
    if rule.name == rule.stage:
        return f"{rule.path}.actions.{name}"
    return f"{rule.path}.bargaining.{name}"
