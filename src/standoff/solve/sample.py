"""Play a solved game many times with exact beliefs.

At every decision the node is solved afresh at the path's own public belief, which lies anywhere in [0, 1], not at the
belief points. Sampling therefore checks the forward pass by other means, and it is what stories are told from. Probabilities that
are reported never come from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game
from standoff.solve.kernels.arclength import trace
from standoff.solve.kernels.arrays import moves_of, second_of
from standoff.solve.kernels.chebyshev import weights_at
from standoff.solve.kernels.node import WORK_ROWS, evaluate, finish, is_unique, newton
from standoff.solve.kernels.simultaneous_layer import joint_values, pair_of_state, solve_pair_at
from standoff.solve.kernels.two_types import LOG_ODDS_TOLERANCE, TRACED_TOLERANCE
from standoff.solve.kernels.vectors import kernel
from standoff.solve.result import Equilibrium

__all__ = ["Paths", "layer_strategy", "sample_paths"]

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
        places: State in which each layer was entered, -(terminal + 1) once ended; shape (period, layer, path).
        milestone_period: First period in which each milestone was met, -1 for never; shape (path, milestone).
    """

    player_types: Ints
    states: Ints
    beliefs: Floats
    actions: Ints
    places: NDArray[np.int32]
    milestone_period: Ints


@kernel
def _solve_at(
    x, m, beliefs, moves, sides, terminal_worth, values, strategies, posteriors
):  # fmt: skip
    """Strategies and posteriors of the mover in state x at a belief off the points; shapes (2, action), (action,)."""
    action_start, action_allowed, action_payoff = moves.action_start, moves.action_allowed, moves.action_payoff
    branch_start, probability, target = moves.branch_start, moves.probability, moves.target
    rationality, axis_of, plane_of, axis1, axis2 = (
        sides.rationality, sides.axis_of, sides.plane_of, sides.axis1, sides.axis2
    )  # fmt: skip
    matrix1, matrix2, samples1, samples2 = sides.matrix1, sides.matrix2, sides.samples1, sides.samples2
    start = action_start[x]
    n = action_start[x + 1] - start
    n1 = axis1.shape[1]
    n2 = axis2.shape[1]
    axis = axis_of[m]
    plane = plane_of[m]
    lam = rationality[m]
    num_own = 2 if axis >= 0 else 1
    nm = n1 if axis == 0 else n2 if axis == 1 else 1
    line1 = np.empty(n1)
    line2 = np.empty(n2)
    weights_at(beliefs[0], axis1, line1)
    weights_at(beliefs[1], axis2, line2)
    q = np.zeros((2, n, nm))
    for h in range(num_own):
        for a in range(n):
            for i in range(nm):
                q[h, a, i] = action_payoff[start + a, plane + h]
            for branch in range(branch_start[start + a], branch_start[start + a + 1]):
                y = target[branch]
                share = probability[branch]
                for i in range(nm):
                    source = terminal_worth[-y - 1] if y < 0 else values[y]
                    if axis == 0:
                        for k in range(n2):
                            q[h, a, i] += share * line2[k] * source[plane + h, i * n2 + k]
                    elif axis == 1:
                        for k in range(n1):
                            q[h, a, i] += share * line1[k] * source[plane + h, k * n2 + i]
                    else:
                        for k in range(n1):
                            for other in range(n2):
                                q[h, a, i] += share * line1[k] * line2[other] * source[plane + h, k * n2 + other]
    if axis < 0:
        top = np.max(q[0, :, 0])
        total = 0.0
        for a in range(n):
            strategies[0, a] = np.exp(lam * (q[0, a, 0] - top))
            total += strategies[0, a]
        for a in range(n):
            strategies[0, a] /= total
            strategies[1, a] = strategies[0, a]
        return 0
    matrix = matrix1 if axis == 0 else matrix2
    allowed = action_allowed[start : start + n]
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
        evaluate(belief, lam, ell, coefficients, allowed, work)
    else:
        used = -1
        if is_unique(lam, coefficients, allowed, samples1 if axis == 0 else samples2):
            used = newton(belief, lam, ell, coefficients, allowed, LOG_ODDS_TOLERANCE, work)
        if used < 0:
            used, _ = trace(belief, lam, ell, coefficients, allowed, TRACED_TOLERANCE, work)
    for a in range(n):
        strategies[0, a] = work[5, a]
        strategies[1, a] = work[6, a]
    finish(belief, strategies[:, :n], allowed, posteriors[:n])
    return used


@kernel
def _draw(weights, uniform):
    """Index drawn with the given weights, which sum to one."""
    total = 0.0
    for k in range(weights.shape[0]):
        total += weights[k]
        if uniform < total:
            return k
    return np.argmax(weights)


@kernel
def _follow(action, moves, uniform):
    """State or end to which an action leads, drawn among its branches."""
    first = moves.branch_start[action]
    return moves.target[first + _draw(moves.probability[first : moves.branch_start[action + 1]], uniform)]


@kernel
def _sample_layer(
    is_chance, moves, sides, terminal_worth, values, player_types, uniforms, widest, states, beliefs, taken
):  # fmt: skip
    """Move every open path through one layer; `states` and `beliefs` are overwritten. Returns failed nodes."""
    strategies = np.empty((2, widest))
    posteriors = np.empty(widest)
    failed = 0
    for path in range(states.shape[0]):
        taken[path] = -1
        x = states[path]
        if x < 0:
            continue
        if moves.mover[x] == -2 or uniforms[path, 0] >= moves.arrival[x]:
            states[path] = moves.skip[x]
            continue
        choice = 0
        if not is_chance:
            m = moves.mover[x]
            n = moves.action_start[x + 1] - moves.action_start[x]
            used = _solve_at(x, m, beliefs[path], moves, sides, terminal_worth, values, strategies, posteriors)
            failed += used < 0
            choice = _draw(strategies[player_types[path, m], :n], uniforms[path, 1])
            if sides.axis_of[m] >= 0:
                beliefs[path, sides.axis_of[m]] = posteriors[choice]
        action = moves.action_start[x] + choice
        taken[path] = action
        states[path] = _follow(action, moves, uniforms[path, 2])
    return failed


@kernel
def _sample_joint(
    moves, second_mover, second_count, second_allowed, sides, terminal_worth, values, player_types, uniforms, states,
    beliefs, taken
):  # fmt: skip
    """As `_sample_layer`, where some states have two movers; the fourth uniform number draws the second one's move."""
    planes, row = values.shape[1], values.shape[2]
    failed = 0
    for path in range(states.shape[0]):
        taken[path] = -1
        x = states[path]
        if x < 0:
            continue
        if moves.mover[x] == -2 or uniforms[path, 0] >= moves.arrival[x]:
            states[path] = moves.skip[x]
            continue
        w = joint_values(x, moves, terminal_worth, values, planes, row)
        pair, size = pair_of_state(x, moves, second_mover, second_count, second_allowed, sides, w)
        _, tries, _ = solve_pair_at(pair, beliefs[path, 0], beliefs[path, 1], False, np.empty(size), np.empty(size))
        failed += tries < 0
        action = moves.action_start[x]
        for which in range(1 if second_mover[x] < 0 else 2):
            m = moves.mover[x] if which == 0 else second_mover[x]
            h = player_types[path, m]
            own = _draw(pair.s[which, h, : pair.counts[which]], uniforms[path, 1 if which == 0 else 3])
            if sides.axis_of[m] >= 0:
                beliefs[path, sides.axis_of[m]] = pair.posterior[which, own]
            action += own * pair.counts[1] if which == 0 else own
        taken[path] = action
        states[path] = _follow(action, moves, uniforms[path, 2])
    return failed


@kernel
def _solve_joint_at(
    x, beliefs, moves, second_mover, second_count, second_allowed, sides, terminal_worth, values, strategies, posteriors
):  # fmt: skip
    """Strategies and posteriors of both movers; shapes (mover, type, action), (mover, action). False where lost."""
    w = joint_values(x, moves, terminal_worth, values, values.shape[1], values.shape[2])
    pair, size = pair_of_state(x, moves, second_mover, second_count, second_allowed, sides, w)
    _, tries, _ = solve_pair_at(pair, beliefs[0], beliefs[1], False, np.empty(size), np.empty(size))
    for which in range(2):
        for a in range(pair.counts[which]):
            posteriors[which, a] = pair.posterior[which, a]
            for h in range(2):
                strategies[which, h, a] = pair.s[which, min(h, pair.num_types[which] - 1), a]
    return tries > 0


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
    places = np.empty((game.num_periods, game.num_layers, num_paths), dtype=np.int32)
    met = np.full((num_paths, len(game.milestones)), -1, dtype=np.int64)
    state_by[0], belief_by[0] = states, beliefs
    _meet(game, game.epochs[0].layers[0].milestone_holds, states, met, 0)
    for period in range(game.num_periods):
        epoch = game.epoch_of(period)
        known = equilibrium.values[period] if values is None else values(period)
        for s, layer in enumerate(epoch.layers):
            moves = moves_of(layer)
            later = known[s + 1]
            places[period, s] = states
            if layer.second is not None:
                failed = _sample_joint(
                    moves, *second_of(layer), grid.sides, grid.terminal_values, later, types, rng.random((num_paths, 4)),
                    states, beliefs, actions[period, s],
                )  # fmt: skip
            else:
                widest = int(np.max(np.diff(layer.action_start), initial=1))
                failed = _sample_layer(
                    layer.is_chance, moves, grid.sides, grid.terminal_values, later, types, rng.random((num_paths, 3)),
                    widest, states, beliefs, actions[period, s],
                )  # fmt: skip
            assert not failed, "a node that the solver had solved at the belief points failed between them"
            arrived = epoch.layers[(s + 1) % game.num_layers]
            _meet(game, arrived.milestone_holds, states, met, period)
        state_by[period + 1], belief_by[period + 1] = states, beliefs
    return Paths(types, state_by, belief_by[:, :, : len(game.prior_belief)], actions, places, met)


def _meet(game: Game, holds: NDArray[np.bool_], states: Ints, met: Ints, period: int) -> None:
    still_open = states >= 0
    earlier = met >= 0
    for m, milestone in enumerate(game.milestones):
        due = still_open & ~earlier[:, m]
        if milestone.after >= 0:
            due &= earlier[:, milestone.after]
        due[due] = holds[states[due], m]
        met[due, m] = period


def layer_strategy(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    state: int,
    beliefs: tuple[float, ...],
    player: int | None = None,
    *,
    later: Floats | None = None,
) -> tuple[Floats, Floats]:
    """What a mover of a state does at any public belief.

    Args:
        equilibrium: Its values of the period must have been kept (period 0 always is), unless `later` is given.
        period: Period.
        layer_index: Layer, a decision layer.
        state: State of that layer, one in which a player moves.
        beliefs: Public belief about each player with two types.
        player: Which player, where two move at the same time; None: the mover.
        later: V of the next layer, or of the end of the period; shape (state, plane, row). None: what was kept.

    Returns:
        Strategies over the player's own actions, shape (type, action), and the posterior belief about the player after each
        action, shape (action,); posteriors are nan for a player with one type.
    """
    game = equilibrium.game
    layer = game.epoch_of(period).layers[layer_index]
    mover = int(layer.mover[state])
    assert mover >= 0, "nobody moves in this state"
    n = int(layer.action_start[state + 1] - layer.action_start[state])
    padded = np.zeros(2)
    padded[: len(beliefs)] = beliefs
    grid = equilibrium.grid
    moves = equilibrium.moves(period, layer_index)
    values = equilibrium.values[period][layer_index + 1] if later is None else later
    if layer.second is None:
        assert player in (None, mover), "this player does not move in this state"
        strategies = np.empty((2, n))
        posteriors = np.full(n, np.nan)
        _solve_at(state, mover, padded, moves, grid.sides, grid.terminal_values, values, strategies, posteriors)
    else:
        both = np.empty((2, 2, n))
        after = np.full((2, n), np.nan)
        arrived = _solve_joint_at(
            state, padded, moves, *second_of(layer), grid.sides, grid.terminal_values, values, both, after
        )
        assert arrived, "a node that the solver had solved at the belief points failed between them"
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
