"""Solve a game: backward induction, forward pass, and the certificate that says how good the answer is."""

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
from standoff.solve.kernels.arrays import Grid
from standoff.solve.kernels.two_types import COUNTS
from standoff.solve.result import Certificate, Equilibrium, Settings, Sweep
from standoff.solve.workers import Workers, num_processors

__all__ = [
    "BELIEF_LADDER",
    "Certificate",
    "Equilibrium",
    "Settings",
    "Sweep",
    "collect_all_probabilities",
    "collect_probabilities",
    "estimate_error",
    "refuse_beliefs",
    "solve",
]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

SMALL_GAME = 5000
"""Actions in all periods below which a solve is over before a second thread would have begun."""

BELIEF_LADDER = (5, 9, 17, 33)
"""Belief points tried in turn until the error estimate meets the tolerance. Each rung halves the intervals of the last."""

SAFETY = 3.0
"""What differences of probabilities are multiplied with to estimate an error.

If doubling the points leaves a share q of the error, the error of the finer solution is at most q / (1 - q) times the difference
between both. Three stands for q = 3/4. Smooth values converge far faster; what converges slowly, or hides its error in a
difference that is small by chance, is why it is not one (docs/explanation/verification.md).
"""


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
        points = settings.belief_points
        if not settings.estimate_error:
            return _solve_on(game, settings, points, progress, None)
        with _beside(game, settings, lambda quiet: _reference(game, quiet)) as reference:
            return _solve_on(game, settings, points, progress, reference)
    return _climb(game, settings, progress)


@contextmanager
def _beside(
    game: Game, settings: Settings, work: Callable[[Settings], Floats | None]
) -> Iterator[Callable[[], Floats | None]]:
    """Do some work on one thread beside the rest, if there are threads to spare; gives what waits for the result."""
    size = game.num_periods * sum(layer.num_actions for layer in game.epochs[0].layers)
    if (settings.threads or num_processors()) == 1 or size < SMALL_GAME:
        yield lambda: work(settings)
        return
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(work, replace(settings, threads=1))
        yield result.result


def _reference(game: Game, settings: Settings) -> Floats:
    """Probabilities from half as many belief points; where those are too few to solve the game, from twice as many."""
    assert settings.belief_points is not None
    found = _probability_at(game, settings, (settings.belief_points + 1) // 2)
    if found is not None:
        return found
    return collect_all_probabilities(game, _solve_on(game, settings, 2 * settings.belief_points - 1, None, None).sweep)


def _probability_at(game: Game, settings: Settings, num_points: int) -> Floats | None:
    """Probabilities from so many belief points, None where they are too few to solve the game."""
    try:
        return collect_all_probabilities(game, _solve_on(game, settings, num_points, None, None).sweep)
    except SolveError:
        return None


def _climb(game: Game, settings: Settings, progress: Progress | None) -> Equilibrium:
    """Raise the belief points until the error estimate meets the tolerance."""
    failed: SolveError | None = None
    error = math.inf
    with _beside(game, settings, lambda quiet: _probability_at(game, quiet, BELIEF_LADDER[0])) as coarse:
        for num_points in BELIEF_LADDER[1:]:
            try:
                found = _solve_on(game, settings, num_points, progress, coarse)
            except SolveError as problem:
                # too few points bend the values so that a node has no branch to follow; more may not
                failed, coarse = problem, _nothing
                continue
            error, failed = found.certificate.belief_error, None
            if error <= settings.belief_tolerance:
                return found
            # only the probabilities are needed of it from here on; the rest is a large part of the memory
            coarse = partial(_given, collect_all_probabilities(game, found.sweep))
            del found
    if failed is not None:
        raise failed
    raise refuse_beliefs(error, settings)


def refuse_beliefs(error: float, settings: Settings) -> SolveError:
    """What to say where the most belief points leave too large an estimated error."""
    return SolveError(
        f"beliefs held at {BELIEF_LADDER[-1]} points leave an estimated error of {error:.1e} in the "
        f"probabilities, above the tolerance "
        f"{settings.belief_tolerance:.1e}: lower the rationality of the players, or accept a larger belief tolerance"
    )


def _nothing() -> Floats | None:
    return None


def _given(probabilities: Floats) -> Floats | None:
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
        progress: Called with the share of the work done.
        reference: Gives the probabilities against which the error is estimated, None where they could not be found:
            then the error is infinite. No reference at all: the error is not asked for.
    """
    grid = Grid(game, num_points, settings.anchor)
    with Workers.start(settings) as workers:
        backward = backward_pass(game, settings, grid, workers, progress)
        sweep = forward_pass(game, grid, backward, workers, progress)
    coarse = reference() if reference is not None else collect_all_probabilities(game, sweep)
    error = math.inf if coarse is None else estimate_error(game, sweep, coarse)
    start_values = backward.values[0][0][game.start] @ grid.start_weights
    gap = float(np.max(np.abs(start_values - sweep.payoffs))) if len(start_values) else 0.0
    certificate = Certificate(
        residual=backward.residual,
        regret=backward.regret,
        belief_points=tuple(num_points for _ in game.belief_players),
        belief_error=error,
        consistency_gap=gap,
        branch="principal" if settings.start is None else "other",
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


def collect_probabilities(game: Game, sweep: Sweep) -> Floats:
    """Public probability of every outcome and milestone by the end of every period; shape (period, outcome + milestone)."""
    return np.concatenate([_outcome_probabilities(game, sweep)[:, :, 0], sweep.milestones], axis=1)


def collect_all_probabilities(game: Game, sweep: Sweep) -> Floats:
    """Every probability that a forecast reports by date, those given a player's true type among them; one row a period."""
    outcomes = _outcome_probabilities(game, sweep)
    return np.concatenate([outcomes.reshape(len(outcomes), -1), sweep.milestones], axis=1)


def _outcome_probabilities(game: Game, sweep: Sweep) -> Floats:
    """Probability of every outcome by the end of every period along every measure; shape (period, outcome, measure)."""
    outcome_of = np.zeros((len(game.terminals.outcome), len(game.outcomes)))
    outcome_of[np.arange(len(game.terminals.outcome)), game.terminals.outcome] = 1.0
    probabilities: Floats = np.einsum("tkm,ko->tom", sweep.absorbed, outcome_of)
    return probabilities


def estimate_error(game: Game, sweep: Sweep, coarse: Floats) -> float:
    """Estimated error of any probability from holding beliefs at points.

    Args:
        game: The game.
        sweep: What the forward pass found.
        coarse: The same probabilities from fewer (or more) points, as `collect_all_probabilities` gives them.
    """
    apart = float(np.max(np.abs(collect_all_probabilities(game, sweep) - coarse), initial=0.0))
    return SAFETY * max(_type_gap(game, sweep), apart)


def _type_gap(game: Game, sweep: Sweep) -> float:
    """Largest difference between public probabilities and those averaged over the true types of a player.

    Both are the same probability, found along measures that differ in how they pass through belief points, so what lies
    between them is the error of holding beliefs at points.
    """
    probabilities = _outcome_probabilities(game, sweep)
    worst = 0.0
    for player, first in zip(game.players, game.first_plane, strict=True):
        if len(player.player_types) == 2:
            mixed = player.prior[0] * probabilities[:, :, 1 + first] + player.prior[1] * probabilities[:, :, 2 + first]
            worst = max(worst, float(np.max(np.abs(mixed - probabilities[:, :, 0]), initial=0.0)))
    return worst
