"""What the probability of a draw depend on, told and hashed: the same key, the same probabilities."""

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

__all__ = ["describe_ensemble", "describe_solves", "sampling_versions"]


def sampling_versions() -> dict[str, str]:
    """Versions of the packages that draws and their probabilities depend on."""
    return {name: _version_of(name) for name in ("numpy", "scipy", "numba")}


@cache
def _version_of(package: str) -> str:
    return metadata.version(package)


def describe_ensemble(scenario: Scenario, *, seed: int, settings: Settings) -> dict[str, Any]:
    """Everything that the probabilities of draw i depend on, as plain data; `key` is the SHA-256 of the rest.

    The number of draws is not among it: a longer run is the same ensemble.
    """
    return _with_key(
        {
            **_solved_with(scenario),
            "seed": seed,
            "scheme": SCHEME,
            "tolerance": settings.tolerance,
            "belief_points": settings.belief_points,
            "belief_tolerance": settings.belief_tolerance,
        }
    )


def describe_solves(scenario: Scenario) -> dict[str, Any]:
    """Everything but the draw and the settings that the probability of a draw depend on, as plain data; `key` is the
    SHA-256 of it."""
    return _with_key(_solved_with(scenario))


def _solved_with(scenario: Scenario) -> dict[str, Any]:
    return {
        "scenario": scenario.id,
        "overrides": list(scenario.overrides),
        "scenario_hash": scenario.scenario_hash,
        "most_evaluations": MOST_EVALUATIONS,
        "versions": {"standoff": __version__} | sampling_versions(),
    }


def _with_key(described: dict[str, Any]) -> dict[str, Any]:
    return {"key": hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest(), **described}
