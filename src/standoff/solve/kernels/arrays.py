"""The arrays of a game as kernels take them.

Values are held by state, plane and belief point, points last, so that a kernel takes eight neighbouring points at a time.
The public belief has two axes, one for each player with two types (an axis of length 1 where there is no such player); point
i1 n2 + i2 stands for the beliefs i1, i2. The points are filled up to a multiple of eight with numbers that mean nothing but
are finite. In a game without private types there is a single point and no filling.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.solve.kernels.chebyshev import axis_of_points, coefficient_matrix, differentiation_matrix, weights_at
from standoff.solve.kernels.node import slope_samples
from standoff.solve.kernels.vectors import WIDTH

__all__ = ["Grid", "Moves", "Sides", "moves_of", "padded", "second_of", "terminal_values"]

Floats = NDArray[np.float64]


class Moves(NamedTuple):
    """The arrays of a `Layer`, under its names."""

    mover: NDArray[np.int32]
    arrival: Floats
    skip: NDArray[np.int32]
    action_start: NDArray[np.int32]
    action_allowed: NDArray[np.bool_]
    action_payoff: Floats
    branch_start: NDArray[np.int32]
    probability: Floats
    target: NDArray[np.int32]


class Sides(NamedTuple):
    """The players and the belief axes.

    Attributes:
        n1: Points on belief axis 1; `n2` on axis 2.
        n2: Points on axis 2.
        rationality: L of each player; shape (player,).
        axis_of: Belief axis of each player, -1 for a player with one type; shape (player,).
        plane_of: Plane of each player's first type; shape (player,).
        axis1: Points and scales of axis 1; shape (2, n1). `axis2` of axis 2.
        axis2: Shape (2, n2).
        matrix1: Coefficient matrix of axis 1; shape (n1, n1). `matrix2` of axis 2.
        matrix2: Shape (n2, n2).
        samples1: Slope samples of axis 1 (`slope_samples`). `samples2` of axis 2.
        samples2: Shape (sample, n2).
        slope1: Differentiation matrix of axis 1, from values at the points to slopes there; shape (n1, n1). `slope2` of
            axis 2.
        slope2: Shape (n2, n2).
        own_belief: The belief of each axis at every point, in the mover order of that axis (`standoff.solve.kernels.backward`);
            shape (2, row).
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


def moves_of(layer: Layer) -> Moves:
    """The arrays of a layer, each in one piece of memory, as pointers need it."""
    ints = [np.ascontiguousarray(array, dtype=np.int32) for array in (
        layer.mover, layer.skip, layer.action_start, layer.branch_start, layer.branch_target
    )]  # fmt: skip
    floats = [np.ascontiguousarray(array, dtype=np.float64) for array in (
        layer.arrival, layer.action_payoff, layer.branch_probability
    )]  # fmt: skip
    allowed = np.ascontiguousarray(layer.action_allowed, dtype=np.bool_)
    return Moves(ints[0], floats[0], ints[1], ints[2], allowed, floats[1], ints[3], floats[2], ints[4])


def second_of(layer: Layer) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    """Mover, number of own actions and what is allowed, of the second movers of a layer that has some."""
    assert layer.second is not None
    return (
        np.ascontiguousarray(layer.second.mover, dtype=np.int32),
        np.ascontiguousarray(layer.second.num_actions, dtype=np.int32),
        np.ascontiguousarray(layer.second.action_allowed, dtype=np.bool_),
    )


def padded(num_points: int) -> int:
    """Length of a row of belief points: filled up to whole vectors, but a single point stays single."""
    return 1 if num_points == 1 else -(-num_points // WIDTH) * WIDTH


class Axis(NamedTuple):
    """What kernels need of a belief axis, whatever the game; see `Sides` for the shapes."""

    points: Floats
    matrix: Floats
    samples: Floats
    slope: Floats


@lru_cache(maxsize=64)
def axis_of(num_points: int, anchor: float | None) -> Axis:
    """The arrays of an axis with so many points, made once; they are shared, so nobody may write to them."""
    return Axis(
        axis_of_points(num_points, anchor),
        coefficient_matrix(num_points, anchor),
        _samples_of(num_points),
        differentiation_matrix(num_points, anchor),
    )


@lru_cache(maxsize=16)
def _samples_of(num_points: int) -> Floats:
    return slope_samples(num_points)


class Grid:
    """The belief points of a solve, and where each player stands on them.

    On each axis the prior is a point (`standoff.solve.kernels.chebyshev`, unless it lies next to an end). So every
    decision up to the
    first that moves a belief is solved exactly at the prior, and nothing is interpolated there: of all beliefs it is the one
    that every play passes through.

    Attributes:
        shape: Points on both axes.
        num_points: Their product.
        row: Length of a row of points, filled up.
        anchors: The belief on each axis that is a point, None on an axis that is not there.
        sides: The arrays for kernels.
        start_weights: Interpolation weights of the prior; shape (row,).
        terminal_values: Worth of each terminal at every belief point; shape (terminal, plane, row).
        beliefs: The belief of each axis at every point; shape (2, row).
    """

    def __init__(self, game: Game, num_points: int, anchor: tuple[float, ...] | None = None) -> None:
        """Place the points.

        Args:
            game: The game.
            num_points: Points on each axis that is there.
            anchor: The belief on each axis that is to be a point; None: the prior.

        Raises:
            ValueError: `anchor` has not one belief for each player with two types.
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
        self.row = padded(self.num_points)
        first, second = axis_of(sizes[0], anchors[0]), axis_of(sizes[1], anchors[1])
        points = [first.points, second.points]
        self.beliefs = np.zeros((2, self.row))
        self.beliefs[0, : self.num_points] = np.repeat(points[0][0], self.shape[1])
        self.beliefs[1, : self.num_points] = np.tile(points[1][0], self.shape[0])
        own_belief = np.zeros((2, self.row))
        own_belief[0] = self.beliefs[0]
        own_belief[1, : self.num_points] = np.repeat(points[1][0], self.shape[0])
        self.sides = Sides(
            self.shape[0],
            self.shape[1],
            np.array([player.rationality for player in game.players], dtype=np.float64),
            np.array([axes.index(i) if i in axes else -1 for i in range(len(game.players))], dtype=np.int64),
            np.array(game.first_plane, dtype=np.int64),
            first.points, second.points, first.matrix, second.matrix, first.samples, second.samples,
            first.slope, second.slope, own_belief,
        )  # fmt: skip
        self.start_weights = np.zeros(self.row)
        self.start_weights[: self.num_points] = self.weights_of(game.prior_belief)
        self.terminal_values = terminal_values(game, points[0][0], points[1][0])

    def weights_of(self, beliefs: Sequence[float]) -> Floats:
        """Interpolation weights of a public belief.

        Args:
            beliefs: One for each axis that is there, 0..1; what is given for others is not looked at.

        Returns:
            Shape (point,); they sum to one.
        """
        lines = [np.ones(1), np.ones(1)]
        for axis, (belief, points) in enumerate(zip(beliefs, (self.sides.axis1, self.sides.axis2), strict=False)):
            if self.shape[axis] > 1:
                lines[axis] = np.empty(self.shape[axis])
                weights_at(belief, points, lines[axis])
        return np.outer(lines[0], lines[1]).ravel()


def terminal_values(game: Game, beliefs1: Floats, beliefs2: Floats) -> Floats:
    """Worth of each terminal at every belief point; shape (terminal, plane, row)."""
    by1 = np.stack([1.0 - beliefs1, beliefs1], axis=1)
    by2 = np.stack([1.0 - beliefs2, beliefs2])
    values = by1 @ game.terminals.payoff @ by2
    num_points = len(beliefs1) * len(beliefs2)
    rows = np.zeros((*values.shape[:2], padded(num_points)))
    rows[..., :num_points] = values.reshape(*values.shape[:2], num_points)
    return rows
