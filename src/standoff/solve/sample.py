"""Play a solved game many times with exact beliefs.

At every decision the node is solved at the public belief of the play, which lies anywhere in [0, 1] and not at the belief
points. So sampling checks the forward pass by other means; it also gives the typical paths. Reported probabilities never come
from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import Game
from standoff.solve.kernels.arclength import trace_node
from standoff.solve.kernels.arrays import pack_layer
from standoff.solve.kernels.chebyshev import write_weights_at
from standoff.solve.kernels.node import S1, S2, WORK_ROWS, evaluate, newton, update_beliefs
from standoff.solve.kernels.simultaneous_layer import (
    JOINT_TOLERANCE,
    add_joint_values,
    fill_joint_node,
    set_joint_beliefs,
    solve_joint_at,
)
from standoff.solve.kernels.simultaneous_node import correct_joint, evaluate_joint
from standoff.solve.kernels.trace_block import LONGEST_FOLLOWED_CORRECTION
from standoff.solve.kernels.two_types import LOG_ODDS_TOLERANCE, TRACED_TOLERANCE
from standoff.solve.kernels.uniqueness import is_unique
from standoff.solve.kernels.vectors import kernel
from standoff.solve.result import Equilibrium

__all__ = ["Paths", "find_strategy", "sample_paths"]

SHORTEST_BELIEF_STEP = 1 / 4096
"""Shortest step from a belief point to a belief, as a fraction of the way, over which a solution is followed."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Paths:
    """Sampled plays.

    Attributes:
        player_types: True type of each player; shape (path, player).
        states: State at the start of each period, -(terminal + 1) once ended; shape (period + 1, path).
        beliefs: Public belief at the start of each period; shape (period + 1, path, axis).
        actions: Action taken in each layer (index into the layer's actions), -1 for none; shape (period, layer, path).
        layer_states: State in which each layer was entered, -(terminal + 1) once ended; shape (period, layer, path).
        milestone_period: First period in which each milestone was met, -1 for never; shape (path, milestone).
    """

    player_types: Ints
    states: Ints
    beliefs: Floats
    actions: Ints
    layer_states: NDArray[np.int32]
    milestone_period: Ints


class Following(NamedTuple):
    """What follows a layer, and the solution of the layer itself at the belief points, near which others are looked for.

    Attributes:
        terminal_values: Payoff of each terminal; shape (terminal, plane, point).
        values: V of the next layer; shape (state, plane, point).
        strategies: Strategies of the movers; shape (action, type, point).
        second_strategies: Strategies of the second movers; shape (action, type, point).
        is_node_wise: Whether every node lies on its own branch, so that it can be traced anew at any belief.
    """

    terminal_values: Floats
    values: Floats
    strategies: Floats
    second_strategies: Floats
    is_node_wise: bool

    @staticmethod
    def of(equilibrium: Equilibrium, period: int, layer_index: int, values: Floats) -> Following:
        """Take what an equilibrium holds of a layer."""
        return Following(
            equilibrium.grid.terminal_values,
            values,
            equilibrium.strategies[period][layer_index],
            equilibrium.second_strategies[period][layer_index],
            equilibrium.certificate.is_node_wise,
        )


class PlayBatch(NamedTuple):
    """Many plays on their way through a layer.

    Attributes:
        player_types: True type of each player; shape (path, player).
        uniforms: Random numbers that decide whether the layer comes up, the mover's action, the branch and, where two players
            move, the second mover's action; shape (path, 3 or 4).
        states: State of the layer, then of the next, -(terminal + 1) once ended; shape (path,); changed.
        beliefs: Public beliefs; shape (path, axis); changed.
        taken: Action taken, -1 for none; shape (path,); written.
    """

    player_types: Ints
    uniforms: Floats
    states: Ints
    beliefs: Floats
    taken: Ints


@kernel
def _solve_at(x, beliefs, layer, grid, following, strategies, posteriors):
    """Write strategies and posteriors of the mover in state x at any belief; shapes (2, action), (action,).

    Returns:
        Evaluations used, negative where the branch was lost.
    """
    m = layer.mover[x]
    action_start, branch_start, probability, target = (
        layer.action_start, layer.branch_start, layer.probability, layer.target
    )  # fmt: skip
    axis1, axis2 = grid.axis1, grid.axis2
    start = action_start[x]
    n = action_start[x + 1] - start
    n1 = axis1.shape[1]
    n2 = axis2.shape[1]
    axis = grid.axis_of[m]
    plane = grid.plane_of[m]
    rationality = grid.rationality[m]
    num_own = 2 if axis >= 0 else 1
    nm = n1 if axis == 0 else n2 if axis == 1 else 1
    weights1 = np.empty(n1)
    weights2 = np.empty(n2)
    write_weights_at(beliefs[0], axis1, weights1)
    write_weights_at(beliefs[1], axis2, weights2)
    q = np.zeros((2, n, nm))
    for h in range(num_own):
        for a in range(n):
            for i in range(nm):
                q[h, a, i] = layer.action_payoff[start + a, plane + h]
            for branch in range(branch_start[start + a], branch_start[start + a + 1]):
                y = target[branch]
                p = probability[branch]
                for i in range(nm):
                    source = following.terminal_values[-y - 1] if y < 0 else following.values[y]
                    if axis == 0:
                        for k in range(n2):
                            q[h, a, i] += p * weights2[k] * source[plane + h, i * n2 + k]
                    elif axis == 1:
                        for k in range(n1):
                            q[h, a, i] += p * weights1[k] * source[plane + h, k * n2 + i]
                    else:
                        for k in range(n1):
                            for other in range(n2):
                                q[h, a, i] += p * weights1[k] * weights2[other] * source[plane + h, k * n2 + other]
    if axis < 0:
        top = np.max(q[0, :, 0])
        total = 0.0
        for a in range(n):
            strategies[0, a] = np.exp(rationality * (q[0, a, 0] - top))
            total += strategies[0, a]
        for a in range(n):
            strategies[0, a] /= total
            strategies[1, a] = strategies[0, a]
        return 0
    matrix = grid.matrix1 if axis == 0 else grid.matrix2
    allowed = layer.action_allowed[start : start + n]
    coefficients = np.zeros((2, n, nm))
    for h in range(2):
        for a in range(n):
            for c in range(nm):
                for k in range(nm):
                    coefficients[h, a, c] += matrix[c, k] * q[h, a, k]
    ell = np.zeros(n)
    work = np.empty((WORK_ROWS, n))
    belief = beliefs[axis]
    used = 1
    if belief <= 0.0 or belief >= 1.0:
        evaluate(belief, rationality, ell, coefficients, allowed, work)
    else:
        used = -1
        has_one_solution = is_unique(rationality, coefficients, allowed, grid.samples1 if axis == 0 else grid.samples2)
        if has_one_solution:
            used = newton(belief, rationality, ell, coefficients, allowed, LOG_ODDS_TOLERANCE, work)
        if used < 0 and (following.is_node_wise or has_one_solution):
            used, _ = trace_node(belief, rationality, ell, coefficients, allowed, TRACED_TOLERANCE, work)
        elif used < 0:
            own_axis, other_axis = (axis1, axis2) if axis == 0 else (axis2, axis1)
            own = np.argmin(np.abs(own_axis[0] - belief))
            point = own * other_axis.shape[1] + np.argmin(np.abs(other_axis[0] - beliefs[1 - axis]))
            for a in range(n):
                if allowed[a, 0] and allowed[a, 1]:
                    known = following.strategies[start + a, :, point]
                    ell[a] = np.log(max(known[1], 1e-300)) - np.log(max(known[0], 1e-300))
            used = _follow_belief(own_axis[0, own], belief, rationality, ell, coefficients, allowed, work)
    for a in range(n):
        strategies[0, a] = work[S1, a]
        strategies[1, a] = work[S2, a]
    update_beliefs(belief, strategies[:, :n], allowed, posteriors[:n])
    return used


@kernel
def _follow_belief(start, belief, rationality, ell, coefficients, allowed, work):
    """Follow a solution, in `ell`, from one belief to another in steps that keep every correction short.

    Returns:
        Evaluations used, negative where the solution could not be followed.
    """
    here, there, step = 0.0, 0.0, 1.0
    before = ell.copy()
    # the first correction is that from the nearest point of the other belief, which may lie further away
    longest = 1.0
    total = 0
    while True:
        at = belief if there == 1.0 else start + there * (belief - start)
        used = newton(at, rationality, ell, coefficients, allowed, LOG_ODDS_TOLERANCE, work)
        total += abs(used)
        # steep nodes are solved no more closely at the belief points themselves
        is_solved = used > 0 or evaluate(at, rationality, ell, coefficients, allowed, work) <= TRACED_TOLERANCE
        if is_solved and np.max(np.abs(ell - before)) <= longest:
            if there == 1.0:
                return total
            step = 2.0 * step if there > 0.0 else step
            here = there
            before[:] = ell
            longest = LONGEST_FOLLOWED_CORRECTION
        elif there == 0.0:
            return -total
        else:
            ell[:] = before
            step *= 0.5
            if step < SHORTEST_BELIEF_STEP:
                return -total
        there = min(1.0, here + step)


@kernel
def _solve_joint_at(x, beliefs, layer, grid, following):
    """Solve a node with two movers, near its solution at the nearest belief point unless it is traced anew.

    Returns:
        The node, and evaluations, negative where it was not solved.
    """
    w = add_joint_values(x, layer, following.terminal_values, following.values)
    node, size = fill_joint_node(x, layer, grid, w)
    y = np.empty(size)
    f = np.empty(size)
    if following.is_node_wise:
        _, used, _ = solve_joint_at(node, beliefs[0], beliefs[1], False, y, f)
        return node, used
    nearest1, nearest2 = np.argmin(np.abs(grid.axis1[0] - beliefs[0])), np.argmin(np.abs(grid.axis2[0] - beliefs[1]))
    point = nearest1 * grid.n2 + nearest2
    here = 0
    for m in range(2):
        for h in range(node.num_types[m]):
            for a in range(node.counts[m]):
                if node.allowed[m, h, a]:
                    action = layer.action_start[x] + (a * node.counts[1] if m == 0 else a)
                    known = following.strategies if m == 0 else following.second_strategies
                    y[here] = np.log(max(known[action, h, point], 1e-300))
                    here += 1
    set_joint_beliefs(node, beliefs[0], beliefs[1])
    used = correct_joint(node, y, JOINT_TOLERANCE)
    evaluate_joint(node, 1.0, y, f)
    return node, used


@kernel
def _draw(weights, uniform):
    """Draw an index with the given weights, which sum to one."""
    total = 0.0
    for k in range(weights.shape[0]):
        total += weights[k]
        if uniform < total:
            return k
    return np.argmax(weights)


@kernel
def _draw_branch(action, layer, uniform):
    """Draw the state or terminal to which an action leads."""
    first = layer.branch_start[action]
    return layer.target[first + _draw(layer.probability[first : layer.branch_start[action + 1]], uniform)]


@kernel
def _sample_layer(is_chance, layer, grid, following, widest, plays):
    """Move every open play through one layer; returns the number of failed nodes."""
    strategies = np.empty((2, widest))
    posteriors = np.empty(widest)
    states, beliefs, uniforms = plays.states, plays.beliefs, plays.uniforms
    failed = 0
    for path in range(states.shape[0]):
        plays.taken[path] = -1
        x = states[path]
        if x < 0:
            continue
        if layer.mover[x] == -2 or uniforms[path, 0] >= layer.arrival[x]:
            states[path] = layer.skip[x]
            continue
        choice = 0
        if not is_chance:
            m = layer.mover[x]
            n = layer.action_start[x + 1] - layer.action_start[x]
            used = _solve_at(x, beliefs[path], layer, grid, following, strategies, posteriors)
            failed += used < 0
            choice = _draw(strategies[plays.player_types[path, m], :n], uniforms[path, 1])
            if grid.axis_of[m] >= 0:
                beliefs[path, grid.axis_of[m]] = posteriors[choice]
        action = layer.action_start[x] + choice
        plays.taken[path] = action
        states[path] = _draw_branch(action, layer, uniforms[path, 2])
    return failed


@kernel
def _sample_joint_layer(layer, grid, following, plays):
    """Move every open play through a layer in which two players move in some states; returns the number of failed nodes."""
    states, beliefs, uniforms = plays.states, plays.beliefs, plays.uniforms
    failed = 0
    for path in range(states.shape[0]):
        plays.taken[path] = -1
        x = states[path]
        if x < 0:
            continue
        if layer.mover[x] == -2 or uniforms[path, 0] >= layer.arrival[x]:
            states[path] = layer.skip[x]
            continue
        node, used = _solve_joint_at(x, beliefs[path], layer, grid, following)
        failed += used < 0
        action = layer.action_start[x]
        for which in range(1 if layer.second_mover[x] < 0 else 2):
            m = layer.mover[x] if which == 0 else layer.second_mover[x]
            h = plays.player_types[path, m]
            own = _draw(node.s[which, h, : node.counts[which]], uniforms[path, 1 if which == 0 else 3])
            if grid.axis_of[m] >= 0:
                beliefs[path, grid.axis_of[m]] = node.posterior[which, own]
            action += own * node.counts[1] if which == 0 else own
        plays.taken[path] = action
        states[path] = _draw_branch(action, layer, uniforms[path, 2])
    return failed


@kernel
def _solve_joint(x, beliefs, layer, grid, following, strategies, posteriors):
    """Write strategies and posteriors of both movers; shapes (mover, type, action), (mover, action). False where lost."""
    node, used = _solve_joint_at(x, beliefs, layer, grid, following)
    for which in range(2):
        for a in range(node.counts[which]):
            posteriors[which, a] = node.posterior[which, a]
            for h in range(2):
                strategies[which, h, a] = node.s[which, min(h, node.num_types[which] - 1), a]
    return used > 0


def sample_paths(
    equilibrium: Equilibrium,
    num_paths: int,
    seed: int,
    *,
    values: Callable[[int], Sequence[Floats]] | None = None,
) -> Paths:
    """Sample plays of a solved game.

    Args:
        equilibrium: Solved with `Settings(keep_values=True)`, unless `values` are given.
        num_paths: How many, at least 1.
        seed: Seed of the random generator; the same seed gives the same plays.
        values: Gives V of every layer of a period and of its end, asked for one period after the other
            (`standoff.solve.continuation_probabilities.ContinuationProbabilities.values`); None: those that were kept.

    Returns:
        The plays.

    Raises:
        ValueError: `num_paths` is below 1, or the values of all periods were not kept.
    """
    game = equilibrium.game
    if num_paths < 1:
        raise ValueError(f"num_paths must be at least 1, not {num_paths!r}")
    if values is None and len(equilibrium.values) != game.num_periods:
        raise ValueError("sampling needs an equilibrium solved with Settings(keep_values=True)")
    rng = np.random.default_rng(seed)
    grid = equilibrium.grid
    types = np.zeros((num_paths, len(game.players)), dtype=np.int64)
    for i, player in enumerate(game.players):
        if len(player.player_types) == 2:
            types[:, i] = rng.random(num_paths) < player.prior[1]
    states = np.full(num_paths, game.start, dtype=np.int64)
    beliefs = np.zeros((num_paths, 2))
    beliefs[:, : len(game.prior_belief)] = game.prior_belief
    state_by = np.empty((game.num_periods + 1, num_paths), dtype=np.int64)
    belief_by = np.empty((game.num_periods + 1, num_paths, 2))
    actions = np.empty((game.num_periods, game.num_layers, num_paths), dtype=np.int64)
    layer_states = np.empty((game.num_periods, game.num_layers, num_paths), dtype=np.int32)
    met = np.full((num_paths, len(game.milestones)), -1, dtype=np.int64)
    state_by[0], belief_by[0] = states, beliefs
    _meet(game, game.epochs[0].layers[0].milestone_holds, states, met, 0)
    for period in range(game.num_periods):
        epoch = game.find_epoch(period)
        layer_values = equilibrium.values[period] if values is None else values(period)
        for s, layer in enumerate(epoch.layers):
            arrays = pack_layer(layer)
            following = Following.of(equilibrium, period, s, layer_values[s + 1])
            layer_states[period, s] = states
            uniforms = rng.random((num_paths, 4 if layer.second is not None else 3))
            plays = PlayBatch(types, uniforms, states, beliefs, actions[period, s])
            if layer.second is not None:
                failed = _sample_joint_layer(arrays, grid.arrays, following, plays)
            else:
                widest = int(np.max(np.diff(layer.action_start), initial=1))
                failed = _sample_layer(layer.is_chance, arrays, grid.arrays, following, widest, plays)
            if failed:
                raise _refuse(layer.stage, period)
            arrived = epoch.layers[(s + 1) % game.num_layers]
            _meet(game, arrived.milestone_holds, states, met, period)
        state_by[period + 1], belief_by[period + 1] = states, beliefs
    return Paths(types, state_by, belief_by[:, :, : len(game.prior_belief)], actions, layer_states, met)


def _meet(game: Game, holds: NDArray[np.bool_], states: Ints, met: Ints, period: int) -> None:
    still_open = states >= 0
    earlier = met >= 0
    for m, milestone in enumerate(game.milestones):
        due = still_open & ~earlier[:, m]
        if milestone.after >= 0:
            due &= earlier[:, milestone.after]
        due[due] = holds[states[due], m]
        met[due, m] = period


def _refuse(stage: str, period: int) -> SolveError:
    return SolveError(
        f"the strategies of stage `{stage}` in period {period + 1} could not be found at a belief between the belief points: set "
        "more belief points, or lower the rationality of the players"
    )


def find_strategy(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    state: int,
    beliefs: tuple[float, ...],
    player: int | None = None,
    *,
    next_values: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Find what a mover of a state does at any public belief.

    Args:
        equilibrium: Its values of the period must have been kept (period 0 always is), unless `next_values` is given.
        period: Period.
        layer_index: Layer, a decision layer.
        state: State of that layer, one in which a player moves.
        beliefs: Public belief about each player with two types.
        player: Which player, where two move at the same time; None: the mover.
        next_values: V of the next layer, or of the end of the period; shape (state, plane, point). None: those that were kept.

    Returns:
        Strategies over the player's own actions, shape (type, action), and the posterior belief about the player after each
        action, shape (action,); posteriors are nan for a player with one type.
    """
    game = equilibrium.game
    layer = game.find_epoch(period).layers[layer_index]
    mover = int(layer.mover[state])
    assert mover >= 0, "nobody moves in this state"
    n = int(layer.action_start[state + 1] - layer.action_start[state])
    both_beliefs = np.zeros(2)
    both_beliefs[: len(beliefs)] = beliefs
    grid, arrays = equilibrium.grid, equilibrium.layer_arrays(period, layer_index)
    values = equilibrium.values[period][layer_index + 1] if next_values is None else next_values
    following = Following.of(equilibrium, period, layer_index, values)
    if layer.second is None:
        assert player in (None, mover), "this player does not move in this state"
        strategies = np.empty((2, n))
        posteriors = np.full(n, np.nan)
        if _solve_at(state, both_beliefs, arrays, grid.arrays, following, strategies, posteriors) < 0:
            raise _refuse(layer.stage, period)
    else:
        both = np.empty((2, 2, n))
        after = np.full((2, n), np.nan)
        is_solved = _solve_joint(state, both_beliefs, arrays, grid.arrays, following, both, after)
        if not is_solved:
            raise _refuse(layer.stage, period)
        second = int(layer.second.mover[state])
        which = 0 if player in (None, mover) else 1
        assert which == 0 or player == second, "this player does not move in this state"
        own = int(layer.second.num_actions[state]) if which == 1 else n // int(layer.second.num_actions[state])
        strategies, posteriors = both[which, :, :own], after[which, :own]
        mover = mover if which == 0 else second
    num_types = len(game.players[mover].player_types)
    if num_types == 1:
        posteriors = np.full(strategies.shape[1], np.nan)
    return strategies[:num_types], posteriors
