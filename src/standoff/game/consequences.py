"""What follows from a move: its branches and their expected one-off payoffs, in every state at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.drafts import BranchDraft

if TYPE_CHECKING:
    from standoff.game.states import States
    from standoff.scenario.schema_moves import Effect

__all__ = ["branch_of", "branches_of", "by_type", "everyone", "probabilities_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def everyone(available: Bools) -> Bools:
    """An action that both types of a player have wherever it is available; shape (draw, state, 2)."""
    return np.repeat(available[..., None], 2, axis=-1)


def by_type(available: Bools, types: Collection[str] | None, player_types: Sequence[str]) -> Bools:
    """An action that only some types of a player have; None for all. Shape (draw, state, 2)."""
    has = np.array([types is None or player_type in types for player_type in player_types])
    return np.asarray(available[..., None] & np.append(has, False)[:2])


def probabilities_of(states: States, effects: Sequence[Effect], path: str, available: Bools) -> tuple[Floats, ...]:
    """The probability of each effect in every state, 0 where the move is not available; one that is sure without effects."""
    if not effects:
        return (available.astype(np.float64),)
    found = []
    total = np.zeros((1, 1))
    for index, effect in enumerate(effects):
        here = f"{path}.{index}.p"
        probability = np.where(available, states.value(effect.p, here), 0.0)
        states.require_probability(probability, here)
        total = total + probability
        found.append(probability)
    states.require_sum(np.where(available, total, 1.0), path)
    return tuple(found)


def branches_of(
    states: States, effects: Sequence[Effect], path: str, available: Bools
) -> tuple[tuple[BranchDraft, ...], Floats]:
    """The branches of a move and their expected one-off payoffs; a move without effects changes nothing."""
    extra = states.nothing
    if not effects:
        return (BranchDraft(np.ones((1, 1)), states.levels),), extra
    branches = []
    chances = probabilities_of(states, effects, path, available)
    for index, (effect, probability) in enumerate(zip(effects, chances, strict=True)):
        if effect.payoffs:
            extra = extra + probability[..., None] * states.payoff(effect.payoffs, f"{path}.{index}.payoffs")
        branches.append(branch_of(states, effect.changes, effect.outcome, probability))
    return tuple(branches), extra


def branch_of(
    states: States, changes: Mapping[str, str | int], outcome_name: str | None, probability: Floats
) -> BranchDraft:
    """The branch that changes tracks and, where it names an outcome, ends the crisis."""
    after = states.change(changes)
    if outcome_name is None:
        return BranchDraft(probability, after)
    end = states.at(after)
    outcome = states.context.outcome_index(outcome_name)
    none = np.full(states.count, -1, dtype=np.int32)
    return BranchDraft(probability, after, outcome, none, end.outcome_payoff(outcome))
