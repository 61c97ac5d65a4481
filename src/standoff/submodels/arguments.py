"""Checks of the arguments of a model; each error names the argument and shows its value."""

from __future__ import annotations

import math

__all__ = ["check_at_least", "check_number", "check_probability"]


def check_number(name: str, value: object) -> float:
    """Return a finite number as a float.

    Args:
        name: Name of the argument, for the error.
        value: The value.

    Returns:
        The value as a float.

    Raises:
        ValueError: The value is not a number, or is NaN or infinite.
    """
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, not `{value!r}`") from None
    if isinstance(value, (bool, str)) or not math.isfinite(result):
        raise ValueError(f"{name} must be a finite number, not `{value!r}`")
    return result


def check_at_least(name: str, value: object, low: float) -> float:
    """Return a finite number that is at least `low` as a float.

    Args:
        name: Name of the argument, for the error.
        value: The value.
        low: The smallest value allowed.

    Returns:
        The value as a float.

    Raises:
        ValueError: The value is not such a number.
    """
    result = check_number(name, value)
    if result < low:
        raise ValueError(f"{name} must be at least {low:g}, not `{value!r}`")
    return result


def check_probability(name: str, value: object) -> float:
    """Return a probability or share as a float.

    Args:
        name: Name of the argument, for the error.
        value: The value.

    Returns:
        The value as a float in [0, 1].

    Raises:
        ValueError: The value is not a number in [0, 1].
    """
    result = check_number(name, value)
    if not 0.0 <= result <= 1.0:
        raise ValueError(f"{name} must lie in [0, 1], not `{value!r}`")
    return result
