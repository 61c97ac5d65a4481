"""The same crisis in a world in which deals bind.

Deals can fail because nothing enforces them: a side that gives up what protects it must fear what the other does next
(Fearon 1995, the commitment problem). The author of a scenario chooses how to price that fear, so the author also says
which numbers are that price: `agenda.commitment.set` changes them to what they would be if the deal bound both sides. The
other half is ratification: in a world in which deals bind, every accepted deal is carried through.

References:
    Fearon, J. D. (1995), Rationalist explanations for war, International Organization 49(3), 401-409.
"""

from __future__ import annotations

from typing import Any

from standoff.scenario.build import COMMITMENT_PATH
from standoff.scenario.override import apply_overrides, replace
from standoff.scenario.schema import Scenario

__all__ = ["list_ratification_changes", "make_deals_binding", "remove_power_shift"]


def list_ratification_changes(scenario: Scenario) -> dict[str, Any]:
    """Return the changes after which every accepted deal is ratified; empty if no deal needs ratification."""
    return {
        f"stages.{index}.bargaining.accept.ratify.{player}.chance": 1
        for index, stage in enumerate(scenario.stages)
        if stage.bargaining is not None
        for player in stage.bargaining.accept.ratify
    }


def remove_power_shift(scenario: Scenario) -> Scenario:
    """Return the scenario with the changes of its `agenda.commitment`, or the scenario itself if it has none.

    Raises:
        ScenarioError: The scenario that results has problems.
    """
    if scenario.agenda is None or scenario.agenda.commitment is None:
        return scenario
    # the changes are made once: in the scenario that results there is nothing left to change
    return apply_overrides(replace(scenario, {COMMITMENT_PATH: None}), scenario.agenda.commitment.set)


def make_deals_binding(scenario: Scenario) -> Scenario:
    """Return the scenario in which accepted deals are carried through and shift no power.

    Raises:
        ScenarioError: The scenario that results has problems.
    """
    return replace(remove_power_shift(scenario), list_ratification_changes(scenario))
