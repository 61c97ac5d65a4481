"""Results as plain data, for JSON. Every `to_json` of a result is written with this one function."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from standoff.scenario import Scenario
from standoff.solve.result import Certificate, Settings
from standoff.solve.target import Target

__all__ = ["certificate_to_plain", "origin_to_plain", "targets_to_plain", "to_plain"]


def to_plain(value: Any, *, without: Collection[str] = ()) -> Any:
    """Turn a result into dicts, lists, numbers and texts.

    Args:
        value: A dataclass, mapping, array, date, tuple, list, number or text. Attributes of a dataclass become keys; a number
            that is not finite becomes None, because JSON cannot hold it.
        without: Attributes to leave out of every dataclass.

    Raises:
        TypeError: The result holds a value of another kind.

    Examples:
        >>> to_plain((1.5, math.nan, dt.date(2026, 2, 2), np.array([0.5]), np.array([True])))
        [1.5, None, '2026-02-02', [0.5], [True]]
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (tuple, list, np.ndarray)):
        return [to_plain(one, without=without) for one in value]
    if isinstance(value, Mapping):
        return {key: to_plain(one, without=without) for key, one in value.items()}
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.name not in without]
        return {name: to_plain(getattr(value, name), without=without) for name in names}
    raise TypeError(f"{type(value).__name__} is not plain data")


def certificate_to_plain(certificate: Certificate) -> dict[str, Any]:
    """Turn a certificate into plain data."""
    found: dict[str, Any] = to_plain(certificate)
    return found | {"is_unique": certificate.is_unique}


def origin_to_plain(scenario: Scenario, certificate: Certificate, settings: Settings) -> dict[str, Any]:
    """Turn the origin of a number into plain data: the scenario, how it was solved, and how accurate the solution is."""
    return {
        "scenario": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "overrides": list(scenario.overrides),
        "as_of": scenario.as_of.isoformat(),
        "certificate": certificate_to_plain(certificate),
        "settings": {
            "tolerance": settings.tolerance,
            "belief_tolerance": settings.belief_tolerance,
            "belief_points": settings.belief_points,
        },
    }


def targets_to_plain(
    targets: Sequence[Target], labels: Sequence[str], probabilities: Sequence[float] | np.ndarray[Any, Any]
) -> list[dict[str, Any]]:
    """Turn targets into plain data, each with its label and probability."""
    return [
        to_plain(target) | {"label": label, "probability": to_plain(probability)}
        for target, label, probability in zip(targets, labels, probabilities, strict=True)
    ]
