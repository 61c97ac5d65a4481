"""Checks of a model's arguments, each naming the argument and showing the value that it refuses."""

from __future__ import annotations

import math

__all__ = ["at_least", "number", "share"]


def number(name: str, value: object) -> float:
    """Read a finite number.

    Args:
        name: What the caller calls it.
        value: What was given.

    Returns:
        The value as a float.

    Raises:
        ValueError: It is not a number, or NaN, or infinite.
    """
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, not `{value!r}`") from None
    if isinstance(value, (bool, str)) or not math.isfinite(result):
        raise ValueError(f"{name} must be a finite number, not `{value!r}`")
    return result


def at_least(name: str, value: object, low: float) -> float:
    """Read a finite number that is not below `low`.

    Args:
        name: What the caller calls it.
        value: What was given.
        low: The smallest value allowed.

    Returns:
        The value as a float.

    Raises:
        ValueError: It is not such a number.
    """
    result = number(name, value)
    if result < low:
        raise ValueError(f"{name} must be at least {low:g}, not `{value!r}`")
    return result


def share(name: str, value: object) -> float:
    """Read a probability or a share.

    Args:
        name: What the caller calls it.
        value: What was given.

    Returns:
        The value as a float in [0, 1].

    Raises:
        ValueError: It lies outside [0, 1] or is no number.
    """
    result = number(name, value)
    if not 0.0 <= result <= 1.0:
        raise ValueError(f"{name} must lie in [0, 1], not `{value!r}`")
    return result
