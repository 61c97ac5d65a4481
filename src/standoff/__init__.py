"""standoff: judge crises in which two adversaries negotiate and raise military pressure at the same time.

Examples:
    >>> import standoff
    >>> scenario = standoff.load("iran-us-2026")
    >>> solution = standoff.solve(scenario)
    >>> probabilities = solution.forecast.outcomes["deal"].cumulative
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from standoff.errors import (
    CoderError,
    InputError,
    MissingExtraError,
    Problem,
    ScenarioError,
    SolveError,
    StandoffError,
    StoreError,
)
from standoff.lazy import import_on_use
from standoff.version import __version__

import_module("standoff.solve")  # before the function of this name, which importing the package would replace
from standoff.analysis.solution import GameSolution, Solution, solve  # noqa: E402

if TYPE_CHECKING:
    from standoff.analysis.bargain import bargain
    from standoff.analysis.compare import compare
    from standoff.analysis.drivers import drivers
    from standoff.analysis.ensemble import ensemble
    from standoff.analysis.equilibria import search_equilibria
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.gradients import gradients
    from standoff.analysis.indicators import indicators
    from standoff.analysis.no_deal import why_no_deal
    from standoff.analysis.paths import paths
    from standoff.analysis.regime_map import regime_map
    from standoff.analysis.sweep import sweep
    from standoff.analysis.tripwires import tripwires
    from standoff.analysis.whatif import whatif
    from standoff.analysis.window import window
    from standoff.belief.observation import Observation
    from standoff.belief.updating import update
    from standoff.catalog import list_scenarios
    from standoff.catalog.opening import load
    from standoff.desk.coded_news import code
    from standoff.game.builder import GameBuilder
    from standoff.scenario import Scenario
    from standoff.solve.result import Settings
    from standoff.solve.target import Target

__all__ = [
    "CoderError",
    "Forecast",
    "GameBuilder",
    "GameSolution",
    "InputError",
    "MissingExtraError",
    "Observation",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Settings",
    "Solution",
    "SolveError",
    "StandoffError",
    "StoreError",
    "Target",
    "__version__",
    "bargain",
    "code",
    "compare",
    "drivers",
    "ensemble",
    "gradients",
    "indicators",
    "list_scenarios",
    "load",
    "paths",
    "regime_map",
    "search_equilibria",
    "solve",
    "sweep",
    "tripwires",
    "update",
    "whatif",
    "why_no_deal",
    "window",
]

_MODULES = {
    "Forecast": "standoff.analysis.forecast",
    "GameBuilder": "standoff.game.builder",
    "Observation": "standoff.belief.observation",
    "Scenario": "standoff.scenario",
    "Settings": "standoff.solve.result",
    "Target": "standoff.solve.target",
    "bargain": "standoff.analysis.bargain",
    "code": "standoff.desk.coded_news",
    "compare": "standoff.analysis.compare",
    "drivers": "standoff.analysis.drivers",
    "ensemble": "standoff.analysis.ensemble",
    "gradients": "standoff.analysis.gradients",
    "indicators": "standoff.analysis.indicators",
    "list_scenarios": "standoff.catalog",
    "load": "standoff.catalog.opening",
    "paths": "standoff.analysis.paths",
    "regime_map": "standoff.analysis.regime_map",
    "search_equilibria": "standoff.analysis.equilibria",
    "sweep": "standoff.analysis.sweep",
    "tripwires": "standoff.analysis.tripwires",
    "update": "standoff.belief.updating",
    "whatif": "standoff.analysis.whatif",
    "why_no_deal": "standoff.analysis.no_deal",
    "window": "standoff.analysis.window",
}
"""Module of each name that is imported when it is first used, so that `import standoff` stays quick."""


__getattr__, __dir__ = import_on_use(__name__, _MODULES)
