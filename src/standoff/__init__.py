"""standoff: judge crises in which two adversaries negotiate and raise military pressure at the same time.

Examples:
    >>> import standoff
    >>> crisis = standoff.load("iran-us-2026")
    >>> solution = crisis.solve()
    >>> probabilities = solution.forecast().outcomes[0].cumulative
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standoff.catalog import list_scenarios
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

if TYPE_CHECKING:
    from standoff.workbench import CodedNews, Crisis, Solution, code, load

__all__ = [
    "CodedNews",
    "CoderError",
    "Crisis",
    "InputError",
    "MissingExtraError",
    "Problem",
    "ScenarioError",
    "Solution",
    "SolveError",
    "StandoffError",
    "StoreError",
    "__version__",
    "code",
    "list_scenarios",
    "load",
]


def __getattr__(name: str) -> Any:
    # what reads scenarios is imported when it is first used, so that `import standoff` stays quick
    if name in {"CodedNews", "Crisis", "Solution", "code", "load"}:
        from standoff import workbench

        return getattr(workbench, name)
    raise AttributeError(f"module 'standoff' has no attribute {name!r}")
