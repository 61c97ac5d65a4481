"""Regime map: the most likely outcome over two parameters, and the border where it changes.

The scenario is solved on a grid of values of two parameters; all other values are those of the file. The
**dominant** outcome of a
grid point is the most likely outcome, `unresolved` included, by the date of the map. `standoff.analysis.regime_border` finds the
points between neighbours at which the dominant outcome changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Executor, Threads
from standoff.analysis.plain import to_plain
from standoff.analysis.regime_border import BorderPoint, BorderSearch, MapAxis, MapCertificate, MapSolver
from standoff.analysis.resolution import (
    Solved,
)
from standoff.analysis.targets import describe_target, parse_targets
from standoff.errors import InputError, Problem, SolveError, StandoffError, suggest_nearest
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Settings
from standoff.solve.target import UNRESOLVED, Target
from standoff.version import JSON_VERSION, list_versions

__all__ = ["RegimeMap", "parse_axis", "regime_map"]

Floats = NDArray[np.float64]

MAP_TOLERANCE = 5e-3
"""Default belief tolerance of a map."""
NUM_VALUES = 9
"""Default number of values of an axis."""
MOST_POINTS = 100_000


@dataclass(frozen=True)
class RegimeMap:
    """Dominant outcomes over two parameters. X and Y values, E outcomes.

    Attributes:
        scenario: The scenario, with its overrides.
        settings: Settings with which each point was solved.
        x: First parameter.
        y: Second parameter.
        target: The target of `target_probabilities`; its date is the date of the map.
        outcomes: Names of the outcomes, `unresolved` last; E names.
        labels: Labels of the outcomes for people.
        probabilities: Probability of each outcome by the date; shape (X, Y, E), nan where a point was not solved.
        target_probabilities: Probability of the target; shape (X, Y).
        border: Points at which the dominant outcome changes.
        failures: Points that were not solved: (index on x, index on y, reason).
        certificate: Accuracy of the probabilities.
    """

    scenario: Scenario
    settings: Settings
    x: MapAxis
    y: MapAxis
    target: Target
    outcomes: tuple[str, ...]
    labels: tuple[str, ...]
    probabilities: Floats
    target_probabilities: Floats
    border: tuple[BorderPoint, ...]
    failures: tuple[tuple[int, int, str], ...]
    certificate: MapCertificate

    @property
    def dominant(self) -> NDArray[np.int64]:
        """Index in `outcomes` of the most likely outcome; shape (X, Y), -1 where a point was not solved."""
        solved = ~np.isnan(self.probabilities[:, :, 0])
        return np.where(solved, np.argmax(np.nan_to_num(self.probabilities, nan=-1.0), axis=2), -1)

    def to_json(self) -> dict[str, Any]:
        """The map as plain data, as `standoff map --json` prints it."""
        scenario, certificate = self.scenario, self.certificate
        periods = self.target.periods or scenario.num_periods
        return {
            "json_version": JSON_VERSION,
            "scenario": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "overrides": list(scenario.overrides),
            "as_of": scenario.as_of.isoformat(),
            "by": scenario.find_date(periods).isoformat(),
            "x": {"name": self.x.name, "values": list(self.x.values)},
            "y": {"name": self.y.name, "values": list(self.y.values)},
            "outcomes": list(self.outcomes),
            "labels": list(self.labels),
            "dominant": [[self.outcomes[k] if k >= 0 else None for k in row] for row in self.dominant.tolist()],
            "probabilities": to_plain(self.probabilities),
            "target": {
                "kind": self.target.kind,
                "name": self.target.name,
                "label": describe_target(scenario, self.target),
                "probabilities": to_plain(self.target_probabilities),
            },
            "border": [
                {
                    "x": point.x,
                    "y": point.y,
                    "between": [point.first, point.second],
                    "probability": point.probability,
                    "difference": point.difference,
                }
                for point in self.border
            ],
            "failures": [
                {"x": self.x.values[i], "y": self.y.values[j], "reason": reason} for i, j, reason in self.failures
            ],
            "certificate": {
                "residual": certificate.residual,
                "belief_points": certificate.belief_points,
                "belief_error": certificate.belief_error,
                "num_checked": certificate.num_checked,
                "solves": certificate.solves,
            },
            "settings": {
                "tolerance": self.settings.tolerance,
                "belief_points": self.settings.belief_points,
                "belief_tolerance": self.settings.belief_tolerance,
            },
            "versions": list_versions(),
        }


def parse_axis(scenario: Scenario, text: str) -> MapAxis:
    """Read an axis.

    Args:
        scenario: The scenario.
        text: `NAME` for 9 values over the range of the parameter, or `NAME=LOW:HIGH:COUNT` in the unit of the parameter.

    Raises:
        InputError: The parameter does not exist, no range is known, or the text is not a range.

    Examples:
        >>> from standoff import load
        >>> parse_axis(load("cuba-1962"), "war_cost=1:3:3").values
        (1.0, 2.0, 3.0)
    """
    name, sign, given = (part.strip() for part in text.partition("="))
    advice = "write `NAME`, or `NAME=LOW:HIGH:COUNT` such as `war_cost=1:3:9`"
    if name not in scenario.parameters:
        raise InputError(
            Problem(
                "unknown-parameter",
                f"there is no parameter `{name}`",
                help=suggest_nearest(name, list(scenario.parameters)),
            )
        )
    if not sign:
        own = scenario.parameters[name].range
        if own is None:
            raise InputError(Problem("axis", f"`{name}` has no range in the file", help=advice))
        return MapAxis(name, tuple(np.linspace(*own, NUM_VALUES).tolist()))
    parts = given.split(":")
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2]) if len(parts) == 3 else NUM_VALUES
        sound = len(parts) in {2, 3} and np.isfinite([low, high]).all() and low < high and count >= 2
    except (ValueError, IndexError):
        sound = False
    if not sound:
        raise InputError(Problem("axis", f"`{given}` in `{text}` is not a range of values", help=advice))
    return MapAxis(name, tuple(np.linspace(low, high, count).tolist()))


def regime_map(
    scenario: Scenario,
    x: str | MapAxis,
    y: str | MapAxis,
    *,
    target: str | Target | None = None,
    settings: Settings | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> RegimeMap:
    """Solve a grid over two parameters and find where the dominant outcome changes.

    Args:
        scenario: The scenario.
        x: First parameter, an `MapAxis` or a text (`parse_axis`).
        y: Second parameter, another one.
        target: A target whose probability is reported at each point, and whose date is the date of the map; None: the first
            outcome by the horizon.
        settings: Settings of the solver; its `belief_points` are those of the first solve, and are chosen by checks where it
            gives none.
        executor: Solves the points; None: the threads of this process.
        progress: Called with the share of the grid done.

    Raises:
        InputError: Both parameters are the same, or the grid is too large.
        ScenarioError: The scenario makes no game.
        SolveError: No point was solved, or checked points miss the belief tolerance.

    Examples:
        >>> from standoff import load
        >>> scenario = load("iran-us-2026", overrides=["period.horizon=1"])
        >>> found = regime_map(scenario, "audience_cost=0.1:0.2:2", "usa_rationality=4:6:2")
        >>> [found.outcomes[k] for k in found.dominant.ravel()]
        ['unresolved', 'unresolved', 'unresolved', 'unresolved']
    """
    x, y, target = _read_request(scenario, x, y, target)
    _check_axes(x, y)
    work = MapSolver(scenario, (x, y), settings or Settings(belief_tolerance=MAP_TOLERANCE), executor or Threads())
    period = (target.periods or scenario.num_periods) - 1
    work.choose_points()
    grid = work.solve_grid(progress)
    solved = {place: found for place, found in grid.items() if isinstance(found, Solved)}
    if not solved:
        raise SolveError(f"no point of the map was solved; the first: {next(iter(grid.values()))}")
    ends = (*scenario.outcomes, UNRESOLVED)
    shape = (len(x.values), len(y.values))
    probabilities = np.full((*shape, len(ends)), np.nan)
    target_probabilities = np.full(shape, np.nan)
    names = ends if target.kind == "outcome" else tuple(scenario.milestones)
    series = names.index(target.name) + (0 if target.kind == "outcome" else len(ends))
    for place, found in solved.items():
        probabilities[place] = found.probabilities[period, : len(ends)]
        target_probabilities[place] = found.probabilities[period, series]
    border = BorderSearch(work, period, ends).find(solved)
    return RegimeMap(
        scenario=scenario,
        settings=work.settings,
        x=x,
        y=y,
        target=target,
        outcomes=ends,
        labels=(*(outcome.label for outcome in scenario.outcomes.values()), scenario.unresolved.label),
        probabilities=probabilities,
        target_probabilities=target_probabilities,
        border=border,
        failures=tuple(
            (*place, _describe_reason(found)) for place, found in grid.items() if not isinstance(found, Solved)
        ),
        certificate=work.certify(),
    )


def _read_request(
    scenario: Scenario, x: str | MapAxis, y: str | MapAxis, target: str | Target | None
) -> tuple[MapAxis, MapAxis, Target]:
    """Read the axes and the target, and report the faults of all."""
    problems: list[Problem] = []
    axes: list[MapAxis] = []
    for axis in (x, y):
        try:
            axes.append(axis if isinstance(axis, MapAxis) else parse_axis(scenario, axis))
        except InputError as error:
            problems += error.problems
    try:
        wanted = (
            Target("outcome", next(iter(scenario.outcomes), UNRESOLVED), scenario.num_periods)
            if target is None
            else parse_targets(scenario, [target])[0]
        )
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return axes[0], axes[1], wanted


def _check_axes(x: MapAxis, y: MapAxis) -> None:
    """Refuse two equal axes, and a grid that is too large."""
    if x.name == y.name:
        message = f"both axes are `{x.name}`"
        raise InputError(Problem("axis", message, help="name two parameters"))
    size = len(x.values) * len(y.values)
    if size > MOST_POINTS:
        message = f"a map of `{len(x.values)} x {len(y.values)}` points is too large"
        raise InputError(Problem("axis", message, help=f"ask for at most {MOST_POINTS} points"))


def _describe_reason(error: StandoffError) -> str:
    """Why a point was not solved, in one line."""
    return error.problems[0].message if isinstance(error, InputError) else str(error)
