"""The packages that can be put on the table.

A package sets every issue of the agenda to one level. Its worth to a player type is the sum over the issues. A package is
**efficient** for a pair of types, one of each negotiator, if neither draws a red line against it and no other such
package is worth at least as much to both and more to one. Packages that are efficient for at least one pair of types are
kept. Where there are more than the limit, both ends of the frontier stay (what each side would like best) and, between
them, the packages with the largest Nash product: the product of both sides' gains over no agreement, never below 0,
expected over the types (Nash 1950).
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

__all__ = ["all_packages", "efficient_packages", "most_promising"]

Floats = NDArray[np.float64]


def all_packages(num_levels: list[int]) -> NDArray[np.int32]:
    """Every combination of levels; shape (package, issue)."""
    return np.array(list(itertools.product(*(range(n) for n in num_levels))), dtype=np.int32).reshape(
        -1, len(num_levels)
    )


def efficient_packages(
    worth_a: Floats, worth_b: Floats, allowed_a: NDArray[np.bool_], allowed_b: NDArray[np.bool_]
) -> NDArray[np.bool_]:
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


def most_promising(order: NDArray[np.int64], product: Floats, limit: int) -> NDArray[np.int64]:
    """Keep at most `limit` packages of the frontier: both ends, then those with the largest Nash product.

    Args:
        order: Packages along the frontier, from the worst to the best for the first negotiator.
        product: Product of both sides' gains, by package.
        limit: Most packages kept, at least 1; with a limit of 1 the one with the largest product.

    Returns:
        The packages kept, in the given order.

    Examples:
        >>> most_promising(np.array([3, 0, 1, 2]), np.array([0.2, 0.5, 0.0, 0.1]), 3)
        array([3, 1, 2])
    """
    if len(order) <= limit:
        return order
    best = np.argsort(-product[order], kind="stable")
    places = [0, len(order) - 1][: limit if limit > 1 else 0]
    places += [int(place) for place in best if place not in places]
    return np.asarray(order[np.sort(places[:limit])])
