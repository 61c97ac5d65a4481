"""Keys of draws: a hash of everything on which the probabilities of a draw depend."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import metadata
from typing import Any

from standoff.analysis.resolution import MOST_EVALUATIONS
from standoff.analysis.sampling import SCHEME
from standoff.scenario import Scenario
from standoff.solve.result import Settings
from standoff.version import __version__

__all__ = ["describe_ensemble", "describe_solves", "list_sampling_versions"]


def list_sampling_versions() -> dict[str, str]:
    """List the versions of the packages on which draws and their probabilities depend."""
    return {name: _find_version(name) for name in ("numpy", "scipy", "numba")}


@cache
def _find_version(package: str) -> str:
    return metadata.version(package)


def describe_ensemble(scenario: Scenario, *, seed: int, settings: Settings) -> dict[str, Any]:
    """Describe everything on which the probabilities of draw i depend, as plain data; `key` is the SHA-256 of the rest.

    The number of draws is not included: a longer run is the same ensemble.
    """
    return _add_key(
        {
            **_describe_solver(scenario),
            "seed": seed,
            "scheme": SCHEME,
            "tolerance": settings.tolerance,
            "belief_points": settings.belief_points,
            "belief_tolerance": settings.belief_tolerance,
        }
    )


def describe_solves(scenario: Scenario) -> dict[str, Any]:
    """Describe everything but the draw and the settings on which the probabilities of a draw depend; `key` is its SHA-256."""
    return _add_key(_describe_solver(scenario))


def _describe_solver(scenario: Scenario) -> dict[str, Any]:
    """The scenario and the versions that solve it."""
    return {
        "scenario": scenario.id,
        "overrides": list(scenario.overrides),
        "scenario_hash": scenario.scenario_hash,
        "most_evaluations": MOST_EVALUATIONS,
        "versions": {"standoff": __version__} | list_sampling_versions(),
    }


def _add_key(described: dict[str, Any]) -> dict[str, Any]:
    """A description with its hash."""
    return {"key": hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest(), **described}
