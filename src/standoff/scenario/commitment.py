"""The world in which deals bind.

Deals can fail because nothing enforces them: a side that gives up what protects it must fear what the other does next
(Fearon 1995, the commitment problem). How a scenario prices that fear is its author's choice, so the author says which of
its numbers are that price: `agenda.commitment.set` changes them to what they would be if the deal bound both sides. That a
deal may fail at home is the other half: where deals bind, what was accepted is carried through.

References:
    Fearon, J. D. (1995), Rationalist explanations for war, International Organization 49(3), 401-409.
"""

from __future__ import annotations

from typing import Any

from standoff.errors import Problem, ScenarioError
from standoff.scenario.override import apply_overrides, replace
from standoff.scenario.schema import Scenario

__all__ = ["commitment_problems", "ratification_changes", "with_binding_deals", "without_power_shift"]

PATH = "agenda.commitment"


def ratification_changes(scenario: Scenario) -> dict[str, Any]:
    """Changes that make every accepted deal carry through; empty where nothing is ratified."""
    return {
        f"stages.{index}.bargaining.accept.ratify.{player}.chance": 1
        for index, stage in enumerate(scenario.stages)
        if stage.bargaining is not None
        for player in stage.bargaining.accept.ratify
    }


def without_power_shift(scenario: Scenario) -> Scenario:
    """The scenario with the changes of its `agenda.commitment`; itself where it has none.

    Raises:
        ScenarioError: A change leads nowhere, or what results has faults.
    """
    if scenario.agenda is None or scenario.agenda.commitment is None:
        return scenario
    # what holds in that world is not asked again in it
    plain = replace(scenario, {PATH: None})
    return apply_overrides(plain, scenario.agenda.commitment.set)


def with_binding_deals(scenario: Scenario) -> Scenario:
    """The scenario in which what is accepted is carried through and shifts no power.

    Raises:
        ScenarioError: A change leads nowhere, or what results has faults.
    """
    return replace(without_power_shift(scenario), ratification_changes(scenario))


def commitment_problems(scenario: Scenario) -> list[Problem]:
    """The faults that the changes of `agenda.commitment` have or bring, at the place of each change in the file."""
    assert scenario.agenda is not None
    assert scenario.agenda.commitment is not None
    shown = {f"--set {change}": index for index, change in enumerate(scenario.agenda.commitment.set)}
    try:
        without_power_shift(scenario)
    except ScenarioError as error:
        found = []
        for problem in error.problems:
            index = shown.get(problem.file)
            path = f"{PATH}.set.{index}" if index is not None else f"{PATH}.set"
            message = problem.message if index is not None or not problem.path else f"{problem.path}: {problem.message}"
            found.append(scenario.source_map.problem(problem.code, message, path, problem.help))
        return found
    return []
