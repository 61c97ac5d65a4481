"""The principal branch of a whole game: the rationality of all players grows together from 0.

At a fraction t of every player's rationality the game has an equilibrium for each solution of its nodes. At t = 0 everybody mixes
uniformly, and that equilibrium is the only one. As t grows to 1 its nodes change continuously, and those values of later nodes
with them: this is the principal branch of McKelvey and Palfrey (1998), which Gambit follows too. It is not the branch of each
node by itself (`kernels.arclength`), along which later play stays as it is at t = 1.

The branch is followed by steps in t. A step predicts the unknowns of every node at every belief point from the last two steps
and corrects them by Newton's method in one backward pass. It is taken only if every correction is short and no determinant of a
Jacobian, nor the factor of it that all actions share, is negative; else it is halved. Where the shortest step fails at a node, as
where its branch turns back in t (a fold), the node leaves the branch and is solved by itself from there on (`kernels.arclength`).
If nobody moves after it, what follows does not depend on t, and its own branch, traced around the fold, is that of the whole
game. Elsewhere the game is refused if play comes there.

References:
    McKelvey, R. D. and Palfrey, T. R. (1998), Quantal response equilibria for extensive form games, Experimental Economics 1.
    Turocy, T. L. (2010), Computing sequential equilibria using agent quantal response equilibria, Economic Theory 42.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import NOBODY, Game
from standoff.solve.backward_pass import Backward, BranchLostError, Follow, backward_pass, count_rows
from standoff.solve.kernels.arrays import BeliefGrid
from standoff.solve.kernels.two_types import FOLLOW, FOLLOW_OR_JUMP, PRINCIPAL
from standoff.solve.occupancy import trace_mass
from standoff.solve.result import Settings
from standoff.solve.workers import Workers

__all__ = ["trace_joint_branch"]

Floats = NDArray[np.float64]
Ell = dict[int, list[Floats]]

FIRST_STEP = 1 / 64
LONGEST_STEP = 1 / 8
SHORTEST_STEP = 1 / 4096
TOLERANCE_ON_THE_WAY = 1e-6  # of a step before the last
MOST_PASSES = 3000
LARGEST_OFF_BRANCH = (
    0.1  # probability with which play may come to nodes that left the branch; below, it counts as an error
)
GROWTH = 1.5  # of the step after one that was taken


def trace_joint_branch(
    game: Game, settings: Settings, grid: BeliefGrid, workers: Workers, progress: Callable[[float], None] | None = None
) -> tuple[Backward, float]:
    """Follow the principal branch of a game from rationality 0 to that of its players.

    Args:
        game: The game.
        settings: How to solve.
        grid: The belief points.
        workers: Threads.
        progress: Called with the fraction of the work done.

    Returns:
        The solution at full rationality, and the probability with which play comes to nodes that left the branch
        (`measure_off_branch`), an error of every probability.

    Raises:
        SolveError: A node did not converge, or the branch is lost at a node that play reaches.
    """
    now = _make_unknowns(game, grid)
    on_the_way = replace(settings, tolerance=max(settings.tolerance, TOLERANCE_ON_THE_WAY), keep_values=False)
    backward = backward_pass(game, on_the_way, _scale(grid, 0.0), workers, None, Follow(PRINCIPAL, now))
    before, t_before, t, step = now, 0.0, 0.0, FIRST_STEP
    num_passes, fold = 1, 1.0
    while True:
        t_next = min(1.0, t + step)
        trial = _predict(before, now, (t_next - t) / (t - t_before) if t > t_before else 0.0)
        mode = FOLLOW if step > SHORTEST_STEP else FOLLOW_OR_JUMP
        num_passes += 1
        follow = Follow(mode, trial, backward.horizon_values)
        used = settings if t_next == 1.0 else on_the_way
        try:
            backward = backward_pass(game, used, _scale(grid, t_next), workers, None, follow)
        except BranchLostError:
            step = max(0.5 * step, SHORTEST_STEP)
            continue
        if mode == FOLLOW_OR_JUMP and _count_off(trial) > _count_off(now):
            fold = min(fold, t_next)
            refuse_off_branch(measure_off_branch(game, grid, backward, workers, trial), t_next)
        if num_passes >= MOST_PASSES:
            raise SolveError(
                f"the principal branch was followed for {num_passes} steps, to {t:.0%} of the rationality, and not to its "
                "end: lower the rationality of the players"
            )
        before, now, t_before, t = now, trial, t, t_next
        step = min(GROWTH * step, LONGEST_STEP)
        if progress is not None:
            progress(t)
        if t >= 1.0:
            off = measure_off_branch(game, grid, backward, workers, now)
            refuse_off_branch(off, fold)
            return backward, off


def _make_unknowns(game: Game, grid: BeliefGrid) -> Ell:
    """Make the unknowns of every period, all zero."""
    periods = list(range(game.num_periods)) + [game.num_periods] * game.continues
    return {
        period: [
            np.zeros((count_rows(layer), grid.padded))
            for layer in game.find_epoch(min(period, game.num_periods - 1)).layers
        ]
        for period in periods
    }


def _scale(grid: BeliefGrid, t: float) -> BeliefGrid:
    """Take the fraction t of every player's rationality."""
    scaled = copy.copy(grid)
    scaled.arrays = grid.arrays._replace(rationality=t * grid.arrays.rationality)
    return scaled


def _predict(before: Ell, now: Ell, ratio: float) -> Ell:
    """Continue the last change of every unknown; one that left the branch stays off it."""
    trial = {}
    for period, layers in now.items():
        trial[period] = [
            np.where(np.isnan(old), new, new + ratio * (new - old))
            for old, new in zip(before[period], layers, strict=True)
        ]
    return trial


def _count_off(ell: Ell) -> int:
    """Count the unknowns that left the branch."""
    return sum(int(np.isnan(array).sum()) for layers in ell.values() for array in layers)


def refuse_off_branch(off: float, t: float) -> None:
    """Refuse a game whose principal branch is lost where play comes."""
    if off > LARGEST_OFF_BRANCH:
        raise SolveError(
            f"the principal branch cannot be followed: at {t:.0%} of the rationality it is lost at a decision that play reaches "
            f"with probability {min(off, 1.0):.1g}: lower the rationality of the players, or take the node-wise branch"
        )


def measure_off_branch(game: Game, grid: BeliefGrid, backward: Backward, workers: Workers, ell: Ell) -> float:
    """Add up the probability with which play comes to nodes that left the branch and are not the last to be decided.

    Mass at a belief between the points lies on all of them, with weights of both signs; their sizes are added up, so the sum
    counts every node whose solution has a part in the answer.
    """
    n1, n2 = grid.shape
    total = 0.0
    is_followed = find_followed_states(game)
    for found in trace_mass(game, grid, backward, workers):
        if found.period == game.num_periods:
            break
        unknowns = ell[found.period][found.layer_index]
        if not np.isnan(unknowns).any():
            continue
        layer = game.find_epoch(found.period).layers[found.layer_index]
        rows = 1 if layer.second is None else 4
        for x in np.flatnonzero(is_followed[found.period][found.layer_index]):
            lost = np.isnan(unknowns[rows * layer.action_start[x] : rows * layer.action_start[x + 1]])
            off: NDArray[np.bool_] = np.any(lost, axis=0)
            if not off.any():
                continue
            off = off[: n1 * n2]
            if layer.second is None and grid.arrays.axis_of[layer.mover[x]] == 1:
                off = off.reshape(n2, n1).T.ravel()
            sizes = np.abs(found.mass[x, :, : n1 * n2] * off).sum(axis=1)
            total += float(layer.arrival[x]) * float(sizes.max())
    return total


def find_followed_states(game: Game) -> list[list[NDArray[np.bool_]]]:
    """Find the states after whose own move a player may still move; by period and layer, shape (state,)."""
    last = game.epochs[-1].layers[0]
    moves_next = np.full(last.num_states, game.continues)
    found: list[list[NDArray[np.bool_]]] = []
    for period in range(game.num_periods - 1, -1, -1):
        by_layer: list[NDArray[np.bool_]] = []
        for layer in reversed(game.find_epoch(period).layers):
            targets = layer.branch_target
            moves = (targets >= 0) & moves_next[np.maximum(targets, 0)] & (layer.branch_probability > 0)
            until = np.concatenate([[0], np.cumsum(moves)])[layer.branch_start][layer.action_start]
            is_followed = (np.diff(until) > 0) | (
                ((layer.arrival < 1) | (layer.mover == NOBODY)) & moves_next[layer.skip]
            )
            moves_next = is_followed | (~layer.is_chance & (layer.mover >= 0) & (layer.arrival > 0))
            by_layer.insert(0, is_followed)
        found.insert(0, by_layer)
    return found
