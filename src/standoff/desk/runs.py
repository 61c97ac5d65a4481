"""Runs in a store: record a solution with all that is needed to solve it again, and solve it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from standoff.analysis.solution import Solution, solve
from standoff.errors import InputError, Problem
from standoff.solve.result import Settings
from standoff.store.records import Run, StoredRun
from standoff.store.repository import Store

__all__ = ["record_run", "rerun", "restore_settings", "settings_to_plain"]


def record_run(
    store: Store, solution: Solution, *, kind: str = "run", known_by: int | None = None, note: str = ""
) -> int:
    """Record a solution in a store, with all that is needed to solve it again (`rerun`).

    Args:
        store: The store.
        solution: The solution.
        kind: Purpose of the run.
        known_by: The last write of the store whose news the run used; None where it used no news.
        note: A remark.

    Returns:
        Number of the run.

    Raises:
        StoreError: The store failed; the run was not written.
    """
    settings = settings_to_plain(solution)
    return store.add_run(Run(solution.scenario, settings, solution.to_json(), kind=kind, known_by=known_by, note=note))


def rerun(store: Store, run_id: int) -> Solution:
    """Solve a recorded run again, with the scenario and the settings that were recorded.

    With the versions of `StoredRun.versions` the solution gives the recorded JSON, number for number.

    Args:
        store: The store.
        run_id: Number of the run.

    Raises:
        InputError: There is no such run, or this version of standoff lacks a recorded setting (`unknown-settings`).
        ScenarioError: This version of standoff refuses the recorded scenario.
        SolveError: The equilibrium did not meet the tolerances.
        StoreError: The store cannot be read.
    """
    return solve(store.restore_scenario(run_id), restore_settings(store.read_run(run_id)))


def settings_to_plain(solution: Solution) -> dict[str, Any]:
    """Settings of a solution as a store records them."""
    settings = asdict(solution.equilibrium.settings)
    del settings["threads"]  # the answer does not depend on it
    return settings


def restore_settings(recorded: StoredRun) -> Settings:
    """Settings with which a recorded run was solved.

    Raises:
        InputError: This version of standoff lacks a recorded setting (`unknown-settings`).
    """
    try:
        return Settings(**_convert_to_tuples(recorded.settings))
    except (TypeError, ValueError) as error:
        message = f"run `{recorded.run_id}` was solved under settings that this version does not have: {error}"
        advice = f"install standoff {recorded.versions['standoff']} to solve it again"
        raise InputError(Problem("unknown-settings", message, help=advice)) from None


def _convert_to_tuples(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of JSON as the tuples of `Settings`."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
