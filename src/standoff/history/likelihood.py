"""Maximise a likelihood in one parameter over an interval, with the standard error from its curvature.

The parameter is positive and searched in its logarithm. A grid finds every interior peak wider than its spacing, golden
sections locate each peak, and the highest one is the estimate. The standard error is
(-d2 log-likelihood / d parameter^2)^(-1/2), the observed information, by central differences.

References:
    Kiefer, J. (1953), Sequential minimax search for a maximum, Proceedings of the AMS 4.
    Efron, B. and Hinkley, D. V. (1978), Assessing the accuracy of the maximum likelihood estimator: observed versus
    expected Fisher information, Biometrika 65(3).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from standoff.errors import SolveError

__all__ = ["Estimate", "maximise"]

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_WIDTH = 1e-9
_STEP = 1e-2


@dataclass(frozen=True)
class Estimate:
    """A maximum-likelihood estimate of one positive parameter.

    Attributes:
        value: The estimate.
        standard_error: From the curvature of the log-likelihood at the estimate, in the parameter's own unit.
        log_likelihood: Log-likelihood at the estimate, without constants that do not depend on the parameter.
        num_observations: Number of choices.
    """

    value: float
    standard_error: float
    log_likelihood: float
    num_observations: float

    @property
    def log_value(self) -> float:
        """Natural logarithm of the estimate."""
        return math.log(self.value)

    @property
    def log_standard_error(self) -> float:
        """Standard error of the logarithm (delta method)."""
        return self.standard_error / self.value

    @property
    def akaike(self) -> float:
        """Akaike's information criterion with one parameter."""
        return 2.0 - 2.0 * self.log_likelihood


def maximise(
    log_likelihood: Callable[[float], float],
    low: float,
    high: float,
    *,
    num_observations: float,
    name: str,
    grid_points: int = 41,
) -> Estimate:
    """Find the parameter that maximises the likelihood of the observations.

    Args:
        log_likelihood: Log-likelihood as a function of the parameter; -inf if the observations are impossible.
        low: Lower end of the interval, positive.
        high: Upper end of the interval.
        num_observations: Number of choices, for the record.
        name: Name of the parameter, for errors.
        grid_points: Number of points of the first search, evenly spaced in the logarithm.

    Returns:
        The estimate.

    Raises:
        SolveError: The likelihood is largest at an end of the interval, or is flat: the observations do not identify the
            parameter.
    """
    span = math.log(high / low)
    grid = [math.log(low) + span * k / (grid_points - 1) for k in range(grid_points)]
    found = [log_likelihood(math.exp(point)) for point in grid]
    top = max(found)
    if not math.isfinite(top):
        raise SolveError(f"the observations are impossible for every {name} from {low:g} to {high:g}")
    peaks_at = [
        k for k in range(1, grid_points - 1) if found[k] >= found[k - 1] and found[k] >= found[k + 1] > -math.inf
    ]
    peaks = [_find_peak(log_likelihood, grid[k - 1], grid[k + 1]) for k in peaks_at]
    best, at_best = max(peaks, key=lambda peak: peak[1], default=(grid[0], -math.inf))
    if max(found[0], found[-1]) >= at_best:
        end = low if found[0] >= found[-1] else high
        raise SolveError(
            f"the likelihood of the observations is largest at the end of the range, {name} = {end:g}: "
            f"the observations do not bound it on that side"
        )
    curvature = _compute_curvature(log_likelihood, best)
    if not curvature < -1e-6:
        raise SolveError(f"the likelihood is flat at {name} = {math.exp(best):g}: the observations do not identify it")
    value = math.exp(best)
    # at a maximum the second derivative in the logarithm is the parameter squared times that in the parameter
    return Estimate(value, value / math.sqrt(-curvature), at_best, num_observations)


def _compute_curvature(function: Callable[[float], float], point: float) -> float:
    """Compute the second derivative in the logarithm by central differences of fourth order."""
    at = [function(math.exp(point + k * _STEP)) for k in (-2, -1, 0, 1, 2)]
    return (-at[0] + 16.0 * at[1] - 30.0 * at[2] + 16.0 * at[3] - at[4]) / (12.0 * _STEP**2)


def _find_peak(function: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """Find the position and height of a peak between two points by golden sections."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(math.exp(left)), function(math.exp(right))
    while high - low > _WIDTH:
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(math.exp(left))
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(math.exp(right))
    return (left, at_left) if at_left >= at_right else (right, at_right)
