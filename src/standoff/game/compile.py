"""From a scenario to an explicit-state game: find the reachable states, number them, fill the arrays.

States are found layer by layer from the start, each expanded once, under the coefficients of every epoch. A branch of
probability zero leads nowhere. What the scenario names but the play never reaches (a level, an action, a hazard, an
outcome, a milestone) is a fault, unless the values were overridden on purpose.

A game is a structure with numbers in it (`standoff.game.structure`). Many draws of the parameters of one scenario share
structures (`standoff.game.compiled_structure`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from standoff.game.context import Context
from standoff.game.drafts import ActionDraft, LayerDraft, LayerPlan, PartDraft
from standoff.game.layer_shape import in_each_state
from standoff.game.model import Game, Layer
from standoff.game.plan import plan_layers
from standoff.game.states import States
from standoff.game.structure import Structure, milestone_order
from standoff.scenario import Scenario

__all__ = ["MAX_STATES", "compile_context", "compile_game"]

Levels = NDArray[np.int32]

MAX_STATES = 200_000
"""Most states of a layer that the compiler will enumerate."""


def compile_game(scenario: Scenario) -> Game:
    """Compile a scenario.

    Args:
        scenario: A scenario that has passed the checks of `standoff.scenario`.

    Returns:
        The game.

    Raises:
        ScenarioError: With every fault that shows only in the states of the game: probabilities that do not sum to one,
            values that are not finite, states without a move, names that the play never reaches.
    """
    _, game = compile_context(Context(scenario), check_play=not scenario.may_lack_play)
    return game


def compile_context(context: Context, *, check_play: bool) -> tuple[Structure, Game]:
    """Compile a scenario that is bound to one draw.

    Args:
        context: The scenario and its numbers.
        check_play: Whether what the play never reaches is a fault.

    Returns:
        The structure and the game.

    Raises:
        ScenarioError: As `compile_game`.
    """
    assert context.num_draws == 1
    context.raise_problems()
    plans = plan_layers(context)
    reached = _reach(context, plans)
    if check_play:
        _check_reach(context, reached)
    context.raise_problems()
    structure, drafts = Structure.of(context, plans, reached)
    for own in drafts:
        for plan, levels, draft in zip(plans, reached, own, strict=True):
            _check_moves(context, plan, levels, draft)
    if check_play:
        _check_play(context, plans, structure)
    numbers = structure.numbers(context, drafts)
    context.raise_problems()
    return structure, numbers.game(0, Game)


def _unique(columns_codes: NDArray[np.int64], levels: Levels) -> Levels:
    _, first = np.unique(columns_codes, return_index=True)
    return levels[first]


def _successors(draft: LayerDraft, count: int) -> list[Levels]:
    """Every public state that may follow."""
    stays = in_each_state((draft.arrival < 1.0) | (draft.mover == -2), count)
    found = [draft.skip[stays]]
    for action in draft.actions:
        found.extend(
            branch.levels[in_each_state(action.available & (branch.probability > 0.0), count)]
            for branch in action.branches
            if branch.outcome < 0
        )
    return found


def _reach(context: Context, plans: Sequence[LayerPlan]) -> list[Levels]:
    """The reachable states of each layer, sorted by code."""
    codes = context.columns.codes
    known: list[Levels] = [np.empty((0, len(context.columns.names)), dtype=np.int32) for _ in plans]
    frontier = context.start_levels
    while len(frontier):
        for s, plan in enumerate(plans):
            fresh = frontier[~np.isin(codes(frontier), codes(known[s]))]
            known[s] = np.concatenate([known[s], fresh])
            if len(known[s]) > MAX_STATES:
                context.problem(
                    "too-many-states",
                    f"stage `{plan.stage}` has more than {MAX_STATES} reachable states",
                    plan.path,
                    "use fewer tracks or levels",
                )
                context.raise_problems()
            if not len(fresh):
                frontier = fresh
                break
            following: list[Levels] = []
            for start in context.epoch_starts:
                states = States(context, fresh, start)
                following.extend(_successors(plan.draft(states), len(fresh)))
                if not states.asked:
                    break  # the other epochs are like this one
            frontier = np.concatenate(following)
            frontier = _unique(codes(frontier), frontier)
    return [levels[np.argsort(codes(levels))] for levels in known]


def _check_moves(context: Context, plan: LayerPlan, levels: Levels, draft: LayerDraft) -> None:
    """Every type that may have to move must have a move."""
    if plan.is_chance:
        return
    if draft.second is None:
        _check_mover(context, plan, levels, draft, draft.mover, draft.actions)
    else:
        _check_mover(context, plan, levels, draft, draft.mover, draft.second.first_parts)
        _check_mover(context, plan, levels, draft, draft.second.mover, draft.second.parts)


def _check_mover(
    context: Context,
    plan: LayerPlan,
    levels: Levels,
    draft: LayerDraft,
    mover_of: NDArray[np.int32],
    parts: Sequence[ActionDraft | PartDraft],
) -> None:
    mover = np.asarray(in_each_state(mover_of, len(levels)))
    arrival = in_each_state(draft.arrival, len(levels))
    num_types = np.array([len(player.player_types) for player in context.players])
    for h in range(2):
        count = np.sum([in_each_state(part.allowed, len(levels))[:, h] for part in parts], axis=0)
        stuck = (mover >= 0) & (arrival > 0.0) & (count == 0) & (h < num_types[mover.clip(min=0)])
        if stuck.any():
            x = int(np.flatnonzero(stuck)[0])
            player = context.players[int(mover[x])]
            context.problem(
                "no-action",
                f"in state `{context.describe(levels[x])}` type `{player.player_types[h]}` of `{player.name}` has no action",
                plan.path,
                "add an action that is always possible, or a `when` to the stage",
            )


def _check_reach(context: Context, reached: Sequence[Levels]) -> None:
    """Levels that the play never reaches are faults."""
    everything = np.concatenate(reached)
    for column, (name, track) in enumerate(context.scenario.state.items()):
        seen = set(np.unique(everything[:, column]).tolist())
        for level, level_name in enumerate(track.levels):
            if level not in seen:
                context.problem(
                    "unreachable-level",
                    f"track `{name}` never reaches its level `{level_name}`",
                    f"state.{name}.levels.{level}",
                    "let an action or a hazard lead to it, or remove the level",
                )


def _check_play(context: Context, plans: Sequence[LayerPlan], structure: Structure) -> None:
    """Actions, hazards, outcomes and milestones that never come up are faults."""
    paths: dict[tuple[int, int], str] = {}
    seen: set[tuple[int, int]] = set()
    milestones: set[int] = set()
    for shapes in structure.epochs:
        for s, shape in enumerate(shapes):
            layer = shape.template
            for label in range(len(layer.action_names)):
                paths[s, label] = plans[s].path
            labels = [layer.action_label] if layer.second is None else [layer.action_label, layer.second.action_label]
            seen.update((s, int(label)) for label in np.unique(np.concatenate(labels)))
            milestones.update(np.flatnonzero(layer.milestone_holds.any(axis=0)).tolist())
    for s, label in sorted(set(paths) - seen):
        layer = structure.epochs[0][s].template
        name = layer.action_names[label]
        if layer.is_chance:
            context.problem(
                "unreachable-hazard",
                f"`{layer.name}` can never happen",
                plans[s].path,
                "check its `when` and its rate",
            )
        elif name not in context.package_names:
            context.problem(
                "unreachable-action",
                f"action `{name}` of stage `{layer.stage}` is never possible",
                _action_path(context, plans[s], layer, label),
                "check its `when`, or remove the action",
            )
    used = set(structure.outcome.tolist())
    for k, name in enumerate(context.scenario.outcomes):
        if k not in used:
            context.problem(
                "unreachable-outcome",
                f"the crisis can never end in outcome `{name}`",
                f"outcomes.{name}",
                "let an action or a hazard lead to it, or remove the outcome",
            )
    for m, name in enumerate(milestone_order(context)):
        if m not in milestones:
            context.problem(
                "unreachable-milestone",
                f"milestone `{name}` can never be met",
                f"milestones.{name}.when",
                "check its condition, or remove the milestone",
            )


def _action_path(context: Context, plan: LayerPlan, layer: Layer, label: int) -> str:
    name = layer.action_names[label]
    if layer.second is not None:
        stage = next(stage for stage in context.scenario.stages if stage.name == plan.stage)
        return f"{plan.path}.{list(stage.own_actions())[label].path}"
    if plan.name == plan.stage:
        return f"{plan.path}.actions.{name}"
    return f"{plan.path}.bargaining.{name}"
