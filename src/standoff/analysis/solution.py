"""A solved scenario or game: the start of every question that reads one equilibrium.

`solve` takes a scenario to its equilibrium. A `Solution` holds both, and every question is a function of it in a module of its
own: `window(solution)`, `bargain(solution)`, `drivers(solution)` and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from standoff.version import JSON_VERSION, list_versions

if TYPE_CHECKING:
    from standoff.analysis.forecast import Forecast
    from standoff.game.model import Game
    from standoff.scenario import Scenario
    from standoff.solve.result import Equilibrium, Settings

__all__ = ["GameSolution", "Solution", "solve"]


@overload
def solve(
    scenario: Scenario, settings: Settings | None = None, progress: Callable[[float], None] | None = None
) -> Solution: ...
@overload
def solve(
    scenario: Game, settings: Settings | None = None, progress: Callable[[float], None] | None = None
) -> GameSolution: ...
def solve(
    scenario: Scenario | Game, settings: Settings | None = None, progress: Callable[[float], None] | None = None
) -> Solution | GameSolution:
    """Find the equilibrium of a scenario, or of a game built in Python.

    Args:
        scenario: The scenario; or a game, as `GameBuilder.build`, `matrix_game` and `markov_game` make it.
        settings: How to solve it; None: the default settings.
        progress: Called now and then with the share of the work done.

    Raises:
        ScenarioError: The scenario has faults that appear only when its states are built.
        SolveError: The equilibrium did not meet the tolerances.

    Examples:
        >>> from standoff import load
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=2"]))
        >>> solution.equilibrium.certificate.branch
        'unique'
    """
    from standoff.game.compile import compile_game
    from standoff.game.model import Game
    from standoff.solve.equilibrium import solve as solve_game

    if isinstance(scenario, Game):
        return GameSolution(solve_game(scenario, settings, progress))
    return Solution(scenario, solve_game(compile_game(scenario), settings, progress))


@dataclass(frozen=True, repr=False)
class GameSolution:
    """A game built in Python with its equilibrium; the questions that need a scenario do not apply to it.

    Attributes:
        equilibrium: The equilibrium and its certificate.

    Examples:
        >>> from standoff.game import matrix_game
        >>> solution = solve(matrix_game([[1, 0], [0, 0]], [[0, 0], [1, 0]], rationality=2))
        >>> solution
        <Solution of a game: node-wise branch, residual ...>
    """

    equilibrium: Equilibrium

    @cached_property
    def forecast(self) -> Forecast:
        """Probability of every outcome and milestone by period, computed once."""
        from standoff.analysis.forecast import forecast

        return forecast(self.equilibrium)

    def __repr__(self) -> str:
        return f"<Solution of a game: {_describe(self.equilibrium)}>"


@dataclass(frozen=True, repr=False)
class Solution:
    """A scenario with its equilibrium.

    Attributes:
        scenario: The scenario that was solved, with its overrides.
        equilibrium: The equilibrium and its certificate.

    Examples:
        >>> from standoff import load
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=2"]))
        >>> solution.scenario.id, len(solution.forecast.unresolved)
        ('cuba-1962', 2)
    """

    scenario: Scenario
    equilibrium: Equilibrium

    @cached_property
    def forecast(self) -> Forecast:
        """Probability of every outcome and milestone by date, computed once."""
        from standoff.analysis.forecast import add_dates, forecast

        names = {name: tuple(track.levels) for name, track in self.scenario.state.items()}
        return add_dates(forecast(self.equilibrium, level_names=names), self.scenario)

    def header_to_json(self) -> dict[str, Any]:
        """The part that every JSON document shares: scenario, overrides, settings, certificate and versions."""
        from standoff.analysis.plain import certificate_to_plain

        scenario, settings = self.scenario, self.equilibrium.settings
        return {
            "json_version": JSON_VERSION,
            "scenario": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "overrides": list(scenario.overrides),
            "as_of": scenario.as_of.isoformat(),
            "period": {"unit": scenario.period.unit, "length": scenario.period.length},
            "horizon": scenario.num_periods,
            "certificate": certificate_to_plain(self.equilibrium.certificate),
            "settings": {"tolerance": settings.tolerance, "belief_tolerance": settings.belief_tolerance},
            "versions": list_versions(),
        }

    def to_json(self) -> dict[str, Any]:
        """The forecast and the certificate as plain data, as `standoff run --json` prints them (docs/reference/json.md)."""
        from standoff.scenario import measure_coverage

        header = self.header_to_json()
        made_of = {key: header.pop(key) for key in ("certificate", "settings", "versions")}
        unsourced = list(measure_coverage(self.scenario).unsourced)
        return header | self.forecast.to_json() | {"unsourced": unsourced} | made_of

    def __repr__(self) -> str:
        return f"<Solution of {self.scenario.id}: {_describe(self.equilibrium)}>"


def _describe(equilibrium: Equilibrium) -> str:
    return f"{equilibrium.certificate.branch} branch, residual {equilibrium.certificate.residual:.0e}"
