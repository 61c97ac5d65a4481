"""Which end of a crisis is most likely, over two of its parameters, and where that flips.

On a grid of values of two parameters every crisis is solved; all other numbers are the file's. The **dominant** outcome of
a grid point is
the most likely of the outcomes, `unresolved` among them, by the date asked for. Between two neighbours with different
dominant
outcomes A and B lies a point at which their probabilities are equal,

    d(s) = p_A(s) - p_B(s) = 0,    d(0) > 0 > d(1),

with s the place on the edge between them. It is found by regula falsi in the Illinois form, all edges side by side. Where
a third outcome is
the most likely on the way, the edge is cut there in two and both parts have a border of their own.

References:
    Dowell and Jarratt (1971), A modified regula falsi method for computing the root of an equation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Draw, Executor, Threads
from standoff.analysis.plain import to_plain
from standoff.analysis.resolution import (
    Solved,
    cheap,
    choose_points,
    keep_probabilities,
    largest_gap,
    solve_agreed,
    unseen_share,
)
from standoff.analysis.targets import describe_target, parse_targets
from standoff.errors import InputError, Problem, SolveError, StandoffError, nearest
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Settings
from standoff.solve.target import UNRESOLVED, Target
from standoff.version import JSON_VERSION, versions

__all__ = ["Axis", "BorderPoint", "MapCertificate", "RegimeMap", "parse_axis", "regime_map"]

Floats = NDArray[np.float64]

MAP_TOLERANCE = 5e-3
"""Usual belief tolerance of a map."""
NUM_VALUES = 9
"""Values of an axis where nothing is said."""
MOST_POINTS = 100_000
PROBABILITIES_TOLERANCE = 1e-3
"""A border is found where the probabilities of the two outcomes differ by less."""
PLACE_TOLERANCE = 1e-3
"""Or where it is known to this part of the edge."""
MOST_ROUNDS = 30
FILE = -1


@dataclass(frozen=True)
class Axis:
    """A parameter and the values that it takes.

    Attributes:
        name: The parameter.
        values: In its own unit, rising.
    """

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class BorderPoint:
    """A point at which two outcomes are equally likely and none is likelier.

    Attributes:
        x: Value of the first parameter.
        y: Value of the second.
        first: The outcome that dominates on the side of smaller values.
        second: The one on the other side.
        probabilities: Their probabilities there.
        difference: How far their probabilities are still apart.
    """

    x: float
    y: float
    first: str
    second: str
    probabilities: float
    difference: float


@dataclass(frozen=True)
class MapCertificate:
    """How good the probability of a map are.

    Attributes:
        residual: Largest residual of any solve.
        belief_points: Points on each belief axis that solves begin with.
        belief_error: Largest difference of any probability by any date between checked points and their checks.
        num_checked: Points checked: the corners, the middle and the file's own values.
        unseen_share: Share of all points that may have a larger error, at 95 per cent confidence, were the checks drawn at
            random.
        solves: Solves on the grid and along its edges.
    """

    residual: float
    belief_points: int
    belief_error: float
    num_checked: int
    unseen_share: float
    solves: int


@dataclass(frozen=True)
class RegimeMap:
    """Dominant outcomes over two parameters. X and Y values, E ends.

    Attributes:
        scenario: The scenario, with any overrides.
        settings: How each point was solved.
        x: First parameter.
        y: Second parameter.
        target: What `target_probabilities` are of; its date is the date of the map.
        outcomes: The ends, `unresolved` last; E names.
        labels: Texts for people, one for each end.
        probabilities: Probability of each end by the date; shape (X, Y, E), nan where a point was not solved.
        target_probabilities: Probabilities of the target; shape (X, Y).
        border: Where the dominant outcome flips.
        failures: Points that were not solved, and why: (place on x, place on y, why).
        certificate: How good the probabilities are.
    """

    scenario: Scenario
    settings: Settings
    x: Axis
    y: Axis
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
        """The place among `outcomes` of the most likely one; shape (X, Y), -1 where a point was not solved."""
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
            "by": scenario.date_of_period(periods).isoformat(),
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
                    "probabilities": point.probabilities,
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
            "versions": versions(),
        }


def parse_axis(scenario: Scenario, text: str) -> Axis:
    """The axis that somebody wrote.

    Args:
        scenario: The scenario.
        text: `NAME` for 9 values over its range, or `NAME=LOW:HIGH:COUNT`, in the parameter's own unit.

    Raises:
        InputError: There is no such parameter, it has no range and none was given, or what was given is no range.

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
                "unknown-parameter", f"there is no parameter `{name}`", help=nearest(name, list(scenario.parameters))
            )
        )
    if not sign:
        own = scenario.parameters[name].range
        if own is None:
            raise InputError(Problem("axis", f"`{name}` has no range in the file", help=advice))
        return Axis(name, tuple(np.linspace(*own, NUM_VALUES).tolist()))
    parts = given.split(":")
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2]) if len(parts) == 3 else NUM_VALUES
        sound = len(parts) in {2, 3} and np.isfinite([low, high]).all() and low < high and count >= 2
    except (ValueError, IndexError):
        sound = False
    if not sound:
        raise InputError(Problem("axis", f"`{given}` in `{text}` is no range of values", help=advice))
    return Axis(name, tuple(np.linspace(low, high, count).tolist()))


def regime_map(
    scenario: Scenario,
    x: str | Axis,
    y: str | Axis,
    *,
    target: str | Target | None = None,
    settings: Settings | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> RegimeMap:
    """Solve a grid over two parameters and find where the dominant outcome flips.

    Args:
        scenario: The scenario.
        x: First parameter, an `Axis` or a text (`parse_axis`).
        y: Second parameter, another one.
        target: Whose probabilities to keep besides, and by when outcomes are compared; the first outcome by the
            horizon by default.
        settings: How to solve; its `belief_points` are those to begin with, chosen by checks where it gives none.
        executor: Solves the points; here by default.
        progress: Called with the share of the grid that is done.

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
    work = _Map(scenario, (x, y), settings or Settings(belief_tolerance=MAP_TOLERANCE), executor or Threads())
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
    border = _Border(work, period, ends).find(solved)
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
        failures=tuple((*place, _reason(found)) for place, found in grid.items() if not isinstance(found, Solved)),
        certificate=work.certificate(),
    )


def _read_request(
    scenario: Scenario, x: str | Axis, y: str | Axis, target: str | Target | None
) -> tuple[Axis, Axis, Target]:
    """Read what is given as text, and report the faults of all."""
    problems: list[Problem] = []
    axes: list[Axis] = []
    for axis in (x, y):
        try:
            axes.append(axis if isinstance(axis, Axis) else parse_axis(scenario, axis))
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


def _check_axes(x: Axis, y: Axis) -> None:
    if x.name == y.name:
        message = f"both axes are `{x.name}`"
        raise InputError(Problem("axis", message, help="name two parameters"))
    size = len(x.values) * len(y.values)
    if size > MOST_POINTS:
        message = f"a map of `{len(x.values)} x {len(y.values)}` points is too large"
        raise InputError(Problem("axis", message, help=f"ask for at most {MOST_POINTS} points"))


def _reason(error: StandoffError) -> str:
    return error.problems[0].message if isinstance(error, InputError) else str(error)


class _Map:
    """The solves of one map."""

    def __init__(self, scenario: Scenario, axes: tuple[Axis, Axis], settings: Settings, executor: Executor) -> None:
        self.scenario = scenario
        self.axes = axes
        self.settings = settings
        self.executor = executor
        self.num_points = 0
        self.belief_error = 0.0
        self.num_checked = 0
        self.residual = 0.0
        self.solves = 0

    def draw(self, place: tuple[float, float]) -> Draw:
        """The parameters at a place of the map, given by values."""
        return {axis.name: value for axis, value in zip(self.axes, place, strict=True)}

    def choose_points(self) -> None:
        """Solve the file's own values, the corners and the middle at points enough, and choose belief points by them."""
        x, y = (axis.values for axis in self.axes)
        places = [(a, b) for a in (x[0], x[-1]) for b in (y[0], y[-1])] + [(x[len(x) // 2], y[len(y) // 2])]
        draws: dict[int, Draw] = {FILE: {}} | {k: self.draw(place) for k, place in enumerate(places)}
        reference = dict(solve_agreed(self.scenario, draws, self.settings, self.executor))
        checks = {number: found for number, found in reference.items() if isinstance(found, Solved)}
        if not checks:
            raise next(found for found in reference.values() if isinstance(found, StandoffError))
        self.num_points, found = choose_points(self.scenario, draws, checks, self.settings, self.executor)
        self.num_checked = len(checks)
        self.belief_error = max(
            largest_gap(one, checks[number]) for number, one in found.items() if isinstance(one, Solved)
        )
        if all(one.belief_points == 1 for one in checks.values()):
            self.num_points = 1

    def solve_grid(self, progress: Callable[[float], None] | None) -> dict[tuple[int, int], Solved | StandoffError]:
        """Solve every point of the grid."""
        x, y = (axis.values for axis in self.axes)
        places = [(i, j) for i in range(len(x)) for j in range(len(y))]
        found: dict[tuple[int, int], Solved | StandoffError] = {}
        for k, one in self.solve([(x[i], y[j]) for i, j in places]):
            found[places[k]] = one
            if progress is not None:
                progress(len(found) / len(places))
        return dict(sorted(found.items()))

    def solve(self, places: Sequence[tuple[float, float]]) -> Iterator[tuple[int, Solved | StandoffError]]:
        """Solve places of the map, given by values; yields the place's index with what was found."""
        settings = cheap(self.settings, max(self.num_points, 5))
        for k, found in self.executor.solve_draws(self.scenario, map(self.draw, places), settings, keep_probabilities):
            self.solves += 1
            if isinstance(found, Solved):
                self.residual = max(self.residual, found.residual)
            yield k, found

    def certificate(self) -> MapCertificate:
        """How good all of it is."""
        return MapCertificate(
            self.residual,
            self.num_points,
            self.belief_error,
            self.num_checked,
            unseen_share(self.num_checked),
            self.solves,
        )


@dataclass
class _Edge:
    """A part of the line between two neighbours on the grid, at whose ends different outcomes dominate.

    `low` and `high` are places on the line, from 0 to 1; `first` dominates at `low`, `second` at `high`. The differences
    p_first -
    p_second at the ends are halved as the Illinois form asks, so they are kept beside the probabilities.
    """

    start: tuple[float, float]
    stop: tuple[float, float]
    low: float
    high: float
    probability_low: Floats
    probability_high: Floats
    first: int
    second: int
    side: int = 0

    def __post_init__(self) -> None:
        self.difference_low = float(self.probability_low[self.first] - self.probability_low[self.second])
        self.difference_high = float(self.probability_high[self.first] - self.probability_high[self.second])

    def guess(self) -> float:
        """Where the probabilities should be equal, kept off the ends."""
        gap = self.difference_low - self.difference_high
        share = self.difference_low / gap if gap > 0 else 0.5
        return self.low + (self.high - self.low) * min(max(share, 0.02), 0.98)

    def place(self, position: float) -> tuple[float, float]:
        """Values of the two parameters at a place on the line."""
        x, y = (a + (b - a) * position for a, b in zip(self.start, self.stop, strict=True))
        return x, y

    def narrow(self, position: float, probabilities: Floats) -> None:
        """Take a place between the ends as the new end on its side."""
        difference = float(probabilities[self.first] - probabilities[self.second])
        if difference > 0:
            self.low, self.probability_low, self.difference_low = position, probabilities, difference
            self.difference_high /= 2.0 if self.side > 0 else 1.0
            self.side = 1
        else:
            self.high, self.probability_high, self.difference_high = position, probabilities, difference
            self.difference_low /= 2.0 if self.side < 0 else 1.0
            self.side = -1

    def split(self, position: float, probabilities: Floats, third: int) -> list[_Edge]:
        """The two parts of the line where a third outcome dominates between the ends."""
        return [
            _Edge(self.start, self.stop, self.low, position, self.probability_low, probabilities, self.first, third),
            _Edge(self.start, self.stop, position, self.high, probabilities, self.probability_high, third, self.second),
        ]


class _Border:
    """The search for the places at which the dominant outcome flips."""

    def __init__(self, work: _Map, period: int, ends: Sequence[str]) -> None:
        self.work = work
        self.period = period
        self.ends = tuple(ends)

    def find(self, grid: Mapping[tuple[int, int], Solved]) -> tuple[BorderPoint, ...]:
        """Find a place on every line between neighbours that differ; lines on which a solve fails have none."""
        edges = list(self._edges(grid))
        found: list[BorderPoint] = []
        for _ in range(MOST_ROUNDS):
            if not edges:
                break
            positions = [edge.guess() for edge in edges]
            places = [edge.place(position) for edge, position in zip(edges, positions, strict=True)]
            left: list[_Edge] = []
            for k, solved in self.work.solve(places):
                if isinstance(solved, Solved):
                    left += self._step(edges[k], positions[k], self._probabilities(solved), found)
            edges = left
        return tuple(sorted(found, key=lambda point: (point.x, point.y, point.first, point.second)))

    def _probabilities(self, solved: Solved) -> Floats:
        probabilities: Floats = solved.probabilities[self.period, : len(self.ends)]
        return probabilities

    def _edges(self, grid: Mapping[tuple[int, int], Solved]) -> Iterator[_Edge]:
        x, y = (axis.values for axis in self.work.axes)
        for (i, j), here in grid.items():
            for other in ((i + 1, j), (i, j + 1)):
                if other not in grid:
                    continue
                probabilities, beyond = self._probabilities(here), self._probabilities(grid[other])
                first, second = int(np.argmax(probabilities)), int(np.argmax(beyond))
                if first != second:
                    yield _Edge(
                        (x[i], y[j]), (x[other[0]], y[other[1]]), 0.0, 1.0, probabilities, beyond, first, second
                    )

    def _step(self, edge: _Edge, position: float, probabilities: Floats, found: list[BorderPoint]) -> list[_Edge]:
        """What is left of a line after the probabilities at a place of it are known; a place that is found is added."""
        third = int(np.argmax(probabilities))
        if third not in {edge.first, edge.second}:
            return edge.split(position, probabilities, third)
        difference = float(probabilities[edge.first] - probabilities[edge.second])
        edge.narrow(position, probabilities)
        if abs(difference) > PROBABILITIES_TOLERANCE and edge.high - edge.low > PLACE_TOLERANCE:
            return [edge]
        x, y = edge.place(position)
        names = self.ends[edge.first], self.ends[edge.second]
        found.append(
            BorderPoint(
                x, y, *names, float(min(probabilities[edge.first], probabilities[edge.second])), abs(difference)
            )
        )
        return []
