"""The result of an ensemble: probabilities of every draw, their bands by date, and how accurate they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.calendar import Calendar
from standoff.analysis.draw_keys import list_sampling_versions
from standoff.analysis.resolution import (
    UnsureProbabilityError,
)
from standoff.analysis.sampling import REPLICATES, Sampler
from standoff.analysis.targets import describe_target, parse_targets
from standoff.errors import InputError, Problem, SolveError, StandoffError
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Settings
from standoff.solve.target import UNRESOLVED, Target
from standoff.version import JSON_VERSION, list_versions

if TYPE_CHECKING:
    from standoff.analysis.plots import Axes

__all__ = ["LEVELS", "Ensemble", "EnsembleCertificate", "FailedDraw", "SeriesName", "list_series"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of which bands are reported."""
FEWEST_A_SAMPLE = 16
"""Draws that each sample must have before the spread of the samples estimates an error."""
_UNSOLVED, _UNSURE = "no-solution", "unsure-probabilities"


@dataclass(frozen=True)
class SeriesName:
    """The outcome or milestone of a series of probabilities.

    Attributes:
        kind: "outcome" or "milestone"; `unresolved` is an outcome.
        name: Name in the scenario.
        label: Label for people.
    """

    kind: str
    name: str
    label: str


@dataclass(frozen=True)
class FailedDraw:
    """A draw that was not solved.

    Attributes:
        draw: Number of the draw.
        code: `no-solution` where the equations were not solved, `unsure-probabilities` where the probabilities are not accurate
            enough with the belief points that can be afforded, else the code of the problem.
        message: The reason, for people.
    """

    draw: int
    code: str
    message: str

    @staticmethod
    def of(draw: int, error: StandoffError) -> FailedDraw:
        """Make the record of an error."""
        if isinstance(error, InputError):
            first = error.problems[0]
            return FailedDraw(draw, first.code, first.message)
        return FailedDraw(draw, _UNSURE if isinstance(error, UnsureProbabilityError) else _UNSOLVED, str(error))

    def make_error(self) -> StandoffError:
        """Make the error again from which the record was made."""
        if self.code == _UNSURE:
            return UnsureProbabilityError(self.message)
        if self.code == _UNSOLVED:
            return SolveError(self.message)
        return InputError(Problem(self.code, self.message))


@dataclass(frozen=True)
class EnsembleCertificate:
    """Accuracy of the probabilities of the draws.

    Attributes:
        residual: Largest residual of any draw.
        regret: Largest regret.
        consistency_gap: Largest difference between payoffs found forward and backward.
        belief_points: Points on each belief axis with which draws are first solved; 1 where no player has two types.
        points_used: Number of draws by the belief points with which each was finally solved.
        belief_error: Largest difference of any probability by any date between a checked draw and its check,
            which is solved on enough belief points.
        reference_error: Largest estimated error of the checks themselves.
        num_checked: Draws checked, including the values of the file.
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
    """Probabilities over many draws of the parameters. K parameters, T periods, S series.

    Attributes:
        sampler: Source of the draws: the scenario, the parameters that were drawn (K names), and the random seed.
        key: SHA-256 in hex of everything on which the probabilities of a draw depend.
        scheme: Name of the sampling scheme.
        settings: Settings with which each draw is solved.
        names: Outcome or milestone of each series; S names.
        fixed: Parameters that are not drawn because an override sets their value.
        num_draws: Number of draws, N, including those that failed.
        draws: Numbers of the draws that were solved, in ascending order; shape (solved,).
        probabilities: Probabilities of these draws by the end of each period; shape (solved, T, S).
        file_probabilities: Probabilities at the values of the file; shape (T, S).
        failures: Draws that were not solved.
        certificate: Accuracy of the probabilities.
    """

    sampler: Sampler
    key: str
    scheme: str
    settings: Settings
    names: tuple[SeriesName, ...]
    fixed: tuple[str, ...]
    num_draws: int
    draws: Ints
    probabilities: Floats
    file_probabilities: Floats
    failures: tuple[FailedDraw, ...]
    certificate: EnsembleCertificate

    @property
    def scenario(self) -> Scenario:
        """The scenario, with its overrides."""
        return self.sampler.scenario

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that were drawn."""
        return self.sampler.names

    @property
    def seed(self) -> int:
        """Random seed of the draws."""
        return self.sampler.seed

    @cached_property
    def values(self) -> Floats:
        """Values of the parameters in each draw, in their own units; shape (N, K)."""
        return self.sampler.compute_values(0, self.num_draws)

    @cached_property
    def bands(self) -> Floats:
        """Quantiles `LEVELS` of the probabilities by date; shape (level, T, S)."""
        return np.quantile(self.probabilities, LEVELS, axis=0)

    @cached_property
    def mean(self) -> Floats:
        """Mean probabilities by date: the forecast if the distributions are believed; shape (T, S)."""
        found: Floats = self.probabilities.mean(axis=0)
        return found

    @cached_property
    def standard_errors(self) -> Floats | None:
        """Standard errors of the bands, from the independent samples; shape (level, T, S).

        None where a sample has fewer than 16 solved draws. With N = 128 and no failure every sample has 16.
        """
        own = self.draws % REPLICATES
        if np.bincount(own, minlength=REPLICATES).min() < FEWEST_A_SAMPLE:
            return None
        alone = np.stack([np.quantile(self.probabilities[own == r], LEVELS, axis=0) for r in range(REPLICATES)])
        found: Floats = alone.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
        return found

    def compute_first_bands(self, num_draws: int) -> Floats:
        """Compute the bands of the first draws alone; shape (level, T, S), nan where none of them was solved."""
        first = self.probabilities[self.draws < num_draws]
        return np.quantile(first, LEVELS, axis=0) if len(first) else np.full_like(self.bands, np.nan)

    @cached_property
    def convergence(self) -> tuple[tuple[int, Floats], ...]:
        """The bands after a quarter, half and all of the draws: (draws, bands of shape (level, T, S))."""
        counts = dict.fromkeys(max(1, self.num_draws // share) for share in (4, 2, 1))
        return tuple((count, self.compute_first_bands(count)) for count in counts)

    @property
    def failed_share(self) -> float:
        """Share of the draws that were not solved."""
        return len(self.failures) / self.num_draws

    @cached_property
    def failure_reasons(self) -> tuple[tuple[str, int, str], ...]:
        """Reasons why draws failed, the most common first: (code, number of draws, an example)."""
        counts = Counter(failure.code for failure in self.failures)
        example = {failure.code: failure.message for failure in reversed(self.failures)}
        return tuple((code, count, example[code]) for code, count in counts.most_common())

    def locate(self, target: Target) -> tuple[int, int]:
        """Find the last period of a target, from 0, and the index of its series."""
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
        from standoff.analysis.plots import plot_fan

        (wanted, *_) = parse_targets(self.scenario, None if target is None else [target])
        _, k = self.locate(wanted)
        start = float(self.names[k].name == "unresolved")  # nothing has happened today
        quantiles = np.hstack([np.full((len(self.bands), 1), start), self.bands[:, :, k]])
        central = np.concatenate([[start], self.file_probabilities[:, k]])
        return plot_fan(self.names[k].label, quantiles, central, Calendar.of(self.scenario), ax)

    def __repr__(self) -> str:
        return f"<Ensemble of {self.scenario.id}: {len(self.draws)} of {self.num_draws} draws solved, seed {self.seed}>"

    def to_json(self, targets: str | Target | Sequence[str | Target] | None = None) -> dict[str, Any]:
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
            "versions": list_versions() | list_sampling_versions(),
        }

    def _target_to_plain(self, target: Target) -> dict[str, Any]:
        """Quantiles of the probability of a target, and what they were after fewer draws."""
        period, k = self.locate(target)
        return {
            "kind": target.kind,
            "name": target.name,
            "label": describe_target(self.scenario, target),
            "by": self.scenario.find_date(period + 1).isoformat(),
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


def list_series(scenario: Scenario) -> tuple[SeriesName, ...]:
    """List the outcomes and milestones of the series of `Solved.probabilities`, in order."""
    outcomes = [SeriesName("outcome", name, outcome.label) for name, outcome in scenario.outcomes.items()]
    milestones = [SeriesName("milestone", name, milestone.label) for name, milestone in scenario.milestones.items()]
    return (*outcomes, SeriesName("outcome", UNRESOLVED, scenario.unresolved.label), *milestones)
