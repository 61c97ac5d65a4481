"""The packages that can be put on the table.

A package sets every issue of the agenda to one level. Its worth to a player type is the sum over the issues. A package is
**efficient** for a pair of types, one of each negotiator, if neither draws a red line against it and no other such
package is worth at least as much to both and more to one. Packages that are efficient for at least one pair of types are
kept. Where there are more than the limit, those kept are spread evenly along the frontier, in the order of what they are
worth to the first negotiator, both ends included.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

__all__ = ["all_packages", "efficient_packages", "spread"]

Floats = NDArray[np.float64]


def all_packages(num_levels: list[int]) -> NDArray[np.int32]:
    """Every combination of levels; shape (package, issue)."""
    return np.array(list(itertools.product(*(range(n) for n in num_levels))), dtype=np.int32).reshape(
        -1, len(num_levels)
    )


def efficient_packages(worth_a: Floats, worth_b: Floats, allowed_a: NDArray[np.bool_], allowed_b: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each package is efficient for at least one pair of types.

    Args:
        worth_a: Worth to each type of the first negotiator; shape (type, package).
        worth_b: The same for the second.
        allowed_a: False where a red line of the type forbids the package; shape (type, package).
        allowed_b: The same for the second.

    Returns:
        Shape (package,).

    Examples:
        Two packages of which the second is worse for both:

        >>> efficient_packages(np.array([[1.0, 0.5]]), np.array([[0.2, 0.1]]), np.ones((1, 2), bool), np.ones((1, 2), bool))
        array([ True, False])
    """
    kept = np.zeros(worth_a.shape[1], dtype=np.bool_)
    for a, b in itertools.product(range(len(worth_a)), range(len(worth_b))):
        possible = np.flatnonzero(allowed_a[a] & allowed_b[b])
        u, v = worth_a[a][possible], worth_b[b][possible]
        at_least = (u[None, :] >= u[:, None] - 1e-12) & (v[None, :] >= v[:, None] - 1e-12)
        better = (u[None, :] > u[:, None] + 1e-12) | (v[None, :] > v[:, None] + 1e-12)
        kept[possible[~np.any(at_least & better, axis=1)]] = True
    return kept


def spread(order: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """At most `limit` items of a list, evenly spread and with both ends (the last one alone if the limit is 1).

    Examples:
        >>> spread(np.array([10, 11, 12, 13, 14]), 3)
        array([10, 12, 14])
    """
    if len(order) <= limit:
        return order
    if limit == 1:
        return order[-1:]
    return order[np.round(np.linspace(0, len(order) - 1, limit)).astype(np.int64)]
