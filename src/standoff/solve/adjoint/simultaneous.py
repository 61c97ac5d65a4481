"""The adjoint sweep where two players move at the same time.

As in `standoff.solve.adjoint.sensitivity`, but a node is a `Pair` (`standoff.solve.kernels.simultaneous_node`) and its
unknowns are the logarithms of all
strategies, y, with F(y) = y - log softmax(L Q(y)) = 0. For what is carried, y_e now standing for its sensitivity,

    Phi = q sum_e y_e sum_{i,j} share_e(i, j) W_e(i, j; b'(i), c'(j)),

z = (dF/dy)^{-T} dPhi/dy is found by Gaussian elimination, and the sensitivity to the action value of unknown r of player m is
E_r = L_m (z_r - s_r sum z), the sum over the actions of the same type.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.adjoint.linear import continuation
from standoff.solve.adjoint.sensitivity import LARGEST_REACH, SMALLEST_STAKE, release
from standoff.solve.kernels.arclength import solve_dense
from standoff.solve.kernels.simultaneous_layer import pair_of_state
from standoff.solve.kernels.simultaneous_node import evaluate_pair, jacobian_pair
from standoff.solve.kernels.vectors import kernel

__all__ = ["carried_pair_layer", "sensitivity_pair_layer"]


@kernel
def _prepare(k, start, pair, sides, strategies, second_strategies, solution, f):
    """Evaluate the pair at the strategies found at a point; returns the largest |F| there."""
    n2 = sides.n2
    count2 = pair.counts[1]
    for axis in range(2):
        pair.at[axis] = sides.axis1[0, k // n2] if axis == 0 else sides.axis2[0, k % n2]
        if pair.owner[axis] >= 0:
            pair.belief[pair.owner[axis]] = pair.at[axis]
    here = 0
    for m in range(2):
        given = strategies if m == 0 else second_strategies
        for h in range(pair.num_types[m]):
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    joint = start + (a * count2 if m == 0 else a)
                    solution[here] = np.log(max(given[joint, h, k], 1e-300))
                    here += 1
    return evaluate_pair(pair, 1.0, solution, f)


@kernel
def _own_type(e, which, pair, plane1, plane2):
    """The type of a mover whose own plane a carried row is, or -1."""
    plane = plane1 if which == 0 else plane2
    return e - plane if plane >= 0 and plane <= e < plane + pair.num_types[which] else -1


@kernel
def _weight_places(i, j, pair):
    """Which weights of each axis hold after two moves."""
    first = i if pair.owner[0] == 0 else j if pair.owner[0] == 1 else 0
    second = i if pair.owner[1] == 0 else j if pair.owner[1] == 1 else 0
    return first, second


@kernel
def _at_posteriors(w, pair, i, j, n1, n2):
    """W of one joint action and carried row at the posteriors, and its slopes in those about movers 1 and 2."""
    first, second = _weight_places(i, j, pair)
    value, along1, along2 = 0.0, 0.0, 0.0
    for k1 in range(n1):
        plain, bent = 0.0, 0.0
        for k2 in range(n2):
            plain += w[k1 * n2 + k2] * pair.weights[1, 0, second, k2]
            bent += w[k1 * n2 + k2] * pair.weights[1, 1, second, k2]
        value += pair.weights[0, 0, first, k1] * plain
        along1 += pair.weights[0, 1, first, k1] * plain
        along2 += pair.weights[0, 0, first, k1] * bent
    slope1 = along1 if pair.owner[0] == 0 else along2 if pair.owner[1] == 0 else 0.0
    slope2 = along1 if pair.owner[0] == 1 else along2 if pair.owner[1] == 1 else 0.0
    return value, slope1, slope2


@kernel
def carried_pair_layer(
    moves,
    second_mover,
    second_count,
    second_allowed,
    sides,
    strategies,
    second_strategies,
    terminals,
    values,
    planes,
    out,
):
    """Carried rows of a layer with joint actions; see `standoff.solve.adjoint.linear.carried_layer`."""
    carried, row = out.shape[1], out.shape[2]
    n1, n2 = sides.n1, sides.n2
    for x in range(out.shape[0]):
        q = moves.arrival[x]
        if moves.mover[x] < 0 or q == 0.0:
            out[x] = values[moves.skip[x]]
            continue
        start = moves.action_start[x]
        w, pair, size, plane1, plane2 = _state(
            x, planes, moves, second_mover, second_count, second_allowed, sides, terminals, values
        )
        solution, f = np.empty(size), np.empty(size)
        out[x] = (1.0 - q) * values[moves.skip[x]]
        for k in range(n1 * n2):
            _prepare(k, start, pair, sides, strategies, second_strategies, solution, f)
            for joint in range(w.shape[0]):
                i, j = joint // pair.counts[1], joint % pair.counts[1]
                for e in range(carried):
                    h, t = _own_type(e, 0, pair, plane1, plane2), _own_type(e, 1, pair, plane1, plane2)
                    share = pair.s[0, h, i] if h >= 0 else pair.mean[0, i]
                    share *= pair.s[1, t, j] if t >= 0 else pair.mean[1, j]
                    value, _, _ = _at_posteriors(w[joint, e], pair, i, j, n1, n2)
                    out[x, e, k] += q * share * value
        out[x, :, n1 * n2 : row] = 0.0


@kernel
def _state(x, planes, moves, second_mover, second_count, second_allowed, sides, terminals, values):
    """W of every joint action of a state, its `Pair`, the unknowns, and the planes of both movers (-1 for nobody)."""
    start, stop = moves.action_start[x], moves.action_start[x + 1]
    w = np.empty((stop - start, values.shape[1], values.shape[2]))
    for a in range(start, stop):
        continuation(a, planes, moves, terminals, values, w[a - start])
    pair, size = pair_of_state(x, moves, second_mover, second_count, second_allowed, sides, w)
    plane2 = sides.plane_of[second_mover[x]] if second_mover[x] >= 0 else -1
    return w, pair, size, sides.plane_of[moves.mover[x]], plane2


@kernel
def sensitivity_pair_layer(
    moves, second_mover, second_count, second_allowed, sides, strategies, second_strategies, terminals, values, planes,
    sensitivity, next_sensitivity, by_terminal, by_payoff, by_probability, by_arrival, by_rationality,
):  # fmt: skip
    """Push the sensitivities through a layer with joint actions; see `standoff.solve.adjoint.sensitivity.sensitivity_layer`."""
    carried = sensitivity.shape[1]
    n1, n2 = sides.n1, sides.n2
    worst = 0.0
    for x in range(sensitivity.shape[0]):
        q = moves.arrival[x]
        skip = moves.skip[x]
        if moves.mover[x] < 0 or q == 0.0:
            next_sensitivity[skip] += sensitivity[x]
            if moves.mover[x] >= 0:
                by_arrival[x] = np.nan
            continue
        if not sensitivity[x].any():
            continue
        next_sensitivity[skip] += (1.0 - q) * sensitivity[x]
        by_arrival[x] -= np.sum(sensitivity[x] * values[skip])
        start = moves.action_start[x]
        w, pair, size, plane1, plane2 = _state(
            x, planes, moves, second_mover, second_count, second_allowed, sides, terminals, values
        )
        solution, f, z = np.empty(size), np.empty(size), np.empty(size)
        by_w = np.zeros(w.shape)
        at = np.empty((3, w.shape[0], carried))
        answers = np.empty((w.shape[0], carried))
        for k in range(n1 * n2):
            _prepare(k, start, pair, sides, strategies, second_strategies, solution, f)
            y = q * sensitivity[x, :, k]
            for joint in range(w.shape[0]):
                for e in range(carried):
                    at[0, joint, e], at[1, joint, e], at[2, joint, e] = _at_posteriors(
                        w[joint, e], pair, joint // pair.counts[1], joint % pair.counts[1], n1, n2
                    )
            by_arrival[x] += _by_unknowns(y, pair, at, plane1, plane2, z, answers) / q
            worst = max(worst, _solve_transposed(pair, z))
            _add_own(pair, z, plane1, plane2, moves.mover[x], second_mover[x], by_rationality, answers)
            for joint in range(w.shape[0]):
                first, second = _weight_places(joint // pair.counts[1], joint % pair.counts[1], pair)
                for k1 in range(n1):
                    for k2 in range(n2):
                        weight = pair.weights[0, 0, first, k1] * pair.weights[1, 0, second, k2]
                        for e in range(carried):
                            by_w[joint, e, k1 * n2 + k2] += answers[joint, e] * weight
        for a in range(w.shape[0]):
            release(
                start + a,
                by_w[a],
                planes,
                moves,
                values,
                terminals,
                next_sensitivity,
                by_terminal,
                by_payoff,
                by_probability,
            )
    return worst


@kernel
def _by_unknowns(y, pair, at, plane1, plane2, by_y, answers):
    """Write dPhi/dy and q y_e share_e of every joint action; returns Phi.

    Args:
        y: q times the sensitivity to each carried row; shape (carried,).
        pair: The node, evaluated.
        at: W at the posteriors and its slopes in those about both movers; shape (3, joint action, carried).
        plane1: Plane of the mover's first type.
        plane2: Of the second mover's, -1 where there is none.
        by_y: Shape (unknown,); written.
        answers: Shape (joint action, carried); written.
    """
    widest = pair.s.shape[2]
    by_strategy = np.zeros((2, 2, widest))
    by_posterior = np.zeros((2, widest))
    total = 0.0
    for joint in range(at.shape[1]):
        i, j = joint // pair.counts[1], joint % pair.counts[1]
        for e in range(at.shape[2]):
            h, t = _own_type(e, 0, pair, plane1, plane2), _own_type(e, 1, pair, plane1, plane2)
            one = pair.s[0, h, i] if h >= 0 else pair.mean[0, i]
            two = pair.s[1, t, j] if t >= 0 else pair.mean[1, j]
            answers[joint, e] = y[e] * one * two
            total += answers[joint, e] * at[0, joint, e]
            by_posterior[0, i] += answers[joint, e] * at[1, joint, e]
            by_posterior[1, j] += answers[joint, e] * at[2, joint, e]
            for m in range(2):
                own, a, others = (h, i, two) if m == 0 else (t, j, one)
                for r in range(pair.num_types[m]):
                    prior = 1.0 if pair.num_types[m] == 1 else pair.belief[m] if r == 1 else 1.0 - pair.belief[m]
                    if own >= 0:
                        prior = 1.0 if own == r else 0.0
                    by_strategy[m, r, a] += prior * y[e] * others * at[0, joint, e]
    here = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            for a in range(pair.counts[m]):
                if not pair.allowed[m, h, a]:
                    continue
                by_y[here] = pair.s[m, h, a] * by_strategy[m, h, a]
                if pair.num_types[m] == 2 and pair.allowed[m, 0, a] and pair.allowed[m, 1, a]:
                    spread = pair.posterior[m, a] * (1.0 - pair.posterior[m, a])
                    by_y[here] += (2.0 * h - 1.0) * spread * by_posterior[m, a]
                here += 1
    return total


@kernel
def _solve_transposed(pair, z):
    """Turn dPhi/dy into z; returns the reach of a node that is not differentiable, else 0."""
    size = z.shape[0]
    jacobian, matrix = np.empty((size, size)), np.empty((size, size))
    column, ignored = np.empty(size), np.empty(size)
    jacobian_pair(pair, 1.0, jacobian, ignored)
    stake = np.max(np.abs(z))
    reach = 0.0
    for which in range(size):
        column[:] = 0.0
        column[which] = 1.0
        matrix[:] = jacobian.T
        # row sums of the inverse Jacobian are column sums of that of its transpose
        total = np.sum(np.abs(column)) if solve_dense(matrix, column) != 0.0 else np.inf
        reach = max(reach, total)
    matrix[:] = jacobian.T
    if solve_dense(matrix, z) == 0.0:
        reach = np.inf
    if stake == 0.0:
        z[:] = 0.0
        return 0.0
    return reach if not reach <= LARGEST_REACH and not stake * reach <= SMALLEST_STAKE else 0.0


@kernel
def _add_own(pair, z, plane1, plane2, mover1, mover2, by_rationality, answers):
    """Add E of both movers' own action values to `answers`, and the sensitivities to rationality."""
    here = 0
    for m in range(2):
        for h in range(pair.num_types[m]):
            first = here
            total, mean = 0.0, 0.0
            for a in range(pair.counts[m]):
                if pair.allowed[m, h, a]:
                    total += z[here]
                    mean += pair.s[m, h, a] * pair.q[m, h, a]
                    here += 1
            here = first
            for a in range(pair.counts[m]):
                if not pair.allowed[m, h, a]:
                    continue
                plane = plane1 if m == 0 else plane2
                if plane >= 0:
                    by_rationality[mover1 if m == 0 else mover2] += z[here] * (pair.q[m, h, a] - mean)
                    own = pair.rationality[m] * (z[here] - pair.s[m, h, a] * total)
                    for other in range(pair.counts[1 - m]):
                        joint = a * pair.counts[1] + other if m == 0 else other * pair.counts[1] + a
                        answers[joint, plane + h] += own * pair.mean[1 - m, other]
                here += 1
