"""The scenarios that come with standoff: data files, one crisis each."""

from __future__ import annotations

from pathlib import Path

__all__ = ["list_scenarios", "scenario_path"]

_FOLDER = Path(__file__).parent


def list_scenarios() -> list[str]:
    """List the ids of the scenarios of the catalogue, sorted.

    Examples:
        >>> list_scenarios()
        ['cuba-1962', 'iran-us-2026']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def scenario_path(scenario_id: str) -> Path | None:
    """File of a scenario of the catalogue, or None if there is none of that id."""
    return _FOLDER / f"{scenario_id}.yaml" if scenario_id in list_scenarios() else None
