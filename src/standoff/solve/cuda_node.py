"""One decision node as a single thread solves it: what `standoff.solve.block` and `climb` do for eight, for one.

The equations, Newton's method and the test of uniqueness are those of `standoff.solve.node`, called as they stand there. Here
is what a solve of a whole game needs besides:

1. `solve_node` iterates from a near guess where the solution is proved unique, and else walks up from rationality 0;
2. `climb` is that walk, by the rules of `standoff.solve.climb`;
3. `settle` takes posteriors by Bayes' rule and finds the values of every plane, the residual and the regret.

Nothing is allocated, so the same source is compiled for a processor (which the tests use) and for a GPU
(`standoff.solve.cuda_device`). There is no way around a fold here: a node in which the walk meets one is not solved.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from standoff.solve.chebyshev import weights_at
from standoff.solve.climb import (
    CLIMB_CORRECTIONS,
    CLIMB_DETERMINANT,
    CLIMB_FIRST,
    CLIMB_LONGEST,
    CLIMB_REACH,
    CLIMB_SHORTEST,
    CLIMB_STEPS,
)
from standoff.solve.node import HL, POSTERIOR, Q1, Q2, S1, S2, STEP, D, G, H, evaluate, finish, newton

__all__ = ["SOLVED", "climb", "settle", "solve_node"]

SOLVED = 1e-11
"""Largest |H_a| of a solved node."""
NEAR = 3e-5
"""Largest |H_a| at which a step of the walk has arrived."""


@njit(cache=True, nogil=True, error_model="numpy")
def solve_node(belief, rationality, is_proved, ell, coefficients, allowed, work, start):
    """Find the evidence l_a on the principal branch; `work` holds the evaluation there.

    Args:
        belief: Public belief b.
        rationality: L.
        is_proved: Whether the solution is proved unique, so that Newton's method may start anywhere.
        ell: A guess; written with the solution; shape (action,).
        coefficients: Chebyshev coefficients of Q_h(a; .); shape (type, action, coefficient).
        allowed: Shape (action, type).
        work: Shape (WORK_ROWS, action); written.
        start: Scratch; shape (action,).

    Returns:
        Evaluations used, negative where no solution was found.
    """
    if belief <= 0.0 or belief >= 1.0:
        # a certain belief stays whatever is done, so the strategies do not depend on the evidence
        for a in range(ell.shape[0]):
            ell[a] = 0.0
        evaluate(belief, rationality, ell, coefficients, allowed, work)
        return 1
    used = 0
    if is_proved:
        used = newton(belief, rationality, ell, coefficients, allowed, SOLVED, work)
        if used > 0:
            return used
    climbed = climb(belief, rationality, ell, coefficients, allowed, work, start)
    used = abs(used) + abs(climbed)
    if climbed < 0:
        return -used
    polished = newton(belief, rationality, ell, coefficients, allowed, SOLVED, work)
    return used + polished if polished > 0 else polished - used


@njit(cache=True, nogil=True, error_model="numpy")
def climb(belief, rationality, ell, coefficients, allowed, work, start):
    """Walk up the principal branch from rationality 0 to near the solution; arguments as in `solve_node`.

    Euler steps in L are corrected by Newton's method. The determinant of the Jacobian must stay away from zero and no
    correction may be long; then the walk has met no fold.

    Returns:
        Evaluations used, negative where the walk was given up.
    """
    n = ell.shape[0]
    count1 = 0
    count2 = 0
    for a in range(n):
        count1 += allowed[a, 0]
        count2 += allowed[a, 1]
    for a in range(n):
        ell[a] = np.log(count1 / count2)
    here = 0.0
    reach = CLIMB_FIRST
    evaluations = 0
    for _ in range(CLIMB_STEPS):
        evaluate(belief, rationality * here, ell, coefficients, allowed, work)
        evaluations += 1
        product = 1.0
        g_h = 0.0
        g_1 = 0.0
        for a in range(n):
            if allowed[a, 0] and allowed[a, 1]:
                product *= work[D, a]
                g_h += work[G, a] * rationality * work[HL, a] / work[D, a]
                g_1 += work[G, a] / work[D, a]
        if not min(product * (1.0 + g_1), 1.0 + g_1) > CLIMB_DETERMINANT:
            return -evaluations
        fastest = 1e-6
        shift = g_h / (1.0 + g_1)
        for a in range(n):
            work[STEP, a] = 0.0
            if allowed[a, 0] and allowed[a, 1]:
                work[STEP, a] = (shift - rationality * work[HL, a]) / work[D, a]
                fastest += abs(work[STEP, a])
        if not fastest < 1e12:
            return -evaluations
        there = min(1.0, here + reach / fastest)
        for a in range(n):
            start[a] = ell[a]
            ell[a] += (there - here) * work[STEP, a]
        moved = 0.0
        size = 1.0
        for _ in range(CLIMB_CORRECTIONS):
            size = evaluate(belief, rationality * there, ell, coefficients, allowed, work)
            evaluations += 1
            moved += _correct(ell, allowed, work)
            if size <= NEAR:
                break
        if size <= NEAR and moved <= CLIMB_LONGEST:
            here = there
            reach = min(CLIMB_REACH, 1.5 * reach)
            if here >= 1.0:
                return evaluations
        else:
            for a in range(n):
                ell[a] = start[a]
            reach *= 0.4
            if reach < CLIMB_SHORTEST:
                return -evaluations
    return -evaluations


@njit(cache=True, nogil=True, error_model="numpy")
def _correct(ell, allowed, work):
    """One full Newton step from an evaluated workspace; returns how far it led, sum_a |change of l_a|."""
    n = ell.shape[0]
    g_h = 0.0
    g_1 = 0.0
    for a in range(n):
        if allowed[a, 0] and allowed[a, 1]:
            g_h += work[G, a] * work[H, a] / work[D, a]
            g_1 += work[G, a] / work[D, a]
    shift = g_h / (1.0 + g_1)
    moved = 0.0
    for a in range(n):
        if allowed[a, 0] and allowed[a, 1]:
            change = (shift - work[H, a]) / work[D, a]
            ell[a] += change
            moved += abs(change)
    return moved


@njit(cache=True, nogil=True, error_model="numpy")
def settle(belief, rationality, plane, axis, lines, allowed, work, weights, values):
    """Posteriors by Bayes' rule and the values of every plane at an evaluated solution, with what it still lacks.

    Args:
        belief: Own belief b.
        rationality: L.
        plane: Plane of the mover's first type.
        axis: Points and scales of the own axis; shape (2, point).
        lines: Action values of every plane along the own axis; shape (action, plane, point).
        allowed: Shape (action, type).
        work: From `evaluate`; holds strategies and posteriors on return.
        weights: Scratch; shape (point,).
        values: V of every plane; shape (plane,); written.

    Returns:
        The largest |s - logit(Q)| at the posteriors by Bayes' rule, and the largest regret.
    """
    finish(belief, work[S1 : S2 + 1], allowed, work[POSTERIOR])
    num_planes = values.shape[0]
    for p in range(num_planes):
        values[p] = 0.0
    top1 = -np.inf
    top2 = -np.inf
    shift1 = 0.0
    shift2 = 0.0
    for a in range(lines.shape[0]):
        weights_at(work[POSTERIOR, a], axis, weights)
        for p in range(num_planes):
            value = 0.0
            for k in range(axis.shape[1]):
                value += weights[k] * lines[a, p, k]
            share = work[S1, a] + belief * (work[S2, a] - work[S1, a])
            # how far the values lie from those that the strategies answer; to first order the strategies are off by as much
            if p == plane:
                share = work[S1, a]
                work[Q1, a] = rationality * (value - work[Q1, a])
                shift1 += share * work[Q1, a]
                if allowed[a, 0]:
                    top1 = max(top1, value)
            elif p == plane + 1:
                share = work[S2, a]
                work[Q2, a] = rationality * (value - work[Q2, a])
                shift2 += share * work[Q2, a]
                if allowed[a, 1]:
                    top2 = max(top2, value)
            values[p] += share * value
    residual = 0.0
    for a in range(lines.shape[0]):
        residual = max(residual, abs(work[S1, a] * (work[Q1, a] - shift1)))
        residual = max(residual, abs(work[S2, a] * (work[Q2, a] - shift2)))
    return residual, max(top1 - values[plane], top2 - values[plane + 1])
