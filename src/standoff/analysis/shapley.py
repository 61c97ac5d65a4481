"""Shapley values of games in which some coalitions do not exist.

References:
    Shapley, L. S. (1953), A value for n-person games, Contributions to the Theory of Games II, 307-317.
    Faigle, U. and Kern, W. (1992), The Shapley value for cooperative games under precedence constraints, International
        Journal of Game Theory 21(3), 249-266.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["compute_shapley_values"]

Floats = NDArray[np.float64]


def compute_shapley_values(worth: Floats, exists: NDArray[np.bool_]) -> Floats:
    """Compute the Shapley value of each member, summed over several games.

    The value of a member is the worth that it adds on joining, averaged over the orders in which all members join one by one. An
    order counts only where every coalition on its way exists.

    Args:
        worth: Worth of each coalition in each game; a coalition is a number whose bits are its members; shape (2 **
            members, game).
        exists: Whether the coalition exists; shape (2 ** members, game).

    Returns:
        The values; shape (member,). Games without any order are left out.

    Examples:
        Two members worth 1 and 2 alone and 5 together:

        >>> compute_shapley_values(np.array([[0.0], [1.0], [2.0], [5.0]]), np.ones((4, 1), dtype=bool))
        array([2., 3.])
    """
    num_members = len(worth).bit_length() - 1
    before, after = exists.astype(np.float64), exists.astype(np.float64)  # orders up to a coalition, and from it on
    for coalition in range(1, len(worth)):
        ways = [before[coalition & ~(1 << k)] for k in range(num_members) if coalition >> k & 1]
        before[coalition] *= np.sum(ways, axis=0)
    for coalition in range(len(worth) - 2, -1, -1):
        ways = [after[coalition | 1 << k] for k in range(num_members) if not coalition >> k & 1]
        after[coalition] *= np.sum(ways, axis=0)
    orders = before[-1]
    share = np.zeros(num_members)
    for coalition in range(len(worth)):
        for k in range(num_members):
            if not coalition >> k & 1:
                joined = coalition | 1 << k
                weight = before[coalition] * after[joined]
                weight = np.divide(weight, orders, out=np.zeros_like(weight), where=orders > 0.0)
                # the worth of a coalition that does not exist has no meaning
                added = np.where(weight > 0.0, worth[joined] - worth[coalition], 0.0)
                share[k] += float(weight @ added)
    return share
