"""One layer of a game without its numbers: what can be done in each state, and what may follow.

Draws of the parameters of one scenario mostly differ in numbers alone: payoffs, probabilities, rates, priors. Their games have
the same arrays of states, actions, branches and targets. These are the template, which is found once; the numbers of a draw
are then copied to their positions in it.

Whether a draw fits the template of another is not guessed: everything that the template was read from (which decisions come
up, which actions are available and to whom, which branches are possible, where milestones hold) is evaluated for the draw
in every state and compared. Where all of it agrees in the states that one draw reaches, the other reaches the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.game.layer_arrays import ActionArrays, LayerArrays, LayerRule
from standoff.game.model import NOBODY, Layer, SecondMover
from standoff.game.packages import NO_PACKAGE
from standoff.game.states import Codes, States, StateSpace
from standoff.game.terminals import Met, TerminalIndex
from standoff.game.validity import SUM_TOLERANCE

__all__ = ["LayerTemplate", "expand_states"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

LARGEST_INDEX = 2**31 - 1
"""Largest number of actions or branches of a layer, whose indices have 32 bits."""


def expand_states(values: NDArray[Any], num_states: int) -> NDArray[Any]:
    """Return the values of the first draw with one entry for each state; shape (state, ...)."""
    return np.broadcast_to(values[0], (num_states, *values.shape[2:]))


@dataclass(frozen=True)
class BranchTemplate:
    """Where one branch of an action stands in the layer.

    Attributes:
        possible: Whether it can happen; shape (state,).
        states: States in which the layer has it; shape (copy,).
        positions: Its index among the branches of the layer in each of them; shape (copy,).
        terminals: Terminals that it is the first to lead to, each with a state in which it does.
    """

    possible: Bools
    states: Indices
    positions: Indices
    terminals: Met


@dataclass(frozen=True)
class ActionTemplate:
    """Where one action stands in the layer.

    Attributes:
        available: As in `ActionArrays`; shape (state,).
        allowed: As in `ActionArrays`; shape (state, 2).
        states: States in which the layer has it; shape (copy,).
        positions: Its index among the actions of the layer in each of them; shape (copy,).
        branches: Its branches.
        package: As in `ActionArrays`.
    """

    available: Bools
    allowed: Bools
    states: Indices
    positions: Indices
    branches: tuple[BranchTemplate, ...]
    package: int


@dataclass(frozen=True)
class LayerTemplate:
    """One layer without its numbers.

    Attributes:
        layer: The layer; its payoffs, probabilities and arrivals are 0.
        may_arrive: Whether it can come up; shape (state,).
        must_arrive: Whether it always does; shape (state,).
        actions: Its actions, by label.
        own_actions: Availability of each mover's own actions where actions are joint: (available, allowed).
        mover: Mover; shape (state,).
        second_mover: Second mover, shape (state,), or None.
    """

    layer: Layer
    may_arrive: Bools
    must_arrive: Bools
    actions: tuple[ActionTemplate, ...]
    own_actions: tuple[tuple[Bools, Bools], ...]
    mover: NDArray[np.int32]
    second_mover: NDArray[np.int32] | None

    @staticmethod
    def read(
        rule: LayerRule,
        states: States,
        arrays: LayerArrays,
        *,
        holds: Bools,
        next_codes: Codes,
        terminals: TerminalIndex,
    ) -> LayerTemplate:
        """Read the template of a layer off its arrays in a single draw.

        Args:
            rule: How the layer was made.
            states: The states of the layer.
            arrays: The layer in all of its states.
            holds: Where milestones hold; shape (1, state, milestone).
            next_codes: Codes of the states of the next layer, in order.
            terminals: The terminals found so far, to which new ones are added.
        """
        space, count = states.space, states.num_states
        arrival = np.asarray(expand_states(arrays.arrival, count))
        mover = np.asarray(expand_states(arrays.mover, count))
        found = [_read_action(action, arrival > 0.0, states, next_codes, terminals) for action in arrays.actions]
        # actions are sorted by state and then by label, branches by state, label and their order in the action
        num_labels = max(len(found), 1)
        key = _join([action.states * num_labels + label for label, (action, _) in enumerate(found)])
        _check_counts(rule, states, len(key), sum(len(target) for _, own in found for target in own))
        order = np.argsort(key, kind="stable")
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        state = key[order] // num_labels
        label = key[order] % num_labels
        branch_key = _join(
            [
                branch.states * num_labels + label
                for label, (action, _) in enumerate(found)
                for branch in action.branches
            ]
        )
        branch_order = np.argsort(branch_key, kind="stable")
        branch_position = np.empty(len(branch_order), dtype=np.int64)
        branch_position[branch_order] = np.arange(len(branch_order))
        targets = _join([target for _, own in found for target in own])[branch_order]
        actions = _set_positions([action for action, _ in found], position, branch_position)
        allowed = np.concatenate(
            [*(action.allowed[action.states] for action in actions), np.empty((0, 2), dtype=np.bool_)]
        )
        may_skip = (arrival < 1.0) | (mover == NOBODY)
        skip = np.searchsorted(next_codes, space.encode(arrays.skip)).clip(max=len(next_codes) - 1)
        action_label, second = _split_labels(arrays, arrival > 0.0, label, state)
        width = np.bincount(np.searchsorted(key[order], branch_key), minlength=len(key))
        layer = Layer(
            name=rule.name,
            stage=rule.stage,
            is_chance=rule.is_chance,
            fields=space.columns,
            levels=states.levels,
            mover=mover,
            arrival=np.zeros(count),
            skip=np.where(may_skip, skip, 0).astype(np.int32),
            action_start=_cumulate(np.bincount(state, minlength=count)),
            action_label=action_label,
            action_names=tuple(action.name for action in arrays.own_actions),
            action_allowed=allowed[order],
            action_payoff=np.zeros((len(state), states.num_planes)),
            branch_start=_cumulate(width),
            branch_probability=np.zeros(len(targets)),
            branch_target=targets.astype(np.int32),
            milestone_holds=np.asarray(expand_states(holds, count)),
            second=second,
        )
        own_actions = () if arrays.second is None else tuple(
            (np.asarray(expand_states(own.available, count)), np.asarray(expand_states(own.allowed, count)))
            for own in arrays.own_actions
        )  # fmt: skip
        second_mover = None if arrays.second is None else np.asarray(expand_states(arrays.second.mover, count))
        return LayerTemplate(layer, arrival > 0.0, arrival >= 1.0, actions, own_actions, mover, second_mover)

    def fits(self, arrays: LayerArrays, holds: Bools) -> Bools:
        """Return the draws of some arrays that have this template; shape (draw,), or (1,) where all agree."""
        same = _agree(arrays.mover, self.mover) & _agree(arrays.arrival > 0.0, self.may_arrive)
        same = same & _agree(arrays.arrival >= 1.0, self.must_arrive) & _agree(holds, self.layer.milestone_holds)
        for action, own in zip(arrays.actions, self.actions, strict=True):
            same = same & _agree(action.available, own.available) & _agree(action.allowed, own.allowed)
            for branch, known in zip(action.branches, own.branches, strict=True):
                same = same & _agree((branch.probability > 0.0) & action.available, known.possible)
        if arrays.second is not None:
            assert self.second_mover is not None
            same = same & _agree(arrays.second.mover, self.second_mover)
            for part, (available, allowed) in zip(arrays.own_actions, self.own_actions, strict=True):
                same = same & _agree(part.available, available) & _agree(part.allowed, allowed)
        return same

    def fill(self, space: StateSpace, arrays: LayerArrays) -> list[Layer]:
        """Return the layer in every draw.

        Draws with numbers that no game may have are marked as faulty. Those that do not fit get a layer that means nothing.
        """
        old = self.layer
        num_draws = space.bound.num_draws
        arrival = np.where(arrays.mover == NOBODY, 0.0, arrays.arrival)
        arrival = np.broadcast_to(arrival, (num_draws, old.num_states))
        payoff = np.zeros((num_draws, *old.action_payoff.shape))
        probability = np.zeros((num_draws, len(old.branch_probability)))
        for action, own in zip(arrays.actions, self.actions, strict=True):
            payoff[:, own.positions] = _select_states(action.payoff, own.states)
            for branch, known in zip(action.branches, own.branches, strict=True):
                probability[:, known.positions] = _select_states(branch.probability, known.states)
        sound = np.isfinite(payoff).all(axis=(1, 2)) & ((arrival >= 0.0) & (arrival <= 1.0)).all(axis=1)
        if len(old.action_payoff):
            total = np.add.reduceat(probability, old.branch_start[:-1], axis=1)
            sound &= (probability >= 0.0).all(axis=1) & (np.abs(total - 1.0) <= SUM_TOLERANCE).all(axis=1)
        space.bound.faults.faulty |= ~sound
        return [
            replace(
                old,
                arrival=np.ascontiguousarray(arrival[d]),
                action_names=self._name_actions(space, arrays, d),
                action_payoff=payoff[d],
                branch_probability=probability[d],
            )
            for d in range(num_draws)
        ]

    def _name_actions(self, space: StateSpace, arrays: LayerArrays, draw: int) -> tuple[str, ...]:
        """Return the names of the moves in a draw, some of which are packages."""
        if arrays.second is not None or all(action.package == NO_PACKAGE for action in self.actions):
            return self.layer.action_names
        names = space.packages.list_names(draw)
        return tuple(
            action.name if action.package == NO_PACKAGE else names[action.package] for action in arrays.actions
        )

    def fill_terminals(self, arrays: LayerArrays, payoff: Floats) -> None:
        """Write the payoffs of the terminals that this layer is the first to lead to.

        Args:
            arrays: The layer.
            payoff: Written to; shape (draw, terminal, plane, 2, 2).
        """
        for action, own in zip(arrays.actions, self.actions, strict=True):
            for branch, known in zip(action.branches, own.branches, strict=True):
                for terminal, state in known.terminals:
                    assert branch.payoff is not None
                    payoff[:, terminal] = branch.payoff[:, state if branch.payoff.shape[1] > 1 else 0]


def _agree(now: NDArray[np.generic], then: NDArray[np.generic]) -> Bools:
    """Return the draws in which an array is what it was; shape (draw,)."""
    same = now == then
    return np.asarray(same.reshape(len(same), -1).all(axis=1))


def _select_states(values: Floats, states: Indices) -> Floats:
    """Select states of an array whose state axis may have length 1."""
    return values[:, states] if values.shape[1] > 1 else values


def _join(parts: Sequence[NDArray[np.integer]]) -> Indices:
    return np.concatenate([*parts, np.empty(0, dtype=np.int64)]).astype(np.int64)


def _check_counts(rule: LayerRule, states: States, num_actions: int, num_branches: int) -> None:
    """Refuse a layer whose actions or branches cannot be numbered."""
    if max(num_actions, num_branches) <= LARGEST_INDEX:
        return
    faults = states.space.bound.faults
    faults.add(
        "too-many-actions",
        f"stage `{rule.stage}` has {num_actions:,} actions and {num_branches:,} branches in all of its states; "
        f"at most {LARGEST_INDEX:,} of each can be numbered",
        rule.path,
        "use fewer actions, tracks or levels",
    )
    faults.raise_problems()


def _cumulate(width: NDArray[np.integer]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(width)]).astype(np.int32)


def _read_action(
    action: ActionArrays, arrives: Bools, states: States, next_codes: Codes, terminals: TerminalIndex
) -> tuple[ActionTemplate, list[Indices]]:
    """Return the template of an action, whose positions are not yet known, and the targets of its branches."""
    count = states.num_states
    available = np.asarray(expand_states(action.available, count))
    branches, targets = [], []
    for branch in action.branches:
        possible = np.asarray(expand_states(branch.probability, count) > 0.0) & available
        used = possible & arrives
        own_states = np.flatnonzero(used)
        met: Met = ()
        if branch.outcome < 0:
            target = np.searchsorted(next_codes, states.space.encode(branch.levels))
        else:
            terminal, met = terminals.find(branch, used, states.epoch_start)
            target = -terminal - 1
        branches.append(BranchTemplate(possible, own_states, own_states, met))
        targets.append(target[own_states])
    own_states = np.flatnonzero(available & arrives)
    allowed = np.asarray(expand_states(action.allowed, count))
    return ActionTemplate(available, allowed, own_states, own_states, tuple(branches), action.package), targets


def _set_positions(
    actions: Sequence[ActionTemplate], position: Indices, branch_position: Indices
) -> tuple[ActionTemplate, ...]:
    """Return actions with their positions in the layer, which are given action by action and branch by branch."""
    branches = [branch for action in actions for branch in action.branches]
    of_branch = iter(np.split(branch_position, np.cumsum([len(branch.states) for branch in branches])))
    of_action = iter(np.split(position, np.cumsum([len(action.states) for action in actions])))
    return tuple(
        replace(
            action,
            positions=next(of_action),
            branches=tuple(replace(branch, positions=next(of_branch)) for branch in action.branches),
        )
        for action in actions
    )


def _split_labels(
    arrays: LayerArrays, arrives: Bools, label: Indices, state: Indices
) -> tuple[NDArray[np.int32], SecondMover | None]:
    """Return the label of the mover's own part of each action, and the second mover with the other part."""
    if arrays.second is None:
        return label.astype(np.int32), None
    count = len(arrives)
    second = arrays.second.second_actions
    own = label % len(second)
    available = np.sum([expand_states(part.available, count) & arrives for part in second], axis=0)
    allowed = np.stack([expand_states(part.allowed, count) for part in second], axis=1)[state, own]
    mover = SecondMover(
        mover=np.asarray(expand_states(arrays.second.mover, count)),
        num_actions=np.maximum(available, 1).astype(np.int32),
        action_label=(len(arrays.second.first_actions) + own).astype(np.int32),
        action_allowed=allowed,
    )
    return (label // len(second)).astype(np.int32), mover
