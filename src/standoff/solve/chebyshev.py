"""Functions of a belief, held at Chebyshev-Lobatto points of [0, 1] and interpolated by the polynomial through them.

Points b_k = (1 - cos(k pi / (n-1))) / 2, k = 0..n-1. The interpolant through values f_k at belief b is

    f(b) = sum_k w_k(b) f_k,    w_k(b) = s_k prod_{l != k} (b - b_l),   s_k = 1 / prod_{l != k} (b_k - b_l).

The products are built from both ends, so nothing is divided and a belief that is a point needs no special case.
The weights sum to one and preserve the mean, sum_k w_k(b) b_k = b, so the transpose of interpolation moves probability
mass without moving the expected belief. Weights may be negative.

A value is also written as f = sum_k c_k T_k(2b - 1). The decay of c shows how well it is resolved, and bounds slopes:
by Bernstein's inequality b (1-b) |f'(b)| <= (1/2) sum_k k |c_k|.

References:
    Berrut, J.-P. and Trefethen, L. N. (2004), Barycentric Lagrange interpolation, SIAM Review 46(3), section 2.
    Trefethen, L. N. (2013), Approximation Theory and Approximation Practice, SIAM, chapters 3-7.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "axis_of_points", "clenshaw", "coefficient_matrix", "differentiation_matrix", "interpolation_weights", "points", "weights_at",
]  # fmt: skip

Floats = NDArray[np.float64]


def points(num_points: int) -> Floats:
    """Chebyshev-Lobatto points of [0, 1], ascending; a single point (at 0) stands for an axis that is not there.

    Args:
        num_points: 1, or at least 2.

    Returns:
        Shape (num_points,).

    Examples:
        >>> points(3)
        array([0. , 0.5, 1. ])
    """
    if num_points == 1:
        return np.zeros(1)
    k = np.arange(num_points)
    return np.asarray(np.sin(np.pi * k / (2 * (num_points - 1))) ** 2)


def coefficient_matrix(num_points: int) -> Floats:
    """Matrix M with c = M f, from values at the points to Chebyshev coefficients; shape (num_points, num_points)."""
    if num_points == 1:
        return np.ones((1, 1))
    x = 2 * points(num_points) - 1
    return np.asarray(np.linalg.inv(np.polynomial.chebyshev.chebvander(x, num_points - 1)))


def differentiation_matrix(num_points: int) -> Floats:
    """Matrix D with f' = D f, from values at the points to slopes of the interpolant there; shape (point, point)."""
    if num_points == 1:
        return np.zeros((1, 1))
    x = 2 * points(num_points) - 1
    columns = [
        2.0 * np.polynomial.chebyshev.chebval(x, np.polynomial.chebyshev.chebder(unit)) for unit in np.eye(num_points)
    ]
    return np.ascontiguousarray(np.stack(columns, axis=1) @ coefficient_matrix(num_points))


def interpolation_weights(belief: float, num_points: int) -> Floats:
    """The weights w_k(belief); shape (num_points,)."""
    weights = np.empty(num_points)
    weights_at(belief, axis_of_points(num_points), weights)
    return weights


def axis_of_points(num_points: int) -> Floats:
    """The points b_k and the scales s_k of a belief axis, as kernels take them; shape (2, num_points)."""
    nodes = points(num_points)
    gaps = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(gaps, 1.0)
    return np.stack([nodes, 1.0 / gaps.prod(axis=1)])


@njit(cache=True, nogil=True, error_model="numpy")
def weights_at(belief, axis, weights):
    """Write w_k(belief) into `weights`; `axis` from `axis_of_points`."""
    n = axis.shape[1]
    product = 1.0
    for k in range(n):
        weights[k] = axis[1, k] * product
        product *= belief - axis[0, k]
    product = 1.0
    for k in range(n - 1, -1, -1):
        weights[k] *= product
        product *= belief - axis[0, k]


@njit(cache=True, nogil=True, error_model="numpy")
def clenshaw(coefficients, x):
    """Value and derivative in x of sum_k c_k T_k(x), by Clenshaw's recurrence and its derivative."""
    b1 = 0.0
    b2 = 0.0
    d1 = 0.0
    d2 = 0.0
    for k in range(coefficients.shape[0] - 1, 0, -1):
        d0 = 2.0 * b1 + 2.0 * x * d1 - d2
        b0 = coefficients[k] + 2.0 * x * b1 - b2
        d2 = d1
        d1 = d0
        b2 = b1
        b1 = b0
    value = coefficients[0] + x * b1 - b2
    slope = b1 + x * d1 - d2
    return value, slope
