"""A regime map as a table (CSV, Parquet) and as plain data (JSON)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from standoff.analysis.regime_map import RegimeMap
from standoff.analysis.targets import describe_target
from standoff.extras import import_extra
from standoff.version import JSON_VERSION

__all__ = ["map_csv", "map_document", "map_parquet"]


def map_csv(found: RegimeMap) -> bytes:
    """A row for each point of the grid: the two parameters, the dominant outcome, the probabilities; empty where it
    was not solved."""
    columns = _columns(found)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def map_parquet(found: RegimeMap) -> bytes:
    """The same rows as Parquet.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    arrow = import_extra("pyarrow", "parquet", "a map as Parquet")
    parquet = import_extra("pyarrow.parquet", "parquet", "a map as Parquet")
    metadata = {"scenario": found.scenario.id, "scenario_hash": found.scenario.scenario_hash}
    content = io.BytesIO()
    parquet.write_table(arrow.table(_columns(found)).replace_schema_metadata(metadata), content)
    return content.getvalue()


def map_document(found: RegimeMap, versions: Mapping[str, str]) -> dict[str, Any]:
    """Everything of a map as plain data, as `standoff map --json` prints it.

    Args:
        found: The map.
        versions: Of everything that a number depends on.
    """
    scenario, certificate = found.scenario, found.certificate
    periods = found.target.periods or scenario.num_periods
    return {
        "json_version": JSON_VERSION,
        "scenario": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "overrides": list(scenario.overrides),
        "as_of": scenario.as_of.isoformat(),
        "by": scenario.date_of_period(periods).isoformat(),
        "x": {"name": found.x.name, "values": list(found.x.values)},
        "y": {"name": found.y.name, "values": list(found.y.values)},
        "outcomes": list(found.outcomes),
        "labels": list(found.labels),
        "dominant": [[found.outcomes[k] if k >= 0 else None for k in row] for row in found.dominant.tolist()],
        "probabilities": _without_nan(found.probabilities.tolist()),
        "target": {
            "kind": found.target.kind,
            "name": found.target.name,
            "label": describe_target(scenario, found.target),
            "probabilities": _without_nan(found.target_probabilities.tolist()),
        },
        "border": [
            {
                "x": point.x,
                "y": point.y,
                "between": [point.first, point.second],
                "probabilities": point.probabilities,
                "difference": point.difference,
            }
            for point in found.border
        ],
        "failures": [
            {"x": found.x.values[i], "y": found.y.values[j], "reason": reason} for i, j, reason in found.failures
        ],
        "certificate": {
            "residual": certificate.residual,
            "belief_points": certificate.belief_points,
            "belief_error": certificate.belief_error,
            "num_checked": certificate.num_checked,
            "solves": certificate.solves,
        },
        "settings": {
            "tolerance": found.settings.tolerance,
            "belief_points": found.settings.belief_points,
            "belief_tolerance": found.settings.belief_tolerance,
        },
        "versions": dict(versions),
    }


def _columns(found: RegimeMap) -> dict[str, list[Any]]:
    places = [(i, j) for i in range(len(found.x.values)) for j in range(len(found.y.values))]
    dominant = found.dominant
    columns: dict[str, list[Any]] = {
        f"parameter.{found.x.name}": [found.x.values[i] for i, _ in places],
        f"parameter.{found.y.name}": [found.y.values[j] for _, j in places],
        "dominant": [found.outcomes[dominant[place]] if dominant[place] >= 0 else None for place in places],
    }
    for k, name in enumerate(found.outcomes):
        columns[f"probabilities.{name}"] = [_without_nan(float(found.probabilities[(*place, k)])) for place in places]
    columns[f"target.{found.target.name}"] = [
        _without_nan(float(found.target_probabilities[place])) for place in places
    ]
    return columns


def _without_nan(part: Any) -> Any:
    """Numbers, or lists of them, with None for those that are not there."""
    if isinstance(part, list):
        return [_without_nan(inner) for inner in part]
    return None if part != part else part
