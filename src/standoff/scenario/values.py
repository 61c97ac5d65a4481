"""Units of time, the time constants of formulas, and the values of the parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from standoff.scenario.nodes import Scope
from standoff.scenario.schema_parameters import Parameter

__all__ = [
    "TIME_CONSTANTS",
    "UNIT_DAYS",
    "compute_parameters",
    "find_rate_unit",
    "find_time_constants",
    "find_unit_factor",
]

UNIT_DAYS: Mapping[str, float] = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
"""Days in each unit of time; a month is a twelfth of a year."""
TIME_CONSTANTS = tuple(UNIT_DAYS)
"""Names that stand for a length of time in every formula."""


def find_time_constants(period_unit: str) -> dict[str, float]:
    """Return the length of a day, week, month and year in the unit of a file."""
    return {unit: days / UNIT_DAYS[period_unit] for unit, days in UNIT_DAYS.items()}


def find_rate_unit(unit: str | None) -> str:
    """Return the unit of time that a rate is per, such as "day" for `utility/day`; "" if the unit is not a rate."""
    found = re.search(r"/\s*(day|week|month|year)$", unit or "")
    return found.group(1) if found else ""


def find_unit_factor(unit: str | None, period_unit: str) -> float:
    """Return the factor that converts a number to the file's unit of time; 1 if its unit is not a rate."""
    per = find_rate_unit(unit)
    return UNIT_DAYS[period_unit] / UNIT_DAYS[per] if per else 1.0


def compute_parameters(
    parameters: Mapping[str, Parameter], period_unit: str, given: Mapping[str, float]
) -> dict[str, float]:
    """Compute every parameter in the file's unit of time.

    Args:
        parameters: The parameters; trusted to be free of circles and unknown names.
        period_unit: The file's unit of time.
        given: Values that replace those of the file, in the file's unit of time.

    Returns:
        Name -> value, in the order of the file.
    """
    constants = find_time_constants(period_unit)
    found: dict[str, float] = {}

    def compute(name: str) -> float:
        if name not in found:
            if name in given:
                found[name] = float(given[name])
            else:
                parameter = parameters[name]
                needed = {inner: compute(inner) for inner in parameter.value.names if inner in parameters}
                number = parameter.value.evaluate(Scope({**constants, **needed}))
                assert isinstance(number, float)
                found[name] = number * find_unit_factor(parameter.unit, period_unit)
        return found[name]

    return {name: compute(name) for name in parameters}
