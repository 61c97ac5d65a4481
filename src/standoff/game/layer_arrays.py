"""A layer over an array of public states: who moves, what can be done, and what follows, in every state at once.

A `LayerRule` says how to make one layer of a scenario; its `evaluate` returns the `LayerArrays` of any array of states.
Numbers have two leading axes, (draw, state), each of length 1 where it does not matter (`standoff.game.numbers`); where a
move leads does not depend on the draw.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.packages import NO_PACKAGE
from standoff.game.states import States

if TYPE_CHECKING:
    from standoff.scenario.schema_moves import Effect

__all__ = [
    "ActionArrays",
    "BranchArrays",
    "LayerArrays",
    "LayerRule",
    "OwnActionArrays",
    "SecondMoverArrays",
    "allow_both_types",
    "allow_types",
    "evaluate_probabilities",
    "follow_effect",
    "follow_effects",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]


@dataclass(frozen=True)
class BranchArrays:
    """One random consequence of an action.

    Attributes:
        probability: Shape (draw, state).
        levels: Public state that follows; shape (state, column). Trusted only where `outcome` is -1.
        outcome: Index of the outcome that ends the crisis, or -1.
        package: Package agreed on, or -1; shape (state,).
        payoff: Terminal payoff where the crisis ends; shape (draw, state, plane, 2, 2), as in `Terminals`.
    """

    probability: Floats
    levels: Levels
    outcome: int = -1
    package: Levels | None = None
    payoff: Floats | None = None


@dataclass(frozen=True)
class ActionArrays:
    """One action.

    Attributes:
        name: Slug.
        available: Whether anybody has it; shape (draw, state).
        allowed: Whether each of the mover's types has it; shape (draw, state, 2).
        payoff: One-off payoff with the expected payoffs of its branches; shape (draw, state, plane).
        branches: Its consequences.
        path: Where in the scenario it is written.
        package: Package that it puts on the table, or -1; its name is that of the package in the first draw.
    """

    name: str
    available: Bools
    allowed: Bools
    payoff: Floats
    branches: tuple[BranchArrays, ...]
    path: str
    package: int = NO_PACKAGE


@dataclass(frozen=True)
class OwnActionArrays:
    """One mover's part of joint actions; attributes as in `ActionArrays`."""

    name: str
    available: Bools
    allowed: Bools
    path: str


@dataclass(frozen=True)
class SecondMoverArrays:
    """Who moves at the same time as the mover of a layer, whose actions are then joint.

    With n own actions of the second mover, action i * n + j of the layer is the mover's i-th with the second mover's j-th.

    Attributes:
        mover: Player or `NOBODY`; shape (draw, state).
        first_actions: What the mover can do.
        second_actions: What the second mover can do.
    """

    mover: NDArray[np.int32]
    first_actions: tuple[OwnActionArrays, ...]
    second_actions: tuple[OwnActionArrays, ...]


@dataclass(frozen=True)
class LayerArrays:
    """One layer.

    Attributes:
        mover: Player, `NATURE` or `NOBODY`; shape (draw, state).
        arrival: Probability that the layer comes up; shape (draw, state).
        skip: Public state that follows where it does not; shape (state, column).
        actions: The moves, joint where there is a second mover.
        second: Who else moves at the same time.
    """

    mover: NDArray[np.int32]
    arrival: Floats
    skip: Levels
    actions: tuple[ActionArrays, ...] = field(default=())
    second: SecondMoverArrays | None = None

    @property
    def own_actions(self) -> tuple[ActionArrays | OwnActionArrays, ...]:
        """The moves of one player each: the actions, or the mover's parts of joint actions and then the second mover's."""
        return self.actions if self.second is None else (*self.second.first_actions, *self.second.second_actions)


@dataclass(frozen=True)
class LayerRule:
    """How to make one layer.

    Attributes:
        name: Slug, unique in the period.
        stage: Name of the scenario's stage or hazard.
        path: Where in the scenario it is written.
        is_chance: Whether nature moves.
        evaluate: Returns the layer over an array of states. Faults are added to those of the states' scenario.
    """

    name: str
    stage: str
    path: str
    is_chance: bool
    evaluate: Callable[[States], LayerArrays]


def allow_both_types(available: Bools) -> Bools:
    """Give an action to both types of a player wherever it is available; shape (draw, state, 2)."""
    return np.repeat(available[..., None], 2, axis=-1)


def allow_types(available: Bools, types: Collection[str] | None, player_types: Sequence[str]) -> Bools:
    """Give an action to some types of a player, None for all, wherever it is available; shape (draw, state, 2)."""
    has = np.array([types is None or player_type in types for player_type in player_types])
    return np.asarray(available[..., None] & np.append(has, False)[:2])


def evaluate_probabilities(
    states: States, effects: Sequence[Effect], path: str, available: Bools
) -> tuple[Floats, ...]:
    """Return the probability of each effect of a move in every state, 0 where the move is not available.

    A move without effects has one consequence, which is certain.
    """
    if not effects:
        return (available.astype(np.float64),)
    found = []
    total = np.zeros((1, 1))
    for index, effect in enumerate(effects):
        here = f"{path}.{index}.p"
        probability = np.where(available, states.evaluate(effect.p, here), 0.0)
        states.require_probability(probability, here)
        total = total + probability
        found.append(probability)
    states.require_sum(np.where(available, total, 1.0), path)
    return tuple(found)


def follow_effects(
    states: States, effects: Sequence[Effect], path: str, available: Bools
) -> tuple[tuple[BranchArrays, ...], Floats]:
    """Return the branches of a move and their expected one-off payoffs; a move without effects changes nothing."""
    expected = states.no_payoff
    if not effects:
        return (BranchArrays(np.ones((1, 1)), states.levels),), expected
    branches = []
    probabilities = evaluate_probabilities(states, effects, path, available)
    for index, (effect, probability) in enumerate(zip(effects, probabilities, strict=True)):
        if effect.payoffs:
            expected = expected + probability[..., None] * states.evaluate_payoff(
                effect.payoffs, f"{path}.{index}.payoffs"
            )
        branches.append(follow_effect(states, effect.changes, effect.outcome, probability))
    return tuple(branches), expected


def follow_effect(
    states: States, changes: Mapping[str, str | int], outcome_name: str | None, probability: Floats
) -> BranchArrays:
    """Return the branch that changes tracks and, where it names an outcome, ends the crisis."""
    after = states.apply_changes(changes)
    if outcome_name is None:
        return BranchArrays(probability, after)
    outcome = list(states.scenario.outcomes).index(outcome_name)
    none = np.full(states.num_states, NO_PACKAGE, dtype=np.int32)
    return BranchArrays(probability, after, outcome, none, states.change_levels(after).evaluate_outcome_payoff(outcome))
