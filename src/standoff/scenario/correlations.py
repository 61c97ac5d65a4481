"""Rank correlations of parameters, and the correlation matrix of their copula.

Parameters are drawn through a **Gaussian copula**: normal variables with correlation R are turned into each parameter's own
distribution by its quantiles. Spearman's rank correlation S of the parameters does not depend on their distributions, and

    R = 2 sin(pi S / 6)        for each pair.

R must be positive definite. Pairs that were judged one by one often give a matrix that is not. The nearest positive
definite matrix (in the sum of squared changes of R) is then found by Higham's alternating projections with Dykstra's correction.

References:
    Higham (2002), Computing the nearest correlation matrix: a problem from finance, algorithm 3.3.
    Kruskal (1958), Ordinal measures of association, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from standoff.scenario.schema_parameters import Correlation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "build_rank_matrix",
    "compute_copula_matrix",
    "find_nearest_ranks",
    "find_smallest_eigenvalue",
    "iterate_ranks",
]

SMALLEST_EIGENVALUE = 1e-6
"""A matrix whose smallest eigenvalue is below this is treated as not positive definite."""
DECIMALS = 3
"""Decimals of the ranks that are suggested."""
_STEPS = 1000
_SHRINK = 1e-3


def iterate_ranks(correlation: Correlation) -> Iterator[tuple[str, str, float]]:
    """Yield every pair of an entry with its rank correlation; a matrix must be square, of the size of its parameters."""
    names = correlation.parameters
    for k, second in enumerate(names):
        for j, first in enumerate(names[:k]):
            rank = correlation.rank
            yield first, second, float(rank[k][j] if isinstance(rank, tuple) else rank)


def build_rank_matrix(names: Sequence[str], ranks: Mapping[tuple[str, str], float]) -> Floats:
    """Return the rank correlations of some parameters as a matrix.

    Args:
        names: The parameters.
        ranks: Rank correlation by pair. Pairs of other parameters are ignored; absent pairs are independent.

    Returns:
        Symmetric, with ones on the diagonal; shape (name, name).
    """
    import numpy as np

    index = {name: k for k, name in enumerate(names)}
    found = np.eye(len(names))
    for (first, second), rank in ranks.items():
        if first in index and second in index:
            found[index[first], index[second]] = found[index[second], index[first]] = rank
    return found


def compute_copula_matrix(ranks: Floats) -> Floats:
    """Return the correlations of the normal variables that have given rank correlations.

    Examples:
        >>> import numpy as np
        >>> compute_copula_matrix(np.array([[1.0, 0.5], [0.5, 1.0]])).round(4).tolist()
        [[1.0, 0.5176], [0.5176, 1.0]]
    """
    import numpy as np

    found: Floats = 2.0 * np.sin(np.pi * ranks / 6.0)
    return found


def find_smallest_eigenvalue(ranks: Floats) -> float:
    """Return the smallest eigenvalue of the copula's correlation matrix."""
    import numpy as np

    return float(np.linalg.eigvalsh(compute_copula_matrix(ranks))[0])


def find_nearest_ranks(ranks: Floats) -> Floats:
    """Return the rank correlations nearest to given ones whose copula is positive definite, rounded for people.

    Args:
        ranks: Symmetric, with ones on the diagonal; shape (name, name).

    Returns:
        Shape (name, name); the copula matrix of the rounded ranks is positive definite.

    Examples:
        >>> import numpy as np
        >>> bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
        >>> find_smallest_eigenvalue(bad) < 0 < find_smallest_eigenvalue(find_nearest_ranks(bad))
        True
    """
    import numpy as np

    found = _find_nearest_correlation(compute_copula_matrix(ranks))
    while True:
        rounded: Floats = np.round(6.0 / np.pi * np.arcsin(found / 2.0), DECIMALS)
        np.fill_diagonal(rounded, 1.0)
        if find_smallest_eigenvalue(rounded) > SMALLEST_EIGENVALUE:
            return rounded
        # rounding must keep the matrix positive definite, so move a little towards independence
        found = (1.0 - _SHRINK) * found + _SHRINK * np.eye(len(found))


def _find_nearest_correlation(matrix: Floats) -> Floats:
    """Return the nearest positive semidefinite matrix with ones on its diagonal (Higham's algorithm 3.3)."""
    import numpy as np

    found = matrix.copy()
    correction = np.zeros_like(found)
    for _ in range(_STEPS):
        before = found
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        projected = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = projected - shifted
        found = projected.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() < 1e-10:
            break
    return np.clip(0.5 * (found + found.T), -1.0, 1.0)
