"""Changes to a scenario that leave its file as it is: `--set escort_cost=0.02`, `--set nature.mediation=off`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from standoff.scenario.build import build_changed
from standoff.scenario.changes import read_overrides, write_changes
from standoff.scenario.schema import Scenario

__all__ = ["apply_overrides", "replace"]


def apply_overrides(scenario: Scenario, overrides: Iterable[str]) -> Scenario:
    """Return the scenario with some of its values overridden.

    Args:
        scenario: The scenario.
        overrides: Each `path=value`. The path is a parameter's name, or a path in the file:
            `state.shield.start`, `players.usa.rationality`, `stages.pressure.rate`.
            `players.` and `state.` may be omitted. The value is read as YAML; `off` switches off a part.

    Raises:
        ScenarioError: A path does not exist, a value is not YAML, two overrides contradict each other, a part cannot be
            switched off, or the scenario that results has problems. A problem that an override causes names it as its
            file.
    """
    return build_changed(scenario, *read_overrides(overrides))


def replace(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with some of its values replaced.

    Args:
        scenario: The scenario.
        changes: Path -> value. Paths are written as in `apply_overrides`; values are plain data, expressions or "off".

    Raises:
        ScenarioError: As in `apply_overrides`.
    """
    return build_changed(scenario, write_changes(changes))
