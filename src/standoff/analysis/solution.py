"""A solved scenario: the start of every question that reads one equilibrium.

`solve` takes a scenario to its equilibrium. A `Solution` holds both, and every question is a function of it in a module of its
own: `window(solution)`, `bargain(solution)`, `drivers(solution)` and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from standoff.extras import import_extra
from standoff.version import JSON_VERSION, versions

if TYPE_CHECKING:
    import pandas as pd

    from standoff.analysis.forecast import Forecast
    from standoff.scenario import Scenario
    from standoff.solve.result import Equilibrium, Settings

__all__ = ["Solution", "solve"]


def solve(
    scenario: Scenario, settings: Settings | None = None, progress: Callable[[float], None] | None = None
) -> Solution:
    """Find the equilibrium of a scenario on the principal branch.

    Args:
        scenario: The scenario.
        settings: How to solve it; None: the default settings.
        progress: Called now and then with the share of the work done.

    Raises:
        ScenarioError: The scenario has faults that appear only when its states are built.
        SolveError: The equilibrium did not meet the tolerances.

    Examples:
        >>> from standoff import load
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=2"]))
        >>> solution.equilibrium.certificate.branch
        'principal'
    """
    from standoff.game.compile import compile_game
    from standoff.solve.equilibrium import solve as solve_game

    return Solution(scenario, solve_game(compile_game(scenario), settings, progress))


@dataclass(frozen=True)
class Solution:
    """A scenario with its equilibrium.

    Attributes:
        scenario: The scenario that was solved, with its overrides.
        equilibrium: The equilibrium and its certificate.
    """

    scenario: Scenario
    equilibrium: Equilibrium

    @cached_property
    def forecast(self) -> Forecast:
        """Probability of every outcome and milestone by date, computed once."""
        from standoff.analysis.forecast import forecast

        names = {name: tuple(track.levels) for name, track in self.scenario.state.items()}
        return forecast(self.equilibrium, level_names=names)

    def header_to_json(self) -> dict[str, Any]:
        """The part that every JSON document shares: scenario, overrides, settings, certificate and versions."""
        keys = ("json_version", "scenario", "scenario_hash", "overrides", "as_of", "period", "horizon")
        document = self.to_json()
        return {key: document[key] for key in (*keys, "certificate", "settings", "versions")}

    def to_frame(self) -> pd.DataFrame:
        """Probabilities by date as a pandas table: a row for each period, a column for each outcome and milestone.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        pandas = import_extra("pandas", "frames", "a table of probabilities")
        found = self.forecast
        columns: dict[tuple[str, str], Any] = {("outcome", series.name): series.cumulative for series in found.outcomes}
        columns["outcome", "unresolved"] = found.unresolved
        columns |= {("milestone", series.name): series.cumulative for series in found.milestones}
        dates = [self.scenario.date_of_period(k + 1) for k in range(self.scenario.num_periods)]
        frame: pd.DataFrame = pandas.DataFrame(columns, index=pandas.Index(dates, name="by"))
        frame.columns.names = ["kind", "name"]
        return frame

    def to_json(self) -> dict[str, Any]:
        """The forecast and the certificate as plain data, as `standoff run --json` prints them (docs/reference/json.md)."""
        from standoff.scenario import measure_coverage

        found = self.forecast
        scenario = self.scenario
        certificate = self.equilibrium.certificate
        return {
            "json_version": JSON_VERSION,
            "scenario": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "overrides": list(scenario.overrides),
            "as_of": scenario.as_of.isoformat(),
            "period": {"unit": scenario.period.unit, "length": scenario.period.length},
            "horizon": scenario.num_periods,
            "outcomes": [
                {
                    "name": series.name,
                    "label": series.label,
                    "cumulative": series.cumulative.tolist(),
                    "packages": [
                        {"name": part.name, "label": part.label, "cumulative": part.cumulative.tolist()}
                        for part in series.parts
                    ],
                    "by_type": [
                        {"player": player, "player_type": player_type, "cumulative": probabilities.tolist()}
                        for player, player_type, probabilities in series.by_type
                    ],
                }
                for series in found.outcomes
            ],
            "unresolved": found.unresolved.tolist(),
            "milestones": [
                {"name": series.name, "label": series.label, "cumulative": series.cumulative.tolist()}
                for series in found.milestones
            ],
            "first_moves": [
                {
                    "stage": move.stage,
                    "player": move.player,
                    "player_type": move.player_type,
                    "strategy": move.strategy,
                    "posteriors": move.posteriors,
                }
                for move in found.first_moves
            ],
            "beliefs": {
                name: [None if value != value else float(value) for value in series]  # nan is not JSON
                for name, series in found.beliefs.items()
            },
            "mean_duration": found.mean_duration,
            "median_duration": found.median_duration,
            "start_values": [
                {"player": player, "player_type": player_type, "value": value}
                for (player, player_type), value in found.start_values.items()
            ],
            "unsourced": list(measure_coverage(scenario).unsourced),
            "certificate": {
                "residual": certificate.residual,
                "regret": certificate.regret,
                "belief_points": list(certificate.belief_points),
                "belief_error": certificate.belief_error,
                "consistency_gap": certificate.consistency_gap,
                "branch": certificate.branch,
                "nodes": certificate.nodes,
                "evaluations": certificate.evaluations,
                "unique": certificate.unique,
                "traced": certificate.traced,
                "folds": certificate.folds,
                "is_unique": certificate.is_unique,
                "stationary_change": certificate.stationary_change,
            },
            "settings": {
                "tolerance": self.equilibrium.settings.tolerance,
                "belief_tolerance": self.equilibrium.settings.belief_tolerance,
            },
            "versions": versions(),
        }
