"""Distributions of a count, stored as probabilities on a window of integers.

A missile exchange needs two operations.

**Sum.** The probabilities of a sum of independent counts are the convolution of theirs.

**Thinning.** If X counts targets and each of the first c is killed with probability P, the survivors are

    Y = X - min(X, c) + Bin(min(X, c), 1 - P).

Let a be the first integer of X's window, and X = a + U. The first min(a, c) targets are engaged for every U, so

    Y = (a - min(a, c)) + Bin(min(a, c), 1 - P) + survivors among the U others, of which c - min(a, c) can be engaged,

where the two random terms are independent. The first is a binomial, the second a sum over a small triangle of
binomials of at most as many trials as the window is wide. So a thinning costs the square of the window, not of the
count.

A capacity c + f, with 0 < f < 1, is a lottery: c + 1 with probability f, else c. Every expectation is therefore linear
in the capacity between two integers.

Tails of less than `TAIL` on either side are dropped after each operation, so every probability is exact to about 1e-14.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["TAIL", "CountDistribution", "build_binomial", "build_lottery", "compute_service", "thin"]

FloatArray = NDArray[np.float64]

TAIL = 1e-16
"""Probability that may be dropped from each end of a window at each operation."""


@dataclass(frozen=True, eq=False)
class CountDistribution:
    """Distribution of a count.

    Attributes:
        first: The count that `probabilities[0]` belongs to.
        probabilities: Probability of first, first + 1, ...; shape (window,).
    """

    first: int
    probabilities: FloatArray

    @property
    def values(self) -> FloatArray:
        """The counts of the window, shape (window,)."""
        return np.arange(self.first, self.first + self.probabilities.size, dtype=np.float64)

    @property
    def mass(self) -> float:
        """Sum of the probabilities: 1, or less after a condition has removed some."""
        return float(self.probabilities.sum())

    @property
    def mean(self) -> float:
        """Expectation."""
        return float(self.values @ self.probabilities)

    @property
    def variance(self) -> float:
        """Variance, never below 0."""
        return float((self.values - self.mean) ** 2 @ self.probabilities)

    def find_quantile(self, level: float) -> int:
        """Find the smallest count that is not exceeded with probability `level`.

        Args:
            level: Probability in [0, 1].

        Returns:
            The count.
        """
        index = int(np.searchsorted(np.cumsum(self.probabilities), level - 1e-12))
        return self.first + min(index, self.probabilities.size - 1)

    def __add__(self, other: CountDistribution) -> CountDistribution:
        return _trim(self.first + other.first, np.convolve(self.probabilities, other.probabilities))


@lru_cache(maxsize=4096)
def build_binomial(trials: int, probability: float) -> CountDistribution:
    """Build the binomial distribution.

    Probabilities are products of ratios outwards from the mode, then normalised, which loses no digits to logarithms.

    Args:
        trials: Number of trials, 0 or more.
        probability: Probability of success in each trial, in [0, 1].

    Returns:
        Distribution of the number of successes.

    Examples:
        >>> build_binomial(2, 0.25).probabilities.tolist()
        [0.5625, 0.375, 0.0625]
    """
    if trials == 0 or probability == 0.0:
        return CountDistribution(0, np.ones(1))
    if probability == 1.0:
        return CountDistribution(trials, np.ones(1))
    odds = probability / (1.0 - probability)
    mode = min(trials, int((trials + 1) * probability))
    reach = int(10.0 * math.sqrt(trials * probability * (1.0 - probability))) + 30
    above = np.arange(mode, min(trials, mode + reach), dtype=np.float64)
    below = np.arange(mode, max(0, mode - reach), -1, dtype=np.float64)
    up = np.cumprod((trials - above) / (above + 1.0) * odds)
    down = np.cumprod(below / (trials - below + 1.0) / odds)
    weights = np.concatenate([down[::-1], [1.0], up])
    result = _trim(mode - down.size, weights / weights.sum())
    result.probabilities.flags.writeable = False
    return result


def build_lottery(count: float, probability: float) -> CountDistribution:
    """Build the binomial of a number of trials that need not be whole.

    Args:
        count: Trials, 0 or more; its fraction is the chance of one more trial.
        probability: Probability of success in each trial, in [0, 1].

    Returns:
        Distribution of the number of successes, with mean count * probability.
    """
    floor = int(count)
    extra = (count - floor) * probability
    successes = build_binomial(floor, probability)
    return successes if extra == 0.0 else successes + CountDistribution(0, np.array([1.0 - extra, extra]))


def compute_service(arrivals: CountDistribution, capacity: float) -> FloatArray:
    """Compute the probability that a capacity serves all arrivals.

    Args:
        arrivals: Distribution of the targets that arrive.
        capacity: Targets that can be engaged; a fraction is the probability of one more.

    Returns:
        Probability that every target is engaged, for each count of the window; shape (window,).
    """
    return np.clip(capacity + 1.0 - arrivals.values, 0.0, 1.0)


def thin(arrivals: CountDistribution, capacity: float, kill: float) -> CountDistribution:
    """Kill each of the first `capacity` targets with probability `kill`.

    Args:
        arrivals: Distribution of the targets that arrive.
        capacity: Targets that can be engaged, 0 or more; a fraction is the probability of one more.
        kill: Probability that an engaged target is killed, in [0, 1].

    Returns:
        Distribution of the targets that get through.

    Examples:
        >>> thin(CountDistribution(2, np.ones(1)), capacity=1, kill=0.75).probabilities.tolist()
        [0.75, 0.25]
    """
    floor = int(capacity)
    extra = (capacity - floor) * kill  # probability that one more target is engaged and killed
    weights, first = arrivals.probabilities, arrivals.first
    sure = min(first, floor)
    if first > floor:
        others = np.convolve(weights, [extra, 1.0 - extra])
    else:
        others = _thin_window(weights, floor - first, kill, extra)
    survivors = build_binomial(sure, 1.0 - kill)
    start = first - sure - 1 + survivors.first
    return _trim(start, np.convolve(others, survivors.probabilities))


def _thin_window(weights: FloatArray, capacity: int, kill: float, extra: float) -> FloatArray:
    """Return the survivors among U others, U = 0, 1, ... with `weights`; the result starts at -1, with probability 0."""
    within = weights[: capacity + 1]
    triangle = _build_binomial_rows(1 << (within.size - 1).bit_length(), 1.0 - kill)[: within.size, : within.size]
    result = np.zeros(weights.size + 1)
    result[1 : within.size + 1] = within @ triangle
    if weights.size > within.size:  # more than can be engaged: the capacity is used, and the excess gets through
        excess = np.convolve(np.convolve(weights[capacity + 1 :], triangle[capacity]), [extra, 1.0 - extra])
        result[1 : excess.size + 1] += excess
    return result


@lru_cache(maxsize=16)
def _build_binomial_rows(size: int, probability: float) -> FloatArray:
    """Return the probabilities of k successes in n trials; shape (n, k), both below `size`."""
    rows = np.zeros((size, size))
    rows[0, 0] = 1.0
    for n in range(1, size):
        rows[n, : n + 1] = (1.0 - probability) * rows[n - 1, : n + 1]
        rows[n, 1 : n + 1] += probability * rows[n - 1, :n]
    rows.flags.writeable = False
    return rows


def _trim(first: int, probabilities: FloatArray) -> CountDistribution:
    """Drop less than TAIL from either end, but never the last entry."""
    total = np.cumsum(probabilities)
    start = int(np.searchsorted(total, TAIL))
    behind = int(np.searchsorted(np.cumsum(probabilities[::-1]), TAIL))
    stop = max(probabilities.size - behind, start + 1)
    if start >= probabilities.size:  # nothing is left: the condition is impossible
        return CountDistribution(max(first, 0), np.zeros(1))
    return CountDistribution(first + start, probabilities[start:stop])
