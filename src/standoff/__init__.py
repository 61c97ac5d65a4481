"""standoff: judge crises in which two adversaries negotiate and raise military pressure at the same time.

Examples:
    >>> import standoff
    >>> scenario = standoff.load("iran-us-2026")
    >>> solution = standoff.solve(scenario)
    >>> probabilities = solution.forecast.outcomes["deal"].cumulative
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from standoff.version import __version__

import_module("standoff.solve")  # before the function of this name, which importing the package would replace
from standoff.analysis.solution import Solution, solve  # noqa: E402

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
    "InputError",
    "MissingExtraError",
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
    "Forecast": "analysis.forecast",
    "GameBuilder": "game.builder",
    "Scenario": "scenario",
    "Settings": "solve.result",
    "Target": "solve.target",
    "bargain": "analysis.bargain",
    "code": "desk.coded_news",
    "compare": "analysis.compare",
    "drivers": "analysis.drivers",
    "ensemble": "analysis.ensemble",
    "gradients": "analysis.gradients",
    "indicators": "analysis.indicators",
    "list_scenarios": "catalog",
    "load": "catalog.opening",
    "paths": "analysis.paths",
    "regime_map": "analysis.regime_map",
    "search_equilibria": "analysis.equilibria",
    "sweep": "analysis.sweep",
    "tripwires": "analysis.tripwires",
    "update": "belief.updating",
    "whatif": "analysis.whatif",
    "why_no_deal": "analysis.no_deal",
    "window": "analysis.window",
}
"""Module of each name that is imported when it is first used, so that `import standoff` stays quick."""


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"standoff.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'standoff' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
