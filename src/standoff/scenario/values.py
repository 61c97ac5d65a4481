"""Numbers and time: units, the time constants, and the values of the parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from standoff.scenario.nodes import Scope
from standoff.scenario.schema_parameters import Parameter

if TYPE_CHECKING:
    from standoff.scenario.schema import Scenario

__all__ = [
    "TIME_CONSTANTS",
    "UNIT_DAYS",
    "base_scope",
    "parameter_values",
    "rate_unit",
    "time_constants",
    "unit_factor",
]

UNIT_DAYS: Mapping[str, float] = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
"""Days in each unit of time; a month is a twelfth of a year."""
TIME_CONSTANTS = tuple(UNIT_DAYS)


def time_constants(period_unit: str) -> dict[str, float]:
    """Return the length of day, week, month and year in the unit of a file."""
    return {unit: days / UNIT_DAYS[period_unit] for unit, days in UNIT_DAYS.items()}


def rate_unit(unit: str | None) -> str:
    """Return the unit of time that a unit is per, such as "day" for `utility/day`, or ""."""
    found = re.search(r"/\s*(day|week|month|year)$", unit or "")
    return found.group(1) if found else ""


def unit_factor(unit: str | None, period_unit: str) -> float:
    """Return what a number in a unit is multiplied by to be per unit of time of the file; 1 where it is no rate."""
    per = rate_unit(unit)
    return UNIT_DAYS[period_unit] / UNIT_DAYS[per] if per else 1.0


def parameter_values(
    parameters: Mapping[str, Parameter], period_unit: str, given: Mapping[str, float]
) -> dict[str, float]:
    """Work out every parameter in the file's unit of time.

    Args:
        parameters: The parameters; trusted to be free of cycles and unknown names.
        period_unit: The file's unit of time.
        given: Values that take the place of the file's, in the file's unit of time.

    Returns:
        Name -> value, in the order of the file.
    """
    constants = time_constants(period_unit)
    found: dict[str, float] = {}

    def value_of(name: str) -> float:
        if name not in found:
            if name in given:
                found[name] = float(given[name])
            else:
                parameter = parameters[name]
                needed = {inner: value_of(inner) for inner in parameter.value.names if inner in parameters}
                number = parameter.value.evaluate(Scope({**constants, **needed}))
                assert isinstance(number, float)
                found[name] = number * unit_factor(parameter.unit, period_unit)
        return found[name]

    return {name: value_of(name) for name in parameters}


def base_scope(scenario: Scenario, given: Mapping[str, float] | None = None) -> Scope:
    """Return the scope in which every expression of a scenario starts: its parameters and the time constants.

    Tracks, issues, `passed` and the functions of submodels are added by who knows them (`Scope.extended`).

    Args:
        scenario: The scenario.
        given: Parameter values that take the place of the file's, in the file's unit of time.
    """
    constants = time_constants(scenario.period.unit)
    return Scope({**constants, **scenario.parameter_values(given)})
