"""The number of belief points for many solves, and the error with so few.

A forecast raises the number of belief points along a ladder until two rungs agree in every reported number, including the
probabilities by true type. That takes several solves, which is too expensive for each of thousands of draws of which only the
public probabilities are used. A single solve shows a part of its error: the **gap** between its public probabilities and those
averaged over the true types of a player (`Certificate.belief_error` without an estimate is three times the gap). Therefore

1. **checks** are solved at the values of the file and for draws spread over the sample: their points are raised until three times
   the difference of any public probability by any date between two rungs, and three times the gap, are within the tolerance;
2. **the fewest points** are the fewest of the ladder at which all checked draws have the same probabilities up to the tolerance;
3. **every draw** is solved on these points, and on more where three times its gap exceeds the tolerance.

The largest difference of any probability by any date between a checked draw and its check is the **belief error** of the sample.
It is the largest difference found, not a bound on all draws: with m checked draws, fewer than 1 - 0.05^(1/m) of all draws have a
larger one, at 95 per cent confidence (a little more, because the same checks chose the points).

A draw with very high rationality may lie near folds, where nodes are traced and a rung takes minutes. A rung that would take more
than `MOST_EVALUATIONS`, judged by the one before, is not tried: the draw is refused with the reason, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Draw, Executor
from standoff.errors import SolveError, StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import BELIEF_LADDER, SAFETY, Equilibrium, Settings, collect_probabilities, solve
from standoff.solve.result import MOST_BELIEF_POINTS

__all__ = [
    "MOST_EVALUATIONS",
    "Solved",
    "UnsureProbabilityError",
    "choose_points",
    "compute_unseen_share",
    "find_largest_gap",
    "keep_agreed",
    "keep_probabilities",
    "skip_estimate",
    "solve_agreed",
]

Floats = NDArray[np.float64]

MOST_EVALUATIONS = 4e7
"""Largest number of evaluations of node equations for one rung of one draw: about 15 seconds, twice as many as 17 x
17 points take for the values of `iran-us-2026`."""


class UnsureProbabilityError(SolveError):
    """The probabilities of a draw are not accurate enough, and more belief points are too expensive or not available."""


@dataclass(frozen=True)
class Solved:
    """The part of the solution of one draw that is kept.

    Attributes:
        probabilities: Probability of every outcome, of `unresolved` and of every milestone, by the end of each period;
            shape (period, series).
        residual: Largest residual.
        regret: Largest regret.
        belief_error: Estimated error of any probability from holding beliefs at points, or the part that one solve shows.
        consistency_gap: Largest difference between payoffs found forward and backward.
        belief_points: Points on each belief axis; 1 where no player has two types.
        nodes: Decision nodes solved.
        unique: Nodes whose solution is proved unique.
        folds: Folds met.
    """

    probabilities: Floats
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
        """Take the kept part of a solution."""
        probabilities = collect_probabilities(equilibrium.game, equilibrium.sweep)
        num_outcomes = len(equilibrium.game.outcomes)
        ends = probabilities[:, :num_outcomes]
        certificate = equilibrium.certificate
        return Solved(
            np.clip(
                np.hstack([ends, 1.0 - ends.sum(axis=1, keepdims=True), probabilities[:, num_outcomes:]]), 0.0, 1.0
            ),
            certificate.residual,
            certificate.regret,
            certificate.belief_error,
            certificate.consistency_gap,
            max(certificate.belief_points, default=1),
            certificate.nodes,
            certificate.unique,
            certificate.folds,
        )


def keep_probabilities(equilibrium: Equilibrium) -> Solved | SolveError:
    """Keep the probabilities of a draw; where its gap is too large, solve it on more points first.

    Args:
        equilibrium: The solution of the draw. Where its error was not estimated by a second solve, three times its gap is
            compared with the belief tolerance.

    Returns:
        The kept part, or the failure of a solve on more points.
    """
    if equilibrium.settings.estimate_error or not equilibrium.game.belief_players:
        return Solved.of(equilibrium)
    try:
        return next(one for one in _refine(equilibrium) if one.belief_error <= equilibrium.settings.belief_tolerance)
    except SolveError as failure:
        return failure


def keep_agreed(equilibrium: Equilibrium) -> Solved | SolveError:
    """Keep the probabilities of a draw at the first rung of the ladder that agrees with the rung before, with the
    estimated error.

    Args:
        equilibrium: The solution at the first rung, with the tolerance in its settings.

    Returns:
        The kept part, or the reason why no two rungs agree.
    """
    if not equilibrium.game.belief_players:
        return Solved.of(equilibrium)
    before: Solved | None = None
    try:
        for found in _refine(equilibrium):
            if before is not None:
                error = max(found.belief_error, SAFETY * find_largest_gap(found, before))
                if error <= equilibrium.settings.belief_tolerance:
                    return replace(found, belief_error=error)
            before = found
    except SolveError as failure:
        return failure
    raise AssertionError("the ladder ends in an answer or a failure")


def _refine(equilibrium: Equilibrium) -> Iterator[Solved]:
    """Yield the probabilities on the points of a solution, and on every rung above that has a solution.

    Raises:
        UnsureProbabilityError: There are no more rungs, or the next would take too long.
    """
    game, settings = equilibrium.game, equilibrium.settings
    certificate = equilibrium.certificate
    yield Solved.of(equilibrium)
    points = certificate.belief_points[0]
    reason = "no more points are available"
    for finer in (rung for rung in BELIEF_LADDER if rung > points):
        known = certificate.belief_points[0]
        expected = certificate.evaluations * (finer / known) ** len(certificate.belief_points)
        if expected > MOST_EVALUATIONS:
            reason = (
                f"{finer} points would take about {expected / 1e6:.0f} million evaluations, "
                f"more than the {MOST_EVALUATIONS / 1e6:.0f} million for one of many draws"
            )
            break
        points = finer
        try:
            found = solve(game, replace(settings, belief_points=finer, estimate_error=False))
        except SolveError:
            continue  # with too few points a node may have no branch to follow; more points may be enough
        certificate = found.certificate
        yield Solved.of(found)
        del found  # its strategies are a large part of the memory
    raise UnsureProbabilityError(
        f"with {points} belief points the error of the probabilities exceeds {settings.belief_tolerance:.1e}, and {reason}"
    )


def skip_estimate(settings: Settings, num_points: int) -> Settings:
    """The same settings on given belief points, without an estimate of the error."""
    return replace(settings, belief_points=num_points, estimate_error=False)


def find_largest_gap(found: Solved, reference: Solved) -> float:
    """Find the largest difference of any probability by any date between two solutions of a draw."""
    return float(np.max(np.abs(found.probabilities - reference.probabilities), initial=0.0))


def compute_unseen_share(num_checked: int) -> float:
    """Compute the share of all draws that may have a larger error than the checked draws, at 95 per cent confidence.

    Examples:
        >>> round(compute_unseen_share(20), 3)
        0.139
    """
    return float(1.0 - 0.05 ** (1.0 / num_checked)) if num_checked else 1.0


def choose_points(
    scenario: Scenario, draws: Mapping[int, Draw], checks: Mapping[int, Solved], settings: Settings, executor: Executor
) -> tuple[int, dict[int, Solved | StandoffError]]:
    """Choose the belief points on which all draws are first solved.

    Args:
        scenario: The scenario.
        draws: The checked draws by their numbers.
        checks: Their solutions on enough belief points, from `solve_agreed`.
        settings: Settings of the solver; `belief_tolerance` is the largest difference, and `belief_points`, if given, the only
            choice.
        executor: Solves the draws.

    Returns:
        The points, and the checked draws solved as all draws are.

    Raises:
        SolveError: On no number of points do all checked draws have the probabilities of their checks.
    """
    ladder = BELIEF_LADDER if settings.belief_points is None else (settings.belief_points,)
    own = {number: draws[number] for number in checks}
    error, unsolved = np.inf, 0
    for num_points in ladder:
        found = dict(_solve(scenario, own, skip_estimate(settings, num_points), executor, keep_probabilities))
        gaps = [find_largest_gap(one, checks[number]) for number, one in found.items() if isinstance(one, Solved)]
        error, unsolved = max(gaps, default=0.0), len(found) - len(gaps)
        if error <= settings.belief_tolerance and not unsolved:
            return num_points, found
    advice = []
    if settings.belief_points is not None and settings.belief_points < MOST_BELIEF_POINTS:
        advice.append(f"set more than {settings.belief_points} belief points")
    if unsolved:
        advice.append("lower the rationality of the players")
    if error > settings.belief_tolerance:
        advice.append("accept a larger belief tolerance")
    failed = f" and {unsolved} of them are not solved" if unsolved else ""
    raise SolveError(
        f"on {len(checks)} checked draws the error of the probabilities is up to {error:.1e}, above the tolerance "
        f"{settings.belief_tolerance:.1e}{failed}: {', or '.join(advice)}"
    )


def solve_agreed(
    scenario: Scenario,
    draws: Mapping[int, Draw],
    settings: Settings,
    executor: Executor,
    *,
    num_points: int = BELIEF_LADDER[0],
) -> Iterable[tuple[int, Solved | StandoffError]]:
    """Solve numbered draws until two rungs agree on the probabilities, from a first rung on, and yield them as they come."""
    unsolved: dict[int, Draw] = {}
    for number, found in _solve(scenario, draws, skip_estimate(settings, num_points), executor, keep_agreed):
        if (
            isinstance(found, SolveError)
            and not isinstance(found, UnsureProbabilityError)
            and num_points < BELIEF_LADDER[0]
        ):
            unsolved[number] = draws[number]  # too few points to solve it at all; more may be enough
        else:
            yield number, found
    yield from _solve(scenario, unsolved, skip_estimate(settings, BELIEF_LADDER[0]), executor, keep_agreed)


def _solve(
    scenario: Scenario,
    draws: Mapping[int, Draw],
    settings: Settings,
    executor: Executor,
    keep: Callable[[Equilibrium], Solved | SolveError],
) -> Iterable[tuple[int, Solved | StandoffError]]:
    """Solve numbered draws and yield them as they come."""
    if not draws:
        return
    numbers = list(draws)
    for index, found in executor.solve_draws(scenario, draws.values(), settings, keep):
        yield numbers[index], found
