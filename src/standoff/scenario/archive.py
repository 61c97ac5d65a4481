"""A scenario as plain data that JSON can hold, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from standoff.errors import Problem, ScenarioError
from standoff.scenario.build import build_scenario
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["archive_scenario", "restore_scenario"]


def archive_scenario(scenario: Scenario) -> dict[str, Any]:
    """Return the content of a scenario, with its overrides applied, as plain data that JSON can hold.

    The order of names is kept, because it may matter; comments, layout and line numbers of the file are not.

    Args:
        scenario: The scenario.

    Returns:
        `file`, as the user named it; `overrides`, path -> override as the user wrote it; `content`, the data of the file.

    Examples:
        >>> from standoff.catalog import find_scenario_path
        >>> from standoff.scenario import load_scenario
        >>> scenario = load_scenario(find_scenario_path("cuba-1962"))
        >>> restore_scenario(archive_scenario(scenario)).scenario_hash == scenario.scenario_hash
        True
    """
    content = json.loads(json.dumps(scenario.content, default=_format_text, allow_nan=False))
    return {
        "file": scenario.source_map.file,
        "overrides": dict(scenario.source_map.overrides),
        "content": content,
    }


def restore_scenario(archived: Mapping[str, Any]) -> Scenario:
    """Return the scenario that was archived.

    Args:
        archived: The result of `archive_scenario`.

    Raises:
        ScenarioError: The language has changed since, and this version of standoff refuses the scenario.
    """
    if not {"file", "overrides", "content"} <= set(archived):
        raise ScenarioError(Problem("empty-file", "this is not an archived scenario", help="begin with `standoff: 1`"))
    content = archived["content"]
    source_map = SourceMap(archived["file"], {}, dict(archived["overrides"]))
    # an override may leave the range of a parameter, and was accepted when the scenario was built
    return build_scenario(content, source_map, unbounded=content.get("parameters") or ())


def _format_text(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"a scenario cannot hold a value such as {value!r}")
