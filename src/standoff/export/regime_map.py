"""A regime map as a table (CSV, Parquet)."""

from __future__ import annotations

import csv
import io
from typing import Any

from standoff.analysis.regime_map import RegimeMap
from standoff.extras import import_extra

__all__ = ["map_csv", "map_parquet"]


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
