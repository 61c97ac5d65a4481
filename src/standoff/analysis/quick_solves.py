"""Probabilities of targets for many draws of the parameters, each with its estimated error, at low cost.

Every draw is solved on more and more belief points until two solutions agree on its public probabilities
(`resolution.keep_agreed`), so no probability depends on one number of points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.ensemble_result import list_series
from standoff.analysis.executor import Draw, Executor
from standoff.analysis.resolution import Solved, keep_probabilities, solve_agreed
from standoff.errors import StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import BELIEF_LADDER
from standoff.solve.result import Settings
from standoff.solve.target import Target

__all__ = ["QUICK_TOLERANCE", "SolvedDraw", "make_quick_settings", "solve_targets"]

Floats = NDArray[np.float64]

QUICK_TOLERANCE = 5e-3
"""Largest estimated error of probabilities that are read to the per cent."""
FIRST_POINTS = (BELIEF_LADDER[0] + 1) // 2
"""Belief points with which each draw is first solved."""


@dataclass(frozen=True)
class SolvedDraw:
    """Probabilities of the targets for one draw.

    Attributes:
        probabilities: Probability of each target; shape (target,).
        error: Estimated error of these probabilities.
        belief_points: Points on each belief axis; 1 where no player has two types.
    """

    probabilities: Floats
    error: float
    belief_points: int


def solve_targets(
    scenario: Scenario,
    targets: Sequence[Target],
    draws: Sequence[Draw],
    *,
    executor: Executor,
    settings: Settings,
    progress: Callable[[float], None] | None = None,
) -> list[SolvedDraw | StandoffError]:
    """Solve every draw to the belief tolerance of the settings.

    Args:
        scenario: The scenario.
        targets: The targets.
        draws: Values of some parameters, each in the unit of the parameter.
        executor: Solves the draws.
        settings: Settings of the solver. If they fix the belief points, each draw is solved on these alone.
        progress: Called with the share of the solves done.

    Returns:
        For each draw, in order, its probabilities or the error that explains why there are none.

    Raises:
        ScenarioError: The scenario makes no game, or a name in a draw is not a parameter.
    """
    names = [(one.kind, one.name) for one in list_series(scenario)]
    places = [
        ((target.periods or scenario.num_periods) - 1, names.index((target.kind, target.name))) for target in targets
    ]
    # every probability is kept, so that another question about the same draws finds them solved (`MemoisingExecutor`)
    numbered = dict(enumerate(draws))
    solves: Iterable[tuple[int, Solved | StandoffError]]
    if settings.belief_points is None:
        solves = solve_agreed(scenario, numbered, settings, executor, num_points=FIRST_POINTS)
    else:
        solves = executor.solve_draws(scenario, draws, settings, keep_probabilities)
    found: dict[int, Solved | StandoffError] = {}
    for k, answer in solves:
        found[k] = answer
        if progress is not None:
            progress(len(found) / len(draws))
    return [_select_targets(found[k], places) for k in range(len(draws))]


def make_quick_settings(settings: Settings) -> Settings:
    """Make the settings of many solves alongside a forecast: the same residual, and probabilities that are read to the per cent.

    Args:
        settings: Settings of the forecast. Belief points that they fix are kept.
    """
    return Settings(
        tolerance=settings.tolerance,
        belief_points=settings.belief_points,
        belief_tolerance=max(settings.belief_tolerance, QUICK_TOLERANCE),
        max_periods=settings.max_periods,
    )


def _select_targets(found: Solved | StandoffError, places: Sequence[tuple[int, int]]) -> SolvedDraw | StandoffError:
    """Probabilities of the targets from everything that was kept of a draw."""
    if not isinstance(found, Solved):
        return found
    probabilities = np.array([found.probabilities[place] for place in places])
    return SolvedDraw(probabilities, found.belief_error, found.belief_points)
