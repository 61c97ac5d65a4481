"""The names and values in which every formula of a scenario is evaluated."""

from __future__ import annotations

from collections.abc import Mapping

from standoff.scenario.nodes import Scope
from standoff.scenario.schema import Scenario
from standoff.scenario.values import find_time_constants

__all__ = ["build_scope"]


def build_scope(scenario: Scenario, given: Mapping[str, float] | None = None) -> Scope:
    """Return the scope of a scenario's parameters and time constants.

    The caller adds tracks, issues, `passed` and the functions of submodels with `Scope.extend`.

    Args:
        scenario: The scenario.
        given: Parameter values that replace those of the file, in the file's unit of time.
    """
    return Scope({**find_time_constants(scenario.period.unit), **scenario.compute_parameter_values(given)})
