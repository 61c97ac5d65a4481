"""Small dense linear systems."""

from __future__ import annotations

from standoff.solve.kernels.vectors import kernel

__all__ = ["solve_dense"]


@kernel
def solve_dense(matrix, right):
    """Solve a small dense system in place by Gaussian elimination with partial pivoting.

    Returns:
        The sign of the determinant; 0 where the system is singular.
    """
    n = right.shape[0]
    determinant = 1.0
    for col in range(n):
        pivot = col
        for row in range(col + 1, n):
            if abs(matrix[row, col]) > abs(matrix[pivot, col]):
                pivot = row
        if not abs(matrix[pivot, col]) >= 1e-300:
            return 0.0
        determinant = 1.0 if (determinant > 0.0) == (matrix[pivot, col] > 0.0) else -1.0
        if pivot != col:
            determinant = -determinant
            for k in range(n):
                matrix[col, k], matrix[pivot, k] = matrix[pivot, k], matrix[col, k]
            right[col], right[pivot] = right[pivot], right[col]
        for row in range(col + 1, n):
            factor = matrix[row, col] / matrix[col, col]
            for k in range(col, n):
                matrix[row, k] -= factor * matrix[col, k]
            right[row] -= factor * right[col]
    for row in range(n - 1, -1, -1):
        total = right[row]
        for k in range(row + 1, n):
            total -= matrix[row, k] * right[k]
        right[row] = total / matrix[row, row]
    return determinant
