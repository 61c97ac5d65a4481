"""The Pareto frontier of packages, and the solutions of Nash, of Kalai and Smorodinsky, and of equal gains.

Every package k is worth u_k = (u_k1, .., u_kn) to the n sides, and no agreement is worth d. With gains g_k = u_k - d:

    Pareto frontier      no other package is worth at least as much to every side and more to one
    rational             g_k >= 0 for every side; b_i = max of g_ki over rational packages is side i's ideal gain
    Nash                 largest product of gains over rational packages
    Kalai-Smorodinsky    largest min_i g_ki / b_i: each side gets the same share of its ideal gain, as nearly as possible
    egalitarian          largest min_i g_ki: each side gains as much as the other, as nearly as possible

Ties are broken by the larger gain of the side that does better, and then by the order of the packages. Each discrete
solution is one package. Two sides that may agree on a **lottery** between packages can reach every point of the convex
hull; there the frontier is a chain of straight pieces, each point of it a lottery between two packages, and the three
solutions are found in closed form on the pieces. The egalitarian solution compares the payoffs of the two sides, unlike the
other two: it alone changes when the payoffs of one side are multiplied by a constant.

References:
    Nash, J. F. (1950), The bargaining problem, Econometrica 18(2), 155-162.
    Kalai, E. and Smorodinsky, M. (1975), Other solutions to Nash's bargaining problem, Econometrica 43(3), 513-518.
    Kalai, E. (1977), Proportional solutions to bargaining situations, Econometrica 45(7), 1623-1630.
    Kung, H. T., Luccio, F. and Preparata, F. P. (1975), On finding the maxima of a set of vectors, JACM 22(4), 469-476.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Lottery",
    "LotteryPoints",
    "SolutionPoints",
    "find_concave_frontier",
    "find_lottery_points",
    "find_pareto_frontier",
    "find_solution_points",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SolutionPoints:
    """One package for each solution, as an index; None for all where no package is rational.

    Attributes:
        nash: Largest product of gains.
        kalai_smorodinsky: Most equal shares of the ideal gains.
        egalitarian: Most equal gains.
    """

    nash: int | None
    kalai_smorodinsky: int | None
    egalitarian: int | None


@dataclass(frozen=True)
class Lottery:
    """A lottery with probability `weight` of the second package and `1 - weight` of the first.

    Attributes:
        packages: Indices of the two packages; equal where one package is certain.
        weight: Probability of the second package, in [0, 1].
        payoffs: Expected payoff of both sides.
    """

    packages: tuple[int, int]
    weight: float
    payoffs: tuple[float, float]


@dataclass(frozen=True)
class LotteryPoints:
    """One lottery for each solution; None for all where no lottery is rational."""

    nash: Lottery | None
    kalai_smorodinsky: Lottery | None
    egalitarian: Lottery | None


def find_pareto_frontier(payoffs: ArrayLike) -> Ints:
    """Find the packages that no other package dominates; with two sides in O(n log n).

    Args:
        payoffs: Worth of every package to every side; shape (package, side), finite.

    Returns:
        Indices, from the worst to the best for the first side; packages with equal worth to all sides are all kept, in order.

    Raises:
        ValueError: The payoffs are not a finite table with at least one side.

    Examples:
        >>> find_pareto_frontier([[0.0, 1.0], [0.6, 0.6], [0.5, 0.5], [1.0, 0.0]])
        array([0, 1, 3])
    """
    worth = _check_table(payoffs)
    if worth.shape[1] == 2:
        found = _find_two_sided(worth[:, 0], worth[:, 1])
    else:
        found = _find_many_sided(worth)
    found = np.sort(found)
    return found[np.argsort(worth[found, 0], kind="stable")]


def _check_table(payoffs: ArrayLike) -> Floats:
    """Check that payoffs are a finite table."""
    worth = np.asarray(payoffs, dtype=np.float64)
    if worth.ndim != 2 or not worth.shape[1]:
        raise ValueError(f"payoffs must have the shape (package, side), not {worth.shape!r}")
    if not np.isfinite(worth).all():
        raise ValueError("payoffs must be finite numbers")
    return worth


def _find_two_sided(first: Floats, second: Floats) -> Ints:
    """Indices of the packages on the frontier of two sides, in any order."""
    if not len(first):
        return np.zeros(0, dtype=np.int64)
    # drop at once what the package with the largest sum dominates: of a cloud of packages this leaves little to sort
    best = int(np.argmax(first + second))
    kept = np.flatnonzero((first >= first[best]) | (second >= second[best]))
    order = kept[np.argsort(-first[kept])]
    u, v = first[order], second[order]
    # packages of equal worth to the first side stand together; the best of them for the second side must exceed all before
    starts = np.flatnonzero(np.concatenate([[True], u[1:] != u[:-1]]))
    tops = np.maximum.reduceat(v, starts)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(tops)[:-1]])
    lengths = np.diff(np.append(starts, len(u)))
    return np.asarray(order[(v == np.repeat(tops, lengths)) & np.repeat(tops > before, lengths)])


def _find_many_sided(worth: Floats) -> Ints:
    """Indices of the packages on the frontier of any number of sides, by descending sum: no package is dominated by
    a later one."""
    remaining = np.argsort(-worth.sum(axis=1), kind="stable")
    found: list[int] = []
    while len(remaining):
        leader = int(remaining[0])
        # sums of floats may tie or misorder packages that differ in the last digit, so the leader is checked, too
        rest = worth[remaining]
        beats = (rest >= worth[leader]).all(axis=1) & (rest > worth[leader]).any(axis=1)
        if beats.any():
            leader = int(remaining[np.flatnonzero(beats)[0]])
            remaining = np.concatenate([[leader], remaining[remaining != leader]])
            continue
        found.append(leader)
        worse = (rest <= worth[leader]).all(axis=1) & (rest < worth[leader]).any(axis=1)
        worse |= remaining == leader
        remaining = remaining[~worse]
    return np.array(found, dtype=np.int64)


def find_solution_points(payoffs: ArrayLike, disagreement: ArrayLike) -> SolutionPoints:
    """Find the packages of the solutions of Nash, of Kalai and Smorodinsky, and of equal gains.

    Args:
        payoffs: Worth of every package to every side; shape (package, side), finite.
        disagreement: Value of no agreement; shape (side,), finite.

    Returns:
        One package for each solution; None where no package gives every side at least the value of no agreement.

    Raises:
        ValueError: The shapes do not fit each other, or a number is not finite.

    Examples:
        Split 10 dollars between two, where the second side has 4 without agreement:

        >>> split = [[k, 10 - k] for k in range(11)]
        >>> find_solution_points(split, [0, 4])
        SolutionPoints(nash=3, kalai_smorodinsky=3, egalitarian=3)
    """
    worth = _check_table(payoffs)
    point = np.asarray(disagreement, dtype=np.float64)
    if point.shape != worth.shape[1:] or not np.isfinite(point).all():
        raise ValueError(
            f"disagreement must be {worth.shape[1]} finite numbers, one for each side, not {disagreement!r}"
        )
    # a package that dominates a rational package is rational, too, so the frontier is enough
    frontier = np.sort(find_pareto_frontier(worth))
    gains = worth[frontier] - point
    is_rational = (gains >= 0.0).all(axis=1)
    rational, gains = frontier[is_rational], gains[is_rational]
    if not len(rational):
        return SolutionPoints(None, None, None)
    ideal = gains.max(axis=0)
    shares = gains / np.where(ideal > 0.0, ideal, 1.0)
    # a side that cannot gain gets its full share
    shares[:, ideal <= 0.0] = 1.0
    return SolutionPoints(
        int(rational[_find_largest(shares.prod(axis=1), shares.sum(axis=1))]),
        int(rational[_find_largest(shares.min(axis=1), shares.max(axis=1))]),
        int(rational[_find_largest(gains.min(axis=1), gains.max(axis=1))]),
    )


def _find_largest(score: Floats, tie_breaker: Floats) -> int:
    """Index of the largest score; among ties up to rounding the one with the largest tie-breaker, then the first."""
    top = score.max()
    near = np.flatnonzero(score >= top - 1e-12 * max(abs(top), 1.0))
    return int(near[np.argmax(tie_breaker[near])])


def find_concave_frontier(payoffs: ArrayLike) -> Ints:
    """Find the corners of the frontier that two sides can reach by lotteries between packages.

    Args:
        payoffs: Shape (package, 2), finite.

    Returns:
        Indices of packages, from the worst to the best for the first side. Between two neighbours the frontier is straight.

    Raises:
        ValueError: There are not two sides, or a number is not finite.

    Examples:
        The second package is better for both than some lottery between the others, the third is not:

        >>> find_concave_frontier([[0.0, 1.0], [0.6, 0.6], [0.75, 0.3], [1.0, 0.0]])
        array([0, 1, 3])
    """
    worth = _check_table(payoffs)
    if worth.shape[1] != 2:
        raise ValueError(f"lotteries are computed for 2 sides, not {worth.shape[1]}")
    corners = find_pareto_frontier(worth)
    if not len(corners):
        return corners
    points = worth[corners]
    corners = corners[np.concatenate([[True], (np.diff(points, axis=0) != 0.0).any(axis=1)])]
    points = worth[corners]
    size = float(np.ptp(points, axis=0).max(initial=0.0))
    kept = [0, len(corners) - 1]
    pending = [(0, len(corners) - 1)]
    while pending:
        left, right = pending.pop()
        if right - left < 2:
            continue
        along = points[right] - points[left]
        offsets = points[left + 1 : right] - points[left]
        height = along[0] * offsets[:, 1] - along[1] * offsets[:, 0]  # above the chord where positive
        highest = int(np.argmax(height))
        if height[highest] > 1e-14 * size * size:
            middle = left + 1 + highest
            kept.append(middle)
            pending += [(left, middle), (middle, right)]
    return np.asarray(corners[sorted(set(kept))])


def find_lottery_points(payoffs: ArrayLike, disagreement: ArrayLike) -> LotteryPoints:
    """Find the three solutions where two sides may agree on lotteries between packages.

    Args:
        payoffs: Shape (package, 2), finite.
        disagreement: Value of no agreement to each side; finite.

    Returns:
        The lotteries; None where no lottery gives both sides at least the value of no agreement.

    Raises:
        ValueError: There are not two sides, or a number is not finite.

    Examples:
        All or nothing for either side: a coin decides.

        >>> found = find_lottery_points([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
        >>> found.nash
        Lottery(packages=(1, 0), weight=0.5, payoffs=(0.5, 0.5))
    """
    worth = _check_table(payoffs)
    corners = find_concave_frontier(worth)
    point = np.asarray(disagreement, dtype=np.float64)
    if point.shape != (2,) or not np.isfinite(point).all():
        raise ValueError(f"disagreement must be 2 finite numbers, not {disagreement!r}")
    chain = _cut_to_rational(worth[corners] - point)
    if not len(chain):
        return LotteryPoints(None, None, None)
    ideal = np.array([chain[-1][0], chain[0][1]])
    scale = np.where(ideal > 0.0, ideal, 1.0)

    def make_lottery(gain: Floats) -> Lottery:
        return _make_lottery(worth, corners, gain + point)

    return LotteryPoints(
        make_lottery(_find_nash(chain)),
        make_lottery(_find_equal(chain, scale)),
        make_lottery(_find_equal(chain, np.ones(2))),
    )


def _cut_to_rational(gains: Floats) -> Floats:
    """The chain of points, cut where either gain falls below 0; shape (point, 2), the first gain ascending."""
    pieces: list[Floats] = []
    if len(gains) == 1:
        return gains if (gains >= 0.0).all() else np.zeros((0, 2))
    for left, right in pairwise(gains):
        low, high = 0.0, 1.0
        along = right - left
        if left[0] < 0.0:
            low = -left[0] / along[0] if along[0] > 0.0 else np.inf
        if right[1] < 0.0:
            high = left[1] / -along[1] if along[1] < 0.0 else -np.inf
        if low <= high and low <= 1.0 and high >= 0.0:
            pieces += [left + low * along, left + high * along]
    if not pieces:
        return np.zeros((0, 2))
    chain = np.maximum(np.array(pieces), 0.0)
    return np.asarray(chain[np.concatenate([[True], (np.diff(chain, axis=0) != 0.0).any(axis=1)])])


def _find_nash(chain: Floats) -> Floats:
    """The point of a chain with the largest product, which is quadratic in the position on a straight piece."""
    best, product = chain[0], chain[0].prod()
    for left, right in pairwise(chain):
        along = right - left
        curvature = 2.0 * along[0] * along[1]
        slope = left[0] * along[1] + left[1] * along[0]
        way = float(np.clip(-slope / curvature, 0.0, 1.0)) if curvature < 0.0 else 1.0
        for candidate in (left + way * along, right):
            if candidate.prod() > product:
                best, product = candidate, candidate.prod()
    return np.asarray(best)


def _find_equal(chain: Floats, scale: Floats) -> Floats:
    """The point of a chain with equal scaled gains, or the nearer end where there is none."""
    ahead = (chain / scale) @ np.array([1.0, -1.0])  # rises along the chain
    if ahead[0] >= 0.0:
        return np.asarray(chain[0])
    if ahead[-1] <= 0.0:
        return np.asarray(chain[-1])
    k = int(np.searchsorted(ahead, 0.0))
    way = -ahead[k - 1] / (ahead[k] - ahead[k - 1])
    return np.asarray(chain[k - 1] + way * (chain[k] - chain[k - 1]))


def _make_lottery(worth: Floats, corners: Ints, payoffs: Floats) -> Lottery:
    """The lottery between two neighbouring packages that gives a point of the frontier."""
    first = worth[corners, 0]
    k = int(np.clip(np.searchsorted(first, payoffs[0]), 1, max(len(corners) - 1, 1)))
    if len(corners) == 1:
        return Lottery((int(corners[0]), int(corners[0])), 0.0, (float(payoffs[0]), float(payoffs[1])))
    left, right = int(corners[k - 1]), int(corners[k])
    weight = float(np.clip((payoffs[0] - worth[left, 0]) / (worth[right, 0] - worth[left, 0]), 0.0, 1.0))
    if weight in (0.0, 1.0):
        left = right = right if weight else left
        weight = 0.0
    return Lottery((left, right), weight, (float(payoffs[0]), float(payoffs[1])))
