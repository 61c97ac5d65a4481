"""One layer of the adjoint sweep where two players move at the same time.

As in `sensitivity`, but a node is a `JointNode` (`kernels.simultaneous_node`) and its unknowns are the logarithms of all
strategies, y, with F(y) = y - log softmax(L Q(y)) = 0. For the components, with y_e now the sensitivity to component e,

    Phi = q sum_e y_e sum_{i,j} weight_e(i, j) W_e(i, j; b'(i), c'(j)),

z = (dF/dy)^{-T} dPhi/dy is found by Gaussian elimination, and the sensitivity to the action value of unknown r of player m is
E_r = L_m (z_r - s_r sum z), the sum over the actions of the same type.
"""

from __future__ import annotations

import numpy as np

from standoff.solve.adjoint.linear import add_branches
from standoff.solve.adjoint.sensitivity import LARGEST_REACH, SMALLEST_STAKE, differentiate_action
from standoff.solve.kernels.dense import solve_dense
from standoff.solve.kernels.simultaneous_layer import fill_joint_node
from standoff.solve.kernels.simultaneous_node import differentiate_joint, evaluate_joint
from standoff.solve.kernels.vectors import kernel

__all__ = ["differentiate_joint_layer", "evaluate_joint_layer"]


@kernel
def _evaluate_at(k, start, node, grid, strategies, second_strategies, unknowns, f):
    """Evaluate a node at the strategies of a point; returns the largest |F| there."""
    n2 = grid.n2
    count2 = node.counts[1]
    for axis in range(2):
        node.at[axis] = grid.axis1[0, k // n2] if axis == 0 else grid.axis2[0, k % n2]
        if node.owner[axis] >= 0:
            node.belief[node.owner[axis]] = node.at[axis]
    here = 0
    for m in range(2):
        given = strategies if m == 0 else second_strategies
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    joint = start + (a * count2 if m == 0 else a)
                    unknowns[here] = np.log(max(given[joint, h, k], 1e-300))
                    here += 1
    return evaluate_joint(node, 1.0, unknowns, f)


@kernel
def _find_own_type(e, which, node, plane1, plane2):
    """Find the type of a mover whose own plane a component is, or -1."""
    plane = plane1 if which == 0 else plane2
    return e - plane if plane >= 0 and plane <= e < plane + node.num_types[which] else -1


@kernel
def _find_weights(i, j, node):
    """Find which interpolation weights of each axis apply after two moves."""
    first = i if node.owner[0] == 0 else j if node.owner[0] == 1 else 0
    second = i if node.owner[1] == 0 else j if node.owner[1] == 1 else 0
    return first, second


@kernel
def _interpolate(w, node, i, j, n1, n2):
    """Find W of one joint action and component at the posteriors, and its slopes in those about movers 1 and 2."""
    first, second = _find_weights(i, j, node)
    value, along1, along2 = 0.0, 0.0, 0.0
    for k1 in range(n1):
        value_along, slope_along = 0.0, 0.0
        for k2 in range(n2):
            value_along += w[k1 * n2 + k2] * node.weights[1, 0, second, k2]
            slope_along += w[k1 * n2 + k2] * node.weights[1, 1, second, k2]
        value += node.weights[0, 0, first, k1] * value_along
        along1 += node.weights[0, 1, first, k1] * value_along
        along2 += node.weights[0, 0, first, k1] * slope_along
    slope1 = along1 if node.owner[0] == 0 else along2 if node.owner[1] == 0 else 0.0
    slope2 = along1 if node.owner[0] == 1 else along2 if node.owner[1] == 1 else 0.0
    return value, slope1, slope2


@kernel
def evaluate_joint_layer(layer, grid, strategies, second_strategies, following, out):
    """Write the components of a layer with joint actions; see `linear.evaluate_layer`."""
    values = following.values
    num_components, padded = out.shape[1], out.shape[2]
    n1, n2 = grid.n1, grid.n2
    for x in range(out.shape[0]):
        q = layer.arrival[x]
        if layer.mover[x] < 0 or q == 0.0:
            out[x] = values[layer.skip[x]]
            continue
        start = layer.action_start[x]
        w, node, size, plane1, plane2 = _make_node(x, layer, grid, following)
        unknowns, f = np.empty(size), np.empty(size)
        out[x] = (1.0 - q) * values[layer.skip[x]]
        for k in range(n1 * n2):
            _evaluate_at(k, start, node, grid, strategies, second_strategies, unknowns, f)
            for joint in range(w.shape[0]):
                i, j = joint // node.counts[1], joint % node.counts[1]
                for e in range(num_components):
                    h, t = _find_own_type(e, 0, node, plane1, plane2), _find_own_type(e, 1, node, plane1, plane2)
                    weight = node.s[0, h, i] if h >= 0 else node.mean[0, i]
                    weight *= node.s[1, t, j] if t >= 0 else node.mean[1, j]
                    value, _, _ = _interpolate(w[joint, e], node, i, j, n1, n2)
                    out[x, e, k] += q * weight * value
        out[x, :, n1 * n2 : padded] = 0.0


@kernel
def _make_node(x, layer, grid, following):
    """Find W of every joint action of a state, its node, the number of unknowns, and the movers' planes (-1 for nobody)."""
    values = following.values
    start, stop = layer.action_start[x], layer.action_start[x + 1]
    w = np.empty((stop - start, values.shape[1], values.shape[2]))
    for a in range(start, stop):
        add_branches(a, layer, following, w[a - start])
    node, size = fill_joint_node(x, layer, grid, w)
    plane2 = grid.plane_of[layer.second_mover[x]] if layer.second_mover[x] >= 0 else -1
    return w, node, size, grid.plane_of[layer.mover[x]], plane2


@kernel
def differentiate_joint_layer(layer, grid, strategies, second_strategies, following, sensitivity, to):
    """Push the sensitivities through a layer with joint actions; see `sensitivity.differentiate_layer`."""
    values, by_arrival, by_rationality, next_sensitivity = following.values, to.arrival, to.rationality, to.following
    num_components = sensitivity.shape[1]
    n1, n2 = grid.n1, grid.n2
    worst = 0.0
    for x in range(sensitivity.shape[0]):
        q = layer.arrival[x]
        skip = layer.skip[x]
        if layer.mover[x] < 0 or q == 0.0:
            next_sensitivity[skip] += sensitivity[x]
            if layer.mover[x] >= 0:
                by_arrival[x] = np.nan
            continue
        if not sensitivity[x].any():
            continue
        next_sensitivity[skip] += (1.0 - q) * sensitivity[x]
        by_arrival[x] -= np.sum(sensitivity[x] * values[skip])
        start = layer.action_start[x]
        w, node, size, plane1, plane2 = _make_node(x, layer, grid, following)
        unknowns, f, z = np.empty(size), np.empty(size), np.empty(size)
        by_w = np.zeros(w.shape)
        at = np.empty((3, w.shape[0], num_components))
        sums = np.empty((w.shape[0], num_components))
        for k in range(n1 * n2):
            _evaluate_at(k, start, node, grid, strategies, second_strategies, unknowns, f)
            y = q * sensitivity[x, :, k]
            for joint in range(w.shape[0]):
                for e in range(num_components):
                    at[0, joint, e], at[1, joint, e], at[2, joint, e] = _interpolate(
                        w[joint, e], node, joint // node.counts[1], joint % node.counts[1], n1, n2
                    )
            by_arrival[x] += _differentiate_unknowns(y, node, at, plane1, plane2, z, sums) / q
            worst = max(worst, _solve_transposed(node, z))
            _add_own(node, z, plane1, plane2, layer.mover[x], layer.second_mover[x], by_rationality, sums)
            for joint in range(w.shape[0]):
                first, second = _find_weights(joint // node.counts[1], joint % node.counts[1], node)
                for k1 in range(n1):
                    for k2 in range(n2):
                        weight = node.weights[0, 0, first, k1] * node.weights[1, 0, second, k2]
                        for e in range(num_components):
                            by_w[joint, e, k1 * n2 + k2] += sums[joint, e] * weight
        for a in range(w.shape[0]):
            differentiate_action(start + a, by_w[a], layer, following, to)
    return worst


@kernel
def _differentiate_unknowns(y, node, at, plane1, plane2, by_y, sums):
    """Write dPhi/dy and q y_e weight_e of every joint action; returns Phi.

    Args:
        y: q times the sensitivity to each component; shape (component,).
        node: The node, evaluated.
        at: W at the posteriors and its slopes in those about both movers; shape (3, joint action, component).
        plane1: Plane of the mover's first type.
        plane2: Plane of the second mover's first type, -1 where there is none.
        by_y: Shape (unknown,); written.
        sums: Shape (joint action, component); written.
    """
    widest = node.s.shape[2]
    by_strategy = np.zeros((2, 2, widest))
    by_posterior = np.zeros((2, widest))
    total = 0.0
    for joint in range(at.shape[1]):
        i, j = joint // node.counts[1], joint % node.counts[1]
        for e in range(at.shape[2]):
            h, t = _find_own_type(e, 0, node, plane1, plane2), _find_own_type(e, 1, node, plane1, plane2)
            one = node.s[0, h, i] if h >= 0 else node.mean[0, i]
            two = node.s[1, t, j] if t >= 0 else node.mean[1, j]
            sums[joint, e] = y[e] * one * two
            total += sums[joint, e] * at[0, joint, e]
            by_posterior[0, i] += sums[joint, e] * at[1, joint, e]
            by_posterior[1, j] += sums[joint, e] * at[2, joint, e]
            for m in range(2):
                own, a, others = (h, i, two) if m == 0 else (t, j, one)
                for r in range(node.num_types[m]):
                    prior = 1.0 if node.num_types[m] == 1 else node.belief[m] if r == 1 else 1.0 - node.belief[m]
                    if own >= 0:
                        prior = 1.0 if own == r else 0.0
                    by_strategy[m, r, a] += prior * y[e] * others * at[0, joint, e]
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                if not node.allowed[m, h, a]:
                    continue
                by_y[here] = node.s[m, h, a] * by_strategy[m, h, a]
                if node.num_types[m] == 2 and node.allowed[m, 0, a] and node.allowed[m, 1, a]:
                    spread = node.posterior[m, a] * (1.0 - node.posterior[m, a])
                    by_y[here] += (2.0 * h - 1.0) * spread * by_posterior[m, a]
                here += 1
    return total


@kernel
def _solve_transposed(node, z):
    """Replace dPhi/dy by z; returns the reach of a node that is not differentiable, else 0."""
    size = z.shape[0]
    jacobian, matrix = np.empty((size, size)), np.empty((size, size))
    column, ignored = np.empty(size), np.empty(size)
    differentiate_joint(node, 1.0, jacobian, ignored)
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
def _add_own(node, z, plane1, plane2, mover1, mover2, by_rationality, sums):
    """Add E of both movers' own action values to `sums`, and the sensitivities to rationality."""
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            first = here
            total, mean = 0.0, 0.0
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    total += z[here]
                    mean += node.s[m, h, a] * node.q[m, h, a]
                    here += 1
            here = first
            for a in range(node.counts[m]):
                if not node.allowed[m, h, a]:
                    continue
                plane = plane1 if m == 0 else plane2
                if plane >= 0:
                    by_rationality[mover1 if m == 0 else mover2] += z[here] * (node.q[m, h, a] - mean)
                    own = node.rationality[m] * (z[here] - node.s[m, h, a] * total)
                    for other in range(node.counts[1 - m]):
                        joint = a * node.counts[1] + other if m == 0 else other * node.counts[1] + a
                        sums[joint, plane + h] += own * node.mean[1 - m, other]
                here += 1
