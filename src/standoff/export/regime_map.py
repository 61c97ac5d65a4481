"""Write a regime map as a table (CSV, Parquet)."""

from __future__ import annotations

import csv
import io
from typing import Any

from standoff.analysis.regime_map import RegimeMap
from standoff.extras import import_extra

__all__ = ["map_to_csv", "map_to_parquet"]


def map_to_csv(found: RegimeMap) -> bytes:
    """Return a CSV file with a row for each point of the grid.

    A row has the two parameters, the dominant outcome and the probabilities, which are empty where the point is not solved.
    """
    columns = _make_columns(found)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def map_to_parquet(found: RegimeMap) -> bytes:
    """Return a Parquet file with the rows of `map_to_csv`.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    arrow = import_extra("pyarrow", "parquet", "a map as Parquet")
    parquet = import_extra("pyarrow.parquet", "parquet", "a map as Parquet")
    metadata = {"scenario": found.scenario.id, "scenario_hash": found.scenario.scenario_hash}
    content = io.BytesIO()
    parquet.write_table(arrow.table(_make_columns(found)).replace_schema_metadata(metadata), content)
    return content.getvalue()


def _make_columns(found: RegimeMap) -> dict[str, list[Any]]:
    points = [(i, j) for i in range(len(found.x.values)) for j in range(len(found.y.values))]
    dominant = found.dominant
    columns: dict[str, list[Any]] = {
        f"parameter.{found.x.name}": [found.x.values[i] for i, _ in points],
        f"parameter.{found.y.name}": [found.y.values[j] for _, j in points],
        "dominant": [found.outcomes[dominant[point]] if dominant[point] >= 0 else None for point in points],
    }
    for k, name in enumerate(found.outcomes):
        columns[f"probabilities.{name}"] = [_replace_nan(float(found.probabilities[(*point, k)])) for point in points]
    columns[f"target.{found.target.name}"] = [
        _replace_nan(float(found.target_probabilities[point])) for point in points
    ]
    return columns


def _replace_nan(part: Any) -> Any:
    """Return numbers, or lists of them, with None in place of nan."""
    if isinstance(part, list):
        return [_replace_nan(inner) for inner in part]
    return None if part != part else part
