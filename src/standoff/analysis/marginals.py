"""The distribution of one parameter: its quantiles.

F is the distribution function and [a, b] the range. Draws are from the distribution truncated to the range,

    x = F^-1( F(a) + u (F(b) - F(a)) ),    0 < u < 1,

so that every value lies in the range and none piles up at its ends. A parameter with a range alone is uniform on it.
PERT is the beta
distribution on [low, high] with shape parameters 1 + 4 (mode - low) / (high - low) and 1 + 4 (high - mode) / (high - low).

References:
    Malcolm, Roseboom, Clark and Fazar (1959), Application of a technique for research and development program evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from standoff.scenario.schema_parameters import (
    Beta,
    LogNormal,
    LogUniform,
    Normal,
    Parameter,
    Pert,
    Triangular,
    Uniform,
)

__all__ = ["compute_quantiles"]

Floats = NDArray[np.float64]


def compute_quantiles(parameter: Parameter, value: float, shares: Floats) -> Floats:
    """Compute the values of a parameter below which given shares of its draws lie.

    Args:
        parameter: A parameter that is drawn; its distribution is trusted to lie at least partly in its range.
        value: Value in the file, in the unit of the parameter; the mode where the distribution gives none.
        shares: Shares strictly between 0 and 1; any shape.

    Returns:
        Values in the unit of the parameter, within its range and the bounds of its distribution; the same shape.

    Examples:
        >>> from standoff.scenario import Expression
        >>> wide = Parameter(value=Expression.parse(4), range=(0.0, 10.0))
        >>> compute_quantiles(wide, 4.0, np.array([0.25, 0.5])).tolist()
        [2.5, 5.0]
    """
    low, high = parameter.range or (-math.inf, math.inf)
    given = parameter.distribution
    if given is None:
        return low + (high - low) * shares
    if isinstance(given, Normal):
        return _compute_bounded_normal(given.mean, given.sd, low, high, shares)
    if isinstance(given, LogNormal):
        floor = math.log(low) if low > 0 else -math.inf
        found = np.exp(_compute_bounded_normal(math.log(given.median), given.sigma, floor, _log(high), shares))
        return np.clip(found, low, high)
    first = low if given.low is None else given.low
    last = high if given.high is None else given.high
    floor, ceiling = max(low, first), min(high, last)
    if isinstance(given, Uniform):
        return floor + (ceiling - floor) * shares
    if isinstance(given, LogUniform):
        return np.clip(np.exp(_log(floor) + (_log(ceiling) - _log(floor)) * shares), floor, ceiling)
    mode = value
    if isinstance(given, Triangular | Pert) and given.mode is not None:
        mode = given.mode
    width = last - first
    if isinstance(given, Triangular):
        below, inverse = _make_triangular((mode - first) / width)
    else:
        a, b = (given.a, given.b) if isinstance(given, Beta) else _compute_pert_shapes((mode - first) / width)
        below, inverse = _make_beta(a, b)
    start, end = below((floor - first) / width), below((ceiling - first) / width)
    return np.clip(first + width * inverse(start + (end - start) * shares), floor, ceiling)


def _log(number: float) -> float:
    return math.log(number) if math.isfinite(number) else number


def _compute_bounded_normal(mean: float, sd: float, low: float, high: float, shares: Floats) -> Floats:
    """Quantiles of a normal distribution truncated to [low, high], computed on the side with the better precision."""
    start, end = (low - mean) / sd, (high - mean) / sd
    if start > 0:  # far above the mean 1 - F is small and F loses all digits
        return -_compute_bounded_normal(-mean, sd, -high, -low, 1.0 - shares)
    below, above = special.ndtr(start), special.ndtr(end)
    found: Floats = np.clip(mean + sd * special.ndtri(below + (above - below) * shares), low, high)
    return found


def _compute_pert_shapes(mode: float) -> tuple[float, float]:
    return 1.0 + 4.0 * mode, 1.0 + 4.0 * (1.0 - mode)


def _make_beta(a: float, b: float) -> tuple[Callable[[float], float], Callable[[Floats], Floats]]:
    return lambda x: float(special.betainc(a, b, x)), lambda u: special.betaincinv(a, b, u)


def _make_triangular(mode: float) -> tuple[Callable[[float], float], Callable[[Floats], Floats]]:
    """Distribution function and quantiles on [0, 1]."""

    def below(x: float) -> float:
        return x * x / mode if x < mode else 1.0 - (1.0 - x) ** 2 / (1.0 - mode) if mode < 1 else x * x

    def inverse(u: Floats) -> Floats:
        found: Floats = np.where(u < mode, np.sqrt(u * mode), 1.0 - np.sqrt((1.0 - u) * (1.0 - mode)))
        return found

    return below, inverse
