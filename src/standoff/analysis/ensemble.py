"""Bands of a forecast over everything that its numbers may be: many draws of the parameters, each solved.

Draw i of the parameters (`standoff.analysis.sampling`) gives the probabilities p_i(t) of every outcome and milestone
by the end of each
period t. A **band** is a quantile of p_i(t) over the draws, for each t by itself. Draws that could not be solved are
left out, and their share and reasons are told with the bands.

The draws come from R = 8 independently scrambled samples in turn. With q_r the quantile of sample r alone, the **standard
error** of a
band is the standard deviation of q_1 .. q_R over sqrt(R).

Probability of each draw have an error from holding beliefs at points: `standoff.analysis.resolution` says how it is
kept small and measured.

References:
    Helton and Davis (2003), Latin hypercube sampling and the propagation of uncertainty in analyses of complex systems.
    Owen (2013), Monte Carlo theory, methods and examples, chapter 17 (replicates).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.draw_keys import describe_ensemble, sampling_versions
from standoff.analysis.executor import Draw, Executor, Threads
from standoff.analysis.resolution import (
    Solved,
    UnsureProbabilityError,
    cheap,
    choose_points,
    keep_probabilities,
    largest_gap,
    solve_agreed,
    unseen_share,
)
from standoff.analysis.sampling import REPLICATES, SCHEME, Sampler, drawn_parameters, fixed_parameters
from standoff.analysis.targets import describe_target, parse_targets
from standoff.errors import InputError, Problem, SolveError, StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Settings
from standoff.solve.target import UNRESOLVED, Target
from standoff.version import JSON_VERSION, versions

if TYPE_CHECKING:
    from standoff.analysis.plots import Axes

__all__ = [
    "ENSEMBLE_TOLERANCE",
    "LEVELS",
    "DrawStore",
    "Ensemble",
    "EnsembleCertificate",
    "Failure",
    "Name",
    "check_request",
    "ensemble",
    "series_names",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Record = Solved | StandoffError

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that bands are given for."""
ENSEMBLE_TOLERANCE = 5e-3
"""Usual belief tolerance of an ensemble: bands are read to the per cent, so half of one is enough."""
FIRST_CHECKS = 8
"""The first draws are all checked, and then one in `CHECK_EVERY`."""
CHECK_EVERY = 61
"""No multiple of the number of samples, so that draws of all of them are checked."""
MOST_DRAWS = 2**24
_UNSOLVED, _UNSURE = "no-solution", "unsure-probabilities"
FILE = -1
"""The number under which the file's own values are solved."""
FEWEST_A_SAMPLE = 16
"""Draws that each of the samples must have before their spread says anything about the whole."""


@dataclass(frozen=True)
class Name:
    """What a series of probabilities is about.

    Attributes:
        kind: "outcome" or "milestone"; that the crisis is still open is the outcome `unresolved`.
        name: Slug.
        label: Text for people.
    """

    kind: str
    name: str
    label: str


@dataclass(frozen=True)
class Failure:
    """A draw without an answer.

    Attributes:
        draw: Its number.
        code: What kind of fault: `no-solution` where the equations were not solved, `unsure-probabilities` where the
            belief points that can be afforded leave the probabilities too unsure, else the code of the problem.
        message: Why, for people.
    """

    draw: int
    code: str
    message: str

    @staticmethod
    def of(draw: int, error: StandoffError) -> Failure:
        """The failure that an error tells of."""
        if isinstance(error, InputError):
            first = error.problems[0]
            return Failure(draw, first.code, first.message)
        return Failure(draw, _UNSURE if isinstance(error, UnsureProbabilityError) else _UNSOLVED, str(error))

    def error(self) -> StandoffError:
        """The error that it tells of, as `of` would tell it again."""
        if self.code == _UNSURE:
            return UnsureProbabilityError(self.message)
        if self.code == _UNSOLVED:
            return SolveError(self.message)
        return InputError(Problem(self.code, self.message))


@dataclass(frozen=True)
class EnsembleCertificate:
    """How good the probabilities of the draws are.

    Attributes:
        residual: Largest residual of any draw.
        regret: Largest regret.
        consistency_gap: Largest difference between payoffs found forward and backward.
        belief_points: Points on each belief axis that draws begin with; 1 where no player has two types.
        points_used: Belief points -> draws that were solved with so many in the end.
        belief_error: Largest difference of any probability by any date between a checked draw and its check, which
            has points enough.
        reference_error: Largest estimated error of those solutions themselves.
        num_checked: Draws checked, the file's own values among them.
        unseen_share: Share of all draws that may have a larger error, at 95 per cent confidence.
        nodes: Decision nodes solved in all draws.
        unique: Nodes whose solution is proved unique.
        folds: Folds met.
    """

    residual: float
    regret: float
    consistency_gap: float
    belief_points: int
    points_used: Mapping[int, int]
    belief_error: float
    reference_error: float
    num_checked: int
    unseen_share: float
    nodes: int
    unique: int
    folds: int


@dataclass(frozen=True, repr=False)
class Ensemble:
    """The probability of a crisis over many draws of its parameters. K parameters, T periods, S series.

    Attributes:
        sampler: Made the draws: the scenario with any overrides, the parameters that were drawn (K names), and the seed.
        key: SHA-256 of everything that a draw's probabilities depend on, in hex.
        scheme: How draws are made.
        settings: How each is solved.
        names: What each series is about.
        fixed: Parameters that would have been drawn, had their value not been set by hand.
        num_draws: Draws asked for, N; those that failed among them.
        draws: Numbers of the draws that were solved, rising; shape (solved,).
        probabilities: Their probabilities by the end of each period; shape (solved, T, S).
        file_probabilities: Probabilities on the file's own values; shape (T, S).
        failures: The draws that were not solved.
        certificate: How good the probabilities are.
    """

    sampler: Sampler
    key: str
    scheme: str
    settings: Settings
    names: tuple[Name, ...]
    fixed: tuple[str, ...]
    num_draws: int
    draws: Ints
    probabilities: Floats
    file_probabilities: Floats
    failures: tuple[Failure, ...]
    certificate: EnsembleCertificate

    @property
    def scenario(self) -> Scenario:
        """The scenario, with any overrides."""
        return self.sampler.scenario

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that were drawn."""
        return self.sampler.names

    @property
    def seed(self) -> int:
        """Of the draws."""
        return self.sampler.seed

    @cached_property
    def values(self) -> Floats:
        """Values of the parameters in each draw, in their own units; shape (N, K)."""
        return self.sampler.values(0, self.num_draws)

    @cached_property
    def bands(self) -> Floats:
        """Quantiles `LEVELS` of the probabilities by date; shape (level, T, S)."""
        return np.quantile(self.probabilities, LEVELS, axis=0)

    @cached_property
    def mean(self) -> Floats:
        """Mean probabilities by date: the forecast of somebody who believes the distributions; shape (T, S)."""
        found: Floats = self.probabilities.mean(axis=0)
        return found

    @cached_property
    def standard_errors(self) -> Floats | None:
        """Standard errors of the bands, from the samples by themselves; shape (level, T, S).

        None where some sample has fewer than 16 solved draws, which N = 128 makes sure of if none fails.
        """
        own = self.draws % REPLICATES
        if np.bincount(own, minlength=REPLICATES).min() < FEWEST_A_SAMPLE:
            return None
        alone = np.stack([np.quantile(self.probabilities[own == r], LEVELS, axis=0) for r in range(REPLICATES)])
        found: Floats = alone.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
        return found

    def bands_of_first(self, num_draws: int) -> Floats:
        """The bands as they were after the first draws alone; shape (level, T, S), nan where none of them was solved."""
        first = self.probabilities[self.draws < num_draws]
        return np.quantile(first, LEVELS, axis=0) if len(first) else np.full_like(self.bands, np.nan)

    @cached_property
    def convergence(self) -> tuple[tuple[int, Floats], ...]:
        """The bands after a quarter, half and all of the draws: (draws, bands of shape (level, T, S))."""
        counts = dict.fromkeys(max(1, self.num_draws // share) for share in (4, 2, 1))
        return tuple((count, self.bands_of_first(count)) for count in counts)

    @property
    def failed_share(self) -> float:
        """Share of the draws that have no answer."""
        return len(self.failures) / self.num_draws

    @cached_property
    def failure_reasons(self) -> tuple[tuple[str, int, str], ...]:
        """Why draws failed, the most common reason first: (code, draws, an example)."""
        counts = Counter(failure.code for failure in self.failures)
        example = {failure.code: failure.message for failure in reversed(self.failures)}
        return tuple((code, count, example[code]) for code, count in counts.most_common())

    def place(self, target: Target) -> tuple[int, int]:
        """Where the probability of a target stand: its last period, from 0, and its series."""
        series = next(k for k, one in enumerate(self.names) if (one.kind, one.name) == (target.kind, target.name))
        return (target.periods or self.scenario.num_periods) - 1, series

    def plot(self, target: str | Target | None = None, ax: Axes | None = None) -> Axes:
        """Plot the bands of a probability by date over all draws, with the probability at the values of the file.

        Args:
            target: The probability; its date does not matter. None: the first default target.
            ax: The matplotlib axes to draw on; None: new axes.

        Raises:
            InputError: The target does not exist.
        """
        from standoff.analysis.plots import plot_ensemble

        return plot_ensemble(self, target, ax)

    def __repr__(self) -> str:
        return f"<Ensemble of {self.scenario.id}: {len(self.draws)} of {self.num_draws} draws solved, seed {self.seed}>"

    def to_json(self, targets: Sequence[str | Target] | None = None) -> dict[str, Any]:
        """The ensemble without its single draws as plain data, as `standoff ensemble --json` prints it.

        Args:
            targets: The targets whose convergence is reported; None: every series by the horizon.

        Raises:
            InputError: A target does not exist.
        """
        scenario = self.scenario
        errors = self.standard_errors
        certificate = self.certificate
        every = [Target(name.kind, name.name, scenario.num_periods) for name in self.names]
        wanted = parse_targets(scenario, targets or every)
        return {
            "json_version": JSON_VERSION,
            "scenario": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "overrides": list(scenario.overrides),
            "as_of": scenario.as_of.isoformat(),
            "period": {"unit": scenario.period.unit, "length": scenario.period.length},
            "horizon": scenario.num_periods,
            "ensemble": self.key,
            "seed": self.seed,
            "scheme": self.scheme,
            "draws": self.num_draws,
            "solved": len(self.draws),
            "failed_share": self.failed_share,
            "failures": [
                {"code": code, "draws": count, "example": example} for code, count, example in self.failure_reasons
            ],
            "parameters": list(self.parameters),
            "fixed": list(self.fixed),
            "levels": list(LEVELS),
            "series": [
                {
                    "kind": name.kind,
                    "name": name.name,
                    "label": name.label,
                    "file": self.file_probabilities[:, k].tolist(),
                    "mean": self.mean[:, k].tolist(),
                    "bands": self.bands[:, :, k].tolist(),
                    "standard_errors": None if errors is None else errors[:, :, k].tolist(),
                }
                for k, name in enumerate(self.names)
            ],
            "targets": [self._target_to_plain(target) for target in wanted],
            "certificate": {
                "residual": certificate.residual,
                "regret": certificate.regret,
                "consistency_gap": certificate.consistency_gap,
                "belief_points": certificate.belief_points,
                "points_used": {str(points): draws for points, draws in certificate.points_used.items()},
                "belief_error": certificate.belief_error,
                "reference_error": certificate.reference_error,
                "num_checked": certificate.num_checked,
                "unseen_share": certificate.unseen_share,
                "nodes": certificate.nodes,
                "unique": certificate.unique,
                "folds": certificate.folds,
            },
            "settings": {
                "tolerance": self.settings.tolerance,
                "belief_points": self.settings.belief_points,
                "belief_tolerance": self.settings.belief_tolerance,
            },
            "versions": versions() | sampling_versions(),
        }

    def _target_to_plain(self, target: Target) -> dict[str, Any]:
        """Quantiles of the probability of a target, and what they were after fewer draws."""
        period, k = self.place(target)
        return {
            "kind": target.kind,
            "name": target.name,
            "label": describe_target(self.scenario, target),
            "by": self.scenario.date_of_period(period + 1).isoformat(),
            "file": float(self.file_probabilities[period, k]),
            "mean": float(self.mean[period, k]),
            "bands": self.bands[:, period, k].tolist(),
            "standard_errors": None if self.standard_errors is None else self.standard_errors[:, period, k].tolist(),
            "convergence": [
                {"draws": count, "bands": bands[:, period, k].tolist()}
                for count, bands in self.convergence
                if (self.draws < count).any()
            ],
        }


class DrawStore(Protocol):
    """Keeps what is known of draws, so that a run can be taken up again."""

    def load(self, table: str) -> dict[int, Solved | Failure]:
        """What is kept of a table, "draws" or "checks", by the number of the draw."""
        ...

    def save(self, table: str, records: Mapping[int, Solved | Failure]) -> None:
        """Keep some more."""
        ...

    def flush(self) -> None:
        """Return when all that was given is safe."""
        ...


def series_names(scenario: Scenario) -> tuple[Name, ...]:
    """What the series of `Solved.probabilities` are about."""
    outcomes = [Name("outcome", name, outcome.label) for name, outcome in scenario.outcomes.items()]
    milestones = [Name("milestone", name, milestone.label) for name, milestone in scenario.milestones.items()]
    return (*outcomes, Name("outcome", UNRESOLVED, scenario.unresolved.label), *milestones)


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
    """Draw the parameters many times and solve each draw.

    Args:
        scenario: The scenario.
        num_draws: Draws; powers of two spread most evenly.
        seed: Of the draws.
        settings: How each is solved; its `belief_points` are those to begin with, chosen by checks where it gives none.
        executor: Solves them; here by default.
        store: Where finished draws are kept and taken from.
        progress: Called with the share of the work done.

    Raises:
        InputError: There is nothing to draw, or the number of draws or the seed is out of bounds.
        ScenarioError: The scenario makes no game.
        SolveError: No draw was solved, or the probabilities of checked draws are off by more than the belief tolerance.

    Examples:
        >>> from standoff import load
        >>> found = ensemble(load("iran-us-2026", overrides=["period.horizon=1"]), 9)
        >>> found.bands.shape, found.failed_share
        ((5, 1, 11), 0.0)
    """
    settings = settings or Settings(belief_tolerance=ENSEMBLE_TOLERANCE)
    check_request(scenario, num_draws, seed)
    sampler = Sampler.of(scenario, seed=seed)
    run = _Run(sampler, settings, executor or Threads(), store, progress or _tell_nobody)
    wanted = [draw for draw in range(num_draws) if draw < FIRST_CHECKS or draw % CHECK_EVERY == 0]
    try:
        num_points = run.choose_points(wanted)
        run.solve_draws(num_draws, num_points)
    finally:  # also where somebody stops it: what is done is kept
        if store is not None:
            store.flush()
    return _assemble(run, num_draws, num_points)


def check_request(scenario: Scenario, num_draws: int, seed: int) -> None:
    """Refuse what no ensemble can be made of.

    Raises:
        InputError: There is nothing to draw, or the number of draws or the seed is out of bounds; carries every fault.
    """
    problems = []
    if not 1 <= num_draws <= MOST_DRAWS:
        advice = f"ask for 1 to {MOST_DRAWS}, best a power of two"
        problems.append(Problem("num-draws", f"`{num_draws}` draws cannot be made", help=advice))
    if not 0 <= seed < 2**63:
        problems.append(Problem("seed", f"`{seed}` is no seed", help="write a whole number from 0 on"))
    if not drawn_parameters(scenario):
        message = f"no parameter of `{scenario.id}` is drawn"
        problems.append(Problem("nothing-drawn", message, help="give a parameter a `range:` or a `distribution:`"))
    if problems:
        raise InputError(problems)


def _tell_nobody(share: float) -> None:
    pass


class _Run:
    """One run: what is known so far, and the store that keeps it."""

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
        self.draws: dict[int, Solved | Failure] = store.load("draws") if store else {}
        self.checks: dict[int, Solved | Failure] = store.load("checks") if store else {}

    def choose_points(self, numbers: Sequence[int]) -> int:
        """Solve the file's own values and some draws at points enough, and choose by them where all draws begin."""
        draws = self._draws([FILE, *numbers])
        missing = {number: draw for number, draw in draws.items() if number not in self.checks}
        for number, found in solve_agreed(self.sampler.scenario, missing, self.settings, self.executor):
            if number == FILE and not isinstance(found, Solved):
                raise found
            self._keep("checks", number, found)
            self.progress(0.0)  # it goes on, though no draw is done yet
        checks = {number: known for number in draws if isinstance(known := self.checks[number], Solved)}
        num_points, solved = choose_points(self.sampler.scenario, draws, checks, self.settings, self.executor)
        for number, one in solved.items():
            if number != FILE and self._is_missing(number, num_points):
                self._keep("draws", number, one)
        return num_points

    def solve_draws(self, num_draws: int, num_points: int) -> None:
        """Solve the draws that are not known yet, or only at fewer belief points."""
        missing = [draw for draw in range(num_draws) if self._is_missing(draw, num_points)]
        done = num_draws - len(missing)
        for index, found in self.executor.solve_draws(
            self.sampler.scenario, self.sampler.draws(missing), cheap(self.settings, num_points), keep_probabilities
        ):
            self._keep("draws", missing[index], found)
            done += 1
            self.progress(done / num_draws)

    def _is_missing(self, draw: int, num_points: int) -> bool:
        known = self.draws.get(draw)
        return known is None or (isinstance(known, Solved) and 1 < known.belief_points < num_points)

    def _draws(self, numbers: Sequence[int]) -> dict[int, Draw]:
        own = [number for number in numbers if number != FILE]
        found: dict[int, Draw] = {FILE: {}} if FILE in numbers else {}
        return found | dict(zip(own, self.sampler.draws(own), strict=True))

    def _keep(self, table: str, number: int, found: Record) -> None:
        record = found if isinstance(found, Solved) else Failure.of(number, found)
        (self.draws if table == "draws" else self.checks)[number] = record
        if self.store is not None:
            self.store.save(table, {number: record})


def _assemble(run: _Run, num_draws: int, num_points: int) -> Ensemble:
    """Put the draws together."""
    solved = {draw: found for draw in range(num_draws) if isinstance(found := run.draws[draw], Solved)}
    failures = tuple(found for draw in range(num_draws) if isinstance(found := run.draws[draw], Failure))
    if not solved:
        raise SolveError(f"none of {num_draws} draws was solved; the first: {failures[0].message}")
    scenario, settings = run.sampler.scenario, run.settings
    certificate = _certificate(run, solved, num_points)
    file_probabilities = run.checks[FILE]
    assert isinstance(file_probabilities, Solved)
    return Ensemble(
        sampler=run.sampler,
        key=describe_ensemble(scenario, seed=run.sampler.seed, settings=settings)["key"],
        scheme=SCHEME,
        settings=settings,
        names=series_names(scenario),
        fixed=fixed_parameters(scenario),
        num_draws=num_draws,
        draws=np.array(list(solved), dtype=np.int64),
        probabilities=np.stack([found.probabilities for found in solved.values()]),
        file_probabilities=file_probabilities.probabilities,
        failures=failures,
        certificate=certificate,
    )


def _certificate(run: _Run, solved: Mapping[int, Solved], num_points: int) -> EnsembleCertificate:
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
        belief_error=max((largest_gap(found, check) for found, check in pairs), default=float("nan")),
        reference_error=max((check.belief_error for _, check in pairs), default=float("nan")),
        num_checked=len(pairs),
        unseen_share=0.0 if one_type else unseen_share(len(pairs)),
        nodes=sum(found.nodes for found in solved.values()),
        unique=sum(found.unique for found in solved.values()),
        folds=sum(found.folds for found in solved.values()),
    )
