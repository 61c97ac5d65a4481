"""standoff: judge crises in which two adversaries negotiate and raise military pressure at the same time.

Examples:
    >>> import standoff
    >>> scenario = standoff.load("iran-us-2026")
    >>> solution = standoff.solve(scenario)
    >>> probabilities = solution.forecast.outcomes[0].cumulative
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
    from standoff.catalog import list_scenarios
    from standoff.catalog.opening import load
    from standoff.desk.news import CodedNews, code
    from standoff.scenario import Scenario
    from standoff.solve.result import Settings

__all__ = [
    "CodedNews",
    "CoderError",
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
    "__version__",
    "code",
    "list_scenarios",
    "load",
    "solve",
]

_HOMES = {
    "CodedNews": "standoff.desk.news",
    "Scenario": "standoff.scenario",
    "Settings": "standoff.solve.result",
    "code": "standoff.desk.news",
    "list_scenarios": "standoff.catalog",
    "load": "standoff.catalog.opening",
}


def __getattr__(name: str) -> Any:
    # imported when first used, so that `import standoff` stays quick
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'standoff' has no attribute {name!r}")
