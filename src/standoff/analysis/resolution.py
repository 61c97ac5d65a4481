"""How many belief points each of many solves needs, and how far off they are with so few.

A forecast climbs a ladder of belief points until two rungs agree. That costs several solves, too much for each of
thousands of
draws. One solve shows a part of its error by itself: the **gap** between its public odds and those averaged over the true
types of a player
(`Certificate.belief_error` without an estimate). So

1. **checks** are made on the file's own values and on draws spread over the whole, by solving them as a forecast is;
2. **the fewest points** to begin with are the fewest of the ladder at which all checked draws have the same odds, up to
the tolerance;
3. **every draw** is solved at these points, and at more where three times its gap exceeds the tolerance.

The largest difference of any odds by any date between a checked draw and its forecast is the **belief error** of the
whole. It is the largest of the
differences found and no bound on all: with m checked draws, less than 1 - 0.05^(1/m) of all draws have a larger one, at 95
per cent
confidence (a little more, because the same checks chose the points).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Draw, Executor
from standoff.errors import SolveError, StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import BELIEF_LADDER, Equilibrium, Settings, odds_of, solve

__all__ = [
    "Solved",
    "cheap",
    "choose_points",
    "full",
    "keep_odds",
    "largest_gap",
    "solve_numbered",
    "unseen_share",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solved:
    """What is kept of the solution of one draw.

    Attributes:
        odds: Odds of every outcome, of none of them, and of every milestone, by the end of each period; shape (period,
            series).
        residual: Largest residual.
        regret: Largest regret.
        belief_error: Estimated error of the odds from the beliefs, or the part of it that one solve shows.
        consistency_gap: Largest difference between payoffs found forward and backward.
        belief_points: Points on each belief axis; 1 where no player has two types.
        nodes: Decision nodes solved.
        unique: Nodes whose solution is proved unique.
        folds: Folds met.
    """

    odds: Floats
    residual: float
    regret: float
    belief_error: float
    consistency_gap: float
    belief_points: int
    nodes: int
    unique: int
    folds: int

    @staticmethod
    def of(equilibrium: Equilibrium) -> Solved:
        """What is kept of a solution."""
        odds = odds_of(equilibrium.game, equilibrium.sweep)
        num_outcomes = len(equilibrium.game.outcomes)
        ends = odds[:, :num_outcomes]
        certificate = equilibrium.certificate
        return Solved(
            np.clip(np.hstack([ends, 1.0 - ends.sum(axis=1, keepdims=True), odds[:, num_outcomes:]]), 0.0, 1.0),
            certificate.residual,
            certificate.regret,
            certificate.belief_error,
            certificate.consistency_gap,
            max(certificate.belief_points, default=1),
            certificate.nodes,
            certificate.unique,
            certificate.folds,
        )


def keep_odds(equilibrium: Equilibrium) -> Solved | SolveError:
    """Keep the odds of a draw; where its own solve shows them to be off, solve it again at more points first.

    Args:
        equilibrium: The solution; where its error was not estimated against another solution, three times its gap must not
            exceed its settings' tolerance.

    Returns:
        What is kept, or the failure of a solve at more points.
    """
    settings = equilibrium.settings
    if settings.estimate_error or not equilibrium.game.belief_players:
        return Solved.of(equilibrium)
    most = settings.belief_tolerance
    ladder = [points for points in BELIEF_LADDER if points > equilibrium.belief_shape[0]]
    while equilibrium.certificate.belief_error > most:
        if not ladder:
            return SolveError(
                f"beliefs held at {equilibrium.belief_shape[0]} points leave the odds by type "
                f"{equilibrium.certificate.belief_error:.1e} apart, above {most:.1e}"
            )
        try:
            equilibrium = solve(equilibrium.game, replace(settings, belief_points=ladder.pop(0)))
        except SolveError as failure:
            return failure
    return Solved.of(equilibrium)


def full(settings: Settings) -> Settings:
    """As a forecast is solved: climbing the ladder of belief points."""
    return replace(settings, belief_points=None, estimate_error=True)


def cheap(settings: Settings, num_points: int) -> Settings:
    """At given belief points, without an estimate of the error."""
    return replace(settings, belief_points=num_points, estimate_error=False)


def largest_gap(found: Solved, reference: Solved) -> float:
    """Largest difference of any odds by any date between two solutions of a draw."""
    return float(np.max(np.abs(found.odds - reference.odds), initial=0.0))


def unseen_share(num_checked: int) -> float:
    """Share of all draws that may have a larger error than the largest of some checked ones, at 95 per cent confidence.

    Examples:
        >>> round(unseen_share(20), 3)
        0.139
    """
    return float(1.0 - 0.05 ** (1.0 / num_checked)) if num_checked else 1.0


def choose_points(
    scenario: Scenario, draws: Mapping[int, Draw], checks: Mapping[int, Solved], settings: Settings, executor: Executor
) -> tuple[int, dict[int, Solved | StandoffError]]:
    """Choose the belief points that all draws begin with.

    Args:
        scenario: The scenario.
        draws: The checked draws by their numbers.
        checks: Their solutions as forecasts.
        settings: How to solve; its `belief_tolerance` is the largest difference, its `belief_points`, if any, are the only
            choice.
        executor: Solves the draws.

    Returns:
        The points, and the checked draws solved as all draws are.

    Raises:
        SolveError: At none of the points do all checked draws have the odds of their forecasts.
    """
    ladder = BELIEF_LADDER if settings.belief_points is None else (settings.belief_points,)
    own = {number: draws[number] for number in checks}
    error, unsolved = np.inf, 0
    for num_points in ladder:
        found = dict(solve_numbered(scenario, own, cheap(settings, num_points), executor))
        gaps = [largest_gap(one, checks[number]) for number, one in found.items() if isinstance(one, Solved)]
        error, unsolved = max(gaps, default=0.0), len(found) - len(gaps)
        if error <= settings.belief_tolerance and not unsolved:
            return num_points, found
    advice = "accept a larger belief tolerance"
    if settings.belief_points is not None:
        advice = f"begin with more than {settings.belief_points} belief points, or {advice}"
    failed = f" and {unsolved} of them are not solved" if unsolved else ""
    raise SolveError(
        f"on {len(checks)} checked draws the odds are off by up to {error:.1e}, above the tolerance "
        f"{settings.belief_tolerance:.1e}{failed}: {advice}"
    )


def solve_numbered(
    scenario: Scenario, draws: Mapping[int, Draw], settings: Settings, executor: Executor
) -> Iterable[tuple[int, Solved | StandoffError]]:
    """Solve draws that carry numbers; yields them with their numbers, as they come."""
    if not draws:
        return
    numbers = list(draws)
    for index, found in executor.solve_draws(scenario, draws.values(), settings, keep_odds):
        yield numbers[index], found
