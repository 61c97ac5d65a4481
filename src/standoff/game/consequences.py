"""What follows from a move: its branches and their expected one-off payoffs, in every state at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.drafts import BranchDraft

if TYPE_CHECKING:
    from standoff.game.context import States
    from standoff.scenario.schema_moves import Effect

__all__ = ["branches_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def branches_of(
    states: States, effects: Sequence[Effect], path: str, available: Bools
) -> tuple[tuple[BranchDraft, ...], Floats]:
    """The branches of a move and their expected one-off payoffs; a move without effects changes nothing."""
    extra = np.zeros((states.count, states.num_planes))
    if not effects:
        return (BranchDraft(np.ones(states.count), states.levels),), extra
    branches = []
    total = np.zeros(states.count)
    for index, effect in enumerate(effects):
        here = f"{path}.{index}"
        probability = np.where(available, states.value(effect.p, f"{here}.p"), 0.0)
        states.require_probability(probability, f"{here}.p")
        total += probability
        extra += probability[:, None] * states.payoff(effect.payoffs, f"{here}.payoffs")
        branches.append(_branch(states, effect, probability))
    states.require_sum(np.where(available, total, 1.0), path)
    return tuple(branches), extra


def _branch(states: States, effect: Effect, probability: Floats) -> BranchDraft:
    after = states.change(effect.changes)
    if effect.outcome is None:
        return BranchDraft(probability, after)
    end = states.at(after)
    outcome = states.context.outcome_index(effect.outcome)
    none = np.full(states.count, -1, dtype=np.int32)
    return BranchDraft(probability, after, outcome, none, end.outcome_payoff(outcome))
