"""From the stages of a scenario to layers over arrays of public states.

A decision stage and a hazard make one layer each, also where two players move at the same time
(`standoff.game.simultaneous`); a bargaining stage makes two or three (`standoff.game.bargaining`).
A rate or hazard r per unit of time becomes the probability 1 - exp(-r length) that the stage comes up in a period of that
length, so that halving the period changes little. A running payoff is multiplied by the length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from standoff.game.bargaining import BargainingPlan
from standoff.game.consequences import branches_of, by_type, everyone
from standoff.game.drafts import ActionDraft, LayerDraft, LayerPlan
from standoff.game.model import NATURE, NOBODY
from standoff.game.simultaneous import SimultaneousPlan

if TYPE_CHECKING:
    from standoff.game.context import Context
    from standoff.game.states import States
    from standoff.scenario.schema_moves import Hazard, Stage

__all__ = ["plan_layers"]


def plan_layers(context: Context) -> tuple[LayerPlan, ...]:
    """The layers of one period: the stages in the order of the file, then the hazards."""
    plans: list[LayerPlan] = []
    for index, stage in enumerate(context.scenario.stages):
        if stage.movers is not None:
            plans.append(SimultaneousPlan(context, stage, f"stages.{index}").layer())
        elif stage.bargaining is None:
            plans.append(_decision(context, stage, f"stages.{index}"))
        else:
            plans.extend(BargainingPlan(context, stage, stage.bargaining, f"stages.{index}").layers())
    plans.extend(_hazard(name, hazard) for name, hazard in context.scenario.nature.items())
    return tuple(plans)


def _decision(context: Context, stage: Stage, path: str) -> LayerPlan:
    mover = context.player_index(stage.mover or "")

    def draft(states: States) -> LayerDraft:
        active = states.truth(stage.when, f"{path}.when")
        actions = []
        for own in stage.own_actions():
            action = own.action
            here = f"{path}.{own.path}"
            available = active & states.truth(action.when, f"{here}.when")
            allowed = by_type(available, action.types, context.player_types(mover))
            paid = states.payoff(action.payoffs, f"{here}.payoffs") - states.payoff(action.costs, f"{here}.costs")
            branches, extra = branches_of(states, action.leads_to, f"{here}.leads_to", available)
            actions.append(ActionDraft(own.name, available, allowed, paid + extra, branches, here))
        return LayerDraft(
            mover=np.where(active, mover, NOBODY).astype(np.int32),
            arrival=np.where(active, states.arrival(stage.rate, f"{path}.rate"), 0.0),
            skip=states.levels,
            actions=tuple(actions),
        )

    return LayerPlan(stage.name, stage.name, path, False, draft)


def _hazard(name: str, hazard: Hazard) -> LayerPlan:
    path = f"nature.{name}"

    def draft(states: States) -> LayerDraft:
        active = states.truth(hazard.when, f"{path}.when")
        arrival = np.where(active, states.arrival(hazard.hazard, f"{path}.hazard"), 0.0)
        active = arrival > 0.0
        branches, extra = branches_of(states, hazard.leads_to, f"{path}.leads_to", active)
        return LayerDraft(
            mover=np.full((1, 1), NATURE, dtype=np.int32),
            arrival=arrival,
            skip=states.levels,
            actions=(ActionDraft(name, active, everyone(active), extra, branches, path),),
        )

    return LayerPlan(name, name, path, True, draft)
