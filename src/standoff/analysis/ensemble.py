"""An ensemble: the forecast solved for many draws of the parameters, and bands of its probabilities.

Draw i of the parameters (`standoff.analysis.sampling`) gives the probabilities p_i(t) of every outcome and milestone
by the end of
each period t. A **band** is a quantile of p_i(t) over the draws, separately for each t. Draws that could not be solved are left
out; their share and the reasons are reported with the bands.

The draws come in turn from R = 8 independently scrambled samples. With q_r the quantile of sample r alone, the **standard error**
of a band is the standard deviation of q_1 .. q_R divided by sqrt(R).

The probabilities of each draw have an error because beliefs are held at points; `standoff.analysis.resolution` explains how it is
kept small and measured.

References:
    Helton, J. C. and Davis, F. J. (2003), Latin hypercube sampling and the propagation of uncertainty in analyses of complex
        systems, Reliability Engineering and System Safety 81.
    Owen, A. B. (2013), Monte Carlo theory, methods and examples, chapter 17 (replicates).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.draw_keys import describe_ensemble
from standoff.analysis.ensemble_result import Ensemble, EnsembleCertificate, FailedDraw, list_series
from standoff.analysis.executor import Draw, Executor, Threads
from standoff.analysis.resolution import (
    Solved,
    choose_points,
    compute_unseen_share,
    find_largest_gap,
    keep_probabilities,
    skip_estimate,
    solve_agreed,
)
from standoff.analysis.sampling import SCHEME, Sampler, list_drawn_parameters, list_fixed_parameters
from standoff.errors import InputError, Problem, SolveError, StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Settings

if TYPE_CHECKING:
    pass

__all__ = ["ENSEMBLE_TOLERANCE", "DrawStore", "check_request", "ensemble"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Record = Solved | StandoffError

ENSEMBLE_TOLERANCE = 5e-3
"""Default belief tolerance of an ensemble: bands are read to the per cent, so half a per cent is enough."""
FIRST_CHECKS = 8
"""The first draws are all checked, later draws only every `CHECK_EVERY`-th."""
CHECK_EVERY = 61
"""Not a multiple of the number of samples, so that draws of every sample are checked."""
MOST_DRAWS = 2**24
FILE = -1
"""Number under which the values of the file are solved."""


class DrawStore(Protocol):
    """Keeps solved draws, so that an interrupted run can be resumed."""

    def load(self, table: str) -> dict[int, Solved | FailedDraw]:
        """Load the records of a table, "draws" or "checks", by the number of the draw."""
        ...

    def save(self, table: str, records: Mapping[int, Solved | FailedDraw]) -> None:
        """Add records to a table."""
        ...

    def flush(self) -> None:
        """Return when every record is on disk."""
        ...


def ensemble(
    scenario: Scenario,
    num_draws: int,
    *,
    seed: int = 0,
    settings: Settings | None = None,
    executor: Executor | None = None,
    store: DrawStore | None = None,
    progress: Callable[[float], None] | None = None,
) -> Ensemble:
    """Solve a scenario for many draws of its parameters.

    Args:
        scenario: The scenario.
        num_draws: Number of draws; powers of two spread most evenly.
        seed: Random seed of the draws.
        settings: Settings with which each draw is solved; its `belief_points` are those of the first solve, and are chosen by
            checks where it gives none.
        executor: Solves the draws; None: the threads of this process.
        store: Keeps finished draws, so that they are not solved again.
        progress: Called with the share of the work done.

    Raises:
        InputError: No parameter is drawn, or the number of draws or the seed is out of bounds.
        ScenarioError: The scenario makes no game.
        SolveError: No draw was solved, or the probabilities of checked draws have a larger error than the belief tolerance.

    Examples:
        >>> from standoff import load
        >>> found = ensemble(load("iran-us-2026", overrides=["period.horizon=1"]), 9)
        >>> found.bands.shape, found.failed_share
        ((5, 1, 11), 0.0)
    """
    settings = settings or Settings(belief_tolerance=ENSEMBLE_TOLERANCE)
    check_request(scenario, num_draws, seed)
    sampler = Sampler.of(scenario, seed=seed)
    run = _Run(sampler, settings, executor or Threads(), store, progress or _ignore)
    wanted = [draw for draw in range(num_draws) if draw < FIRST_CHECKS or draw % CHECK_EVERY == 0]
    try:
        num_points = run.choose_points(wanted)
        run.solve_draws(num_draws, num_points)
    finally:  # also after an interruption, so that finished draws are kept
        if store is not None:
            store.flush()
    return _assemble(run, num_draws, num_points)


def check_request(scenario: Scenario, num_draws: int, seed: int) -> None:
    """Check a request for an ensemble.

    Raises:
        InputError: No parameter is drawn, or the number of draws or the seed is out of bounds; carries every fault.
    """
    problems = []
    if not 1 <= num_draws <= MOST_DRAWS:
        advice = f"ask for 1 to {MOST_DRAWS} draws, preferably a power of two"
        problems.append(Problem("num-draws", f"`{num_draws}` is not a possible number of draws", help=advice))
    if not 0 <= seed < 2**63:
        problems.append(Problem("seed", f"`{seed}` is not a seed", help="write a whole number, at least 0"))
    if not list_drawn_parameters(scenario):
        message = f"no parameter of `{scenario.id}` is drawn"
        problems.append(Problem("nothing-drawn", message, help="give a parameter a `range:` or a `distribution:`"))
    if problems:
        raise InputError(problems)


def _ignore(share: float) -> None:
    """Progress that is not reported."""
    del share


class _Run:
    """One run: the draws solved so far, and the store that keeps them."""

    def __init__(
        self,
        sampler: Sampler,
        settings: Settings,
        executor: Executor,
        store: DrawStore | None,
        progress: Callable[[float], None],
    ) -> None:
        self.sampler = sampler
        self.settings = settings
        self.executor = executor
        self.store = store
        self.progress = progress
        self.draws: dict[int, Solved | FailedDraw] = store.load("draws") if store else {}
        self.checks: dict[int, Solved | FailedDraw] = store.load("checks") if store else {}

    def choose_points(self, numbers: Sequence[int]) -> int:
        """Solve the values of the file and some draws on enough belief points, and choose the points of all draws by them."""
        draws = self._make_draws([FILE, *numbers])
        missing = {number: draw for number, draw in draws.items() if number not in self.checks}
        for number, found in solve_agreed(self.sampler.scenario, missing, self.settings, self.executor):
            if number == FILE and not isinstance(found, Solved):
                raise found
            self._keep("checks", number, found)
            self.progress(0.0)  # a sign of life, although no draw is finished yet
        checks = {number: known for number in draws if isinstance(known := self.checks[number], Solved)}
        num_points, solved = choose_points(self.sampler.scenario, draws, checks, self.settings, self.executor)
        for number, one in solved.items():
            if number != FILE and self._is_missing(number, num_points):
                self._keep("draws", number, one)
        return num_points

    def solve_draws(self, num_draws: int, num_points: int) -> None:
        """Solve the draws that are not solved yet, or only on fewer belief points."""
        missing = [draw for draw in range(num_draws) if self._is_missing(draw, num_points)]
        done = num_draws - len(missing)
        for index, found in self.executor.solve_draws(
            self.sampler.scenario,
            self.sampler.make_draws(missing),
            skip_estimate(self.settings, num_points),
            keep_probabilities,
        ):
            self._keep("draws", missing[index], found)
            done += 1
            self.progress(done / num_draws)

    def _is_missing(self, draw: int, num_points: int) -> bool:
        """Whether a draw must still be solved on some number of belief points."""
        known = self.draws.get(draw)
        return known is None or (isinstance(known, Solved) and 1 < known.belief_points < num_points)

    def _make_draws(self, numbers: Sequence[int]) -> dict[int, Draw]:
        """Parameters of some draws, by number."""
        own = [number for number in numbers if number != FILE]
        found: dict[int, Draw] = {FILE: {}} if FILE in numbers else {}
        return found | dict(zip(own, self.sampler.make_draws(own), strict=True))

    def _keep(self, table: str, number: int, found: Record) -> None:
        """Record an answer, also in the store."""
        record = found if isinstance(found, Solved) else FailedDraw.of(number, found)
        (self.draws if table == "draws" else self.checks)[number] = record
        if self.store is not None:
            self.store.save(table, {number: record})


def _assemble(run: _Run, num_draws: int, num_points: int) -> Ensemble:
    """Make the result of a run."""
    solved = {draw: found for draw in range(num_draws) if isinstance(found := run.draws[draw], Solved)}
    failures = tuple(found for draw in range(num_draws) if isinstance(found := run.draws[draw], FailedDraw))
    if not solved:
        raise SolveError(f"none of {num_draws} draws was solved; the first: {failures[0].message}")
    scenario, settings = run.sampler.scenario, run.settings
    certificate = _make_certificate(run, solved, num_points)
    file_probabilities = run.checks[FILE]
    assert isinstance(file_probabilities, Solved)
    return Ensemble(
        sampler=run.sampler,
        key=describe_ensemble(scenario, seed=run.sampler.seed, settings=settings)["key"],
        scheme=SCHEME,
        settings=settings,
        names=list_series(scenario),
        fixed=list_fixed_parameters(scenario),
        num_draws=num_draws,
        draws=np.array(list(solved), dtype=np.int64),
        probabilities=np.stack([found.probabilities for found in solved.values()]),
        file_probabilities=file_probabilities.probabilities,
        failures=failures,
        certificate=certificate,
    )


def _make_certificate(run: _Run, solved: Mapping[int, Solved], num_points: int) -> EnsembleCertificate:
    """Accuracy of the draws of a run."""
    pairs = [
        (found, check)
        for draw, check in run.checks.items()
        if isinstance(check, Solved) and (found := solved.get(draw)) is not None
    ]
    one_type = all(found.belief_points == 1 for found in solved.values())
    return EnsembleCertificate(
        residual=max(found.residual for found in solved.values()),
        regret=max(found.regret for found in solved.values()),
        consistency_gap=max(found.consistency_gap for found in solved.values()),
        belief_points=1 if one_type else num_points,
        points_used=dict(sorted(Counter(found.belief_points for found in solved.values()).items())),
        belief_error=max((find_largest_gap(found, check) for found, check in pairs), default=float("nan")),
        reference_error=max((check.belief_error for _, check in pairs), default=float("nan")),
        num_checked=len(pairs),
        unseen_share=0.0 if one_type else compute_unseen_share(len(pairs)),
        nodes=sum(found.nodes for found in solved.values()),
        unique=sum(found.unique for found in solved.values()),
        folds=sum(found.folds for found in solved.values()),
    )
