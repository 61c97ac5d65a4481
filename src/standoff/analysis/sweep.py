"""Probabilities over the values of one parameter, all other values being those of the scenario.

Every value is solved until two numbers of belief points agree (`standoff.analysis.quick_solves`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Executor, Threads
from standoff.analysis.plain import to_plain
from standoff.analysis.quick_solves import SolvedDraw, make_quick_settings, solve_targets
from standoff.analysis.targets import describe_target, parse_targets
from standoff.errors import InputError, Problem, SolveError, suggest_nearest
from standoff.scenario import Scenario
from standoff.solve.result import Settings
from standoff.solve.target import Target
from standoff.version import JSON_VERSION, list_versions

if TYPE_CHECKING:
    from standoff.analysis.frames import Frame
    from standoff.analysis.plots import Axes

__all__ = ["Sweep", "sweep"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Sweep:
    """Probabilities over the values of one parameter.

    Attributes:
        scenario: The scenario.
        name: Name of the parameter.
        unit: Unit of the parameter; empty where the file gives none.
        values: Values of the parameter, in that unit; shape (value,).
        targets: The targets.
        target_labels: The targets in words, with their dates.
        probabilities: Probability of each target, nan where a value has no solution; shape (value, target).
        errors: Estimated error of the probabilities, nan where a value has no solution; shape (value,).
        failures: Why a value has no solution; empty where it has one. One text for each value.
    """

    scenario: Scenario
    name: str
    unit: str
    values: Floats
    targets: tuple[Target, ...]
    target_labels: tuple[str, ...]
    probabilities: Floats
    errors: Floats
    failures: tuple[str, ...]

    def to_frame(self) -> Frame:
        """Probabilities as a pandas table: a row for each value of the parameter, a column for each target.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from standoff.analysis.frames import make_frame

        columns = {label: self.probabilities[:, k] for k, label in enumerate(self.target_labels)}
        return make_frame(columns, self.values.tolist(), index_name=self.name)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the probability of each target over the values of the parameter.

        Args:
            ax: The matplotlib axes to draw on; None: new axes.
        """
        from standoff.analysis.plots import plot_lines

        lines = [(label, self.probabilities[:, k]) for k, label in enumerate(self.target_labels)]
        return plot_lines(self.values, f"{self.name} ({self.unit})" if self.unit else self.name, lines, ax)

    def to_json(self) -> dict[str, Any]:
        """The sweep as plain data."""
        return {
            "json_version": JSON_VERSION,
            "scenario": self.scenario.id,
            "scenario_hash": self.scenario.scenario_hash,
            "overrides": list(self.scenario.overrides),
            **to_plain(self, without=["scenario"]),
            "versions": list_versions(),
        }

    def __repr__(self) -> str:
        low, high = float(self.values.min()), float(self.values.max())
        return f"<Sweep of {self.scenario.id} over {self.name}: {len(self.values)} values from {low:g} to {high:g}>"


def sweep(
    scenario: Scenario,
    name: str,
    values: Sequence[float] | Floats,
    targets: str | Target | Sequence[str | Target] | None = None,
    *,
    settings: Settings | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> Sweep:
    """Solve a scenario for several values of one parameter.

    Args:
        scenario: The scenario.
        name: Name of the parameter.
        values: Values of the parameter, in its own unit.
        targets: The probabilities to report; None: the default targets.
        settings: How to solve each value; None: to a probability error of half a percentage point.
        executor: Solves the values; by default the threads of this process.
        progress: Called now and then with the share of the values solved.

    Raises:
        InputError: The parameter or a target does not exist, or there is no value.
        ScenarioError: The scenario makes no game.
        SolveError: No value has a solution.

    Examples:
        >>> from standoff import load
        >>> found = sweep(load("cuba-1962", overrides=["period.horizon=1"]), "war_cost", [1.0, 3.0], ["general_war"])
        >>> bool(found.probabilities[0, 0] > found.probabilities[1, 0])
        True
    """
    wanted = parse_targets(scenario, targets)
    if name not in scenario.parameters:
        advice = suggest_nearest(name, list(scenario.parameters))
        raise InputError(Problem("unknown-parameter", f"there is no parameter `{name}`", help=advice))
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or not len(given) or not np.isfinite(given).all():
        raise InputError(
            Problem("axis", f"`{name}` needs a list of numbers", help="give values such as `[0.5, 1, 1.5]`")
        )
    solved = solve_targets(
        scenario,
        wanted,
        [{name: float(value)} for value in given],
        executor=executor or Threads(),
        settings=make_quick_settings(settings or Settings()),
        progress=progress,
    )
    if not any(isinstance(one, SolvedDraw) for one in solved):
        raise SolveError(f"no value of `{name}` has a solution; the first: {solved[0]}")
    nothing = np.full(len(wanted), np.nan)
    return Sweep(
        scenario=scenario,
        name=name,
        unit=scenario.parameters[name].unit or "",
        values=given,
        targets=wanted,
        target_labels=tuple(describe_target(scenario, target) for target in wanted),
        probabilities=np.array([one.probabilities if isinstance(one, SolvedDraw) else nothing for one in solved]),
        errors=np.array([one.error if isinstance(one, SolvedDraw) else np.nan for one in solved]),
        failures=tuple("" if isinstance(one, SolvedDraw) else str(one) for one in solved),
    )
