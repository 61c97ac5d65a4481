"""The principal branch of a decision, traced from rationality 0 by pseudo-arclength continuation.

The solutions (y, t) of a system F(y, t) = 0, where t is the rationality as a fraction of the one asked for, form curves. The
principal branch is the one that starts at t = 0, where every type mixes uniformly. It is followed by steps along its tangent,
each corrected by Newton's method on the plane orthogonal to the tangent. Where the curve turns back in t (a **fold**), the
arclength still grows, so folds are passed and counted.

A step that is too long may land on another curve. Three conditions guard against that: the correction is short compared with
the step, the tangents at both ends point nearly the same way, and the determinant of the Jacobian bordered by the tangent,
whose sign is the orientation of the curve, keeps its sign. The orientation changes only at a branch point, where another curve
crosses (two actions that are alike in everything make one), and there between points however close. So a very short and
straight step may change it, and is counted with the folds. Where the branch is lost all the same, it is traced again from the
start in finer steps.

One routine traces a decision with one mover (`node`), whose unknowns are log likelihood ratios, and one with two movers
(`simultaneous_node`), whose unknowns are logarithms of strategies. Its functions take both kinds, one of which is None, and
the compiler removes the code of that one.

References:
    Turocy, T. L. (2005), A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence,
    Games and Economic Behavior 51(2).
    Allgower, E. L. and Georg, K. (2003), Introduction to Numerical Continuation Methods, SIAM.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.kernels.dense import solve_dense
from standoff.solve.kernels.node import TracedNode, correct_node, linearise_node
from standoff.solve.kernels.simultaneous_node import correct_joint, linearise_joint
from standoff.solve.kernels.vectors import kernel

__all__ = ["trace_joint", "trace_node"]

LONGEST_STEPS = (1.0, 0.1, 0.02)  # in the first, second and third attempt
SMALLEST_COSINES = (0.95, 0.99, 0.999)  # between the tangents at both ends of a step
LONGEST_CORRECTION = 0.2  # as a fraction of the length of the step
BRANCH_POINT_STEP = 1e-4  # longest step over a branch point
SMALLEST_STEP = 1e-7  # of a decision with one mover
SMALLEST_JOINT_STEP = 1e-9  # of a decision with two movers
MAX_STEPS = 5000
CORRECTOR_ITERATIONS = 8
CORRECTOR_TOLERANCE = 1e-9
FEW_ITERATIONS = 4  # after which the next step may be longer


@kernel
def trace_node(belief, rationality, ell, coefficients, allowed, tolerance, work):
    """Follow the principal branch of a decision with one mover from rationality 0.

    Args:
        belief: Public belief b, inside (0, 1).
        rationality: L asked for.
        ell: Written with the solution; shape (action,).
        coefficients: Chebyshev coefficients of Q_h(a; .); shape (type, action, coefficient).
        allowed: Shape (action, type).
        tolerance: Largest |H_a| at the solution.
        work: Workspace of `node.evaluate`; holds the evaluation at the solution on return.

    Returns:
        Evaluations used (negative where the branch was lost) and folds passed.
    """
    count1 = 0
    count2 = 0
    num_common = 0
    common = np.empty(ell.shape[0], dtype=np.int64)
    for a in range(ell.shape[0]):
        count1 += allowed[a, 0]
        count2 += allowed[a, 1]
        if allowed[a, 0] and allowed[a, 1]:
            common[num_common] = a
            num_common += 1
    # at rationality 0 every type mixes uniformly over its actions
    for a in range(ell.shape[0]):
        ell[a] = np.log(count1 / count2)
    y = np.empty(num_common)
    for k in range(num_common):
        y[k] = ell[common[k]]
    node = TracedNode(belief, rationality, ell, coefficients, allowed, common[:num_common], work)
    return _trace_branch(node, None, y, tolerance, SMALLEST_STEP)


@kernel
def trace_joint(node, y, tolerance):
    """Follow the principal branch of a decision with two movers from t = 0 to t = 1.

    Args:
        node: The decision.
        y: Written with the solution; shape (unknown,).
        tolerance: Largest |F| at the solution.

    Returns:
        Evaluations used (negative where the branch was lost) and folds passed.
    """
    # at t = 0 every type mixes uniformly over its actions
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            count = 0
            for a in range(node.counts[m]):
                count += node.allowed[m, h, a]
            for _ in range(count):
                y[here] = -np.log(count)
                here += 1
    return _trace_branch(None, node, y, tolerance, SMALLEST_JOINT_STEP)


@kernel
def _trace_branch(single, joint, y, tolerance, smallest_step):
    """Follow the principal branch from t = 0, where its solution is y on entry, to t = 1.

    Returns:
        Evaluations used (negative where the branch was lost) and folds passed.
    """
    size = y.shape[0]
    start = np.empty(size)
    for k in range(size):
        start[k] = y[k]
    evaluations = 0
    folds = 0
    for attempt in range(len(LONGEST_STEPS)):
        for k in range(size):
            y[k] = start[k]
        used, folds = _attempt(
            single, joint, y, tolerance, smallest_step, LONGEST_STEPS[attempt], SMALLEST_COSINES[attempt]
        )
        evaluations += abs(used)
        if used > 0:
            return evaluations, folds
    return -evaluations, folds


@kernel
def _attempt(single, joint, y, tolerance, smallest_step, longest_step, smallest_cosine):
    """Follow the branch with the given limits; returns as `_trace_branch` does."""
    size = y.shape[0]
    f = np.empty(size)
    matrix = np.empty((size + 1, size + 1))
    right = np.empty(size + 1)
    point, ahead, trial = np.zeros(size + 1), np.empty(size + 1), np.empty(size + 1)
    tangent, turned = np.zeros(size + 1), np.empty(size + 1)
    tangent[size] = 1.0
    for k in range(size):
        point[k] = y[k]
    orientation = _turn(single, joint, point, tangent, f, matrix, turned)
    if orientation == 0.0:
        return -1, 0
    step = 0.5 * longest_step
    folds = 0
    evaluations = 0
    for _ in range(MAX_STEPS):
        evaluations += 1
        folds += turned[size] * tangent[size] < 0.0
        length = _norm(turned)
        for k in range(size + 1):
            tangent[k] = turned[k] / length
        while True:
            # the last step lands on t = 1 exactly, also backward where a correction went past it
            length = step
            is_last = point[size] + step * tangent[size] >= 1.0
            if is_last and abs(tangent[size]) > 1e-12:
                length = (1.0 - point[size]) / tangent[size]
            for k in range(size + 1):
                ahead[k] = point[k] + length * tangent[k]
                trial[k] = ahead[k]
            if is_last:
                used = _finish(single, joint, trial[:size], tolerance)
                trial[size] = 1.0
            else:
                used = _correct(single, joint, trial, ahead, tangent, f, matrix, right)
            evaluations += abs(used)
            correction = 0.0
            for k in range(size + 1):
                correction = max(correction, abs(trial[k] - ahead[k]))
            if used > 0 and correction <= LONGEST_CORRECTION * abs(length) + 1e-6:
                determinant = _turn(single, joint, trial, tangent, f, matrix, turned)
                # `turned` has component 1 along the old tangent, so its norm is 1 / cosine
                is_straight = determinant != 0.0 and _norm(turned) <= 1.0 / smallest_cosine
                if is_straight and (determinant == orientation or abs(length) < BRANCH_POINT_STEP):
                    folds += determinant != orientation
                    orientation = determinant
                    break
            step = 0.5 * min(step, abs(length))
            if step < smallest_step:
                return -evaluations, folds
        for k in range(size + 1):
            point[k] = trial[k]
        if is_last:
            for k in range(size):
                y[k] = point[k]
            return evaluations, folds
        if used <= FEW_ITERATIONS:
            step = min(longest_step, 1.5 * step)
    return -evaluations, folds


@kernel
def _norm(vector):
    """Find the Euclidean length of a vector."""
    total = 0.0
    for k in range(vector.shape[0]):
        total += vector[k] ** 2
    return np.sqrt(total)


@kernel
def _turn(single, joint, point, tangent, f, matrix, turned):
    """Write the tangent at a point, scaled to component 1 along the given one; returns the orientation, 0 where singular."""
    size = f.shape[0]
    _linearise(single, joint, point, f, matrix)
    for k in range(size + 1):
        matrix[size, k] = tangent[k]
        turned[k] = 0.0
    turned[size] = 1.0
    return solve_dense(matrix, turned)


@kernel
def _correct(single, joint, trial, ahead, tangent, f, matrix, right):
    """Apply Newton's method from `trial` on F = 0, tangent'(trial - ahead) = 0; returns iterations, negative where it failed."""
    size = f.shape[0]
    for iteration in range(1, CORRECTOR_ITERATIONS + 1):
        _linearise(single, joint, trial, f, matrix)
        right[size] = 0.0
        for k in range(size):
            right[k] = -f[k]
        for k in range(size + 1):
            matrix[size, k] = tangent[k]
            right[size] -= tangent[k] * (trial[k] - ahead[k])
        if solve_dense(matrix, right) == 0.0:
            return -iteration
        change = 0.0
        for k in range(size + 1):
            trial[k] += right[k]
            if not abs(right[k]) <= change:
                change = abs(right[k])
        if not np.isfinite(change):
            return -iteration
        if change < CORRECTOR_TOLERANCE:
            return iteration
    return -CORRECTOR_ITERATIONS


@kernel
def _linearise(single, joint, point, f, matrix):
    """Write F and, into the first rows of the matrix, its Jacobian [dF/dy, dF/dt] at point = (y, t)."""
    if single is not None:
        linearise_node(single, point, f, matrix)
    if joint is not None:
        linearise_joint(joint, point, f, matrix)


@kernel
def _finish(single, joint, y, tolerance):
    """Solve F(y, 1) = 0 by Newton's method from y; returns the evaluations used, negative where it failed."""
    used = 0
    if single is not None:
        used = correct_node(single, y, tolerance)
    if joint is not None:
        used = correct_joint(joint, y, tolerance)
    return used
