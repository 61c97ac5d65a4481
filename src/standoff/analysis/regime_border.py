"""The solves of a regime map, and the border between its outcomes.

Between two neighbours on the grid with different dominant outcomes A and B lies a point at which their probabilities are equal,

    d(s) = p_A(s) - p_B(s) = 0,    d(0) > 0 > d(1),

with s the position on the edge between them. It is found by regula falsi in the Illinois form, on all edges together. Where a
third outcome is the most likely at a position, the edge is split there, and each part has a border of its own.

References:
    Dowell, M. and Jarratt, P. (1971), A modified regula falsi method for computing the root of an equation, BIT 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Draw, Executor
from standoff.analysis.resolution import (
    Solved,
    choose_points,
    compute_unseen_share,
    find_largest_gap,
    keep_probabilities,
    skip_estimate,
    solve_agreed,
)
from standoff.errors import StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Settings

__all__ = ["BorderPoint", "BorderSearch", "MapAxis", "MapCertificate", "MapSolver"]

Floats = NDArray[np.float64]

PROBABILITY_TOLERANCE = 1e-3
"""A border point is found where the probabilities of the two outcomes differ by less than this."""
POSITION_TOLERANCE = 1e-3
"""Or where its position is known to this share of the edge."""
MOST_ROUNDS = 30
FILE = -1
"""Number under which the values of the file are solved."""


@dataclass(frozen=True)
class MapAxis:
    """An axis of a map: a parameter and its values.

    Attributes:
        name: Name of the parameter.
        values: Values in the unit of the parameter, ascending.
    """

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class BorderPoint:
    """A point at which two outcomes are equally likely and no outcome is more likely.

    Attributes:
        x: Value of the first parameter.
        y: Value of the second.
        first: The outcome that dominates on the side of smaller values.
        second: The outcome that dominates on the other side.
        probability: Probability of both outcomes at the point.
        difference: Remaining difference of the two probabilities.
    """

    x: float
    y: float
    first: str
    second: str
    probability: float
    difference: float


@dataclass(frozen=True)
class MapCertificate:
    """Accuracy of the probabilities of a map.

    Attributes:
        residual: Largest residual of any solve.
        belief_points: Points on each belief axis of the first solves.
        belief_error: Largest difference of any probability by any date between checked points and their checks.
        num_checked: Points checked: the corners, the middle and the values of the file.
        unseen_share: Share of all points that may have a larger error, at 95 per cent confidence, if the checks were
            drawn at random.
        solves: Number of solves on the grid and along its edges.
    """

    residual: float
    belief_points: int
    belief_error: float
    num_checked: int
    unseen_share: float
    solves: int


class MapSolver:
    """The solves of one map."""

    def __init__(
        self, scenario: Scenario, axes: tuple[MapAxis, MapAxis], settings: Settings, executor: Executor
    ) -> None:
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
        """The parameters at a point of the map."""
        return {axis.name: value for axis, value in zip(self.axes, place, strict=True)}

    def choose_points(self) -> None:
        """Solve the values of the file, the corners and the middle on enough belief points, and choose the points by them."""
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
            find_largest_gap(one, checks[number]) for number, one in found.items() if isinstance(one, Solved)
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
        """Solve points of the map, and yield the index of each point with its answer."""
        settings = skip_estimate(self.settings, max(self.num_points, 5))
        for k, found in self.executor.solve_draws(self.scenario, map(self.draw, places), settings, keep_probabilities):
            self.solves += 1
            if isinstance(found, Solved):
                self.residual = max(self.residual, found.residual)
            yield k, found

    def certify(self) -> MapCertificate:
        """Make the certificate of all solves."""
        return MapCertificate(
            self.residual,
            self.num_points,
            self.belief_error,
            self.num_checked,
            compute_unseen_share(self.num_checked),
            self.solves,
        )


@dataclass
class _Edge:
    """A part of the line between two neighbours on the grid, with different dominant outcomes at its ends.

    `low` and `high` are positions on the line, from 0 to 1; `first` dominates at `low`, `second` at `high`. The Illinois form
    halves the differences p_first - p_second at the ends, so they are held apart from the probabilities.
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
        """Estimate the position at which the probabilities are equal, away from the ends."""
        gap = self.difference_low - self.difference_high
        share = self.difference_low / gap if gap > 0 else 0.5
        return self.low + (self.high - self.low) * min(max(share, 0.02), 0.98)

    def locate(self, position: float) -> tuple[float, float]:
        """Compute the values of the two parameters at a position on the line."""
        x, y = (a + (b - a) * position for a, b in zip(self.start, self.stop, strict=True))
        return x, y

    def narrow(self, position: float, probabilities: Floats) -> None:
        """Make a position between the ends the new end of its side."""
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
        """Split the line where a third outcome dominates between the ends."""
        return [
            _Edge(self.start, self.stop, self.low, position, self.probability_low, probabilities, self.first, third),
            _Edge(self.start, self.stop, position, self.high, probabilities, self.probability_high, third, self.second),
        ]


class BorderSearch:
    """Search for the points at which the dominant outcome changes."""

    def __init__(self, work: MapSolver, period: int, ends: Sequence[str]) -> None:
        self.work = work
        self.period = period
        self.ends = tuple(ends)

    def find(self, grid: Mapping[tuple[int, int], Solved]) -> tuple[BorderPoint, ...]:
        """Find a point on every line between neighbours that differ; a line on which a solve fails has no point."""
        edges = list(self._list_edges(grid))
        found: list[BorderPoint] = []
        for _ in range(MOST_ROUNDS):
            if not edges:
                break
            positions = [edge.guess() for edge in edges]
            places = [edge.locate(position) for edge, position in zip(edges, positions, strict=True)]
            left: list[_Edge] = []
            for k, solved in self.work.solve(places):
                if isinstance(solved, Solved):
                    left += self._narrow_edge(edges[k], positions[k], self._compute_probabilities(solved), found)
            edges = left
        return tuple(sorted(found, key=lambda point: (point.x, point.y, point.first, point.second)))

    def _compute_probabilities(self, solved: Solved) -> Floats:
        probabilities: Floats = solved.probabilities[self.period, : len(self.ends)]
        return probabilities

    def _list_edges(self, grid: Mapping[tuple[int, int], Solved]) -> Iterator[_Edge]:
        """Yield the lines between neighbours with different dominant outcomes."""
        x, y = (axis.values for axis in self.work.axes)
        for (i, j), here in grid.items():
            for other in ((i + 1, j), (i, j + 1)):
                if other not in grid:
                    continue
                probabilities, beyond = self._compute_probabilities(here), self._compute_probabilities(grid[other])
                first, second = int(np.argmax(probabilities)), int(np.argmax(beyond))
                if first != second:
                    yield _Edge(
                        (x[i], y[j]), (x[other[0]], y[other[1]]), 0.0, 1.0, probabilities, beyond, first, second
                    )

    def _narrow_edge(
        self, edge: _Edge, position: float, probabilities: Floats, found: list[BorderPoint]
    ) -> list[_Edge]:
        """Return what remains of a line once the probabilities at a position are known; a border point is added to `found`."""
        third = int(np.argmax(probabilities))
        if third not in {edge.first, edge.second}:
            return edge.split(position, probabilities, third)
        difference = float(probabilities[edge.first] - probabilities[edge.second])
        edge.narrow(position, probabilities)
        if abs(difference) > PROBABILITY_TOLERANCE and edge.high - edge.low > POSITION_TOLERANCE:
            return [edge]
        x, y = edge.locate(position)
        names = self.ends[edge.first], self.ends[edge.second]
        found.append(
            BorderPoint(
                x, y, *names, float(min(probabilities[edge.first], probabilities[edge.second])), abs(difference)
            )
        )
        return []
