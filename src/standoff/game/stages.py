"""From the stages and hazards of a scenario to the rules of its layers.

A decision stage and a hazard make one layer each, also where two players move at the same time
(`standoff.game.simultaneous`); a bargaining stage makes two or three (`standoff.game.bargaining`).
A rate or hazard r per unit of time becomes the probability 1 - exp(-r length) that the layer comes up in a period of that
length, so that halving the period changes little. A running payoff is multiplied by the length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from standoff.game.bargaining import BargainingRules
from standoff.game.layer_arrays import (
    ActionArrays,
    LayerArrays,
    LayerRule,
    allow_both_types,
    allow_types,
    follow_effects,
)
from standoff.game.model import NATURE, NOBODY
from standoff.game.simultaneous import SimultaneousRule
from standoff.game.states import States
from standoff.scenario import Scenario

if TYPE_CHECKING:
    from standoff.scenario.schema_moves import Hazard, StageSpec

__all__ = ["make_layer_rules"]


def make_layer_rules(scenario: Scenario) -> tuple[LayerRule, ...]:
    """Return the rules of the layers of one period: the stages in the order of the file, then the hazards."""
    rules: list[LayerRule] = []
    for index, stage in enumerate(scenario.stages):
        path = f"stages.{index}"
        if stage.movers is not None:
            rules.append(SimultaneousRule(scenario, stage, path).make_layer_rule())
        elif stage.bargaining is not None:
            rules.extend(BargainingRules(scenario, stage, stage.bargaining, path).make_layer_rules())
        else:
            rules.append(_make_decision_rule(scenario, stage, path))
    rules.extend(_make_hazard_rule(name, hazard) for name, hazard in scenario.nature.items())
    return tuple(rules)


def _make_decision_rule(scenario: Scenario, stage: StageSpec, path: str) -> LayerRule:
    mover = list(scenario.players).index(stage.mover or "")

    def evaluate(states: States) -> LayerArrays:
        active = states.is_true(stage.when, f"{path}.when")
        player_types = states.space.bound.players[mover].player_types
        actions = []
        for own in stage.list_actions():
            action = own.action
            here = f"{path}.{own.path}"
            available = active & states.is_true(action.when, f"{here}.when")
            allowed = allow_types(available, action.types, player_types)
            paid = states.evaluate_payoff(action.payoffs, f"{here}.payoffs") - states.evaluate_payoff(
                action.costs, f"{here}.costs"
            )
            branches, expected = follow_effects(states, action.leads_to, f"{here}.leads_to", available)
            actions.append(ActionArrays(own.name, available, allowed, paid + expected, branches, here))
        return LayerArrays(
            mover=np.where(active, mover, NOBODY).astype(np.int32),
            arrival=np.where(active, states.evaluate_arrival(stage.rate, f"{path}.rate"), 0.0),
            skip=states.levels,
            actions=tuple(actions),
        )

    return LayerRule(stage.name, stage.name, path, is_chance=False, evaluate=evaluate)


def _make_hazard_rule(name: str, hazard: Hazard) -> LayerRule:
    path = f"nature.{name}"

    def evaluate(states: States) -> LayerArrays:
        holds = states.is_true(hazard.when, f"{path}.when")
        arrival = np.where(holds, states.evaluate_arrival(hazard.hazard, f"{path}.hazard"), 0.0)
        active = arrival > 0.0
        branches, expected = follow_effects(states, hazard.leads_to, f"{path}.leads_to", active)
        return LayerArrays(
            mover=np.full((1, 1), NATURE, dtype=np.int32),
            arrival=arrival,
            skip=states.levels,
            actions=(ActionArrays(name, active, allow_both_types(active), expected, branches, path),),
        )

    return LayerRule(name, name, path, is_chance=True, evaluate=evaluate)
