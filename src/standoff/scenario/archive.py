"""A scenario as plain data, from which the same scenario can be made again in another year and another place."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from standoff.errors import Problem, ScenarioError
from standoff.scenario.load import build_scenario
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["archive", "restore"]


def archive(scenario: Scenario) -> dict[str, Any]:
    """Return what the scenario says, with its overrides made, as plain data that JSON can hold.

    Comments, layout and line numbers of the file are not kept; the order of names is, as it may mean something.

    Args:
        scenario: The scenario.

    Returns:
        `file`, as the user named it; `overrides`, path -> what the user wrote; `content`, the data of the file.

    Examples:
        >>> from standoff.catalog import scenario_path
        >>> from standoff.scenario import load_scenario
        >>> scenario = load_scenario(scenario_path("cuba-1962"))
        >>> restore(archive(scenario)).scenario_hash == scenario.scenario_hash
        True
    """
    content = json.loads(json.dumps(scenario.content, default=_text, allow_nan=False))
    return {
        "file": scenario.source_map.file,
        "overrides": dict(scenario.source_map.overrides),
        "content": content,
    }


def restore(kept: Mapping[str, Any]) -> Scenario:
    """Make the scenario again.

    Args:
        kept: What `archive` returned.

    Raises:
        ScenarioError: The language has changed since, so that this version of standoff refuses what it says.
    """
    if not {"file", "overrides", "content"} <= set(kept):
        raise ScenarioError(Problem("empty-file", "this is no archived scenario", help="begin with `standoff: 1`"))
    content = kept["content"]
    source_map = SourceMap(kept["file"], {}, dict(kept["overrides"]))
    # an override may leave the range of a parameter: it was admitted when the scenario was made
    return build_scenario(content, source_map, unbounded=content.get("parameters") or ())


def _text(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"a scenario does not hold values such as {value!r}")
