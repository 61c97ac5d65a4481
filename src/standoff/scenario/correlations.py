"""Rank correlations of parameters, and the matrix that they make.

Parameters are drawn through a **Gaussian copula**: normal variables with correlation R are turned into each parameter's own
distribution by its quantiles. Spearman's rank correlation S of the parameters does not depend on their distributions, and

    R = 2 sin(pi S / 6)        for each pair.

R must be positive definite. Pairs that were judged one by one often make a matrix that is not; then the nearest one that is
(in the sum of squares of the changes of R) is found by Higham's alternating projections with Dykstra's correction.

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

__all__ = ["copula_matrix", "nearest_ranks", "rank_matrix", "ranks_of", "smallest_eigenvalue"]

SMALLEST_EIGENVALUE = 1e-6
"""A matrix whose smallest eigenvalue is below this counts as not positive definite."""
DECIMALS = 3
"""Of the ranks that are offered in the place of those that make no matrix."""
_STEPS = 1000
_SHRINK = 1e-3


def ranks_of(correlation: Correlation) -> Iterator[tuple[str, str, float]]:
    """Yield every pair of an entry with its rank correlation; a matrix must be square, of the size of its parameters."""
    names = correlation.parameters
    for k, second in enumerate(names):
        for j, first in enumerate(names[:k]):
            rank = correlation.rank
            yield first, second, float(rank[k][j] if isinstance(rank, tuple) else rank)


def rank_matrix(names: Sequence[str], ranks: Mapping[tuple[str, str], float]) -> Floats:
    """The rank correlations of some parameters as a matrix.

    Args:
        names: The parameters.
        ranks: Rank correlation by pair; pairs of other parameters are left out, pairs that are absent are independent.

    Returns:
        Symmetric, with ones on the diagonal; shape (name, name).
    """
    import numpy as np

    place = {name: k for k, name in enumerate(names)}
    found = np.eye(len(names))
    for (first, second), rank in ranks.items():
        if first in place and second in place:
            found[place[first], place[second]] = found[place[second], place[first]] = rank
    return found


def copula_matrix(ranks: Floats) -> Floats:
    """Correlations of the normal variables behind given rank correlations.

    Examples:
        >>> import numpy as np
        >>> copula_matrix(np.array([[1.0, 0.5], [0.5, 1.0]])).round(4).tolist()
        [[1.0, 0.5176], [0.5176, 1.0]]
    """
    import numpy as np

    found: Floats = 2.0 * np.sin(np.pi * ranks / 6.0)
    return found


def smallest_eigenvalue(ranks: Floats) -> float:
    """The smallest eigenvalue of the copula's matrix."""
    import numpy as np

    return float(np.linalg.eigvalsh(copula_matrix(ranks))[0])


def nearest_ranks(ranks: Floats) -> Floats:
    """The rank correlations nearest to given ones that make a positive definite matrix, rounded for people.

    Args:
        ranks: Symmetric, with ones on the diagonal; shape (name, name).

    Returns:
        Of the same shape; its copula matrix is positive definite also as rounded.

    Examples:
        >>> import numpy as np
        >>> bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
        >>> smallest_eigenvalue(bad) < 0 < smallest_eigenvalue(nearest_ranks(bad))
        True
    """
    import numpy as np

    found = _nearest_correlation(copula_matrix(ranks))
    while True:
        rounded: Floats = np.round(6.0 / np.pi * np.arcsin(found / 2.0), DECIMALS)
        np.fill_diagonal(rounded, 1.0)
        if smallest_eigenvalue(rounded) > SMALLEST_EIGENVALUE:
            return rounded
        # rounding must not undo it, so move a little towards independence
        found = (1.0 - _SHRINK) * found + _SHRINK * np.eye(len(found))


def _nearest_correlation(matrix: Floats) -> Floats:
    """Higham's algorithm 3.3: the nearest positive semidefinite matrix with ones on its diagonal."""
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
