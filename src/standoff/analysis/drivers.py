"""Drivers: how far each number of a scenario moves the probability of a few targets.

For each number p with value v and, where it has one, plausible range [low, high]:

    derivative   dT/dp, exact (`standoff.analysis.gradients`)
    elasticity   dT/dp * v / T: per cent of T for one per cent of p, to first order
    linear       dT/dp * (end - v), the effect of either end of the range according to the derivative
    tornado      T(end) - T(v), by solving the scenario again at either end
    swing        the largest of T(low), T(v), T(high) less the smallest; by the derivative where no end was solved

Where only some ranges are solved, they are those without a derivative and then those with the largest linear effect
on any target.

A number is **nonlinear** where the ends move a target otherwise than the derivative says. Drivers are ranked by their largest
swing over the targets. Each reports the source of its number; the strongest drivers without a document are the
unsourced numbers on which the answer depends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.executor import Executor, Threads
from standoff.analysis.global_indices import FEWEST_DRAWS, GlobalIndices, compute_global_indices
from standoff.analysis.gradients import Derivative, gradients
from standoff.analysis.plain import origin_to_plain, targets_to_plain, to_plain
from standoff.analysis.quick_solves import SolvedDraw, make_quick_settings, solve_targets
from standoff.analysis.sampling import Sampler
from standoff.analysis.solution import Solution
from standoff.analysis.targets import describe_target, parse_targets
from standoff.errors import InputError, Problem, SolveError, StandoffError
from standoff.extras import import_extra
from standoff.scenario import Scenario, measure_coverage
from standoff.solve.result import Certificate, Equilibrium, Settings
from standoff.solve.target import Target
from standoff.version import JSON_VERSION, list_versions

if TYPE_CHECKING:
    from standoff.analysis.plots import Axes

__all__ = ["Driver", "Drivers", "drivers", "list_ranges"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

NONLINEAR_SHARE = 0.25
"""Linear and solved effect must differ by this share of the larger of both to count as nonlinear."""
TOP = 10
"""Default number of strongest drivers whose source is checked."""


@dataclass(frozen=True)
class Driver:
    """The effect of one number on the targets.

    Attributes:
        name: The parameter, or the path of a number of a player.
        label: Label for people; empty where the file gives none.
        kind: "parameter", "rationality", "discount" or "prior".
        unit: Unit; empty where the file gives none.
        value: Value in the unit of the file.
        range: Lowest and highest plausible number; None where the file gives none.
        source: "evidence", "judgement" or "none"; empty for a number of a player, which has no source of its own.
        derivative: Derivative of each target; shape (target,), nan where there is none.
        undefined: Why there is no derivative; empty where there is one.
        elasticity: Elasticity of each target; shape (target,), nan where there is none.
        linear: Effect at both ends of the range by the derivative; shape (target, 2).
        tornado: Effect at both ends by solving; shape (target, 2), nan where an end was not solved.
        failures: Why the low and the high end have no solution; empty where an end has one or was not solved.
        swing: Swing of each target; shape (target,), nan without a range.
        is_nonlinear: Whether the effect on each target is nonlinear; shape (target,).
    """

    name: str
    label: str
    kind: str
    unit: str
    value: float
    range: tuple[float, float] | None
    source: str
    derivative: Floats
    undefined: str
    elasticity: Floats
    linear: Floats
    tornado: Floats
    failures: tuple[str, str]
    swing: Floats
    is_nonlinear: NDArray[np.bool_]

    @property
    def ends(self) -> Floats:
        """Effect at both ends of the range, by the derivative where the ends were not solved; shape (target, 2)."""
        return np.where(np.isnan(self.tornado), self.linear, self.tornado)

    @property
    def largest_swing(self) -> float:
        """Largest swing over the targets; -1 where there is none, so that the driver ranks last."""
        known = self.swing[~np.isnan(self.swing)]
        return float(known.max()) if len(known) else -1.0


@dataclass(frozen=True, repr=False)
class Drivers:
    """The drivers of some targets, the strongest first.

    Attributes:
        scenario: The scenario.
        targets: The targets.
        target_labels: The targets in words, with their dates.
        probabilities: Probability of each target; shape (target,).
        rows: The drivers, the strongest first.
        unsourced_drivers: Names of those among the strongest `top` drivers whose number has no document.
        top: Number of strongest drivers whose source is checked.
        num_solves: Ends of ranges that were solved, two for each range.
        tornado_error: Largest estimated error of any probability at an end; 0 where none was solved.
        indices: Global indices; None where they were not asked for.
        num_failed_draws: Draws of the global indices that have no solution and were left out.
        certificate: Certificate of the solution at the values of the scenario.
        settings: Settings of that solution.
    """

    scenario: Scenario
    targets: tuple[Target, ...]
    target_labels: tuple[str, ...]
    probabilities: Floats
    rows: tuple[Driver, ...]
    unsourced_drivers: tuple[str, ...]
    top: int
    num_solves: int
    tornado_error: float
    indices: GlobalIndices | None
    num_failed_draws: int
    certificate: Certificate
    settings: Settings

    def __getitem__(self, name: str) -> Driver:
        """The driver of a name.

        Raises:
            KeyError: There is no driver of that name.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def plot(self, target: int = 0, ax: Axes | None = None) -> Axes:
        """Plot how far each of the `top` drivers moves a probability over its range (a tornado chart).

        Args:
            target: Index of the target.
            ax: The matplotlib axes to draw on; None: new axes.
        """
        from standoff.analysis.plots import plot_tornado

        rows = [
            (row.label or row.name, row.range, row.ends[target])
            for row in self.rows[: self.top]
            if row.range is not None and np.isfinite(row.ends[target]).all()
        ]
        return plot_tornado(self.target_labels[target], float(self.probabilities[target]), rows, ax)

    def __repr__(self) -> str:
        names = ", ".join(row.name for row in self.rows[:3])
        return f"<Drivers of {self.scenario.id}: {'; '.join(self.target_labels)}; strongest {names}>"

    def to_json(self) -> dict[str, Any]:
        """The drivers as plain data, as `standoff drivers --json` prints them."""
        rows = [to_plain(row) for row in self.rows]
        draws = None
        if self.indices is not None:
            found = self.indices
            index = {name: k for k, name in enumerate(found.names)}
            for row in rows:
                if row["name"] in index:
                    k = index[row["name"]]
                    row["first_order"] = to_plain(found.first_order[k])
                    row["first_order_error"] = to_plain(found.first_order_error[k])
                    row["pawn"] = to_plain(found.pawn[k])
            draws = {
                "num_draws": found.num_draws,
                "num_failed": self.num_failed_draws,
                "first_order_noise": to_plain(found.first_order_noise),
                "pawn_noise": to_plain(found.pawn_noise),
            }
        return {
            "json_version": JSON_VERSION,
            **origin_to_plain(self.scenario, self.certificate, self.settings),
            "targets": targets_to_plain(self.targets, self.target_labels, self.probabilities),
            "drivers": rows,
            "unsourced_drivers": list(self.unsourced_drivers),
            "top": self.top,
            "num_solves": self.num_solves,
            "tornado_error": to_plain(self.tornado_error),
            "draws": draws,
            "versions": list_versions(),
        }


def list_ranges(scenario: Scenario) -> dict[str, tuple[float, float]]:
    """List the plausible ranges of the parameters that have one."""
    return {name: part.range for name, part in scenario.parameters.items() if part.range is not None}


def drivers(
    solution: Solution,
    targets: str | Target | Sequence[str | Target] | None = None,
    *,
    num_tornado: int | None = None,
    num_draws: int = 0,
    seed: int = 0,
    top: int = TOP,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Drivers:
    """Rank the numbers of a scenario by their effect on the targets.

    Args:
        solution: The solution.
        targets: The probabilities to explain; None: the default targets.
        num_tornado: Number of ranges that are solved at both ends, those with the largest linear effect; None: all.
        num_draws: Number of draws for global indices, at least 64, or 0 for no indices.
        seed: Random seed of the draws.
        top: Number of strongest drivers whose source is checked.
        executor: Solves the ends and draws; None: the threads of this process.
        progress: Called with the share of the work done.

    Raises:
        InputError: A target does not exist, there are too few draws, no parameter has a range to draw from, or an extra is
            missing.
        SolveError: Too few draws have a solution.
        NotDifferentiableError: The equilibrium lies at a fold.

    Examples:
        >>> from standoff import load, solve
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=1"]))
        >>> found = drivers(solution, ["strike"], num_tornado=0)
        >>> bool(found["war_cost"].derivative[0] < 0.0)
        True
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    wanted = parse_targets(scenario, targets)
    where = executor or Threads()
    ranges = list_ranges(scenario)
    if num_draws and num_draws < FEWEST_DRAWS:
        message = f"`{num_draws}` is not a number of draws for global indices"
        raise InputError(Problem("draws", message, help=f"write at least {FEWEST_DRAWS}, such as 256"))
    sampler = Sampler.of(scenario, seed=seed)
    if num_draws and not sampler.names:
        message = f"no parameter of `{scenario.id}` has a range to draw from"
        raise InputError(Problem("no-range", message, help="give the parameters `range: [low, high]`"))
    if num_draws:
        import_extra("SALib", "drivers", "global sensitivity")  # first, as it may be missing
    samples = sampler.compute_values(0, num_draws)
    own = gradients(solution, wanted)
    by_name = {row.name: row for row in own.rows}
    strongest = sorted(ranges, key=lambda name: -_compute_linear_effect(by_name[name], ranges[name]))[:num_tornado]
    ends = [{name: end} for name in strongest for end in ranges[name]]
    work = len(ends) + num_draws
    share = len(ends) / work if work else 1.0
    quick = make_quick_settings(equilibrium.settings)

    def scale_progress(start: float, width: float) -> Progress | None:
        return None if progress is None else lambda done: progress(start + width * done)

    solved = solve_targets(
        scenario, wanted, ends, executor=where, settings=quick, progress=scale_progress(0.0, share)
    ) if ends else []  # fmt: skip
    at_ends = dict(zip(strongest, zip(solved[::2], solved[1::2], strict=True), strict=True)) if ends else {}
    rows = [
        _make_driver(scenario, row, own.probabilities, ranges.get(row.name), at_ends.get(row.name), equilibrium)
        for row in own.rows
        if row.kind == "parameter" or _is_own_number(scenario, row.name)
    ]
    rows.sort(key=lambda row: -row.largest_swing)
    unsourced = {name for name, source in measure_coverage(scenario).sources.items() if source != "evidence"}
    indices, num_failed = None, 0
    if num_draws:
        draws = [dict(zip(sampler.names, map(float, sample), strict=True)) for sample in samples]
        drawn = solve_targets(
            scenario, wanted, draws, executor=where, settings=quick, progress=scale_progress(share, 1.0 - share)
        )
        indices = _compute_indices(sampler.names, samples, drawn, seed)
        num_failed = num_draws - indices.num_draws
    known = [found for found in solved if isinstance(found, SolvedDraw)]
    return Drivers(
        scenario=scenario,
        targets=wanted,
        target_labels=tuple(describe_target(scenario, target) for target in wanted),
        probabilities=own.probabilities,
        rows=tuple(rows),
        unsourced_drivers=tuple(row.name for row in rows[:top] if row.name in unsourced and row.largest_swing > 0.0),
        top=top,
        num_solves=len(ends),
        tornado_error=max((found.error for found in known), default=0.0),
        indices=indices,
        num_failed_draws=num_failed,
        certificate=equilibrium.certificate,
        settings=equilibrium.settings,
    )


def _compute_linear_effect(row: Derivative, bounds: tuple[float, float]) -> float:
    """Largest effect on any target at an end of the range, by the derivative; infinite where there is none."""
    effect = float(np.abs(row.derivatives).max() * max(abs(end - row.value) for end in bounds))
    return math.inf if math.isnan(effect) else effect


def _is_own_number(scenario: Scenario, path: str) -> bool:
    """Whether a number of a player is written as a number; a formula is covered by its parameters."""
    _, player, field, *rest = path.split(".")
    own = scenario.players[player].types[rest[0]] if rest else getattr(scenario.players[player], field)
    return not (own.names & scenario.parameters.keys())


def _make_driver(
    scenario: Scenario,
    row: Derivative,
    probabilities: Floats,
    bounds: tuple[float, float] | None,
    ends: Sequence[SolvedDraw | StandoffError] | None,
    equilibrium: Equilibrium,
) -> Driver:
    """Put the effects of one number together."""
    nothing = np.full((len(probabilities), 2), np.nan)
    parameter = scenario.parameters.get(row.name)
    steps = None if bounds is None else np.array(bounds) - row.value
    linear = nothing if steps is None else row.derivatives[:, None] * steps
    tornado, failures = nothing.copy(), ["", ""]
    errors = [equilibrium.certificate.belief_error]
    for side, found in enumerate(ends or ()):
        if isinstance(found, SolvedDraw):
            tornado[:, side] = found.probabilities - probabilities
            errors.append(found.error)
        else:
            failures[side] = str(found)
    effects = np.where(np.isnan(tornado), linear, tornado) if ends is None else tornado
    with_base = np.concatenate([effects, np.zeros((len(probabilities), 1))], axis=1)
    swing = with_base.max(axis=1) - with_base.min(axis=1)  # nan where an end has no solution
    larger = np.maximum(np.abs(linear), np.abs(tornado))
    apart = np.abs(tornado - linear)
    is_nonlinear = ((apart > NONLINEAR_SHARE * larger) & (apart > errors[0] + max(errors))).any(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        elasticity = np.where(probabilities > 0.0, row.derivatives * row.value / probabilities, np.nan)
    coverage = measure_coverage(scenario).sources
    return Driver(
        name=row.name,
        label=(parameter.label if parameter else None) or "",
        kind=row.kind,
        unit=(parameter.unit if parameter else None) or "",
        value=row.value,
        range=bounds,
        source=coverage.get(row.name, ""),
        derivative=row.derivatives,
        undefined=row.undefined,
        elasticity=elasticity,
        linear=linear,
        tornado=tornado,
        failures=(failures[0], failures[1]),
        swing=swing,
        is_nonlinear=is_nonlinear,
    )


def _compute_indices(
    names: Sequence[str], samples: Floats, drawn: Sequence[SolvedDraw | StandoffError], seed: int
) -> GlobalIndices:
    """Global indices from the draws that have a solution."""
    kept = [k for k, found in enumerate(drawn) if isinstance(found, SolvedDraw)]
    probabilities = [found.probabilities for found in drawn if isinstance(found, SolvedDraw)]
    try:
        return compute_global_indices(names, samples[kept], np.array(probabilities).reshape(len(kept), -1), seed=seed)
    except ValueError as error:
        raise SolveError(f"only {len(kept)} of {len(samples)} draws have a solution: {error}") from None
