"""How many belief points each of many solves needs, and how far off they are with so few.

A forecast climbs a ladder of belief points until two rungs agree in everything that it tells, the probabilities by
true type among it.
That costs several solves, too much for each of thousands of draws, of which only public probabilities are asked for.
One solve shows a
part of its error by itself: the **gap** between its public probabilities and those averaged over the true types of a player
(`Certificate.belief_error` without an estimate, three times the gap). So

1. **checks** are made on the file's own values and on draws spread over the whole: they climb the ladder until three times the
   difference of any public probabilities by any date between two rungs, and three times the gap, do not exceed the tolerance;
2. **the fewest points** to begin with are the fewest of the ladder at which all checked draws have the same
probabilities, up to the
   tolerance;
3. **every draw** is solved at these points, and at more where three times its gap exceeds the tolerance.

The largest difference of any probability by any date between a checked draw and its check is the **belief error** of
the whole. It is
the largest of the differences found and no bound on all: with m checked draws, less than 1 - 0.05^(1/m) of all draws have a
larger one, at 95 per cent confidence (a little more, because the same checks chose the points).

A draw of players who choose very well may lie near folds, where nodes are traced and a rung takes minutes. A rung that would
take more than `MOST_EVALUATIONS`, by what the one before took, is not tried: the draw is refused with the reason, and counted.
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

__all__ = [
    "MOST_EVALUATIONS",
    "Solved",
    "UnsureProbabilityError",
    "cheap",
    "choose_points",
    "keep_agreed",
    "keep_probabilities",
    "largest_gap",
    "solve_agreed",
    "unseen_share",
]

Floats = NDArray[np.float64]

MOST_EVALUATIONS = 4e7
"""Evaluations of node equations that one rung of one draw may take: about 15 seconds, twice what 17 x 17 points take of
`iran-us-2026` as it is written."""


class UnsureProbabilityError(SolveError):
    """The probability of a draw are not sure enough at the belief points that it was solved with, and more are too
    dear or too many."""


@dataclass(frozen=True)
class Solved:
    """What is kept of the solution of one draw.

    Attributes:
        probabilities: Probability of every outcome, of none of them, and of every milestone, by the end of each
            period; shape (period, series).
        residual: Largest residual.
        regret: Largest regret.
        belief_error: Estimated probability error from the beliefs, or the part of it that one solve shows.
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
        """What is kept of a solution."""
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
    """Keep the probability of a draw; where its own solve shows them to be off, solve it again at more points first.

    Args:
        equilibrium: The solution; where its error was not estimated against another solution, three times its gap must not
            exceed its settings' tolerance.

    Returns:
        What is kept, or the failure of a solve at more points.
    """
    if equilibrium.settings.estimate_error or not equilibrium.game.belief_players:
        return Solved.of(equilibrium)
    try:
        return next(one for one in _climb(equilibrium) if one.belief_error <= equilibrium.settings.belief_tolerance)
    except SolveError as failure:
        return failure


def keep_agreed(equilibrium: Equilibrium) -> Solved | SolveError:
    """Keep the probability of a draw at the first rung of the ladder that agrees with the one before, with its estimated error.

    Args:
        equilibrium: The solution at the rung to begin with, with the tolerance in its settings.

    Returns:
        What is kept, or why no two rungs agree.
    """
    if not equilibrium.game.belief_players:
        return Solved.of(equilibrium)
    before: Solved | None = None
    try:
        for found in _climb(equilibrium):
            if before is not None:
                error = max(found.belief_error, SAFETY * largest_gap(found, before))
                if error <= equilibrium.settings.belief_tolerance:
                    return replace(found, belief_error=error)
            before = found
    except SolveError as failure:
        return failure
    raise AssertionError("a climb ends in an answer or a failure")


def _climb(equilibrium: Equilibrium) -> Iterator[Solved]:
    """The probabilities at the points of a solution, and at every rung above that has a solution.

    Raises:
        UnsureProbabilityError: There are no more rungs, or the next would take too long.
    """
    game, settings = equilibrium.game, equilibrium.settings
    certificate = equilibrium.certificate
    yield Solved.of(equilibrium)
    points = certificate.belief_points[0]
    reason = "there are no more"
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
            continue  # too few points bend the values so that a node has no branch to follow; more may not
        certificate = found.certificate
        yield Solved.of(found)
        del found  # its strategies are a large part of the memory
    raise UnsureProbabilityError(
        f"{points} belief points leave the probabilities less sure than {settings.belief_tolerance:.1e}, and {reason}"
    )


def cheap(settings: Settings, num_points: int) -> Settings:
    """At given belief points, without an estimate of the error."""
    return replace(settings, belief_points=num_points, estimate_error=False)


def largest_gap(found: Solved, reference: Solved) -> float:
    """Largest difference of any probability by any date between two solutions of a draw."""
    return float(np.max(np.abs(found.probabilities - reference.probabilities), initial=0.0))


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
        checks: Their solutions at points enough, as `solve_agreed` gives them.
        settings: How to solve; its `belief_tolerance` is the largest difference, its `belief_points`, if any, are the only
            choice.
        executor: Solves the draws.

    Returns:
        The points, and the checked draws solved as all draws are.

    Raises:
        SolveError: At none of the points do all checked draws have the probabilities of their checks.
    """
    ladder = BELIEF_LADDER if settings.belief_points is None else (settings.belief_points,)
    own = {number: draws[number] for number in checks}
    error, unsolved = np.inf, 0
    for num_points in ladder:
        found = dict(_solve(scenario, own, cheap(settings, num_points), executor, keep_probabilities))
        gaps = [largest_gap(one, checks[number]) for number, one in found.items() if isinstance(one, Solved)]
        error, unsolved = max(gaps, default=0.0), len(found) - len(gaps)
        if error <= settings.belief_tolerance and not unsolved:
            return num_points, found
    advice = "accept a larger belief tolerance"
    if settings.belief_points is not None:
        advice = f"begin with more than {settings.belief_points} belief points, or {advice}"
    failed = f" and {unsolved} of them are not solved" if unsolved else ""
    raise SolveError(
        f"on {len(checks)} checked draws the probabilities are off by up to {error:.1e}, above the tolerance "
        f"{settings.belief_tolerance:.1e}{failed}: {advice}"
    )


def solve_agreed(
    scenario: Scenario,
    draws: Mapping[int, Draw],
    settings: Settings,
    executor: Executor,
    *,
    num_points: int = BELIEF_LADDER[0],
) -> Iterable[tuple[int, Solved | StandoffError]]:
    """Solve draws that carry numbers until two rungs agree on the probabilities, from given points on; yields them
    as they come."""
    unsolved: dict[int, Draw] = {}
    for number, found in _solve(scenario, draws, cheap(settings, num_points), executor, keep_agreed):
        if (
            isinstance(found, SolveError)
            and not isinstance(found, UnsureProbabilityError)
            and num_points < BELIEF_LADDER[0]
        ):
            unsolved[number] = draws[number]  # too few points to solve it at all; more may do
        else:
            yield number, found
    yield from _solve(scenario, unsolved, cheap(settings, BELIEF_LADDER[0]), executor, keep_agreed)


def _solve(
    scenario: Scenario,
    draws: Mapping[int, Draw],
    settings: Settings,
    executor: Executor,
    keep: Callable[[Equilibrium], Solved | SolveError],
) -> Iterable[tuple[int, Solved | StandoffError]]:
    if not draws:
        return
    numbers = list(draws)
    for index, found in executor.solve_draws(scenario, draws.values(), settings, keep):
        yield numbers[index], found
