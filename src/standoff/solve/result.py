"""The settings and the result of a solve."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game
from standoff.solve.kernels.arrays import BeliefGrid, KernelLayer, pack_layer

__all__ = ["MOST_BELIEF_POINTS", "Certificate", "Equilibrium", "ForwardResult", "Settings"]

Floats = NDArray[np.float64]

MOST_BELIEF_POINTS = 129
"""Largest number of points on a belief axis."""


@dataclass(frozen=True)
class Settings:
    """Settings of a solve.

    Attributes:
        tolerance: Largest residual |s - logit(Q)| that counts as solved; for a crisis without end also the largest
            change of any value, in payoff units, by one more period.
        belief_points: Points on each belief axis; None tries `BELIEF_LADDER` until `belief_tolerance` is met.
        belief_tolerance: Largest estimated discretisation error of any probability.
        anchor: The belief about each player with two types, 0..1, that is made a belief point; None: the prior. Comparisons
            between priors (a derivative, a batch with common points) fix the points by it.
        branch: Which equilibrium, where there may be several. "node-wise": the branch of each decision by itself, with later play
            as it is at full rationality. "principal": the branch of the whole game, along which the rationality of all players
            grows together from 0; refused where it is lost at a decision that play reaches.
        trace_always: Trace every node from rationality 0, even where the solution is proved unique.
        start: Start of a search for other equilibria (see `standoff.solve.branches`); None: no search.
        keep_values: Keep the values of every layer and period, which sampling needs; otherwise only those of period 0.
        threads: Threads to use; None: one for each processor that this process may use. The answer does not depend on it.
        estimate_error: Estimate the error of given `belief_points` by a second solve; without it the certificate's `belief_error`
            is only the difference between public probabilities and those averaged over types.
        max_periods: Periods after which a crisis without end must have become stationary.

    Examples:
        >>> Settings(belief_points=9, threads=1).belief_tolerance
        0.002
    """

    tolerance: float = 1e-8
    belief_points: int | None = None
    belief_tolerance: float = 2e-3
    anchor: tuple[float, ...] | None = None
    branch: Literal["principal", "node-wise"] = "node-wise"
    trace_always: bool = False
    start: int | None = None
    keep_values: bool = False
    threads: int | None = None
    estimate_error: bool = True
    max_periods: int = 100_000

    def __post_init__(self) -> None:
        if not (math.isfinite(self.tolerance) and self.tolerance > 0):
            raise ValueError(f"tolerance must be a positive number, not {self.tolerance!r}")
        if not (math.isfinite(self.belief_tolerance) and self.belief_tolerance > 0):
            raise ValueError(f"belief_tolerance must be a positive number, not {self.belief_tolerance!r}")
        for name in ("belief_points", "threads", "start", "max_periods"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, numbers.Integral):
                raise ValueError(f"{name} must be a whole number, not {value!r}")
        if self.belief_points is not None and not 3 <= self.belief_points <= MOST_BELIEF_POINTS:
            raise ValueError(f"belief_points must lie in 3..{MOST_BELIEF_POINTS}, not {self.belief_points!r}")
        if self.anchor is not None and not all(0 <= belief <= 1 for belief in self.anchor):
            raise ValueError(f"anchor must hold beliefs in 0..1, not {self.anchor!r}")
        if self.threads is not None and self.threads < 1:
            raise ValueError(f"threads must be at least 1, not {self.threads!r}")
        if self.start is not None and self.start < 0:
            raise ValueError(f"start must be at least 0, not {self.start!r}")
        if self.max_periods < 1:
            raise ValueError(f"max_periods must be at least 1, not {self.max_periods!r}")


@dataclass(frozen=True)
class Certificate:
    """Measures of the quality of a solution.

    Attributes:
        residual: Largest |s_h(a) - logit(Q)_h(a)| over every node of the game.
        regret: Largest gain in payoff from deviating once from the equilibrium strategy, over every node and type.
            At finite rationality it is positive: it measures the noise in behaviour, not an error of the solver.
        belief_points: Points on each belief axis.
        belief_error: Estimated discretisation error of any reported probability. It is three times the larger of two numbers: the
            largest change, when the belief grid is halved, of any outcome's or milestone's probability by any date, public or
            given a player's true type; and the largest difference between a public probability and the same averaged over a
            player's true types. It is an estimate, not a bound. Without `Settings.estimate_error` only the second counts.
        consistency_gap: Largest difference between a player type's payoff in the forward pass and its value in the backward pass.
        branch: "unique": every node's solution is proved unique, so that there is no other equilibrium. "node-wise": the branch
            of each decision by itself. "principal": the branch of the whole game, traced jointly, as asked for. "other": found
            by a search, on any branch.
        nodes: Decision nodes solved.
        evaluations: Evaluations of node equations.
        unique: Nodes whose solution is proved unique.
        traced: Nodes traced from rationality 0.
        folds: Folds and branch points passed while tracing.
        stationary_change: In a crisis without end, the largest change of any value by one more period; else 0.
    """

    residual: float
    regret: float
    belief_points: tuple[int, ...]
    belief_error: float
    consistency_gap: float
    branch: str
    nodes: int
    evaluations: int
    unique: int
    traced: int
    folds: int
    stationary_change: float = 0.0

    @property
    def is_unique(self) -> bool:
        """Whether every node's solution is proved unique, given what follows it, so that there is no other equilibrium."""
        return self.unique == self.nodes

    @property
    def is_node_wise(self) -> bool:
        """Whether every node lies on its own branch from rationality 0, given later play, as a proved one always does."""
        return self.branch in {"unique", "node-wise"}


@dataclass(frozen=True)
class ForwardResult:
    """The result of the forward pass.

    Measure 0 is the public one; then comes one for each plane (player type), in which that player is of that type.

    Attributes:
        absorbed: Probability of having ended at each terminal by the end of each period; shape (period, terminal, measure).
        open_mass: Public probability of each state, still open, at the end of each period; shape (period + 1, state of layer 0).
        mean_beliefs: Public belief about each player with two types, averaged over open crises; shape (period + 1, axis), nan
            where too few crises are open for an average (`standoff.solve.open_crises`).
        milestones: Probability that each milestone was met by the end of each period; shape (period, milestone).
        payoffs: Discounted payoff of each plane along its own measure; shape (plane,).
        open_error: Estimated error of the probability that the crisis is open; shape (period + 1,).
    """

    absorbed: Floats
    open_mass: Floats
    mean_beliefs: Floats
    milestones: Floats
    payoffs: Floats
    open_error: Floats


@dataclass(frozen=True)
class Equilibrium:
    """A logit equilibrium of a game, on the branch that its certificate names.

    Attributes:
        game: The game.
        settings: Its settings.
        certificate: Its quality.
        start_values: Expected discounted payoff of each plane at the start; shape (plane,).
        values: V by period, layer: shape (state, plane, point). Only period 0 unless
            `settings.keep_values`.
        strategies: s_h(a) by period, layer: shape (action, type, point); empty for chance layers. In simultaneous states it
            is the strategy of the mover.
        second_strategies: Strategies of the second mover, by period and layer; empty where there is none.
        sweep: What the forward pass found.
        horizon_values: V where the crisis is still open at the horizon; shape (state of layer 0, plane, point).
    """

    game: Game
    settings: Settings
    certificate: Certificate
    start_values: Floats
    values: tuple[tuple[Floats, ...], ...]
    strategies: tuple[tuple[Floats, ...], ...]
    second_strategies: tuple[tuple[Floats, ...], ...]
    sweep: ForwardResult
    horizon_values: Floats

    @property
    def belief_shape(self) -> tuple[int, int]:
        """Points on the two belief axes, 1 for an axis that does not exist."""
        sizes = list(self.certificate.belief_points) + [1] * (2 - len(self.game.belief_players))
        return sizes[0], sizes[1]

    @cached_property
    def grid(self) -> BeliefGrid:
        """The belief points of the solution."""
        points = self.certificate.belief_points
        return BeliefGrid(self.game, points[0] if points else 1, self.settings.anchor)

    def layer_arrays(self, period: int, layer_index: int) -> KernelLayer:
        """The arrays of a layer, as kernels take them."""
        epoch = self.game.find_epoch(period)
        key = (epoch.start, layer_index)
        if key not in self._arrays:
            self._arrays[key] = pack_layer(epoch.layers[layer_index])
        return self._arrays[key]

    @cached_property
    def _arrays(self) -> dict[tuple[int, int], KernelLayer]:
        return {}

    @property
    def num_points(self) -> int:
        """Number of belief points; arrays are padded beyond them."""
        return self.belief_shape[0] * self.belief_shape[1]
