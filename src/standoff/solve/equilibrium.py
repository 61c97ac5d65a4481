"""Solve a game: backward induction, forward pass, and the certificate that says how good the answer is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import Game
from standoff.solve.backward import COUNTS, PLANE_BLOCK, chance_layer, decision_layer, period_end
from standoff.solve.chebyshev import axis_of_points, coefficient_matrix, interpolation_weights
from standoff.solve.forward import CHANNEL_BLOCK, chance_forward, decision_forward, meet_milestones
from standoff.solve.node import slope_samples

__all__ = ["BELIEF_LADDER", "Certificate", "Equilibrium", "Settings", "Sweep", "solve"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

BELIEF_LADDER = (5, 9, 17, 33)
"""Belief points tried in turn until the error estimate meets the tolerance. Each rung halves the intervals of the last."""


@dataclass(frozen=True)
class Settings:
    """How to solve.

    Attributes:
        tolerance: Largest residual |s - logit(Q)| that counts as solved.
        belief_points: Points on each belief axis; None climbs `BELIEF_LADDER` until `belief_tolerance` is met.
        belief_tolerance: Largest estimated error of any odds from holding beliefs at points.
        trace_always: Trace every node from rationality 0, also where the solution is proved unique.
        keep_values: Keep the values of every layer and period, which sampling needs; else those of period 0 alone.
    """

    tolerance: float = 1e-8
    belief_points: int | None = None
    belief_tolerance: float = 2e-3
    trace_always: bool = False
    keep_values: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.tolerance) and self.tolerance > 0):
            raise ValueError(f"tolerance must be a positive number, not {self.tolerance!r}")
        if not (math.isfinite(self.belief_tolerance) and self.belief_tolerance > 0):
            raise ValueError(f"belief_tolerance must be a positive number, not {self.belief_tolerance!r}")
        if self.belief_points is not None and not 3 <= self.belief_points <= 129:
            raise ValueError(f"belief_points must lie in 3..129, not {self.belief_points!r}")


@dataclass(frozen=True)
class Certificate:
    """How good a solution is.

    Attributes:
        residual: Largest |s_h(a) - logit(Q)_h(a)| over every node of the game.
        regret: Largest gain in payoff from deviating once from the equilibrium strategy, over every node and type.
            At finite rationality it is positive: it measures the noise in behaviour, not an error of the solver.
        belief_points: Points on each belief axis.
        belief_error: Estimated error of any reported probability from holding beliefs at points: the largest change of any
            outcome's or milestone's odds by any date when the points are halved, or the largest difference between the
            public odds and those averaged over a player's true types, whichever is larger.
        consistency_gap: Largest difference between a player type's payoff added up forward and its value found backward.
        branch: "principal": every node lies on the branch traced from rationality 0, either because its solution is
            proved unique or because it was traced.
        nodes: Decision nodes solved.
        evaluations: Evaluations of node equations.
        unique: Nodes whose solution is proved unique.
        traced: Nodes traced from rationality 0.
        folds: Folds passed while tracing.
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


@dataclass(frozen=True)
class Sweep:
    """What the forward pass found. The last axis of every array is the measure.

    Measure 0 is the public one; then one for each plane (player type), in which that player is of that type.

    Attributes:
        absorbed: Mass that ended at each terminal by the end of each period; shape (period, terminal, measure).
        open_mass: Mass still open at the end of each period; shape (period + 1, state of layer 0), public measure.
        mean_beliefs: Public belief about each player with two types, averaged over what is open; shape (period + 1, axis).
        milestones: Probability that each milestone was met by the end of each period; shape (period, milestone).
        payoffs: Discounted payoff of each plane along its own measure; shape (plane,).
    """

    absorbed: Floats
    open_mass: Floats
    mean_beliefs: Floats
    milestones: Floats
    payoffs: Floats


@dataclass(frozen=True)
class Equilibrium:
    """The logit equilibrium of a game on its principal branch.

    Attributes:
        game: The game.
        settings: How it was solved.
        certificate: How good it is.
        start_values: Expected discounted payoff of each plane at the start; shape (plane,).
        values: V by period, layer: shape (state, belief point, plane), planes padded to whole blocks. Only period 0
            unless `settings.keep_values`.
        strategies: s_h(a) by period, layer: shape (action, type, belief point); empty for chance layers.
        sweep: What the forward pass found.
    """

    game: Game
    settings: Settings
    certificate: Certificate
    start_values: Floats
    values: tuple[tuple[Floats, ...], ...]
    strategies: tuple[tuple[Floats, ...], ...]
    sweep: Sweep

    @property
    def belief_shape(self) -> tuple[int, int]:
        """Points on the two belief axes, 1 for an axis that is not there."""
        return _belief_shape(self.game, self.certificate.belief_points)


class _Grid:
    """Points of both belief axes and where each player stands on them."""

    def __init__(self, game: Game, num_points: int) -> None:
        axes = game.belief_players
        self.shape = _belief_shape(game, tuple(num_points for _ in axes))
        self.axes = tuple(axis_of_points(n) for n in self.shape)
        self.matrices = tuple(coefficient_matrix(n) for n in self.shape)
        self.samples = tuple(slope_samples(n) for n in self.shape)
        self.num_points = self.shape[0] * self.shape[1]
        self.padded_planes = _padded(len(game.planes))
        self.axis_of = np.array([axes.index(i) if i in axes else -1 for i in range(len(game.players))], dtype=np.int64)
        self.plane_of = np.array(game.first_plane, dtype=np.int64)
        start = [interpolation_weights(belief, n) for belief, n in zip(game.prior_belief, self.shape, strict=False)]
        start += [np.ones(1)] * (2 - len(start))
        self.start_weights = np.outer(start[0], start[1]).ravel()
        self.terminal_values = terminal_values(game, self.axes[0][0], self.axes[1][0])


def terminal_values(game: Game, beliefs1: Floats, beliefs2: Floats) -> Floats:
    """Worth of each terminal at every belief point; shape (terminal, point, plane), planes padded to whole blocks."""
    by1 = np.stack([1.0 - beliefs1, beliefs1])
    by2 = np.stack([1.0 - beliefs2, beliefs2])
    values = np.einsum("kpab,ai,bj->kijp", game.terminals.payoff, by1, by2)
    padded = np.zeros((*values.shape[:3], _padded(len(game.planes))))
    padded[..., : len(game.planes)] = values
    return padded.reshape(len(values), len(beliefs1) * len(beliefs2), _padded(len(game.planes)))


def _padded(num_planes: int) -> int:
    return -(-num_planes // PLANE_BLOCK) * PLANE_BLOCK


def _belief_shape(game: Game, belief_points: tuple[int, ...]) -> tuple[int, int]:
    sizes = list(belief_points) + [1] * (2 - len(game.belief_players))
    return sizes[0], sizes[1]


def solve(game: Game, settings: Settings | None = None, progress: Progress | None = None) -> Equilibrium:
    """Find the logit equilibrium of a game on its principal branch.

    Args:
        game: The game.
        settings: How to solve; the defaults suit every catalogue scenario.
        progress: Called with the share of the work done, 0..1, now and then.

    Returns:
        The equilibrium, whose certificate meets the tolerances.

    Raises:
        SolveError: A node did not converge, or the belief points do not reach the belief tolerance.
    """
    settings = settings or Settings()
    if not game.belief_players:
        return _solve_on(game, settings, 1, progress, None)
    if settings.belief_points is not None:
        half = (settings.belief_points + 1) // 2
        coarse = _odds(game, _solve_on(game, settings, half, None, None).sweep)
        return _solve_on(game, settings, settings.belief_points, progress, coarse)
    return _climb(game, settings, progress)


def _climb(game: Game, settings: Settings, progress: Progress | None) -> Equilibrium:
    """Raise the belief points until the error estimate meets the tolerance."""
    coarse: Floats | None = None
    failed: SolveError | None = None
    error = math.inf
    for num_points in BELIEF_LADDER:
        try:
            found = _solve_on(game, settings, num_points, progress, coarse)
        except SolveError as problem:
            # too few points bend the values so that a node has no branch to follow; more may not
            failed = problem
            continue
        error = found.certificate.belief_error
        if coarse is not None and error <= settings.belief_tolerance:
            return found
        # only the odds are needed of it from here on; the rest is a large part of the memory
        coarse, failed = _odds(game, found.sweep), None
        del found
    if failed is not None:
        raise failed
    raise SolveError(
        f"beliefs held at {BELIEF_LADDER[-1]} points leave an estimated error of {error:.1e} in the odds, above the tolerance "
        f"{settings.belief_tolerance:.1e}: lower the rationality of the players, or accept a larger belief tolerance"
    )


def _solve_on(
    game: Game, settings: Settings, num_points: int, progress: Progress | None, coarse: Floats | None
) -> Equilibrium:
    """Solve with the given belief points; the error is estimated against the odds of a coarser solution, if given."""
    grid = _Grid(game, num_points)
    backward = _backward(game, settings, grid, progress)
    sweep = _forward(game, grid, backward.strategies, progress)
    error = _type_gap(game, sweep)
    if coarse is not None:
        error = max(error, float(np.max(np.abs(_odds(game, sweep) - coarse), initial=0.0)))
    start_values = (grid.start_weights @ backward.values[0][0][game.start])[: len(game.planes)]
    gap = float(np.max(np.abs(start_values - sweep.payoffs))) if len(start_values) else 0.0
    certificate = Certificate(
        residual=backward.residual,
        regret=backward.regret,
        belief_points=tuple(num_points for _ in game.belief_players),
        belief_error=error,
        consistency_gap=gap,
        branch="principal",
        nodes=backward.counts[COUNTS.index("nodes")],
        evaluations=backward.counts[COUNTS.index("evaluations")],
        unique=backward.counts[COUNTS.index("unique")],
        traced=backward.counts[COUNTS.index("traced")],
        folds=backward.counts[COUNTS.index("folds")],
    )
    return Equilibrium(game, settings, certificate, start_values, backward.values, backward.strategies, sweep)


@dataclass(frozen=True)
class _Backward:
    values: tuple[tuple[Floats, ...], ...]
    strategies: tuple[tuple[Floats, ...], ...]
    residual: float
    regret: float
    counts: tuple[int, ...]


def _backward(game: Game, settings: Settings, grid: _Grid, progress: Progress | None) -> _Backward:
    num_planes = len(game.planes)
    discounts = np.array([game.players[plane.player].discount for plane in game.planes])
    rationality = np.array([player.rationality for player in game.players])
    num_layers = game.num_layers
    value = np.zeros((game.num_states[0], grid.num_points, grid.padded_planes))
    value[:, :, :num_planes] = game.unresolved_payoff[:, None, :]
    warm = [np.zeros((layer.num_actions, grid.num_points)) for layer in game.epochs[0].layers]
    all_values: list[tuple[Floats, ...]] = []
    all_strategies: list[tuple[Floats, ...]] = []
    residual = 0.0
    regret = 0.0
    counts = np.zeros(len(COUNTS), dtype=np.int64)
    for period in range(game.num_periods - 1, -1, -1):
        epoch = game.epoch_of(period)
        ended = np.zeros_like(value)
        period_end(value, epoch.flow, discounts, ended)
        value = ended
        layer_values: list[Floats] = [value] * (num_layers + 1)
        layer_strategies: list[Floats] = [np.empty(0)] * num_layers
        for s in range(num_layers - 1, -1, -1):
            layer = epoch.layers[s]
            out = np.empty((layer.num_states, grid.num_points, grid.padded_planes))
            if layer.is_chance:
                chance_layer(
                    layer.arrival, layer.skip, layer.action_start, layer.action_payoff, layer.branch_start,
                    layer.branch_probability, layer.branch_target, grid.terminal_values, value, out,
                )  # fmt: skip
                layer_strategies[s] = np.empty((0, 2, grid.num_points))
            else:
                if warm[s].shape[0] != layer.num_actions:  # another epoch, other actions
                    warm[s] = np.zeros((layer.num_actions, grid.num_points))
                strategies = np.empty((layer.num_actions, 2, grid.num_points))
                residuals = np.empty(layer.num_states)
                regrets = np.empty(layer.num_states)
                layer_counts = np.empty((layer.num_states, len(COUNTS)), dtype=np.int64)
                decision_layer(
                    0, layer.num_states, grid.shape, layer.mover, layer.arrival, layer.skip, layer.action_start,
                    layer.action_allowed, layer.action_payoff, layer.branch_start, layer.branch_probability,
                    layer.branch_target, grid.terminal_values, rationality, grid.axis_of, grid.plane_of,
                    grid.axes[0], grid.axes[1], grid.matrices[0], grid.matrices[1],
                    grid.samples[0], grid.samples[1], value, warm[s], out, strategies,
                    residuals, regrets, layer_counts, settings.trace_always,
                )  # fmt: skip
                layer_strategies[s] = strategies
                totals = layer_counts.sum(axis=0)
                counts += totals
                worst = float(residuals.max(initial=0.0))
                if totals[COUNTS.index("lost")] or not worst <= settings.tolerance:
                    _refuse(game, layer.stage, period, worst, int(totals[COUNTS.index("lost")]), settings)
                residual = max(residual, worst)
                regret = max(regret, float(regrets.max(initial=0.0)))
            layer_values[s] = out
            value = out
        if settings.keep_values or period == 0:
            all_values.append(tuple(layer_values))
        all_strategies.append(tuple(layer_strategies))
        if progress is not None:
            progress(0.8 * (game.num_periods - period) / game.num_periods)
    all_values.reverse()
    all_strategies.reverse()
    return _Backward(tuple(all_values), tuple(all_strategies), residual, regret, tuple(int(count) for count in counts))


def _refuse(game: Game, stage: str, period: int, residual: float, lost: int, settings: Settings) -> None:
    lambdas = ", ".join(f"{player.name} {player.rationality:g}" for player in game.players)
    why = f"residual {residual:.1e}, tolerance {settings.tolerance:.1e}"
    if lost:
        why = f"the branch traced from rationality 0 was lost at {lost} belief points"
    raise SolveError(
        f"the equilibrium of stage `{stage}` in period {period + 1} did not converge ({why}): "
        f"lower the rationality (now {lambdas}), or set more belief points"
    )


def _forward(game: Game, grid: _Grid, strategies: tuple[tuple[Floats, ...], ...], progress: Progress | None) -> Sweep:
    num_planes = len(game.planes)
    num_milestones = len(game.milestones)
    first_plane_channel = 1 + num_milestones
    used_channels = first_plane_channel + num_planes
    num_channels = -(-used_channels // CHANNEL_BLOCK) * CHANNEL_BLOCK
    num_terminals = len(game.terminals.outcome)
    discounts = np.array([game.players[plane.player].discount for plane in game.planes])
    after = np.array([milestone.after for milestone in game.milestones], dtype=np.int64)
    sizes = game.num_states

    mass = np.zeros((sizes[0], grid.num_points, num_channels))
    mass[game.start, :, :used_channels] = grid.start_weights[:, None]
    for m, milestone in enumerate(game.milestones):
        if milestone.after >= 0:
            mass[game.start, :, 1 + m] = 0.0
    absorbed = np.zeros((num_terminals, num_channels))
    hits = np.zeros(num_milestones)
    payoffs = np.zeros(num_planes)
    factor = np.ones(num_planes)
    beliefs = np.stack([np.repeat(grid.axes[0][0], grid.shape[1]), np.tile(grid.axes[1][0], grid.shape[0])])
    num_axes = len(game.belief_players)

    absorbed_by = np.zeros((game.num_periods, num_terminals, 1 + num_planes))
    milestones_by = np.zeros((game.num_periods, num_milestones))
    open_by = np.zeros((game.num_periods + 1, sizes[0]))
    beliefs_by = np.full((game.num_periods + 1, num_axes), np.nan)
    measures = np.r_[0, np.arange(first_plane_channel, used_channels)]

    def note(period: int) -> None:
        public = mass[:, :, 0]
        open_by[period] = public.sum(axis=1)
        total = open_by[period].sum()
        if total > 1e-12:
            beliefs_by[period] = (beliefs[:num_axes] @ public.sum(axis=0)) / total

    note(0)
    meet_milestones(game.epochs[0].layers[0].milestone_holds, after, 1, mass, hits)
    for period in range(game.num_periods):
        epoch = game.epoch_of(period)
        for s, layer in enumerate(epoch.layers):
            next_mass = np.zeros((sizes[(s + 1) % game.num_layers], grid.num_points, num_channels))
            if layer.is_chance:
                chance_forward(
                    layer.arrival, layer.skip, layer.action_start, layer.action_payoff, layer.branch_start,
                    layer.branch_probability, layer.branch_target,
                    grid.terminal_values, factor, first_plane_channel, mass, next_mass,
                    absorbed, payoffs,
                )  # fmt: skip
            else:
                decision_forward(
                    grid.shape, layer.mover, layer.arrival, layer.skip, layer.action_start, layer.action_allowed,
                    layer.action_payoff, layer.branch_start, layer.branch_probability, layer.branch_target,
                    grid.terminal_values, factor,
                    first_plane_channel, grid.plane_of, grid.axis_of, grid.axes[0], grid.axes[1],
                    strategies[period][s], mass, next_mass, absorbed, payoffs,
                )  # fmt: skip
            arrived = epoch.layers[(s + 1) % game.num_layers]
            meet_milestones(arrived.milestone_holds, after, 1, next_mass, hits)
            mass = next_mass
        absorbed_by[period] = absorbed[:, measures]
        open_planes = mass[:, :, first_plane_channel:used_channels].sum(axis=1)
        payoffs += factor * np.einsum("xp,xp->p", open_planes, epoch.flow)
        factor = factor * discounts
        milestones_by[period] = hits
        note(period + 1)
        if progress is not None:
            progress(0.8 + 0.2 * (period + 1) / game.num_periods)
    open_planes = mass[:, :, first_plane_channel:used_channels].sum(axis=1)
    payoffs = payoffs + factor * np.einsum("xp,xp->p", open_planes, game.unresolved_payoff)
    return Sweep(absorbed_by, open_by, beliefs_by, milestones_by, payoffs)


def _odds(game: Game, sweep: Sweep) -> Floats:
    """Odds of every outcome and milestone by the end of every period; shape (period, outcome + milestone)."""
    outcome_of = np.zeros((len(game.terminals.outcome), len(game.outcomes)))
    outcome_of[np.arange(len(game.terminals.outcome)), game.terminals.outcome] = 1.0
    return np.concatenate([sweep.absorbed[:, :, 0] @ outcome_of, sweep.milestones], axis=1)


def _type_gap(game: Game, sweep: Sweep) -> float:
    """Largest difference between public odds and those averaged over the true types of a player.

    Both are the same probability, found along measures that differ in how they pass through belief points, so what lies
    between them is the error of holding beliefs at points.
    """
    by_outcome = np.zeros((sweep.absorbed.shape[0], len(game.outcomes), sweep.absorbed.shape[2]))
    for k, outcome in enumerate(game.terminals.outcome):
        by_outcome[:, outcome] += sweep.absorbed[:, k]
    worst = 0.0
    for player, first in zip(game.players, game.first_plane, strict=True):
        if len(player.player_types) == 2:
            mixed = player.prior[0] * by_outcome[:, :, 1 + first] + player.prior[1] * by_outcome[:, :, 2 + first]
            worst = max(worst, float(np.max(np.abs(mixed - by_outcome[:, :, 0]), initial=0.0)))
    return worst
