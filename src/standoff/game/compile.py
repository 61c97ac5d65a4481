"""From a scenario to an explicit-state game: find the reachable states, number them, fill the arrays.

States are found layer by layer from the start, each expanded once, under the coefficients of every epoch. A branch of
probability zero leads nowhere. What the scenario names but the play never reaches (a level, an action, a hazard, an
outcome, a milestone) is a fault, unless the values were overridden on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.context import Context, States
from standoff.game.drafts import ActionDraft, BranchDraft, LayerDraft, LayerPlan, PartDraft
from standoff.game.model import Epoch, Game, Layer, Milestone, SecondMover, Terminals
from standoff.game.plan import plan_layers
from standoff.scenario import Scenario

__all__ = ["MAX_STATES", "compile_game"]

Levels = NDArray[np.int32]
Floats = NDArray[np.float64]

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
    context = Context(scenario)
    context.raise_problems()
    plans = plan_layers(context)
    reached = _reach(context, plans)
    _check_reach(context, reached)
    context.raise_problems()
    terminals = _TerminalTable()
    epochs = tuple(_epoch(context, plans, reached, start, terminals) for start in context.epoch_starts)
    _check_play(context, plans, epochs, terminals)
    first = States(context, reached[0], context.epoch_starts[-1])
    unresolved = first.payoff(scenario.unresolved.payoffs, "unresolved.payoffs")
    context.raise_problems()
    start_code = context.columns.codes(context.start_levels)
    return Game(
        players=context.players,
        epochs=epochs,
        num_periods=scenario.num_periods,
        start=int(np.searchsorted(context.columns.codes(reached[0]), start_code[0])),
        terminals=terminals.build(len(context.planes)),
        unresolved_payoff=unresolved,
        outcomes=tuple(scenario.outcomes),
        packages=context.package_names,
        milestones=_milestones(scenario),
        labels=context.labels,
        continues=scenario.period.continues,
    )


def _milestones(scenario: Scenario) -> tuple[Milestone, ...]:
    order = milestone_order(scenario)
    return tuple(
        Milestone(name, scenario.milestones[name].label or name, order.index(after) if after else -1)
        for name in order
        for after in [scenario.milestones[name].after]
    )


def milestone_order(scenario: Scenario) -> list[str]:
    """Milestones in the order of the file, but each behind the one that it comes after."""
    order: list[str] = []
    waiting = list(scenario.milestones)
    while waiting:
        ready = [name for name in waiting if scenario.milestones[name].after in (None, *order)]
        order.append(ready[0])
        waiting.remove(ready[0])
    return order


def _unique(columns_codes: NDArray[np.int64], levels: Levels) -> Levels:
    _, first = np.unique(columns_codes, return_index=True)
    return levels[first]


def _successors(draft: LayerDraft) -> list[Levels]:
    """Every public state that may follow."""
    stays = draft.arrival < 1.0
    stays |= draft.mover == -2
    found = [draft.skip[stays]]
    for action in draft.actions:
        found.extend(
            branch.levels[action.available & (branch.probability > 0.0)]
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
                following.extend(_successors(plan.draft(States(context, fresh, start))))
            frontier = np.concatenate(following)
            frontier = _unique(codes(frontier), frontier)
    return [levels[np.argsort(codes(levels))] for levels in known]


class _TerminalTable:
    """Numbers the distinct ends of the crisis."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int, bytes], int] = {}
        self.payoffs: list[Floats] = []

    def numbers(self, branch: BranchDraft, used: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The terminal of each state, or -1 where the branch is not used."""
        result = np.full(len(used), -1, dtype=np.int64)
        assert branch.payoff is not None
        assert branch.package is not None
        for x in np.flatnonzero(used):
            key = (branch.outcome, int(branch.package[x]), branch.payoff[x].tobytes())
            if key not in self.rows:
                self.rows[key] = len(self.payoffs)
                self.payoffs.append(branch.payoff[x])
            result[x] = self.rows[key]
        return result

    def build(self, num_planes: int) -> Terminals:
        keys = list(self.rows)
        return Terminals(
            outcome=np.array([key[0] for key in keys], dtype=np.int32),
            package=np.array([key[1] for key in keys], dtype=np.int32),
            payoff=np.array(self.payoffs, dtype=np.float64).reshape(len(keys), num_planes, 2, 2),
        )


def _epoch(
    context: Context, plans: Sequence[LayerPlan], reached: list[Levels], start: int, terminals: _TerminalTable
) -> Epoch:
    layers = []
    for s, plan in enumerate(plans):
        states = States(context, reached[s], start)
        draft = plan.draft(states)
        next_codes = context.columns.codes(reached[(s + 1) % len(plans)])
        layers.append(_layer(context, plan, states, draft, next_codes, terminals))
    first = States(context, reached[0], start)
    flow = first.payoff(context.scenario.flows, "flows") * context.scenario.period.length
    return Epoch(start, tuple(layers), flow)


@dataclass
class _Ragged:
    """Rows of (state, action) and (state, action, branch) before they are sorted by state."""

    action_state: list[NDArray[np.int64]]
    action_label: list[NDArray[np.int64]]
    allowed: list[NDArray[np.bool_]]
    payoff: list[Floats]
    branch_key: list[NDArray[np.int64]]
    probability: list[Floats]
    target: list[NDArray[np.int64]]


def _layer(
    context: Context,
    plan: LayerPlan,
    states: States,
    draft: LayerDraft,
    next_codes: NDArray[np.int64],
    terminals: _TerminalTable,
) -> Layer:
    count = states.count
    num_labels = len(draft.actions)
    rows = _Ragged([], [], [], [], [], [], [])
    for label, action in enumerate(draft.actions):
        here = np.flatnonzero(action.available & (draft.arrival > 0.0))
        rows.action_state.append(here)
        rows.action_label.append(np.full(len(here), label))
        rows.allowed.append(action.allowed[here])
        rows.payoff.append(action.payoff[here])
        for branch in action.branches:
            used = np.zeros(count, dtype=np.bool_)
            used[here] = branch.probability[here] > 0.0
            if branch.outcome < 0:
                target = np.searchsorted(next_codes, context.columns.codes(branch.levels))
            else:
                target = -terminals.numbers(branch, used) - 1
            some = np.flatnonzero(used)
            rows.branch_key.append(some * num_labels + label)
            rows.probability.append(branch.probability[some])
            rows.target.append(target[some])
    state = np.concatenate([*rows.action_state, np.empty(0, dtype=np.int64)]).astype(np.int64)
    label_of = np.concatenate([*rows.action_label, np.empty(0, dtype=np.int64)]).astype(np.int64)
    key = state * max(num_labels, 1) + label_of
    order = np.argsort(key, kind="stable")
    branch_key = np.concatenate([*rows.branch_key, np.empty(0, dtype=np.int64)]).astype(np.int64)
    branch_order = np.argsort(branch_key, kind="stable")
    allowed = np.concatenate([*rows.allowed, np.empty((0, 2), dtype=np.bool_)])[order]
    _check_moves(context, plan, states, draft)
    first_label, second = _second(draft, label_of[order], state[order])
    return Layer(
        name=plan.name,
        stage=plan.stage,
        is_chance=plan.is_chance,
        fields=context.columns.names,
        levels=states.levels,
        mover=draft.mover,
        arrival=np.where(draft.mover == -2, 0.0, draft.arrival),
        skip=np.where(
            (draft.arrival < 1.0) | (draft.mover == -2),
            np.searchsorted(next_codes, context.columns.codes(draft.skip)).clip(max=len(next_codes) - 1),
            0,
        ).astype(np.int32),
        action_start=np.concatenate([[0], np.cumsum(np.bincount(state, minlength=count))]).astype(np.int32),
        action_label=first_label,
        action_names=tuple(part.name for part in draft.parts),
        action_allowed=allowed,
        action_payoff=np.concatenate([*rows.payoff, np.empty((0, len(context.planes)))])[order],
        branch_start=np.concatenate(
            [[0], np.cumsum(np.bincount(np.searchsorted(key[order], branch_key), minlength=len(key)))]
        ).astype(np.int32),
        branch_probability=np.concatenate([*rows.probability, np.empty(0)])[branch_order],
        branch_target=np.concatenate([*rows.target, np.empty(0, dtype=np.int64)])[branch_order].astype(np.int32),
        milestone_holds=_milestone_holds(context, states),
        second=second,
    )


def _second(
    draft: LayerDraft, label_of: NDArray[np.int64], state: NDArray[np.int64]
) -> tuple[NDArray[np.int32], SecondMover | None]:
    """The mover's part of each action of the layer, and the second mover with the other part."""
    if draft.second is None:
        return label_of.astype(np.int32), None
    parts = draft.second.parts
    own = label_of % len(parts)
    available = np.sum([part.available & (draft.arrival > 0.0) for part in parts], axis=0)
    allowed = np.stack([part.allowed for part in parts], axis=1)[state, own]
    second = SecondMover(
        mover=draft.second.mover,
        num_actions=np.maximum(available, 1).astype(np.int32),
        action_label=(len(draft.second.first_parts) + own).astype(np.int32),
        action_allowed=allowed,
    )
    return (label_of // len(parts)).astype(np.int32), second


def _milestone_holds(context: Context, states: States) -> NDArray[np.bool_]:
    order = milestone_order(context.scenario)
    holds = np.zeros((states.count, len(order)), dtype=np.bool_)
    for m, name in enumerate(order):
        holds[:, m] = states.truth(context.scenario.milestones[name].when, f"milestones.{name}.when")
    return holds


def _check_moves(context: Context, plan: LayerPlan, states: States, draft: LayerDraft) -> None:
    """Every type that may have to move must have a move."""
    if plan.is_chance:
        return
    if draft.second is None:
        _check_mover(context, plan, states, draft, draft.mover, draft.actions)
    else:
        _check_mover(context, plan, states, draft, draft.mover, draft.second.first_parts)
        _check_mover(context, plan, states, draft, draft.second.mover, draft.second.parts)


def _check_mover(
    context: Context,
    plan: LayerPlan,
    states: States,
    draft: LayerDraft,
    mover: NDArray[np.int32],
    parts: Sequence[ActionDraft | PartDraft],
) -> None:
    for h in range(2):
        count = np.sum([part.allowed[:, h] for part in parts], axis=0)
        stuck = (mover >= 0) & (draft.arrival > 0.0) & (count == 0)
        stuck &= np.array([h < len(context.player_types(m)) if m >= 0 else False for m in mover])
        if stuck.any():
            x = int(np.flatnonzero(stuck)[0])
            player = context.players[int(mover[x])]
            context.problem(
                "no-action",
                f"in state `{states.describe(x)}` type `{player.player_types[h]}` of `{player.name}` has no action",
                plan.path,
                "add an action that is always possible, or a `when` to the stage",
            )


def _check_reach(context: Context, reached: list[Levels]) -> None:
    """Levels that the play never reaches are faults."""
    if context.scenario.is_overridden:
        return
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


def _check_play(
    context: Context, plans: Sequence[LayerPlan], epochs: Sequence[Epoch], terminals: _TerminalTable
) -> None:
    """Actions, hazards, outcomes and milestones that never come up are faults."""
    if context.scenario.is_overridden:
        return
    paths: dict[tuple[int, int], str] = {}
    seen: set[tuple[int, int]] = set()
    milestones: set[int] = set()
    for epoch in epochs:
        for s, layer in enumerate(epoch.layers):
            for label in range(len(layer.action_names)):
                paths[s, label] = plans[s].path
            labels = [layer.action_label] if layer.second is None else [layer.action_label, layer.second.action_label]
            seen.update((s, int(label)) for label in np.unique(np.concatenate(labels)))
            milestones.update(np.flatnonzero(layer.milestone_holds.any(axis=0)).tolist())
    for s, label in sorted(set(paths) - seen):
        layer = epochs[0].layers[s]
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
    used = {key[0] for key in terminals.rows}
    for k, name in enumerate(context.scenario.outcomes):
        if k not in used:
            context.problem(
                "unreachable-outcome",
                f"the crisis can never end in outcome `{name}`",
                f"outcomes.{name}",
                "let an action or a hazard lead to it, or remove the outcome",
            )
    for m, name in enumerate(milestone_order(context.scenario)):
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
