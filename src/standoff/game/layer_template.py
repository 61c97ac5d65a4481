"""One layer of a game apart from its numbers: what can be done in each state, and what may follow.

Draws of the parameters of one scenario mostly differ in numbers alone: payoffs, probabilities, rates, priors. Their games have
the same arrays of states, actions, branches and targets, which are found once. Filling in the numbers of a draw is then a
matter of taking them to their places.

Whether a draw has the structure of another is not guessed: everything that the structure was read from (which decisions come
up, which actions are available and to whom, which branches are possible, where milestones hold) is worked out for the draw
in every state and compared. Where all of it agrees in the states that one draw reaches, the other reaches the same ones.

Ends of the crisis are told apart by outcome, package, and the tracks (and the date) that the outcome's payoffs mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.game.context import Context
from standoff.game.drafts import ActionDraft, BranchDraft, LayerDraft, LayerPlan
from standoff.game.model import NOBODY, Layer, SecondMover
from standoff.game.states import States
from standoff.game.validity import SUM_TOLERANCE
from standoff.scenario import Expression

__all__ = ["EndTable", "LayerShape", "in_each_state"]

Levels = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]


def in_each_state(values: NDArray[Any], count: int) -> NDArray[Any]:
    """The values of the first draw, with one entry for each state; shape (state, ...)."""
    return np.broadcast_to(values[0], (count, *values.shape[2:]))


@dataclass(frozen=True)
class BranchShape:
    """Where one branch of an action goes.

    Attributes:
        possible: Whether it can happen; shape (state,).
        rows: States in which the layer has it; shape (row,).
        places: Its places among the branches of the layer; shape (row,).
        ends: Ends that it is the first to lead to, each with a state in which it does.
    """

    possible: Bools
    rows: Places
    places: Places
    ends: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ActionShape:
    """Where one action goes; attributes as in `BranchShape`, and `available` and `allowed` as in `ActionDraft`."""

    available: Bools
    allowed: Bools
    rows: Places
    places: Places
    branches: tuple[BranchShape, ...]
    package: int


class EndTable:
    """Numbers the ends of the crisis.

    Attributes:
        keys: Outcome, package, epoch and what else the payoffs hang on, in the order of the numbers.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.keys: dict[tuple[int, ...], int] = {}
        self._hinges = [self._hinges_of(outcome) for outcome in range(len(context.scenario.outcomes))]

    def _hinges_of(self, outcome: int) -> tuple[list[int], bool]:
        """The columns of the state that an outcome's payoffs mention, and whether they ask for the date."""
        scenario = self.context.scenario
        waiting: list[Expression] = []
        for own in list(scenario.outcomes.values())[outcome].payoffs.values():
            waiting.extend(own.values() if isinstance(own, dict) else [own])
        names: set[str] = set()
        functions: set[str] = set()
        while waiting:
            expression = waiting.pop()
            functions |= expression.functions
            fresh = expression.names - names
            names |= fresh
            waiting.extend(scenario.quantities[name].value for name in fresh if name in scenario.quantities)
        columns = [column for column, name in enumerate(scenario.state) if name in names]
        if scenario.agenda is not None and names & scenario.agenda.issues.keys():
            columns.append(self.context.columns.package)
        return columns, "passed" in functions

    def numbers(self, branch: BranchDraft, used: Bools, epoch_start: int) -> tuple[Places, tuple[tuple[int, int], ...]]:
        """The end of each state, or -1 where the branch is not used, and the ends not met before with a state of each."""
        assert branch.package is not None
        columns, is_dated = self._hinges[branch.outcome]
        result = np.full(len(used), -1, dtype=np.int64)
        rows = np.flatnonzero(used)
        if not len(rows):
            return result, ()
        described = np.column_stack([branch.package, branch.levels[:, columns]])[rows]
        _, first, place = np.unique(described, axis=0, return_index=True, return_inverse=True)
        number_of = np.empty(len(first), dtype=np.int64)
        met: list[tuple[int, int]] = []
        for k in np.argsort(first):
            key = (branch.outcome, epoch_start if is_dated else -1, *(int(part) for part in described[first[k]]))
            if key not in self.keys:
                met.append((len(self.keys), int(rows[first[k]])))
            number_of[k] = self.keys.setdefault(key, len(self.keys))
        result[rows] = number_of[place.ravel()]
        return result, tuple(met)

    @property
    def outcome(self) -> NDArray[np.int32]:
        """Outcome of each end."""
        return np.array([key[0] for key in self.keys], dtype=np.int32)

    @property
    def package(self) -> NDArray[np.int32]:
        """Package of each end, or -1."""
        return np.array([key[2] for key in self.keys], dtype=np.int32)


@dataclass(frozen=True)
class LayerShape:
    """One layer without its numbers.

    Attributes:
        template: The layer in the draw that the structure was found in.
        arrives: Whether it can come up; shape (state,).
        is_sure: Whether it always does; shape (state,).
        actions: By label.
        parts: What each mover's parts of joint actions were read from, by part: (available, allowed).
        mover: As drafted; shape (state,). `second_mover` of the second mover, or None.
        second_mover: Shape (state,).
    """

    template: Layer
    arrives: Bools
    is_sure: Bools
    actions: tuple[ActionShape, ...]
    parts: tuple[tuple[Bools, Bools], ...]
    mover: NDArray[np.int32]
    second_mover: NDArray[np.int32] | None

    @staticmethod
    def of(
        context: Context,
        plan: LayerPlan,
        states: States,
        draft: LayerDraft,
        holds: Bools,
        next_codes: Places,
        ends: EndTable,
    ) -> LayerShape:
        """Read it off a draft.

        Args:
            context: Binds one draw.
            plan: What made the draft.
            states: The states of the layer.
            draft: The layer in all of its states.
            holds: Where milestones hold; shape (1, state, milestone).
            next_codes: Codes of the states of the next layer, in order.
            ends: The ends met so far; added to.
        """
        count = states.count
        arrival = np.asarray(in_each_state(draft.arrival, count))
        mover = np.asarray(in_each_state(draft.mover, count))
        raw = [_action(context, action, arrival > 0.0, states, next_codes, ends) for action in draft.actions]
        num_labels = max(len(raw), 1)
        rows = [shape.rows for shape, _ in raw]
        key = _joined([own * num_labels + label for label, own in enumerate(rows)])
        order = np.argsort(key, kind="stable")
        place_of = np.empty(len(order), dtype=np.int64)
        place_of[order] = np.arange(len(order))
        state = _joined(rows)[order]
        label_of = key[order] % num_labels
        branch_key = _joined(
            [branch.rows * num_labels + label for label, (shape, _) in enumerate(raw) for branch in shape.branches]
        )
        branch_order = np.argsort(branch_key, kind="stable")
        branch_place = np.empty(len(branch_order), dtype=np.int64)
        branch_place[branch_order] = np.arange(len(branch_order))
        targets = _joined([target for _, own in raw for target in own])[branch_order]
        actions = _placed([shape for shape, _ in raw], place_of, branch_place)
        allowed = np.concatenate([*(shape.allowed[shape.rows] for shape in actions), np.empty((0, 2), dtype=np.bool_)])
        may_skip = (arrival < 1.0) | (mover == NOBODY)
        skip = np.searchsorted(next_codes, context.columns.codes(draft.skip)).clip(max=len(next_codes) - 1)
        first_label, second = _second(draft, arrival > 0.0, label_of, state, count)
        width = np.bincount(np.searchsorted(key[order], branch_key), minlength=len(key))
        template = Layer(
            name=plan.name,
            stage=plan.stage,
            is_chance=plan.is_chance,
            fields=context.columns.names,
            levels=states.levels,
            mover=mover,
            arrival=np.zeros(count),
            skip=np.where(may_skip, skip, 0).astype(np.int32),
            action_start=_starts(np.bincount(state, minlength=count)),
            action_label=first_label,
            action_names=tuple(part.name for part in draft.parts),
            action_allowed=allowed[order],
            action_payoff=np.zeros((len(state), len(context.planes))),
            branch_start=_starts(width),
            branch_probability=np.zeros(len(targets)),
            branch_target=targets.astype(np.int32),
            milestone_holds=np.asarray(in_each_state(holds, count)),
            second=second,
        )
        parts = () if draft.second is None else tuple(
            (np.asarray(in_each_state(part.available, count)), np.asarray(in_each_state(part.allowed, count)))
            for part in draft.parts
        )  # fmt: skip
        second_mover = None if draft.second is None else np.asarray(in_each_state(draft.second.mover, count))
        return LayerShape(template, arrival > 0.0, arrival >= 1.0, actions, parts, mover, second_mover)

    def fits(self, draft: LayerDraft, holds: Bools) -> Bools:
        """The draws of a draft that have this structure; shape (draw,), or (1,) where all agree."""
        same = _agree(draft.mover, self.mover) & _agree(draft.arrival > 0.0, self.arrives)
        same = same & _agree(draft.arrival >= 1.0, self.is_sure) & _agree(holds, self.template.milestone_holds)
        for action, shape in zip(draft.actions, self.actions, strict=True):
            same = same & _agree(action.available, shape.available) & _agree(action.allowed, shape.allowed)
            for branch, own in zip(action.branches, shape.branches, strict=True):
                same = same & _agree((branch.probability > 0.0) & action.available, own.possible)
        if draft.second is not None:
            assert self.second_mover is not None
            same = same & _agree(draft.second.mover, self.second_mover)
            for part, (available, allowed) in zip(draft.parts, self.parts, strict=True):
                same = same & _agree(part.available, available) & _agree(part.allowed, allowed)
        return same

    def layers(self, context: Context, draft: LayerDraft) -> list[Layer]:
        """The layer in every draw.

        Draws whose numbers no game may have are noted in the context. Those that have another structure get a layer that
        means nothing.
        """
        old = self.template
        draws, count = context.num_draws, old.num_states
        comes = np.where(draft.mover == NOBODY, 0.0, draft.arrival)
        arrival = np.broadcast_to(comes, (draws, count))
        payoff = np.zeros((draws, *old.action_payoff.shape))
        probability = np.zeros((draws, len(old.branch_probability)))
        for action, shape in zip(draft.actions, self.actions, strict=True):
            payoff[:, shape.places] = _taken(action.payoff, shape.rows)
            for branch, own in zip(action.branches, shape.branches, strict=True):
                probability[:, own.places] = _taken(branch.probability, own.rows)
        sound = np.isfinite(payoff).all(axis=(1, 2)) & ((arrival >= 0.0) & (arrival <= 1.0)).all(axis=1)
        if len(old.action_payoff):
            total = np.add.reduceat(probability, old.branch_start[:-1], axis=1)
            sound &= (probability >= 0.0).all(axis=1) & (np.abs(total - 1.0) <= SUM_TOLERANCE).all(axis=1)
        context.suspect |= ~sound
        return [
            Layer(
                old.name, old.stage, old.is_chance, old.fields, old.levels, old.mover, np.ascontiguousarray(arrival[d]),
                old.skip, old.action_start, old.action_label, self._names(draft, context, d), old.action_allowed, payoff[d],
                old.branch_start, probability[d], old.branch_target, old.milestone_holds, old.second,
            )
            for d in range(draws)
        ]  # fmt: skip

    def _names(self, draft: LayerDraft, context: Context, draw: int) -> tuple[str, ...]:
        """Names of the moves, some of which are packages."""
        names = context.choices[draw].names
        if draft.second is not None or all(shape.package < 0 for shape in self.actions):
            return self.template.action_names
        return tuple(names[action.package] if action.package >= 0 else action.name for action in draft.actions)

    def end_payoffs(self, draft: LayerDraft, payoffs: Floats) -> None:
        """Write the payoffs of the ends that this layer is the first to lead to; shape (draw, end, plane, 2, 2)."""
        for action, shape in zip(draft.actions, self.actions, strict=True):
            for branch, own in zip(action.branches, shape.branches, strict=True):
                for end, state in own.ends:
                    assert branch.payoff is not None
                    payoffs[:, end] = branch.payoff[:, state if branch.payoff.shape[1] > 1 else 0]


def _agree(now: NDArray[np.generic], then: NDArray[np.generic]) -> Bools:
    """The draws in which an array is what it was; shape (draw,)."""
    same = now == then
    return np.asarray(same.reshape(len(same), -1).all(axis=1))


def _taken(values: Floats, rows: Places) -> Floats:
    """The rows of an array whose state axis may have length 1."""
    return values[:, rows] if values.shape[1] > 1 else values


def _joined(parts: Sequence[NDArray[np.integer]]) -> Places:
    return np.concatenate([*parts, np.empty(0, dtype=np.int64)]).astype(np.int64)


def _starts(width: NDArray[np.integer]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(width)]).astype(np.int32)


def _action(
    context: Context, action: ActionDraft, arrives: Bools, states: States, next_codes: Places, ends: EndTable
) -> tuple[ActionShape, list[Places]]:
    """The shape of an action, its places not yet known, and the targets of its branches."""
    count = states.count
    available = np.asarray(in_each_state(action.available, count))
    has = available & arrives
    branches, targets = [], []
    for branch in action.branches:
        possible = np.asarray(in_each_state(branch.probability, count) > 0.0) & available
        used = possible & arrives
        rows = np.flatnonzero(used)
        met: tuple[tuple[int, int], ...] = ()
        if branch.outcome < 0:
            target = np.searchsorted(next_codes, context.columns.codes(branch.levels))
        else:
            number, met = ends.numbers(branch, used, states.epoch_start)
            target = -number - 1
        branches.append(BranchShape(possible, rows, rows, met))
        targets.append(target[rows])
    rows = np.flatnonzero(has)
    allowed = np.asarray(in_each_state(action.allowed, count))
    return ActionShape(available, allowed, rows, rows, tuple(branches), action.package), targets


def _placed(shapes: Sequence[ActionShape], place_of: Places, branch_place: Places) -> tuple[ActionShape, ...]:
    """The same shapes with their places, which follow one another as the shapes do."""
    placed = []
    at = branch_at = 0
    for shape in shapes:
        branches = []
        for branch in shape.branches:
            size = len(branch.rows)
            branches.append(
                BranchShape(branch.possible, branch.rows, branch_place[branch_at : branch_at + size], branch.ends)
            )
            branch_at += size
        size = len(shape.rows)
        placed.append(
            ActionShape(
                shape.available, shape.allowed, shape.rows, place_of[at : at + size], tuple(branches), shape.package
            )
        )
        at += size
    return tuple(placed)


def _second(
    draft: LayerDraft, arrives: Bools, label_of: Places, state: Places, count: int
) -> tuple[NDArray[np.int32], SecondMover | None]:
    """The mover's part of each action of the layer, and the second mover with the other part."""
    if draft.second is None:
        return label_of.astype(np.int32), None
    parts = draft.second.parts
    own = label_of % len(parts)
    available = np.sum([in_each_state(part.available, count) & arrives for part in parts], axis=0)
    allowed = np.stack([in_each_state(part.allowed, count) for part in parts], axis=1)[state, own]
    second = SecondMover(
        mover=np.asarray(in_each_state(draft.second.mover, count)),
        num_actions=np.maximum(available, 1).astype(np.int32),
        action_label=(len(draft.second.first_parts) + own).astype(np.int32),
        action_allowed=allowed,
    )
    return (label_of // len(parts)).astype(np.int32), second
