"""The principal branch of a node, traced from rationality 0 by pseudo-arclength continuation.

The solutions (l, L) of H(l, L) = 0 (see `standoff.solve.kernels.node`) form curves. The principal branch is the one that starts
at L = 0, where every type mixes uniformly. It is followed in (l, t), t = L / target, by steps along its tangent, each
corrected by Newton's method on the plane orthogonal to the tangent. Where the curve turns back in L (a **fold**), the
arclength goes on growing, so folds are passed and counted.

A step that is too long may land on another curve. Three things guard against that: the correction must be short against the
step, the tangents at both ends must point nearly the same way, and the determinant of the Jacobian bordered by the tangent,
whose sign is the orientation of the curve, must keep its sign. It changes only at a branch point, where another curve crosses
(two moves that are alike in everything make one), and there between points however close; so a step that is very short and
goes straight on may pass, and is counted with the folds. Where the branch is lost all the same, it is traced again from the
start in finer steps.

References:
    Turocy, T. L. (2005), A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence,
    Games and Economic Behavior 51(2).
    Allgower, E. L. and Georg, K. (2003), Introduction to Numerical Continuation Methods, SIAM.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from standoff.solve.kernels.node import HL, D, G, H, evaluate, newton

__all__ = ["BRANCH_POINT_STEP", "solve_dense", "trace"]

LONGEST_STEPS = (1.0, 0.1, 0.02)  # in one attempt after the other
SHARPEST_TURNS = (0.95, 0.99, 0.999)  # least cosine between the tangents at both ends of a step
LONGEST_CORRECTION = 0.2  # of the length of the step
SMALLEST_STEP = 1e-7
BRANCH_POINT_STEP = 1e-4  # longest step over a branch point
SAME, TURNED_OVER, ANOTHER = range(3)
MAX_STEPS = 4000
CORRECTOR_ITERATIONS = 8
CORRECTOR_TOLERANCE = 1e-9
FINEST_TOLERANCE = 1e-12


@njit(cache=True, nogil=True, error_model="numpy")
def solve_dense(matrix, right):
    """Solve a small dense system in place by Gaussian elimination with partial pivoting.

    Returns:
        The determinant, scaled by a positive number; 0 where the system is singular.
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


@njit(cache=True, nogil=True, error_model="numpy")
def _bordered(target, common, tangent, work, matrix):
    """The matrix [dH/dl, dH/dt; tangent'] from an evaluated workspace."""
    n = common.shape[0]
    for i in range(n):
        for k in range(n):
            matrix[i, k] = work[G, common[k]]
        matrix[i, i] += work[D, common[i]]
        matrix[i, n] = target * work[HL, common[i]]
    for k in range(n + 1):
        matrix[n, k] = tangent[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _correct(belief, target, y, y_hat, tangent, ell, coefficients, allowed, common, work, matrix, right):
    """Newton's method from y on H = 0, tangent'(y - y_hat) = 0; iterations, negative where it failed."""
    n = common.shape[0]
    for iteration in range(1, CORRECTOR_ITERATIONS + 1):
        for i in range(n):
            ell[common[i]] = y[i]
        evaluate(belief, target * y[n], ell, coefficients, allowed, work)
        _bordered(target, common, tangent, work, matrix)
        right[n] = 0.0
        for i in range(n):
            right[i] = -work[H, common[i]]
        for i in range(n + 1):
            right[n] -= tangent[i] * (y[i] - y_hat[i])
        if solve_dense(matrix, right) == 0.0:
            return -iteration
        change = 0.0
        for i in range(n + 1):
            y[i] += right[i]
            change = max(change, abs(right[i]))
        if not np.isfinite(change):
            return -iteration
        if change < CORRECTOR_TOLERANCE:
            return iteration
    return -CORRECTOR_ITERATIONS


@njit(cache=True, nogil=True, error_model="numpy")
def trace(belief, target, ell, coefficients, allowed, tolerance, work):
    """Follow the principal branch to rationality `target`.

    Args:
        belief: Public belief b, inside (0, 1).
        target: Rationality asked for.
        ell: Written with the solution; shape (action,).
        coefficients: Chebyshev coefficients of Q_h(a; .); shape (type, action, coefficient).
        allowed: Shape (action, type).
        tolerance: Largest |H_a| at the solution.
        work: Workspace of `evaluate`; holds the evaluation at the solution on return.

    Returns:
        Evaluations used (negative where the branch was lost) and folds passed.
    """
    evaluations = 0
    folds = 0
    for attempt in range(len(LONGEST_STEPS)):
        tries, folds = _attempt(
            belief, target, ell, coefficients, allowed, tolerance, work, LONGEST_STEPS[attempt], SHARPEST_TURNS[attempt]
        )
        evaluations += abs(tries)
        if tries > 0:
            return evaluations, folds
    return -evaluations, folds


@njit(cache=True, nogil=True, error_model="numpy")
def _attempt(belief, target, ell, coefficients, allowed, tolerance, work, longest_step, sharpest_turn):
    """Follow the branch with the given limits; returns as `trace` does."""
    num_actions = ell.shape[0]
    n = 0
    count1 = 0
    count2 = 0
    for a in range(num_actions):
        count1 += allowed[a, 0]
        count2 += allowed[a, 1]
        if allowed[a, 0] and allowed[a, 1]:
            n += 1
    common = np.empty(n, dtype=np.int64)
    n = 0
    for a in range(num_actions):
        ell[a] = np.log(count1 / count2)
        if allowed[a, 0] and allowed[a, 1]:
            common[n] = a
            n += 1
    y = np.zeros(n + 1)
    for i in range(n):
        y[i] = ell[common[i]]
    tangent = np.zeros(n + 1)
    tangent[n] = 1.0
    y_hat = np.empty(n + 1)
    y_new = np.empty(n + 1)
    new_tangent = np.empty(n + 1)
    matrix = np.empty((n + 1, n + 1))
    right = np.empty(n + 1)
    step = 0.5 * longest_step
    orientation = 0.0
    folds = 0
    evaluations = 0
    for _ in range(MAX_STEPS):
        for i in range(n):
            ell[common[i]] = y[i]
        evaluate(belief, target * y[n], ell, coefficients, allowed, work)
        evaluations += 1
        _bordered(target, common, tangent, work, matrix)
        new_tangent[:] = 0.0
        new_tangent[n] = 1.0
        determinant = solve_dense(matrix, new_tangent)
        if determinant == 0.0:
            return -evaluations, folds
        if orientation == 0.0:
            orientation = determinant
        norm = np.sqrt(np.sum(new_tangent**2))
        for i in range(n + 1):
            new_tangent[i] /= norm
        if new_tangent[n] * tangent[n] < 0.0:
            folds += 1
        tangent[:] = new_tangent
        while True:
            # the last step lands on t = 1 exactly, also backward where a correction went past it
            length = step
            last = y[n] + step * tangent[n] >= 1.0
            if last and abs(tangent[n]) > 1e-12:
                length = (1.0 - y[n]) / tangent[n]
            for i in range(n + 1):
                y_hat[i] = y[i] + length * tangent[i]
                y_new[i] = y_hat[i]
            if last:
                for i in range(n):
                    ell[common[i]] = y_new[i]
                # as far down as rounding lets it go; what counts is the tolerance
                used = abs(newton(belief, target, ell, coefficients, allowed, FINEST_TOLERANCE, work))
                if not evaluate(belief, target, ell, coefficients, allowed, work) <= tolerance:
                    used = -used
                for i in range(n):
                    y_new[i] = ell[common[i]]
                y_new[n] = 1.0
            else:
                used = _correct(
                    belief, target, y_new, y_hat, tangent, ell, coefficients, allowed, common, work, matrix, right
                )
            evaluations += abs(used)
            drift = 0.0
            for i in range(n + 1):
                drift = max(drift, abs(y_new[i] - y_hat[i]))
            if used > 0 and drift <= LONGEST_CORRECTION * abs(length) + 1e-6:
                way = _compare(
                    belief, target, y_new, tangent, ell, coefficients, allowed, common, work, matrix, right,
                    orientation, sharpest_turn,
                )  # fmt: skip
                if way == SAME or (way == TURNED_OVER and abs(length) < BRANCH_POINT_STEP):
                    if way == TURNED_OVER:
                        orientation = -orientation
                        folds += 1
                    break
            step = 0.5 * min(step, abs(length))
            if step < SMALLEST_STEP:
                return -evaluations, folds
        y[:] = y_new
        if last:
            return evaluations, folds
        if used <= 4:
            step = min(longest_step, 1.5 * step)
    return -evaluations, folds


@njit(cache=True, nogil=True, error_model="numpy")
def _compare(
    belief, target, y, tangent, ell, coefficients, allowed, common, work, matrix, right, orientation, sharpest_turn
):  # fmt: skip
    """Whether the curve at y is the same curve going the same way, as far as its tangent and its orientation tell."""
    n = common.shape[0]
    for i in range(n):
        ell[common[i]] = y[i]
    evaluate(belief, target * y[n], ell, coefficients, allowed, work)
    _bordered(target, common, tangent, work, matrix)
    right[:] = 0.0
    right[n] = 1.0
    determinant = solve_dense(matrix, right)
    # the bordered system gives the tangent scaled to unit component along the old one, so its norm is 1/cosine
    if determinant == 0.0 or not np.sqrt(np.sum(right**2)) <= 1.0 / sharpest_turn:
        return ANOTHER
    return SAME if determinant == orientation else TURNED_OVER
