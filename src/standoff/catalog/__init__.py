"""The scenarios that come with standoff: data files, one crisis each, in one folder for each group.

`crises` holds full scenarios of historical or current crises.
`gallery` holds small worked examples, each of one idea from the literature, with exercises.

Examples:
    >>> list_scenarios("crises")
    ['cuba-1962', 'iran-us-2026']
    >>> find_scenario_path("cuba-1962").name
    'cuba-1962.yaml'
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["GROUPS", "find_scenario_path", "list_scenarios"]

GROUPS = {"crises": "Crises", "gallery": "Gallery: small worked examples, each of one idea"}
"""Folder of each group -> its heading."""

_FOLDER = Path(__file__).parent


def list_scenarios(group: str | None = None) -> list[str]:
    """Return the ids of the scenarios, sorted.

    Args:
        group: A key of `GROUPS`; by default all groups.

    Examples:
        >>> list_scenarios("crises")
        ['cuba-1962', 'iran-us-2026']
    """
    return sorted(path.stem for path in _FOLDER.glob(f"{group or '*'}/*.yaml"))


def find_scenario_path(scenario_id: str) -> Path | None:
    """Return the file of a scenario of the catalogue, or None if no scenario has that id."""
    return next((path for path in _FOLDER.glob("*/*.yaml") if path.stem == scenario_id), None)
