"""Results as plain data, for JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Collection
from typing import Any

import numpy as np

__all__ = ["plain"]


def plain(value: Any, *, without: Collection[str] = ()) -> Any:
    """A result as dicts, lists, numbers and texts.

    Args:
        value: A dataclass, array, date, tuple, list, number or text. Attributes of dataclasses become keys; what is not a
            number becomes None, because JSON has no such thing.
        without: Attributes to leave out, in every dataclass.

    Raises:
        TypeError: It holds something else.

    Examples:
        >>> plain((1.5, math.nan, dt.date(2026, 2, 2), np.array([0.5])))
        [1.5, None, '2026-02-02', [0.5]]
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (tuple, list, np.ndarray)):
        return [plain(one, without=without) for one in value]
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.name not in without]
        return {name: plain(getattr(value, name), without=without) for name in names}
    raise TypeError(f"{type(value).__name__} is not plain data")
