"""Solve a game: backward induction, forward pass, and the certificate of the solution."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import Game
from standoff.solve.backward_pass import backward_pass
from standoff.solve.forward_pass import forward_pass
from standoff.solve.joint_branch import trace_joint_branch
from standoff.solve.kernels.arrays import BeliefGrid
from standoff.solve.kernels.two_types import COUNTS
from standoff.solve.open_crises import find_open_gap, rate_open_crises
from standoff.solve.result import Certificate, Equilibrium, ForwardResult, Settings
from standoff.solve.size import find_memory_budget, require_memory
from standoff.solve.workers import Workers, count_processors

__all__ = [
    "BELIEF_LADDER",
    "Certificate",
    "Equilibrium",
    "ForwardResult",
    "Settings",
    "collect_all_probabilities",
    "collect_probabilities",
    "estimate_error",
    "refuse_beliefs",
    "solve",
]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

SMALL_GAME = 5000
"""Actions in all periods below which a solve is over before a second thread would have started."""

BELIEF_LADDER = (5, 9, 17, 33)
"""Belief points tried in turn until the error estimate meets the tolerance. Each rung halves the intervals of the last."""

SAFETY = 3.0
"""Factor on differences of probabilities that gives an estimate of their error.

If doubling the points leaves a fraction q of the error, the error of the finer solution is at most q / (1 - q) times the
difference between both. Three corresponds to q = 3/4. Smooth values converge far faster; the factor allows for slow convergence
and for a difference that is small by chance (docs/explanation/verification.md).
"""


def solve(game: Game, settings: Settings | None = None, progress: Progress | None = None) -> Equilibrium:
    """Find the logit equilibrium of a game on the branch that the settings ask for.

    Args:
        game: The game.
        settings: How to solve; the defaults suit every catalogue scenario.
        progress: Called from time to time with the fraction of the work done, 0..1.

    Returns:
        The equilibrium, whose certificate meets the tolerances.

    Raises:
        InputError: The solve does not fit into memory.
        SolveError: A node did not converge, or the largest number of belief points does not meet the belief tolerance.
    """
    settings = settings or Settings()
    num_points = (settings.belief_points or BELIEF_LADDER[1]) if game.belief_players else 1
    # refused here, before a coarse solve begins alongside
    require_memory(game, settings, BeliefGrid(game, num_points, settings.anchor))
    if not game.belief_players:
        return _solve_on(game, settings, 1, progress, None)
    if settings.belief_points is not None:
        points = settings.belief_points
        if not settings.estimate_error:
            return _solve_on(game, settings, points, progress, None)
        with _run_alongside(game, settings, lambda quiet: _solve_reference(game, quiet)) as reference:
            return _solve_on(game, settings, points, progress, reference)
    return _raise_points(game, settings, progress)


@contextmanager
def _run_alongside(
    game: Game, settings: Settings, work: Callable[[Settings], Floats | None]
) -> Iterator[Callable[[], Floats | None]]:
    """Do some work on one thread alongside the rest, if there are spare threads; gives a function that waits for the result."""
    size = game.num_periods * sum(layer.num_actions for layer in game.epochs[0].layers)
    if (settings.threads or count_processors()) == 1 or size < SMALL_GAME:
        yield lambda: work(settings)
        return
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(work, replace(settings, threads=1))
        yield result.result


def _solve_reference(game: Game, settings: Settings) -> Floats:
    """Find the probabilities with half as many belief points; where those are too few to solve the game, with twice as many."""
    assert settings.belief_points is not None
    found = _find_probabilities(game, settings, (settings.belief_points + 1) // 2)
    if found is not None:
        return found
    return collect_all_probabilities(game, _solve_on(game, settings, 2 * settings.belief_points - 1, None, None).sweep)


def _find_probabilities(game: Game, settings: Settings, num_points: int) -> Floats | None:
    """Find the probabilities with a number of belief points, None where it is too small to solve the game."""
    try:
        return collect_all_probabilities(game, _solve_on(game, settings, num_points, None, None).sweep)
    except SolveError:
        return None


def _raise_points(game: Game, settings: Settings, progress: Progress | None) -> Equilibrium:
    """Raise the belief points until the error estimate meets the tolerance."""
    failed: SolveError | None = None
    error = math.inf
    with _run_alongside(game, settings, lambda quiet: _find_probabilities(game, quiet, BELIEF_LADDER[0])) as coarse:
        for num_points in BELIEF_LADDER[1:]:
            try:
                found = _solve_on(game, settings, num_points, progress, coarse)
            except SolveError as problem:
                # with too few points values may be so distorted that a node has no branch to follow
                failed, coarse = problem, _return_none
                continue
            error, failed = found.certificate.belief_error, None
            if error <= settings.belief_tolerance:
                return found
            # only its probabilities are needed from here on; the rest is a large part of the memory
            coarse = partial(_return, collect_all_probabilities(game, found.sweep))
            del found
    if failed is not None:
        raise failed
    raise refuse_beliefs(error, settings)


def refuse_beliefs(error: float, settings: Settings) -> SolveError:
    """Make the error for a game whose estimated error is too large with the most belief points."""
    return SolveError(
        f"with {BELIEF_LADDER[-1]} belief points the estimated error of the probabilities is still {error:.1e}, above the "
        f"tolerance {settings.belief_tolerance:.1e}: lower the rationality of the players, or accept a larger belief tolerance"
    )


def _return_none() -> Floats | None:
    return None


def _return(probabilities: Floats) -> Floats | None:
    return probabilities


def _solve_on(
    game: Game,
    settings: Settings,
    num_points: int,
    progress: Progress | None,
    reference: Callable[[], Floats | None] | None,
) -> Equilibrium:
    """Solve with the given belief points.

    Args:
        game: The game.
        settings: How to solve.
        num_points: Belief points.
        progress: Called with the fraction of the work done.
        reference: Gives the probabilities with which the error is estimated, or None where they could not be found, which
            makes the error infinite. Without a reference the error is not estimated.
    """
    grid = BeliefGrid(game, num_points, settings.anchor)
    budget = find_memory_budget()
    require_memory(game, settings, grid, budget=budget)
    with Workers.start(settings) as workers:
        backward = backward_pass(game, settings, grid, workers, progress)
        branch: str = settings.branch if settings.start is None else "other"
        off = 0.0
        if backward.counts[COUNTS.index("unique")] == backward.counts[COUNTS.index("nodes")]:
            branch = "unique"
        elif branch == "principal":
            require_memory(game, settings, grid, follows_branch=True, budget=budget)
            backward, off = trace_joint_branch(game, settings, grid, workers, progress)
        sweep = forward_pass(game, grid, backward, workers, progress)
    coarse = reference() if reference is not None else collect_all_probabilities(game, sweep)
    error = math.inf if coarse is None else estimate_error(game, sweep, coarse)
    if coarse is not None:
        sweep = rate_open_crises(sweep, SAFETY * find_open_gap(game, sweep, coarse))
    start_values = backward.values[0][0][game.start] @ grid.start_weights
    gap = float(np.max(np.abs(start_values - sweep.payoffs))) if len(start_values) else 0.0
    certificate = Certificate(
        residual=backward.residual,
        regret=backward.regret,
        belief_points=tuple(num_points for _ in game.belief_players),
        belief_error=max(error, off),
        consistency_gap=gap,
        branch=branch,
        nodes=backward.counts[COUNTS.index("nodes")],
        evaluations=backward.counts[COUNTS.index("evaluations")],
        unique=backward.counts[COUNTS.index("unique")],
        traced=backward.counts[COUNTS.index("traced")],
        folds=backward.counts[COUNTS.index("folds")],
        stationary_change=backward.stationary_change,
    )
    return Equilibrium(
        game,
        settings,
        certificate,
        start_values,
        backward.values,
        backward.strategies,
        backward.second_strategies,
        sweep,
        backward.horizon_values,
    )


def collect_probabilities(game: Game, sweep: ForwardResult) -> Floats:
    """Collect the public probability of every outcome and milestone by the end of every period.

    Returns:
        Shape (period, outcome + milestone).
    """
    return np.concatenate([_collect_outcomes(game, sweep)[:, :, 0], sweep.milestones], axis=1)


def collect_all_probabilities(game: Game, sweep: ForwardResult) -> Floats:
    """Collect every probability that a forecast reports by date, including those given a player's true type.

    Returns:
        Shape (period, probability).
    """
    outcomes = _collect_outcomes(game, sweep)
    return np.concatenate([outcomes.reshape(len(outcomes), -1), sweep.milestones], axis=1)


def _collect_outcomes(game: Game, sweep: ForwardResult) -> Floats:
    """Collect the probability of every outcome by the end of every period; shape (period, outcome, measure)."""
    outcome_of = np.zeros((len(game.terminals.outcome), len(game.outcomes)))
    outcome_of[np.arange(len(game.terminals.outcome)), game.terminals.outcome] = 1.0
    probabilities: Floats = np.einsum("tkm,ko->tom", sweep.absorbed, outcome_of)
    return probabilities


def estimate_error(game: Game, sweep: ForwardResult, coarse: Floats) -> float:
    """Estimate the discretisation error of any probability.

    Args:
        game: The game.
        sweep: The result of the forward pass.
        coarse: The same probabilities with fewer (or more) points, from `collect_all_probabilities`.
    """
    difference = float(np.max(np.abs(collect_all_probabilities(game, sweep) - coarse), initial=0.0))
    return SAFETY * max(_find_type_gap(game, sweep), difference)


def _find_type_gap(game: Game, sweep: ForwardResult) -> float:
    """Find the largest difference between public probabilities and those averaged over the true types of a player.

    Both are the same probability, along measures that are interpolated differently, so their difference is a discretisation
    error.
    """
    probabilities = _collect_outcomes(game, sweep)
    worst = 0.0
    for player, first in zip(game.players, game.first_plane, strict=True):
        if len(player.player_types) == 2:
            mixed = player.prior[0] * probabilities[:, :, 1 + first] + player.prior[1] * probabilities[:, :, 2 + first]
            worst = max(worst, float(np.max(np.abs(mixed - probabilities[:, :, 0]), initial=0.0)))
    return worst
