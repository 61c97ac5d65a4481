"""Targets: the probability of an outcome or a milestone by a date, as a person writes it.

`strike` is the milestone `strike` by the default date, eight weeks ahead or at the horizon if that comes sooner;
`strike@12` is by 12 time units ahead, and `strike@2026-04-03` by the end of the period that contains that day.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from standoff.errors import InputError, Problem, suggest_nearest
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Equilibrium
from standoff.solve.target import UNRESOLVED, Target, find_probability

__all__ = [
    "USUAL_DAYS",
    "choose_default_targets",
    "choose_milestone",
    "describe_target",
    "find_target_probabilities",
    "parse_target",
    "parse_targets",
]

USUAL_DAYS = 56.0
"""Default time ahead of a target, in days."""


def choose_default_targets(scenario: Scenario) -> tuple[Target, ...]:
    """Return the first milestone and the first outcome of the file, by the default date."""
    periods = _count_usual_periods(scenario)
    targets = [Target("milestone", name, periods) for name in list(scenario.milestones)[:1]]
    targets += [Target("outcome", name, periods) for name in list(scenario.outcomes)[:1]]
    return tuple(targets or [Target("outcome", UNRESOLVED, periods)])


def parse_targets(scenario: Scenario, targets: str | Target | Sequence[str | Target] | None) -> tuple[Target, ...]:
    """Read targets, each once.

    Args:
        scenario: The scenario.
        targets: One or several, each a text (`parse_target`) or a `Target`; none: the default targets.

    Raises:
        InputError: A target does not exist, or its date lies outside the forecast; carries every fault.
    """
    if not targets:
        return choose_default_targets(scenario)
    if isinstance(targets, str | Target):
        targets = [targets]
    problems: list[Problem] = []
    found: list[Target] = []
    for target in targets:
        try:
            found.append(target if isinstance(target, Target) else parse_target(scenario, target))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(found))


def parse_target(scenario: Scenario, text: str) -> Target:
    """Read a target.

    Args:
        scenario: The scenario.
        text: `NAME`, `NAME@UNITS` or `NAME@DATE`, where NAME is an outcome, a milestone or `unresolved`.

    Raises:
        InputError: The target does not exist, or its date lies outside the forecast.

    Examples:
        >>> from standoff import load
        >>> str(parse_target(load("iran-us-2026"), "strike@2026-03-30"))
        'milestone strike by the end of period 8'
    """
    name, sign, by = (part.strip() for part in text.partition("@"))
    if name in scenario.milestones:
        kind = "milestone"
    elif name in scenario.outcomes or name == UNRESOLVED:
        kind = "outcome"
    else:
        valid = [*scenario.outcomes, *scenario.milestones, UNRESOLVED]
        message = f"there is no outcome or milestone `{name}`"
        raise InputError(Problem("unknown-target", message, help=suggest_nearest(name, valid)))
    return Target(kind, name, _count_periods(scenario, by, text) if sign else _count_usual_periods(scenario))


def choose_milestone(scenario: Scenario, name: str | None) -> str | None:
    """Choose the milestone of a name, or else the first of the file that depends on no other; None where there is none.

    Raises:
        InputError: There is no such milestone.
    """
    if name is None:
        return next((key for key, milestone in scenario.milestones.items() if milestone.after is None), None)
    if name not in scenario.milestones:
        message = f"there is no milestone `{name}`"
        raise InputError(Problem("unknown-milestone", message, help=suggest_nearest(name, list(scenario.milestones))))
    return name


def describe_target(scenario: Scenario, target: Target) -> str:
    """Describe a target in words, with its date.

    Examples:
        >>> from standoff import load
        >>> scenario = load("iran-us-2026")
        >>> describe_target(scenario, parse_target(scenario, "deal@8"))
        'Deal by 30 March 2026'
    """
    if target.kind == "milestone":
        label = scenario.milestones[target.name].label
    elif target.name == UNRESOLVED:
        label = scenario.unresolved.label
    else:
        label = scenario.outcomes[target.name].label
    day = scenario.find_date(target.periods or scenario.num_periods)
    return f"{label} by {day.day} {day:%B %Y}"


def find_target_probabilities(
    equilibrium: Equilibrium, targets: Sequence[Target]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Find the public probability of each target in the forward pass; shape (target,)."""
    return np.clip([find_probability(equilibrium, target) for target in targets], 0.0, 1.0)


def _count_usual_periods(scenario: Scenario) -> int:
    """Number of periods up to the default date."""
    return max(1, min(scenario.num_periods, round(USUAL_DAYS / scenario.period_days)))


def _count_periods(scenario: Scenario, by: str, text: str) -> int:
    """Number of periods up to the date after the `@`."""
    last = scenario.find_date(scenario.num_periods)
    unit = scenario.period.unit
    advice = (
        f"write `NAME@8` for 8 {unit}s ahead or `NAME@{last}` for a date, "
        f"up to {scenario.period.horizon:g} {unit}s or {last}"
    )
    wrong = InputError(Problem("target-date", f"`{by}` in `{text}` is not a date of this forecast", help=advice))
    try:
        periods = float(by) / scenario.period.length
    except ValueError:
        try:
            days = (dt.date.fromisoformat(by) - scenario.as_of).days
        except ValueError:
            raise wrong from None
        periods = days / scenario.period_days
    if not (math.isfinite(periods) and 0.0 < periods <= scenario.num_periods + 1e-9):
        raise wrong
    return max(1, math.ceil(periods - 1e-9))
