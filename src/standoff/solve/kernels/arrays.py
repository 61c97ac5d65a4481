"""The arrays of a game as kernels take them.

Values are held by state, plane (player type) and belief point, points last, so that a kernel takes eight neighbouring points
at a time. The public belief has two axes, one for each player with two types; an axis of length 1 stands for one that does
not exist. Point i1 n2 + i2 stands for the beliefs i1, i2. The point axis of an array is padded to a multiple of eight; the
numbers in the padding mean nothing but are finite. A game without private types has a single point and no padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.solve.kernels.chebyshev import (
    make_axis_points,
    make_coefficient_matrix,
    make_differentiation_matrix,
    write_weights_at,
)
from standoff.solve.kernels.uniqueness import make_slope_samples
from standoff.solve.kernels.vectors import WIDTH

__all__ = ["BeliefGrid", "GridArrays", "KernelLayer", "LayerSolution", "pack_layer", "pad"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


class KernelLayer(NamedTuple):
    """The arrays of a `Layer`, under its names; those of the second movers are empty where no state has one."""

    mover: Ints
    arrival: Floats
    skip: Ints
    action_start: Ints
    action_allowed: Bools
    action_payoff: Floats
    branch_start: Ints
    probability: Floats
    target: Ints
    second_mover: Ints
    second_count: Ints
    second_allowed: Bools


class LayerSolution(NamedTuple):
    """Where the backward induction writes the solution of a layer.

    Attributes:
        values: V; shape (state, plane, point).
        strategies: s_h(a) of the mover; shape (action, type, point).
        second_strategies: Strategies of the second mover; shape (action, type, point).
        residuals: Largest |s - logit(Q)| of each state; shape (state,).
        regrets: Largest one-shot regret of each state; shape (state,).
        counts: What was done in each state, as `two_types.COUNTS` lists it; shape (state, 6).
        ell: Log likelihood ratios as last solved, where the mover has two types; in mover order; shape (action, point). Read and
            written.
        ell_change: How they changed when last solved; shape (action, point). Read and written.
    """

    values: Floats
    strategies: Floats
    second_strategies: Floats
    residuals: Floats
    regrets: Floats
    counts: NDArray[np.int64]
    ell: Floats
    ell_change: Floats


class GridArrays(NamedTuple):
    """The players and the belief axes.

    Attributes:
        n1: Points on belief axis 1.
        n2: Points on belief axis 2.
        rationality: L of each player; shape (player,).
        axis_of: Belief axis of each player, -1 for a player with one type; shape (player,).
        plane_of: Plane of each player's first type; shape (player,).
        axis1: Points and scales of axis 1; shape (2, n1).
        axis2: Points and scales of axis 2; shape (2, n2).
        matrix1: Coefficient matrix of axis 1; shape (n1, n1).
        matrix2: Coefficient matrix of axis 2; shape (n2, n2).
        samples1: Slope samples of axis 1 (`uniqueness.make_slope_samples`); shape (sample, n1).
        samples2: Slope samples of axis 2; shape (sample, n2).
        slope1: Differentiation matrix of axis 1, from values at the points to slopes there; shape (n1, n1).
        slope2: Differentiation matrix of axis 2; shape (n2, n2).
        own_belief: The belief of each axis at every point, in the mover order of that axis (`backward`); shape (2, point).
    """

    n1: int
    n2: int
    rationality: Floats
    axis_of: NDArray[np.int64]
    plane_of: NDArray[np.int64]
    axis1: Floats
    axis2: Floats
    matrix1: Floats
    matrix2: Floats
    samples1: Floats
    samples2: Floats
    slope1: Floats
    slope2: Floats
    own_belief: Floats


def pack_layer(layer: Layer) -> KernelLayer:
    """Copy the arrays of a layer where they are not contiguous or not of the type that kernels take."""
    second = layer.second

    def ints(array: NDArray[np.generic] | None) -> Ints:
        return np.ascontiguousarray(np.zeros(0) if array is None else array, dtype=np.int32)

    def floats(array: NDArray[np.generic]) -> Floats:
        return np.ascontiguousarray(array, dtype=np.float64)

    def bools(array: NDArray[np.generic] | None) -> Bools:
        return np.ascontiguousarray(np.zeros((0, 2)) if array is None else array, dtype=np.bool_)

    return KernelLayer(
        mover=ints(layer.mover),
        arrival=floats(layer.arrival),
        skip=ints(layer.skip),
        action_start=ints(layer.action_start),
        action_allowed=bools(layer.action_allowed),
        action_payoff=floats(layer.action_payoff),
        branch_start=ints(layer.branch_start),
        probability=floats(layer.branch_probability),
        target=ints(layer.branch_target),
        second_mover=ints(None if second is None else second.mover),
        second_count=ints(None if second is None else second.num_actions),
        second_allowed=bools(None if second is None else second.action_allowed),
    )


def pad(num_points: int) -> int:
    """Round a number of points up to whole vectors, the length of the point axis of arrays; a single point stays one."""
    return 1 if num_points == 1 else -(-num_points // WIDTH) * WIDTH


class Axis(NamedTuple):
    """The arrays of a belief axis, which do not depend on the game; see `GridArrays` for the shapes."""

    points: Floats
    matrix: Floats
    samples: Floats
    slope: Floats


@lru_cache(maxsize=64)
def make_axis(num_points: int, anchor: float | None) -> Axis:
    """Make the arrays of an axis, once for each number of points; they are shared, so nobody may write to them."""
    return Axis(
        make_axis_points(num_points, anchor),
        make_coefficient_matrix(num_points, anchor),
        _sample_slopes(num_points),
        make_differentiation_matrix(num_points, anchor),
    )


@lru_cache(maxsize=16)
def _sample_slopes(num_points: int) -> Floats:
    return make_slope_samples(num_points)


class BeliefGrid:
    """The belief points of a solve, and each player's place among them.

    On each axis the prior is a point (see `chebyshev`), unless it lies next to an end. So every decision up to the first that
    moves a belief is solved exactly at the prior, without interpolation: of all beliefs it is the one that every play passes
    through.

    Attributes:
        shape: Points on both axes.
        num_points: Their product.
        padded: Length of the point axis of arrays.
        anchors: The belief on each axis that is a point, None on an axis that does not exist.
        arrays: The arrays for kernels.
        start_weights: Interpolation weights of the prior; shape (point,).
        terminal_values: Payoff of each terminal at every belief point; shape (terminal, plane, point).
        beliefs: The belief of each axis at every point; shape (2, point).
    """

    def __init__(self, game: Game, num_points: int, anchor: tuple[float, ...] | None = None) -> None:
        """Place the points.

        Args:
            game: The game.
            num_points: Points on each axis that exists.
            anchor: The belief on each axis that is to be a point; None: the prior.

        Raises:
            ValueError: `anchor` does not have one belief for each player with two types.
        """
        axes = game.belief_players
        if anchor is not None and len(anchor) != len(axes):
            raise ValueError(
                f"anchor must give {len(axes)} beliefs, one for each player with two types, not {len(anchor)}"
            )
        anchors = [*(game.prior_belief if anchor is None else anchor), None, None][:2]
        self.anchors = (anchors[0], anchors[1])
        sizes = [num_points] * len(axes) + [1] * (2 - len(axes))
        self.shape = (sizes[0], sizes[1])
        self.num_points = sizes[0] * sizes[1]
        self.padded = pad(self.num_points)
        first, second = make_axis(sizes[0], anchors[0]), make_axis(sizes[1], anchors[1])
        points = [first.points, second.points]
        self.beliefs = np.zeros((2, self.padded))
        self.beliefs[0, : self.num_points] = np.repeat(points[0][0], self.shape[1])
        self.beliefs[1, : self.num_points] = np.tile(points[1][0], self.shape[0])
        own_belief = np.zeros((2, self.padded))
        own_belief[0] = self.beliefs[0]
        own_belief[1, : self.num_points] = np.repeat(points[1][0], self.shape[0])
        self.arrays = GridArrays(
            self.shape[0],
            self.shape[1],
            np.array([player.rationality for player in game.players], dtype=np.float64),
            np.array([axes.index(i) if i in axes else -1 for i in range(len(game.players))], dtype=np.int64),
            np.array(game.first_plane, dtype=np.int64),
            first.points, second.points, first.matrix, second.matrix, first.samples, second.samples,
            first.slope, second.slope, own_belief,
        )  # fmt: skip
        self.start_weights = np.zeros(self.padded)
        self.start_weights[: self.num_points] = self.interpolate(game.prior_belief)
        self.terminal_values = value_terminals(game, points[0][0], points[1][0])

    def interpolate(self, beliefs: Sequence[float]) -> Floats:
        """Find the interpolation weights of a public belief.

        Args:
            beliefs: One for each axis that exists, 0..1; others are ignored.

        Returns:
            Shape (point,); they sum to one.
        """
        lines = [np.ones(1), np.ones(1)]
        for axis, (belief, points) in enumerate(zip(beliefs, (self.arrays.axis1, self.arrays.axis2), strict=False)):
            if self.shape[axis] > 1:
                lines[axis] = np.empty(self.shape[axis])
                write_weights_at(belief, points, lines[axis])
        return np.outer(lines[0], lines[1]).ravel()


def value_terminals(game: Game, beliefs1: Floats, beliefs2: Floats) -> Floats:
    """Evaluate the payoff of each terminal at every belief point; shape (terminal, plane, point)."""
    by1 = np.stack([1.0 - beliefs1, beliefs1], axis=1)
    by2 = np.stack([1.0 - beliefs2, beliefs2])
    values = by1 @ game.terminals.payoff @ by2
    num_points = len(beliefs1) * len(beliefs2)
    padded = np.zeros((*values.shape[:2], pad(num_points)))
    padded[..., :num_points] = values.reshape(*values.shape[:2], num_points)
    return padded
